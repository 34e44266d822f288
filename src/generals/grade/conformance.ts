/** Whether a protocol is one at all: pure, alike from run to run, with a parse, lies and words of its own. */
import { seeded } from '../../core/choice.ts';
import { counted } from '../../core/figures.ts';
import { nameOf } from '../../core/node.ts';
import { philox } from '../../core/philox.ts';
import { symbolicSigner } from '../../core/signer.ts';
import { wordOf } from '../check/alternatives.ts';
import { problemOf } from '../check/request.ts';
import { drawn, runnerOf } from '../check/seeded.ts';
import { settingOf, type Asked } from '../check/trial.ts';
import { roleInstance } from '../general.ts';
import { ORDERS, counterpart } from '../order.ts';
import { contextOf, wordIn, type AnyRoundsProtocol, type Heard, type Setting } from '../protocol.ts';
import { runInRounds, runInstances } from '../sim/rounds.ts';
import { YES, no, type Found, type Question } from './answers.ts';
import { flawOf, parsesAll, text } from './parsing.ts';
import { armyOf, commandsOf, contextAmong, drawnTrials, messagesOf, ran, showing } from './runs.ts';
import { cloning, type Trial } from './trials.ts';

export function conformanceOf(protocol: AnyRoundsProtocol): Question[] {
  const parse = (input: unknown): unknown => protocol.parse(input);
  const asked: readonly (readonly [question: string, ask: () => Found])[] = [
    ['two runs of the same are alike', () => alike(protocol, (one) => runInRounds(one, one))],
    ['its state is plain data, which can be copied at any time', () => alike(protocol, runCloned)],
    ['parse takes anything, and makes of it a message or undefined', () => parsesAll(parse, [...messagesOf(protocol)])],
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
          if (flaw !== undefined) return no([flaw]);
        }
      }
    }
  }
  return YES;
}

/** A protocol that says what a search leaves out may leave out lies. */
function hasWords(protocol: AnyRoundsProtocol): Found {
  for (const n of [3, 4]) {
    const m = Math.min(1, protocol.faultsByDefault(n));
    if (protocol.refuses(n, m) !== undefined) continue;
    const problem = problemOf({ protocol, members: n, faults: 1, m });
    const run = runnerOf({ ...problem, protocol: { ...protocol, claims: {} } });
    for (let number = 0; number < 10; number += 1) {
      const treason = drawn({ ...problem, faultsMin: 1 }, number);
      let flaw: string | undefined;
      run(treason, (one) => {
        flaw ??= wordless(protocol, settingOf(problem), one);
        return treason.decide(one);
      });
      if (flaw !== undefined) return no([flaw]);
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

function takesAnything(protocol: AnyRoundsProtocol): Found {
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
    if (refusal !== undefined) return no([`${itHas}, and refuses that: ${refusal}`]);
    const needed = protocol.membersNeeded(m);
    if (n > 1 && needed > n) return no([`${itHas}, for which it says that ${needed} are needed`]);
  }
  return YES;
}
