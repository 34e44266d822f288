/** Whether a protocol is one at all: pure, alike from run to run, with a parse, lies and words of its own. */
import { seeded } from '../../core/choice.ts';
import { counted } from '../../core/figures.ts';
import { CodeFault } from '../../core/code-fault.ts';
import { nameOf, nodeId, type NodeId } from '../../core/node.ts';
import { philox } from '../../core/philox.ts';
import { symbolicSigner } from '../../core/signer.ts';
import { wordOf } from '../check/alternatives.ts';
import { problemOf } from '../check/request.ts';
import { drawn, runnerOf } from '../check/seeded.ts';
import { settingOf, type Asked } from '../check/trial.ts';
import { liar } from '../faults/liar.ts';
import { linesThatTell } from '../faults/out-of-turn.ts';
import { roleInstance } from '../general.ts';
import { ORDERS, counterpart } from '../order.ts';
import { contextOf, wordIn, type AnyRoundsProtocol, type Heard, type Setting } from '../protocol.ts';
import { runInRounds, runInstances } from '../sim/rounds.ts';
import { UNSEEN, YES, no, type Found, type Question } from './answers.ts';
import { flawOf, parsesAll, text } from './parsing.ts';
import { armyOf, commandsOf, contextAmong, drawnTrials, messagesOf, ran, refusalOf, showing } from './runs.ts';
import { shownBy, strayed, type Astray } from './strays.ts';
import { cloning, trial, type Trial } from './trials.ts';

export function conformanceOf(protocol: AnyRoundsProtocol): Question[] {
  const parse = (input: unknown): unknown => protocol.parse(input);
  const asked: readonly (readonly [question: string, ask: () => Found])[] = [
    ['two runs of the same are alike', () => alike(protocol, (one) => runInRounds(one, one))],
    ['its state is plain data, which can be copied at any time', () => alike(protocol, runCloned)],
    ['parse takes anything, and makes of it a message or undefined', () => parsesAll(parse, [...messagesOf(protocol)], (input) => telling(protocol, input))],
    ['it parses what it sends, and every lie that it names', () => parsesItself(protocol)],
    ['every message has a word, and a lie that says something else', () => hasWords(protocol)],
    ['it takes any message from anyone, in any round', () => takesAnything(protocol)],
    ['it fits one to ten generals by default', () => fits(protocol)],
  ];
  return asked.map(([question, ask]) => ({ group: 'conformance', question, ask }));
}

/** @param run what is to come out as the order itself does */
function alike(protocol: AnyRoundsProtocol, run: (one: Trial) => unknown): Found {
  for (const one of drawnTrials(protocol, 20)) {
    let again: string;
    const first = JSON.stringify(ran(one));
    try {
      again = JSON.stringify(showing(one, () => run(one)));
    } catch (error) {
      // What is brought throws a fault of its own, and a copy that cannot be made an error of the engine.
      const reason = error instanceof DOMException ? error.message.split('\n')[0]! : undefined;
      if (reason === undefined) throw error;
      return no([`among ${armyOf(one)} a copy cannot be made of it: ${reason}`], commandsOf(one));
    }
    if (again !== first) return no([`among ${armyOf(one)} the same order, given again, came out otherwise`], commandsOf(one));
  }
  return YES;
}

function runCloned(one: Trial): unknown {
  const choose = seeded(one.seed);
  const army = one.members.map((id) => roleInstance(one, id, one.traitors.get(id), choose, symbolicSigner(id)));
  // A traitor's instance holds the honest state inside of its own: its protocol is copied as a whole.
  return runInstances(army.map((general) => ({ ...general, protocol: cloning(general.protocol) })), one.order);
}

/** A commander that says something that is no message, as somebody at the prompt would write it. None if that is not possible. */
function telling(protocol: AnyRoundsProtocol, input: unknown): readonly string[] {
  const words = typeof input === 'string' ? input : (JSON.stringify(input) as string | undefined);
  const fitting = [2, 3, 4].map((n) => ({ n, m: protocol.faultsByDefault(n) })).find(({ n, m }) => protocol.refuses(n, m) === undefined);
  if (fitting === undefined || words === undefined || !WRITABLE.test(words) || !isThrownAt(protocol, words)) return [];
  const one = trial({ protocol: protocol.name, ...fitting, traitors: new Map([[nodeId(1), liar.name]]) });
  return commandsOf(one, linesThatTell(nodeId(1), [{ round: 1, to: nodeId(2), words }])).slice(0, -1);
}

/** What can be typed, and is taken as it is. */
const WRITABLE = /^(?=.{1,200}$)[!-~]+( [!-~]+)*$/;

/** Whether the prompt would have it thrown, which tries words as they are, and then what they say as JSON. */
function isThrownAt(protocol: AnyRoundsProtocol, words: string): boolean {
  try {
    protocol.parse(words);
    protocol.parse(JSON.parse(words));
    return false;
  } catch (error) {
    return error instanceof CodeFault;
  }
}

function parsesItself(protocol: AnyRoundsProtocol): Found {
  for (const one of drawnTrials(protocol, 3, 2)) {
    const loyal = { ...one, traitors: new Map() };
    for (const { id, heard } of ran(loyal).reports) {
      for (const { from, messages } of heard.flat()) {
        for (const message of messages) {
          const parsed = protocol.parse(structuredClone(message));
          if (JSON.stringify(parsed) !== JSON.stringify(message)) {
            return no([`it sends ${text(message)} to ${nameOf(id)}, and its parse makes ${text(parsed)} of that`], commandsOf(loyal));
          }
          const lies = protocol.lies(contextOf(one, from, symbolicSigner(from)), message);
          const flaw = lies.map((lie) => flawOf(lie, message, (input) => protocol.parse(input))).find((one) => one !== undefined);
          if (flaw !== undefined) return no([flaw], lyingIn(one, from));
        }
      }
    }
  }
  return YES;
}

