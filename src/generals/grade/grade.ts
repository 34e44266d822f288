/**
 * What a protocol is worth, asked one question after the other: whether it is a protocol at all, what it does among loyal generals, whether
 * it keeps what it says of itself and what a paper says, and whether any treason breaks it. Each answer that is no comes with the
 * smallest run that shows it.
 */
import { CodeFault } from '../../core/code-fault.ts';
import { seeded } from '../../core/choice.ts';
import { counted } from '../../core/figures.ts';
import type { Signer } from '../../core/machine.ts';
import { nameOf, nodeId } from '../../core/node.ts';
import { philox } from '../../core/philox.ts';
import { symbolicSigner } from '../../core/signer.ts';
import { wordOf } from '../check/alternatives.ts';
import { searchOf } from '../check/check.ts';
import { withClaimsKept } from '../check/claims.ts';
import { scriptOf } from '../check/report.ts';
import { problemOf } from '../check/request.ts';
import { drawn, runnerOf } from '../check/seeded.ts';
import { settingOf } from '../check/trial.ts';
import { liesIn } from '../check/words.ts';
import { linesThatTell } from '../faults/out-of-turn.ts';
import { roleInstance } from '../general.ts';
import { limited } from '../limit.ts';
import { ORDERS, counterpart } from '../order.ts';
import { contextOf, wordIn, type AnyRoundsProtocol, type Context, type Heard } from '../protocol.ts';
import { runInRounds, runInstances } from '../sim/rounds.ts';
import type { Paper } from './papers.ts';
import { deedsIn, strayed } from './strays.ts';
import { cloning, decisionsOf, drawTrial, failureOf, ids, sentIn, trial, type Trial } from './trials.ts';

/** What became of one question. */
export interface Answer {
  readonly group: Group;
  readonly question: string;
  /** `open` where time ran out before either: then nothing was found that breaks it. */
  readonly verdict: 'yes' | 'no' | 'open';
  /** What was found, in sentences. */
  readonly found: readonly string[];
  /** The shortest run that shows it, as commands. */
  readonly commands: readonly string[];
}

export type Group = 'conformance' | 'loyal generals' | 'loyal nodes' | 'claims' | 'treason' | 'beyond the bound';

export interface GradeRequest {
  readonly protocol: AnyRoundsProtocol;
  /** What it is held to; what it says of itself, if not given. */
  readonly against?: Paper | undefined;
  /** Milliseconds since some time, or of a processor. */
  readonly clock: () => number;
  /** For how many of these milliseconds treasons are sought, in all. */
  readonly patience: number;
}

/** How far a grading has come. */
export interface Step {
  readonly done: number;
  readonly total: number;
  readonly question: string;
}

export type Found = Omit<Answer, 'group' | 'question'>;

export interface Question {
  readonly group: Group;
  readonly question: string;
  readonly ask: () => Found | Generator<undefined, Found>;
}

export const YES: Found = { verdict: 'yes', found: [], commands: [] };
export const no = (found: readonly string[], commands: readonly string[] = []): Found => ({ verdict: 'no', found, commands });

/** Asks all questions about a protocol. */
export const gradeOf = (request: GradeRequest): Generator<Step, readonly Answer[]> => askAll(questionsOf(request));

/** Asks all questions. Between its steps, which take some milliseconds each, other things can be done. */
export function* askAll(questions: readonly Question[]): Generator<Step, readonly Answer[]> {
  const answers: Answer[] = [];
  for (const question of questions) {
    const step = { done: answers.length, total: questions.length, question: question.question };
    yield step;
    const answer = answerTo(question, answers);
    for (let next = answer.next(); ; next = answer.next()) {
      if (next.done === true) {
        answers.push(next.value);
        break;
      }
      yield step;
    }
  }
  return answers;
}

/** Asks one question. @param before what was answered before: nothing more is asked of what does not come back, and nothing of it is earned */
export function* answerTo({ group, question, ask }: Question, before: readonly Answer[]): Generator<undefined, Answer> {
  const endless = before.find(({ verdict, found }) => verdict === 'no' && /did not come back|of memory by then/.test(found[0] ?? ''))?.found[0];
  const found: Found = endless === undefined ? yield* asked(ask) : no([`not asked, as ${endless}`]);
  return { group, question, ...found };
}

