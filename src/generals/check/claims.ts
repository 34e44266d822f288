import type { NodeId } from '../../core/node.ts';
import { DEFAULT_ORDER } from '../order.ts';
import type { AnyRoundsProtocol, Claims } from '../protocol.ts';
import { wordOf } from './alternatives.ts';
import type { Problem } from './request.ts';
import type { Word } from './result.ts';
import { decisionsOf, drawsOf, runnerOf, sampled, type Drawn } from './seeded.ts';
import { settingOf, type Asked } from './trial.ts';

/**
 * The request with a protocol that claims no more than its code keeps, as far as seeded treasons show: each is run with all that a
 * traitor may do, and then with what the claims say does the same. What is claimed in vain is left out, and costs time.
 */
export function withClaimsKept(problem: Problem): Problem {
  const { protocol } = problem;
  const { claims } = protocol;
  if (claims === undefined || !Object.values(claims).includes(true)) return problem;
  const key = JSON.stringify([problem.members, problem.commander, problem.m, problem.faults, problem.faultsMin, problem.orders, problem.traitors]);
  let settings = known.get(protocol);
  if (settings === undefined) known.set(protocol, (settings = new Map()));
  let kept = settings.get(key);
  if (kept === undefined) settings.set(key, (kept = brokenClaim(problem) === undefined));
  return kept ? problem : { ...problem, protocol: { ...protocol, claims: {} } };
}

const known = new WeakMap<AnyRoundsProtocol, Map<string, boolean>>();

/** Fewer than in a comparison of verdicts: each costs two runs, and whoever needs this searches small armies. */
const DRAWS = 1000;

/** A treason that shows that a claim is not kept. */
export interface BrokenClaim {
  readonly claim: keyof Claims;
  readonly treason: Drawn;
  /** What traitors said, message by message, and then what is claimed to do the same; undefined where a message has no word. */
  readonly said: readonly (ReadonlyMap<NodeId, readonly Word[]> | undefined)[];
}

/** The first seeded treason that shows that a claim is not kept; undefined if none does. */
export function brokenClaim(problem: Problem): BrokenClaim | undefined {
  const { protocol } = problem;
  const { silenceIsTheDefault = false, firstWordCounts = false, isSteady = false } = protocol.claims ?? {};
  const run = runnerOf({ ...problem, protocol: { ...protocol, claims: {} } });
  const asked = new Map<string, string>();
  for (const treason of sampled(problem, run, drawsOf(problem, DRAWS))) {
    const counts: number[] = [];
    const whole = run(treason, (one) => {
      counts.push(one.alternatives.length);
      return treason.decide(one);
    });
    const decideShorter = (one: Asked): number | undefined => alike(one, treason.decide(one));
    let isThere = true;
    /** By which claim a message is left out. */
    let claim: keyof Claims = 'firstWordCounts';
    const shorter = run(treason, (one) => {
      const index = decideShorter(one);
      if (index !== treason.decide(one) && one.alternatives[treason.decide(one)]!.now.length === 0) claim = 'silenceIsTheDefault';
      if (index === undefined) isThere = false;
      return index ?? 0;
    });
    const broken = (by: keyof Claims, ...said: readonly Drawn['decide'][]): BrokenClaim => ({ claim: by, treason, said: said.map((decide) => saidIn(treason, decide)) });
    if (!isThere) return broken('silenceIsTheDefault', treason.decide);
    const [expected, found] = [decisionsOf(problem, whole), decisionsOf(problem, shorter)];
    if ([...expected].some(([id, decision]) => found.get(id) !== decision)) return broken(claim, treason.decide, (one) => decideShorter(one)!);
    const key = treason.traitors.join(' ');
    if (isSteady && (asked.get(key) ?? counts.join()) !== counts.join()) return broken('isSteady', treason.decide);
    asked.set(key, counts.join());
  }
  return undefined;

  /** What each traitor says in such a run, in words. */
  function saidIn(treason: Drawn, decide: Drawn['decide']): ReadonlyMap<NodeId, readonly Word[]> | undefined {
    const words = new Map<NodeId, (Word | undefined)[]>(treason.traitors.map((id) => [id, []]));
    run(treason, (one) => {
      const index = decide(one);
      words.get(one.question.from)!.push(wordOf(protocol, settingOf(problem), one.alternatives[index]!));
      return index;
    });
    return [...words.values()].some((all) => all.includes(undefined)) ? undefined : (words as ReadonlyMap<NodeId, readonly Word[]>);
  }

  /** What is claimed to do the same as this alternative; undefined if there is no such thing among those that are left. */
  function alike({ alternatives }: Asked, index: number): number | undefined {
    const { now } = alternatives[index]!;
    if (now.length > 1 && firstWordCounts) return 0;
    if (now.length > 0 || !silenceIsTheDefault) return index;
    const silent = alternatives.findIndex((one) => wordOf(protocol, settingOf(problem), one) === DEFAULT_ORDER);
    return silent < 0 ? undefined : silent;
  }
}
