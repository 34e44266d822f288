import { DEFAULT_ORDER } from '../order.ts';
import type { AnyRoundsProtocol } from '../protocol.ts';
import { wordOf } from './alternatives.ts';
import type { Problem } from './request.ts';
import { decisionsOf, drawsOf, runnerOf, sampled } from './seeded.ts';
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
  if (kept === undefined) settings.set(key, (kept = areKept(problem)));
  return kept ? problem : { ...problem, protocol: { ...protocol, claims: {} } };
}

const known = new WeakMap<AnyRoundsProtocol, Map<string, boolean>>();

/** Fewer than in a comparison of verdicts: each costs two runs, and whoever needs this searches small armies. */
const DRAWS = 1000;

function areKept(problem: Problem): boolean {
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
    let isThere = true;
    const shorter = run(treason, (one) => {
      const index = alike(one, treason.decide(one));
      if (index === undefined) isThere = false;
      return index ?? 0;
    });
    if (!isThere) return false;
    const [expected, found] = [decisionsOf(problem, whole), decisionsOf(problem, shorter)];
    if ([...expected].some(([id, decision]) => found.get(id) !== decision)) return false;
    const key = treason.traitors.join(' ');
    if (isSteady && (asked.get(key) ?? counts.join()) !== counts.join()) return false;
    asked.set(key, counts.join());
  }
  return true;

  /** What is claimed to do the same as this alternative; undefined if there is no such thing among those that are left. */
  function alike({ alternatives }: Asked, index: number): number | undefined {
    const { now } = alternatives[index]!;
    if (now.length > 1 && firstWordCounts) return 0;
    if (now.length > 0 || !silenceIsTheDefault) return index;
    const silent = alternatives.findIndex((one) => wordOf(protocol, settingOf(problem), one) === DEFAULT_ORDER);
    return silent < 0 ? undefined : silent;
  }
}