/** What code does that none may do is an answer, too. */
function* asked(ask: Question['ask']): Generator<undefined, Found> {
  try {
    const begun = limited(ask);
    if (!('next' in begun)) return begun;
    for (;;) {
      const next = limited(() => begun.next());
      if (next.done === true) return next.value;
      yield;
    }
  } catch (error) {
    if (error instanceof CodeFault) return no([error.message]);
    if (error instanceof Error) return no([`what it says of its messages does not fit: ${error.message.split('\n')[0]!}`]);
    throw error;
  }
}

/** All that is asked of a protocol, in the order in which it is asked. */
export function questionsOf(request: GradeRequest): readonly Question[] {
  const { protocol, against } = request;
  const ms = against?.ms ?? [1, 2].filter((m) => protocol.refuses(protocol.membersNeeded(m), m) === undefined);
  const members = (m: number): number => against?.members(m) ?? protocol.membersNeeded(m);
  const until = deadlines(request, ms.length * 2);
  return [
    { group: 'conformance', question: 'two runs of the same are alike', ask: () => alike(protocol, (one) => runInRounds(one, one)) },
    { group: 'conformance', question: 'its state is plain data, which can be copied at any time', ask: () => alike(protocol, (one) => runCloned(protocol, one)) },
    { group: 'conformance', question: 'parse takes anything, and makes of it a message or undefined', ask: () => parsesAnything(protocol) },
    { group: 'conformance', question: 'it parses what it sends, and every lie that it names', ask: () => parsesItself(protocol) },
    { group: 'conformance', question: 'every message has a word, and a lie that says something else', ask: () => hasWords(protocol) },
    { group: 'conformance', question: 'it takes any message from anyone, in any round', ask: () => takesAnything(protocol) },
    { group: 'conformance', question: 'it fits one to ten generals by default', ask: () => fits(protocol) },
    { group: 'loyal generals', question: 'one to ten loyal generals do what was ordered, whoever commands', ask: () => obeys(protocol) },
    { group: 'loyal generals', question: 'they send as many messages as it says', ask: () => counts(protocol) },
    { group: 'claims', question: 'it keeps what it claims, to spare a search work', ask: () => keepsClaims(protocol) },
    ...(against === undefined ? [] : ms.flatMap((m): Question[] => [
      { group: 'claims', question: `it says that it stands ${traitors(m)} among ${against.members(m)}`, ask: () => reaches(protocol, m, against.members(m)) },
      { group: 'claims', question: `it takes at most ${counted(against.rounds(m), 'round')} for ${traitors(m)}`, ask: () => takesRounds(protocol, m, against) },
    ])),
    { group: 'treason', question: 'no mix of our strategies breaks it within its bound', ask: () => standsStrategies(protocol, ms, members) },
    ...(ms.includes(1) ? [{ group: 'treason', question: 'nothing that is said out of turn breaks it', ask: () => standsStrays(protocol, members(1)) } as const] : []),
    ...ms.map((m): Question => ({ group: 'treason', question: `no treason of ${traitors(m)} among ${members(m)} breaks it`, ask: () => standsAll(protocol, m, members(m), until) })),
    ...ms.filter((m) => members(m) - 1 > m + 1).map((m): Question => ({ group: 'beyond the bound', question: `the smallest lie of ${traitors(m)} among ${members(m) - 1}`, ask: () => smallestLie(protocol, m, members(m) - 1, until) })),
  ];
}

const traitors = (m: number): string => counted(m, 'traitor', 'traitors');

/** Each search has its share of what is left of the time. */
function deadlines({ clock, patience }: GradeRequest, searches: number): () => () => boolean {
  let end: number | undefined;
  let left = searches;
  return () => {
    end ??= clock() + patience;
    const until = clock() + Math.max(500, (end - clock()) / Math.max(1, left));
    left -= 1;
    return () => clock() > until;
  };
}