/** The same order, where that one is a traitor that lies as it can, and all that is said there. */
const lyingIn = (one: Trial, from: NodeId): string[] => [...commandsOf({ ...one, traitors: new Map([[from, liar.name]]) }).slice(0, -1), 'g-trace last'];

/** A protocol that says what a search leaves out may leave out lies. */
function hasWords(protocol: AnyRoundsProtocol): Found {
  for (const n of [3, 4]) {
    const m = Math.min(1, protocol.faultsByDefault(n));
    if (protocol.refuses(n, m) !== undefined) continue;
    const problem = problemOf({ protocol, members: n, faults: 1, m });
    const run = runnerOf({ ...problem, protocol: { ...protocol, claims: {} } });
    for (let number = 0; number < 10; number += 1) {
      const treason = drawn({ ...problem, faultsMin: 1 }, number);
      let found: Found | undefined;
      run(treason, (one) => {
        const flaw = found === undefined ? wordless(protocol, settingOf(problem), one) : undefined;
        if (flaw !== undefined) found = no([flaw], lyingIn(trial({ protocol: protocol.name, n, m, order: treason.order }), one.question.from));
        return treason.decide(one);
      });
      if (found !== undefined) return found;
    }
  }
  return YES;
}

/** What keeps a search from telling what might be said in the place of a message. */
function wordless(protocol: AnyRoundsProtocol, setting: Setting, { honest, alternatives }: Asked): string | undefined {
  const words = alternatives.map((action) => wordOf(protocol, setting, action));
  if (words.includes(undefined)) return `${text(honest)} has no word: its words are to name attack or retreat, or nothing`;
  const word = wordIn(protocol, setting, honest);
  if (word === 'nothing' || protocol.limits !== undefined || words.includes(counterpart(word))) return undefined;
  return `its lies know nothing to say for ${counterpart(word)} in the place of ${text(honest)}, so a search would prove too much`;
}

/** What it does there that none may do is shown by a traitor that speaks out of turn. */
function takesAnything(protocol: AnyRoundsProtocol): Found {
  try {
    return takesAnyOf(protocol);
  } catch (error) {
    if (!(error instanceof CodeFault)) throw error;
    const shown = strayedInto(protocol);
    return shown === undefined ? no([error.message, UNSEEN.chance]) : shownBy(shown);
  }
}

/** A traitor that has it do what none may do, by what it says out of turn; undefined if none does. */
function strayedInto(protocol: AnyRoundsProtocol): Astray | undefined {
  const said = [...messagesOf(protocol)];
  for (let n = 2; n <= 5; n += 1) {
    const m = protocol.faultsByDefault(n);
    if (protocol.refuses(n, m) !== undefined) continue;
    for (let seed = 0; seed < STRAYS; seed += 1) {
      const found = strayed(protocol, { n, m, seed }, said);
      if (found?.isFault === true) return found;
    }
  }
  return undefined;
}

/** How many orders are given with such a traitor, for each number of generals. */
const STRAYS = 150;

function takesAnyOf(protocol: AnyRoundsProtocol): Found {
  const said = [...messagesOf(protocol)];
  if (said.length === 0) return YES;
  for (let seed = 0; seed < 300; seed += 1) {
    const draw = (what: number, options: number): number => philox(what, seed, 0, 0, 0, 0) % options;
    const n = 1 + draw(1, 6);
    const m = protocol.faultsByDefault(n);
    if (protocol.refuses(n, m) !== undefined) continue;
    const context = contextAmong(n, m, 1 + draw(2, n));
    const state = protocol.begin(context);
    if (context.self === context.commander) protocol.step(context, state, { type: 'input', input: ORDERS[draw(3, 2)]! });
    for (let round = 1; round <= protocol.rounds(context) + 1; round += 1) {
      // No host hears strangers, but anybody may say anything in any round, several times.
      const speakers = context.members.filter((id) => id !== context.self && draw(100 * round + id, 2) === 0);
      const wordOfChance = (from: number, at: number): unknown => said[draw(10_000 * round + 10 * from + at, said.length)];
      const countOf = (from: number): number => 1 + draw(1000 * round + from, 3);
      const saidBy = (from: number): unknown[] => Array.from({ length: countOf(from) }, (_, at) => wordOfChance(from, at));
      const inbox = speakers.map((from): Heard<unknown> => ({ from, messages: saidBy(from) }));
      protocol.step(context, state, { type: 'round', round, inbox });
    }
  }
  return YES;
}

function fits(protocol: AnyRoundsProtocol): Found {
  for (let n = 1; n <= 10; n += 1) {
    const m = protocol.faultsByDefault(n);
    const refusal = protocol.refuses(n, m);
    const itHas = `among ${counted(n, 'general')} it has m = ${m} by default`;
    if (refusal !== undefined) return no([`${itHas}, and refuses that: ${refusal}`], refusalOf(protocol, n));
    const needed = protocol.membersNeeded(m);
    if (n > 1 && needed > n) return no([`${itHas}, for which it says that ${needed} are needed`], refusalOf(protocol, n));
  }
  return YES;
}
