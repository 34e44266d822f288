/** Whether a protocol does what was ordered, as many messages cost, and keeps what it and a paper say of it. */
import { counted } from '../../core/figures.ts';
import { nameOf, nodeId, type NodeId } from '../../core/node.ts';
import { brokenClaim } from '../check/claims.ts';
import { problemOf } from '../check/request.ts';
import type { Drawn } from '../check/seeded.ts';
import { DEFAULT_ORDER, ORDERS } from '../order.ts';
import type { AnyRoundsProtocol, Claims } from '../protocol.ts';
import { UNSEEN, YES, no, type Found, type Question } from './answers.ts';
import type { Paper } from './papers.ts';
import { MESSAGES_MAX, armyOf, commandsOf, contextAmong, ran, refusalOf, traitors } from './runs.ts';
import { decisionsOf, sentIn, trial, type Trial } from './trials.ts';

/** What is asked of loyal generals. */
export const loyalOf = (protocol: AnyRoundsProtocol): Question[] => [
  { group: 'loyal generals', question: 'one to ten loyal generals do what was ordered, whoever commands', ask: () => obeys(protocol) },
  { group: 'loyal generals', question: 'they send as many messages as it says', ask: () => counts(protocol) },
];

/** What is asked of what it says, and of what a paper says. */
export const claimsOf = (protocol: AnyRoundsProtocol, against: Paper | undefined, ms: readonly number[]): Question[] => [
  { group: 'claims', question: 'it keeps what it claims, to spare a search work', ask: () => keepsClaims(protocol) },
  ...(against === undefined ? [] : ms.flatMap((m) => promisesOf(protocol, against, m))),
];

const promisesOf = (protocol: AnyRoundsProtocol, against: Paper, m: number): Question[] => [
  {
    group: 'claims',
    question: `it says that it stands ${traitors(m)} among ${against.members(m)}`,
    ask: () => reaches(protocol, m, against.members(m)),
  },
  {
    group: 'claims',
    question: `it takes at most ${counted(against.rounds(m), 'round')} for ${traitors(m)}`,
    ask: () => takesRounds(protocol, m, against),
  },
];

function* obeys(protocol: AnyRoundsProtocol): Generator<undefined, Found> {
  for (let n = 1; n <= 10; n += 1) {
    const m = protocol.faultsByDefault(n);
    if (protocol.refuses(n, m) !== undefined || protocol.messages(contextAmong(n, m)) > MESSAGES_MAX) continue;
    for (const order of ORDERS) {
      for (const commander of new Set([1, n])) {
        const one = trial({ protocol: protocol.name, n, m, commander: nodeId(commander), order });
        const flaw = disobedience(one);
        if (flaw !== undefined) return no([flaw], commandsOf(one));
      }
    }
    yield;
  }
  return YES;
}

/** What the loyal do that they should not. */
function disobedience(one: Trial): string | undefined {
  const account = ran(one);
  const wrong = [...decisionsOf(account)].find(([, decision]) => decision !== one.order);
  if (wrong !== undefined) {
    const ordered = `${nameOf(one.commander)} ordered ${one.order} among ${armyOf(one)}, all loyal`;
    return `${ordered}, and ${nameOf(wrong[0])} decided ${wrong[1] ?? 'nothing'}`;
  }
  const [blamed] = account.accusations;
  return blamed && `${nameOf(blamed.by)} accused ${nameOf(blamed.suspect)}, who is loyal: ${blamed.evidence}`;
}

function counts(protocol: AnyRoundsProtocol): Found {
  for (let n = 1; n <= 8; n += 1) {
    for (let m = 0; m < n; m += 1) {
      if (protocol.refuses(n, m) !== undefined) continue;
      const told = protocol.messages(contextAmong(n, m));
      if (told > MESSAGES_MAX) continue;
      const one = trial({ protocol: protocol.name, n, m });
      const sent = sentIn(ran(one));
      if (sent === told) continue;
      const words = `${counted(sent, 'message was', 'messages were')} sent, and it says ${told}`;
      return no([`among ${armyOf(one)}, with m = ${m}, ${words}`], commandsOf(one));
    }
  }
  return YES;
}

function keepsClaims(protocol: AnyRoundsProtocol): Found {
  for (const n of [3, 4]) {
    const m = Math.min(1, protocol.faultsByDefault(n));
    if (protocol.refuses(n, m) !== undefined) continue;
    const problem = problemOf({ protocol, members: n, faults: 1, m });
    const broken = brokenClaim(problem);
    if (broken === undefined) continue;
    const { claim, treason, said } = broken;
    const told = `among ${n}, with ${treason.traitors.map(nameOf).join(', ') || 'nobody'} as traitor, it does not keep ${claim}: ${UNKEPT[claim]}`;
    return no([told], said.includes(undefined) ? [] : scriptFor(protocol, { n, m }, treason, said as readonly Told[]));
  }
  return YES;
}

/** What is seen where a claim is not kept. */
const UNKEPT: Readonly<Record<keyof Claims, string>> = {
  silenceIsTheDefault: `silence did something else than ${DEFAULT_ORDER}, said in its place`,
  firstWordCounts: 'two messages in one place did something else than the first alone',
  isSteady: 'how many messages traitors have to send hung on what was said before',
};

/** What each traitor says. */
type Told = ReadonlyMap<NodeId, readonly string[]>;

/** An order for each way of saying it. */
function scriptFor(protocol: AnyRoundsProtocol, { n, m }: { readonly n: number; readonly m: number }, { traitors: betraying, order }: Drawn, told: readonly Told[]): string[] {
  const each = (words: Told): string[] => [
    ...[...words].filter(([, said]) => said.length > 0).map(([id, said]) => `choose ${id} ${said.join(' ')}`),
    `actual-order ${order} anyway`,
  ];
  return [`g-muster ${n}`, `g-protocol ${protocol.name} ${m}`, 'g-elect 1', ...betraying.map((id) => `g-state ${id} faulty`), ...told.flatMap(each), 'g-why'];
}

function reaches(protocol: AnyRoundsProtocol, m: number, n: number): Found {
  const refusal = protocol.refuses(n, m);
  if (refusal !== undefined) return no([`among ${n} it refuses m = ${m}: ${refusal}`], refusalOf(protocol, n, m));
  const needed = protocol.membersNeeded(m);
  return needed <= n ? YES : no([`it says that it needs ${needed} generals for ${traitors(m)}, and ${n} are enough`, UNSEEN.figures]);
}

function takesRounds(protocol: AnyRoundsProtocol, m: number, against: Paper): Found {
  const n = against.members(m);
  if (protocol.refuses(n, m) !== undefined) return no([`among ${n} it refuses m = ${m}`], refusalOf(protocol, n, m));
  const rounds = protocol.rounds(contextAmong(n, m));
  return rounds <= against.rounds(m) ? YES : no([`among ${n} it takes ${counted(rounds, 'round')}, and ${against.rounds(m)} are enough`], [...commandsOf(trial({ protocol: protocol.name, n, m })).slice(0, -1), 'g-trace last']);
}