/** Trials with traitors, few generals first, so that the first that fails is a small one. */
function* drawnTrials(protocol: AnyRoundsProtocol, count: number, least = 1): Generator<Trial> {
  for (let n = least; n <= 7; n += 1) {
    const m = protocol.faultsByDefault(n);
    if (protocol.refuses(n, m) !== undefined) continue;
    for (let seed = 0; seed < count; seed += 1) yield drawTrial({ protocol: protocol.name, n, m, seed, traitors: seed % n });
  }
}

/** A run as commands of the prompt, whatever it is begun with. */
function commandsOf({ protocol, members, m, commander, order, seed, traitors: betraying }: Trial, told: readonly string[] = []): string[] {
  return [
    `g-muster ${members.length}`,
    `g-protocol ${protocol} ${m}`,
    `g-elect ${commander}`,
    ...[...betraying].map(([id, strategy]) => `g-state ${id} faulty ${strategy}`),
    ...told,
    `g-seed ${seed} 1`,
    `actual-order ${order} anyway`,
    'g-why',
  ];
}

function alike(protocol: AnyRoundsProtocol, run: (one: Trial) => unknown): Found {
  for (const one of drawnTrials(protocol, 20)) {
    let again: string;
    const first = JSON.stringify(runInRounds(one, one));
    try {
      again = JSON.stringify(run(one));
    } catch (error) {
      if (error instanceof CodeFault) throw error;
      return no([`among ${members(one)} a copy cannot be made of it: ${error instanceof Error ? error.message.split('\n')[0]! : 'it is no plain data'}`], commandsOf(one));
    }
    if (again !== first) return no([`among ${members(one)} the same order, given again, came out otherwise`], commandsOf(one));
  }
  return YES;
}

const members = (one: Trial): string => counted(one.members.length, 'general');

function runCloned(protocol: AnyRoundsProtocol, one: Trial): unknown {
  const choose = seeded(one.seed);
  const army = one.members.map((id) => roleInstance(one, id, one.traitors.get(id), choose, symbolicSigner(id)));
  // A traitor's instance holds the honest state inside of its own: its protocol is copied as a whole.
  return protocol.name === one.protocol ? runInstances(army.map((general) => ({ ...general, protocol: cloning(general.protocol) })), one.order) : undefined;
}

const ODD: readonly unknown[] = [
  undefined, null, true, 0, -1, 1.5, Number.NaN, Infinity, 10n, '', ' ', 'attack', 'retreat', 'Attack', 'charge', 'attack ', 'attack 1 2', 'attack:1', 'order attack', 'toString', '__proto__', '\ud800', 'x'.repeat(10_000),
  [], ['attack'], [[]], {}, { type: 'attack' }, { order: 'attack', path: [1, 1, 1] }, { order: {}, from: 'G1' }, Object.create(null), new Date(0), new Map(), new Uint8Array(4), Symbol('odd'), () => 'attack',
];

const parsesAnything = (protocol: AnyRoundsProtocol): Found => parsesAll((input) => protocol.parse(input), [...messagesOf(protocol)]);

/** Whether a parse makes of anything, and of all that is nearly one of these messages, a message that it parses to itself, or nothing. */
export function parsesAll(parse: (input: unknown) => unknown, messages: readonly unknown[]): Found {
  for (const input of [...ODD, ...messages.flatMap(nearTo)]) {
    const message = parse(input);
    if (message === undefined) continue;
    if (JSON.stringify(parse(message)) !== JSON.stringify(message)) return no([`it makes ${text(message)} of ${text(input)}, and something else of that`]);
  }
  return YES;
}

/** A message, with a part of it changed. */
function nearTo(message: unknown): unknown[] {
  if (typeof message === 'string') return [`${message}x`, message.slice(1), message.toUpperCase(), message.replace(/\d/, '0'), [message]];
  if (typeof message !== 'object' || message === null) return [[message], String(message)];
  return Object.keys(message).flatMap((key) => [null, {}, [], -1, 'x', undefined].map((value) => (Array.isArray(message) ? (message as readonly unknown[]).with(Number(key), value) : { ...message, [key]: value })));
}

