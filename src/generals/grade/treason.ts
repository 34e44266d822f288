/** Whether treason breaks a protocol: a mix of ways, what is said out of turn, and every treason that there is. */
import { counted } from '../../core/figures.ts';
import { seeded } from '../../core/choice.ts';
import type { Signer } from '../../core/machine.ts';
import { symbolicSigner } from '../../core/signer.ts';
import { searchOf } from '../check/check.ts';
import { scriptOf } from '../check/report.ts';
import type { CheckResult } from '../check/result.ts';
import { liesIn } from '../check/words.ts';
import { roleInstance } from '../general.ts';
import type { AnyRoundsProtocol } from '../protocol.ts';
import { runInstances } from '../sim/rounds.ts';
import { YES, no, open, type Found } from './answers.ts';
import { commandsOf, contextAmong, refusalOf, messagesOf, showing } from './runs.ts';
import { shownBy, strayed } from './strays.ts';
import { drawTrial, failureOf, trial } from './trials.ts';

/** @param bound among how many it has to stand so many */
export function* standsStrategies(
  protocol: AnyRoundsProtocol,
  ms: readonly number[],
  bound: (m: number) => number,
): Generator<undefined, Found> {
  for (const m of ms) {
    for (let n = Math.max(bound(m), m + 1); n <= bound(m) + 2; n += 1) {
      if (protocol.refuses(n, m) !== undefined) return no([`among ${n} it refuses m = ${m}`], refusalOf(protocol, n, m));
      if (protocol.messages(contextAmong(n, m)) > 2_000) continue;
      for (let seed = 0; seed < 120; seed += 1) {
        const one = drawTrial({ protocol: protocol.name, n, m, seed, traitors: 1 + (seed % m) });
        const failure = showing(one, () => failureOf(one));
        if (failure !== undefined) return no([failure.replace(/ \(repeat with.*/, '')], commandsOf(one));
      }
      yield;
    }
  }
  return YES;
}

/** @param bound among how many it has to stand so many */
export function* standsStrays(protocol: AnyRoundsProtocol, ms: readonly number[], bound: (m: number) => number): Generator<undefined, Found> {
  const said = signs(protocol) ? [] : [...messagesOf(protocol)];
  for (const m of ms) {
    const least = Math.max(bound(m), m + 2);
    // Two have far more to try together than one, and among one more they come to nothing else.
    for (let n = least; n <= least + (m === 1 ? 1 : 0); n += 1) {
      if (protocol.refuses(n, m) !== undefined) continue;
      const orders = m === 1 ? STRAYS : Math.min(STRAYS_OF_TWO, Math.floor(MESSAGES_OF_TWO / Math.max(1, protocol.messages(contextAmong(n, m)))));
      for (let seed = 0; seed < orders; seed += 1) {
        const found = strayed(protocol, { n, m, traitors: m, seed }, said);
        if (found !== undefined) return shownBy(found);
        if (seed % 20 === 0) yield;
      }
    }
  }
  return YES;
}

/** How many orders are given with a traitor that speaks out of turn, for each number of generals. */
const STRAYS = 400;

/** And with two: so many at the most, and of so many messages in all. */
const STRAYS_OF_TWO = 1_500;
const MESSAGES_OF_TWO = 40_000;

/** Whether its generals sign anything: what one of them said elsewhere is not for others to say, then. */
function signs(protocol: AnyRoundsProtocol): boolean {
  let isSigned = false;
  const fitting = [4, 3].find((n) => protocol.refuses(n, 1) === undefined);
  if (fitting === undefined) return true;
  const one = trial({ protocol: protocol.name, n: fitting, m: 1 });
  const watched = (signer: Signer): Signer => ({
    verify: signer.verify.bind(signer),
    digest: signer.digest.bind(signer),
    sign: (domain, body) => ((isSigned = true), signer.sign(domain, body)),
  });
  runInstances(one.members.map((id) => roleInstance(one, id, undefined, seeded(1), watched(symbolicSigner(id)))), one.order);
  return isSigned;
}

/** One search for treason, and how long it may take. */
interface Search {
  readonly protocol: AnyRoundsProtocol;
  readonly m: number;
  readonly n: number;
  /** Begins its share of the time, and then tells whether it is over. */
  readonly until: () => () => boolean;
}

export function* standsAll({ protocol, m, n, until }: Search): Generator<undefined, Found> {
  const refusal = protocol.refuses(n, m);
  if (refusal !== undefined) return no([`among ${n} it refuses m = ${m}: ${refusal}`], refusalOf(protocol, n, m));
  const result = yield* searched({ protocol, m, n, until });
  switch (result.type) {
    case 'violated':
      return no(brokenBy(result), commandsBy(result));
    case 'holds':
      return { ...YES, found: [toldOf(result)] };
    case 'unknown':
      return open(toldOf(result));
    default:
      return result satisfies never;
  }
}

/** Of one general fewer a paper promises nothing: what breaks there is told, and costs nothing. */
export function* smallestLie({ protocol, m, n, until }: Search): Generator<undefined, Found> {
  const refusal = protocol.refuses(n, m);
  if (refusal !== undefined) return open(`it refuses to run there: ${refusal}`);
  const result = yield* searched({ protocol, m, n, until });
  return result.type === 'violated' ? { verdict: 'yes', found: brokenBy(result), commands: commandsBy(result) } : open(toldOf(result));
}

function* searched({ protocol, m, n, until }: Search): Generator<undefined, CheckResult> {
  const isLate = until();
  const search = searchOf({ protocol, members: n, faults: m, m });
  let step = search.next();
  while (step.done !== true) {
    yield;
    step = search.next(isLate());
  }
  return step.value;
}

type Broken = CheckResult & { readonly type: 'violated' };

function brokenBy({ violation, isSmallest }: Broken): string[] {
  const by = `${counted(violation.lies.length, 'lie')}${isSmallest ? '' : ', and fewer may do'}`;
  return [
    `${violation.property} is broken by ${by}: G${violation.commander} orders ${violation.order}`,
    ...liesIn(violation),
    `so ${violation.witness}`,
  ];
}

const commandsBy = ({ violation }: Broken): string[] => scriptOf(violation).filter((line) => !line.startsWith('#'));

function toldOf(result: Exclude<CheckResult, Broken>): string {
  if (result.type === 'holds') return `all ${counted(result.treasons, 'treason')} covered`;
  if (result.covered === 0n) return 'time ran out before anything was found';
  return `time ran out: none of ${counted(result.covered, 'treason')} breaks it`;
}
