/** Whether a protocol does what was ordered, as many messages cost, and keeps what it and a paper say of it. */
import { counted } from '../../core/figures.ts';
import { nameOf, nodeId } from '../../core/node.ts';
import { withClaimsKept } from '../check/claims.ts';
import { problemOf } from '../check/request.ts';
import { ORDERS } from '../order.ts';
import type { AnyRoundsProtocol } from '../protocol.ts';
import { YES, no, type Found, type Question } from './answers.ts';
import type { Paper } from './papers.ts';
import { MESSAGES_MAX, armyOf, commandsOf, contextAmong, ran, traitors } from './runs.ts';
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
    if (withClaimsKept(problem) === problem) continue;
    return no([`among ${n} seeded treasons show that it does not keep ${Object.keys(protocol.claims ?? {}).join(', ')}`]);
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