/** What is said among two to five generals, each word once. */
function messagesOf(protocol: AnyRoundsProtocol): ReadonlySet<unknown> {
  const said = new Map<string, unknown>();
  for (const one of drawnTrials(protocol, 4, 2)) {
    for (const { heard } of runInRounds(one, one).reports) for (const { messages } of heard.flat()) for (const message of messages) if (said.size < 200) said.set(JSON.stringify(message), message);
  }
  return new Set(said.values());
}

export function text(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  const whole = typeof value === 'function' || typeof value === 'symbol' ? `a ${typeof value}` : (JSON.stringify(value) ?? 'undefined');
  return whole.length > 60 ? `${whole.slice(0, 60).toWellFormed()}…` : whole;
}

function contextAmong(n: number, m: number, self = 2): Context {
  const id = nodeId(Math.min(self, n));
  return contextOf({ members: ids(n), commander: nodeId(1), m, number: 1 }, id, symbolicSigner(id));
}

function parsesItself(protocol: AnyRoundsProtocol): Found {
  for (const one of drawnTrials(protocol, 3, 2)) {
    for (const { id, heard } of runInRounds(one).reports) {
      for (const { from, messages } of heard.flat()) {
        for (const message of messages) {
          if (JSON.stringify(protocol.parse(structuredClone(message))) !== JSON.stringify(message)) return no([`it sends ${text(message)} to ${nameOf(id)}, and its parse makes ${text(protocol.parse(structuredClone(message)))} of that`], commandsOf({ ...one, traitors: new Map() }));
          const context = contextOf(one, from, symbolicSigner(from));
          for (const lie of protocol.lies(context, message)) {
            if (protocol.parse(lie) === undefined) return no([`it names the lie ${text(lie)}, which its own parse takes for no message`]);
            if (JSON.stringify(lie) === JSON.stringify(message)) return no([`it names ${text(lie)} as a lie in the place of itself`]);
          }
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
    const setting = settingOf(problem);
    const run = runnerOf({ ...problem, protocol: { ...protocol, claims: {} } });
    for (let number = 0; number < 10; number += 1) {
      const treason = drawn({ ...problem, faultsMin: 1 }, number);
      let flaw: string | undefined;
      run(treason, (one) => {
        const words = one.alternatives.map((action) => wordOf(protocol, setting, action));
        const honest = wordIn(protocol, setting, one.honest);
        if (words.includes(undefined)) flaw ??= `${text(one.honest)} has no word: its words are to name attack or retreat, or nothing`;
        else if (honest !== 'nothing' && protocol.limits === undefined && !words.includes(counterpart(honest))) flaw ??= `its lies know nothing to say for ${counterpart(honest)} in the place of ${text(one.honest)}, so a search would prove too much`;
        return treason.decide(one);
      });
      if (flaw !== undefined) return no([flaw]);
    }
  }
  return YES;
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
      const inbox = context.members.filter((id) => id !== context.self && draw(100 * round + id, 2) === 0).map((from): Heard<unknown> => ({ from, messages: Array.from({ length: 1 + draw(1000 * round + from, 3) }, (_, at) => said[draw(10_000 * round + 10 * from + at, said.length)]) }));
      protocol.step(context, state, { type: 'round', round, inbox });
    }
  }
  return YES;
}

function fits(protocol: AnyRoundsProtocol): Found {
  for (let n = 1; n <= 10; n += 1) {
    const m = protocol.faultsByDefault(n);
    const refusal = protocol.refuses(n, m);
    if (refusal !== undefined) return no([`among ${counted(n, 'general')} it has m = ${m} by default, and refuses that: ${refusal}`]);
    if (n > 1 && protocol.membersNeeded(m) > n) return no([`among ${counted(n, 'general')} it has m = ${m} by default, for which it says that ${protocol.membersNeeded(m)} are needed`]);
  }
  return YES;
}

function* obeys(protocol: AnyRoundsProtocol): Generator<undefined, Found> {
  for (let n = 1; n <= 10; n += 1) {
    const m = protocol.faultsByDefault(n);
    if (protocol.refuses(n, m) !== undefined || protocol.messages(contextAmong(n, m)) > MESSAGES_MAX) continue;
    for (const order of ORDERS) {
      for (const commander of new Set([1, n])) {
        const one = trial({ protocol: protocol.name, n, m, commander: nodeId(commander), order });
        const account = runInRounds(one);
        const wrong = [...decisionsOf(account)].find(([, decision]) => decision !== order);
        if (wrong !== undefined) return no([`${nameOf(one.commander)} ordered ${order} among ${members(one)}, all loyal, and ${nameOf(wrong[0])} decided ${wrong[1] ?? 'nothing'}`], commandsOf(one));
        const blamed = account.accusations[0];
        if (blamed !== undefined) return no([`${nameOf(blamed.by)} accused ${nameOf(blamed.suspect)}, who is loyal: ${blamed.evidence}`], commandsOf(one));
      }
    }
    yield;
  }
  return YES;
}

/** The most messages of one run. */
const MESSAGES_MAX = 20_000;

function counts(protocol: AnyRoundsProtocol): Found {
  for (let n = 1; n <= 8; n += 1) {
    for (let m = 0; m < n; m += 1) {
      if (protocol.refuses(n, m) !== undefined) continue;
      const told = protocol.messages(contextAmong(n, m));
      if (told > MESSAGES_MAX) continue;
      const one = trial({ protocol: protocol.name, n, m });
      const sent = sentIn(runInRounds(one));
      if (sent !== told) return no([`among ${members(one)}, with m = ${m}, ${counted(sent, 'message was', 'messages were')} sent, and it says ${told}`], commandsOf(one));
    }
  }
  return YES;
}

function keepsClaims(protocol: AnyRoundsProtocol): Found {
  for (const n of [3, 4]) {
    const m = Math.min(1, protocol.faultsByDefault(n));
    if (protocol.refuses(n, m) !== undefined) continue;
    const problem = problemOf({ protocol, members: n, faults: 1, m });
    if (withClaimsKept(problem) !== problem) return no([`among ${n} seeded treasons show that it does not keep ${Object.keys(protocol.claims ?? {}).join(', ')}`]);
  }
  return YES;
}

function reaches(protocol: AnyRoundsProtocol, m: number, n: number): Found {
  const refusal = protocol.refuses(n, m);
  if (refusal !== undefined) return no([`among ${n} it refuses m = ${m}: ${refusal}`]);
  const needed = protocol.membersNeeded(m);
  return needed <= n ? YES : no([`it says that it needs ${needed} generals for ${traitors(m)}, and ${n} are enough`]);
}

function takesRounds(protocol: AnyRoundsProtocol, m: number, against: Paper): Found {
  const n = against.members(m);
  if (protocol.refuses(n, m) !== undefined) return no([`among ${n} it refuses m = ${m}`]);
  const rounds = protocol.rounds(contextAmong(n, m));
  return rounds <= against.rounds(m) ? YES : no([`among ${n} it takes ${counted(rounds, 'round')}, and ${against.rounds(m)} are enough`]);
}

function* standsStrategies(protocol: AnyRoundsProtocol, ms: readonly number[], bound: (m: number) => number): Generator<undefined, Found> {
  for (const m of ms) {
    for (let n = Math.max(bound(m), m + 1); n <= bound(m) + 2; n += 1) {
      if (protocol.refuses(n, m) !== undefined) return no([`among ${n} it refuses m = ${m}`]);
      if (protocol.messages(contextAmong(n, m)) > 2_000) continue;
      for (let seed = 0; seed < 120; seed += 1) {
        const one = drawTrial({ protocol: protocol.name, n, m, seed, traitors: 1 + (seed % m) });
        const failure = failureOf(one);
        if (failure !== undefined) return no([failure.replace(/ \(repeat with.*/, '')], commandsOf(one));
      }
      yield;
    }
  }
  return YES;
}

/** How many orders are given with a traitor that speaks out of turn, for each number of generals. */
const STRAYS = 400;

function* standsStrays(protocol: AnyRoundsProtocol, least: number): Generator<undefined, Found> {
  const said = signs(protocol) ? [] : [...messagesOf(protocol)];
  for (let n = Math.max(least, 3); n <= Math.max(least, 3) + 1; n += 1) {
    if (protocol.refuses(n, 1) !== undefined) continue;
    for (let seed = 0; seed < STRAYS; seed += 1) {
      const found = strayed(protocol, n, seed, said);
      if (found !== undefined) return no([`${nameOf(found.one.commander)} orders ${found.one.order} among ${members(found.one)}`, ...deedsIn(found), `so ${found.failure}`], commandsOf(found.one, linesThatTell(found.traitor, found.deeds)));
      if (seed % 20 === 0) yield;
    }
  }
  return YES;
}

/** Whether its generals sign anything: what one of them said elsewhere is not for others to say, then. */
function signs(protocol: AnyRoundsProtocol): boolean {
  let isSigned = false;
  const [one] = [4, 3].filter((n) => protocol.refuses(n, 1) === undefined).map((n) => trial({ protocol: protocol.name, n, m: 1 }));
  if (one === undefined) return true;
  const watched = (signer: Signer): Signer => ({ verify: signer.verify.bind(signer), digest: signer.digest.bind(signer), sign: (domain, body) => ((isSigned = true), signer.sign(domain, body)) });
  runInstances(one.members.map((id) => roleInstance(one, id, undefined, seeded(1), watched(symbolicSigner(id)))), one.order);
  return isSigned;
}

type Searched = { readonly type: 'open' | 'holds'; readonly told: string } | { readonly type: 'broken'; readonly found: readonly string[]; readonly commands: readonly string[] };

function* searched(protocol: AnyRoundsProtocol, m: number, n: number, until: () => () => boolean): Generator<undefined, Searched> {
  const isLate = until();
  const search = searchOf({ protocol, members: n, faults: m, m });
  for (let step = search.next(); ; step = search.next(isLate())) {
    if (step.done !== true) {
      yield;
      continue;
    }
    const result = step.value;
    switch (result.type) {
      case 'holds':
        return { type: 'holds', told: `all ${counted(result.treasons, 'treason')} covered` };
      case 'unknown':
        return { type: 'open', told: result.covered === 0n ? 'time ran out before anything was found' : `time ran out: none of ${counted(result.covered, 'treason')} breaks it` };
      case 'violated': {
        const { violation, isSmallest } = result;
        const lies = violation.lies.length;
        return { type: 'broken', found: [`${violation.property} is broken by ${counted(lies, 'lie')}${isSmallest ? '' : ', and fewer may do'}: G${violation.commander} orders ${violation.order}`, ...liesIn(violation), `so ${violation.witness}`], commands: scriptOf(violation).filter((line) => !line.startsWith('#')) };
      }
      default:
        result satisfies never;
    }
  }
}

function* standsAll(protocol: AnyRoundsProtocol, m: number, n: number, until: () => () => boolean): Generator<undefined, Found> {
  const refusal = protocol.refuses(n, m);
  if (refusal !== undefined) return no([`among ${n} it refuses m = ${m}: ${refusal}`]);
  const result = yield* searched(protocol, m, n, until);
  if (result.type === 'broken') return no(result.found, result.commands);
  return { verdict: result.type === 'holds' ? 'yes' : 'open', found: [result.told], commands: [] };
}

/** Of one general fewer a paper promises nothing: what breaks there is told, and costs nothing. */
function* smallestLie(protocol: AnyRoundsProtocol, m: number, n: number, until: () => () => boolean): Generator<undefined, Found> {
  const refusal = protocol.refuses(n, m);
  if (refusal !== undefined) return { verdict: 'open', found: [`it refuses to run there: ${refusal}`], commands: [] };
  const result = yield* searched(protocol, m, n, until);
  if (result.type === 'broken') return { verdict: 'yes', found: result.found, commands: result.commands };
  return { verdict: 'open', found: [result.told], commands: [] };
}

