import { philox } from '../../core/philox.ts';
import type { RunResult } from '../host.ts';
import type { RunSpec } from '../run-spec.ts';
import { nameOf, nodeId, type NodeId } from '../../core/node.ts';
import { ORDERS, type Order } from '../order.ts';
import type { Member } from '../outcome.ts';
import type { AnyRoundsProtocol } from '../protocol.ts';
import { STRATEGIES } from '../faults/registry.ts';
import { findingsOf } from '../judge/findings.ts';
import { runInRounds } from '../sim/rounds.ts';

/** One order that can be run, judged, and named so that anyone can run it again. */
export interface Trial extends RunSpec {
  readonly traitors: ReadonlyMap<NodeId, string>;
}

export const ids = (n: number): NodeId[] => Array.from({ length: n }, (_, index) => nodeId(index + 1));

/** G1 orders attack among loyal generals, unless told otherwise. */
export function trial({ n, m, ...rest }: { n: number; m: number; protocol: string } & Partial<Omit<Trial, 'members' | 'faults'>>): Trial {
  return { number: 1, commander: nodeId(1), order: 'attack', seed: 1, draw: 1, deadline: 1000, traitors: new Map(), members: ids(n), m, ...rest };
}

/** A trial with everything drawn from the seed: who commands, what, which `traitors` of them betray, and how. */
export function drawTrial(at: { protocol: string; n: number; m: number; seed: number; traitors: number; strategies?: readonly string[] }): Trial {
  const strategies = at.strategies ?? STRATEGIES.map(({ name }) => name);
  const draw = (what: number, options: number): number => philox(what, at.n, at.m, at.traitors, at.seed, 0) % options;
  const pool = ids(at.n);
  const traitors = new Map<NodeId, string>();
  for (let i = 0; i < at.traitors; i += 1) {
    const [id] = pool.splice(draw(10 + i, pool.length), 1);
    traitors.set(id!, strategies[draw(100 + i, strategies.length)]!);
  }
  return trial({ ...at, traitors, commander: nodeId(1 + draw(1, at.n)), order: ORDERS[draw(2, 2)]! });
}

/** Whom a run of this trial lets down; undefined if nobody. */
export function failureOf(one: Trial, account: RunResult = runInRounds(one, one)): string | undefined {
  const members = one.members.map((id): Member => {
    const strategy = one.traitors.get(id);
    return { id, role: id === one.commander ? 'primary' : 'secondary', state: strategy === undefined ? { type: 'loyal' } : { type: 'faulty', strategy } };
  });
  for (const [property, finding] of Object.entries(findingsOf(one.order, members, account))) {
    if (finding.type === 'violated') return `${property}: ${finding.witness} (${repeatLine(one)})`;
  }
  return undefined;
}

/** The line that repeats a trial. */
export const repeatLine = ({ protocol, members, m: faults, seed, order, commander, traitors }: Trial): string =>
  `repeat with: ${protocol}, n = ${members.length}, m = ${faults}, seed ${seed}, ${nameOf(commander)} orders ${order}, traitors ${
    [...traitors].map(([id, strategy]) => `${nameOf(id)} ${strategy}`).join(', ') || 'none'
  }`;

export const decisionsOf = (account: RunResult): Map<NodeId, Order | undefined> => new Map(account.reports.map(({ id, decision }) => [id, decision]));

export const sentIn = (account: RunResult): number => account.reports.reduce((sum, { sent }) => sum + sent, 0);

/** The protocol with its state cloned before and after each step, as a host may that moves generals about. */
export function cloning(protocol: AnyRoundsProtocol): AnyRoundsProtocol {
  return {
    ...protocol,
    begin: (context) => ({ state: structuredClone(protocol.begin(context)) }),
    step(context, state, event) {
      const holder = state as { state: unknown };
      const inner = structuredClone(holder.state);
      const effects = protocol.step(context, inner, event);
      holder.state = structuredClone(inner);
      return structuredClone(effects);
    },
  };
}
