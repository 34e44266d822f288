import type { FaultPlan } from './fault-plan.ts';
import type { Outcome, System } from './system.ts';

/** A plan that still fails, of as few parts as taking one away at a time leads to. */
export interface Shrunk<Plan> {
  readonly plan: Plan;
  readonly outcome: Outcome;
  /** What is left, and how many parts were taken away. */
  readonly kept: readonly string[];
  readonly removed: number;
}

/**
 * Cuts a plan that breaks a property down to parts of which none can be left out without the same property holding: first
 * by halves, then by ever smaller pieces, then one by one, until none more can go (Zeller and Hildebrandt, "Simplifying and
 * Isolating Failure-Inducing Input", IEEE TSE 28, 2002). @param outcome what the whole plan leads to
 */
export function shrink<Plan extends FaultPlan>(system: System<Plan>, plan: Plan, outcome: Outcome, simulate: (plan: Plan) => Outcome): Shrunk<Plan> {
  const all = system.parts(plan);
  let best: Shrunk<Plan> = { plan, outcome, kept: all, removed: 0 };
  const fails = (kept: readonly string[]): boolean => {
    const smaller = system.only(plan, new Set(kept));
    const result = simulate(smaller);
    if (result.type !== outcome.type || result.property !== outcome.property) return false;
    best = { plan: smaller, outcome: result, kept, removed: all.length - kept.length };
    return true;
  };
  for (let size = Math.max(1, Math.ceil(all.length / 2)); ; ) {
    const before = best.kept.length;
    for (let start = 0; start < best.kept.length; ) {
      // What was behind a piece that went is now where that was.
      if (!fails([...best.kept.slice(0, start), ...best.kept.slice(start + size)])) start += size;
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (best.kept.length === before) return best;
  }
}

/** The parts of what any plan has. */
export const partsOfFaults = ({ traitors, partitions, crashes, pauses, joins, leaves, clocks, jumps, lost, repeated, delay, sync }: FaultPlan): string[] => [
  ...[...traitors.keys()].map((id) => `traitor${id}`),
  ...numbered('partition', partitions),
  ...numbered('crash', crashes),
  ...numbered('pause', pauses),
  ...numbered('join', joins),
  ...numbered('leave', leaves),
  ...numbered('clock', clocks),
  ...numbered('jump', jumps),
  ...(lost > 0 ? ['loss'] : []),
  ...(repeated > 0 ? ['repeats'] : []),
  ...(delay > 1 ? ['lateness'] : []),
  ...(sync > 0 ? ['slow-disks'] : []),
];

/** Those of a plan’s faults that are among these parts. */
export const onlyFaults = ({ traitors, partitions, crashes, pauses, joins, leaves, clocks, jumps, lost, repeated, delay, sync }: FaultPlan, parts: ReadonlySet<string>): Omit<FaultPlan, 'n' | 'seed' | 'stabilisesAt'> => ({
  traitors: new Map([...traitors].filter(([id]) => parts.has(`traitor${id}`))),
  partitions: among('partition', partitions, parts),
  crashes: among('crash', crashes, parts),
  pauses: among('pause', pauses, parts),
  joins: among('join', joins, parts),
  leaves: among('leave', leaves, parts),
  clocks: among('clock', clocks, parts),
  jumps: among('jump', jumps, parts),
  lost: parts.has('loss') ? lost : 0,
  repeated: parts.has('repeats') ? repeated : 0,
  delay: parts.has('lateness') ? delay : 1,
  sync: parts.has('slow-disks') ? sync : 0,
});

export const numbered = (name: string, list: readonly unknown[]): string[] => list.map((_, index) => `${name}${index + 1}`);

export const among = <Item>(name: string, list: readonly Item[], parts: ReadonlySet<string>): Item[] => list.filter((_, index) => parts.has(`${name}${index + 1}`));
