import { seeded, type Choose } from '../../core/choice.ts';
import type { Event } from '../../core/machine.ts';
import type { NodeId } from '../../core/node.ts';
import { symbolicSigner } from '../../core/signer.ts';
import { Network, type SimNode } from '../../runtime/virtual/network.ts';
import { general, termsOf, type General, type Terms } from '../general.ts';
import { CRASH_MESSAGE, lossBy, type Accusation, type RunResult, type Loss, type Report, type RunObserver } from '../host.ts';
import type { Behaviours, RunSpec } from '../run-spec.ts';
import type { Course, Synchronized, SynchronizerState } from '../synchronizer.ts';

/** What a simulated order meets, beside its specification. */
export interface RunOptions {
  /** What some of them do beside what their protocol asks for. */
  readonly behaviours?: Behaviours;
  /** Members that were lost before. */
  readonly lost?: ReadonlySet<NodeId>;
  /** How many milliseconds of virtual time a frame is under way; 1 if not given. */
  readonly delay?: (from: NodeId, to: NodeId) => number;
  /** Answers the questions of treason; by the order's seed if not given. */
  readonly choose?: Choose;
  readonly observer?: RunObserver;
}

/**
 * Runs one order in virtual time. Without I/O and clock: the same arguments give the same result.
 * @throws UserError if what a traitor is told does not fit what it has to say
 */
export function simulate(spec: RunSpec, options: RunOptions = {}): RunResult {
  const { behaviours, lost = new Set<NodeId>(), delay = () => 1, choose = seeded(spec.seed), observer } = options;
  const terms = new Map<NodeId, Terms>();
  const army = new Map<NodeId, General>();
  const reports = new Map<NodeId, Report>();
  const losses: Loss[] = [];
  const accusations: Accusation[] = [];
  /** What those who are there know before they start. */
  const before: Event<Synchronized>[] = [];

  for (const id of spec.members) {
    const behaviour = behaviours?.get(id) ?? {};
    terms.set(id, termsOf(spec, id, behaviour));
    if (!lost.has(id) && behaviour.crashMode === undefined) army.set(id, general(spec, id, behaviour, choose, symbolicSigner(id), terms.get(id)));
  }
  for (const id of spec.members) {
    if (army.has(id)) continue;
    const crashMode = behaviours?.get(id)?.crashMode;
    if (!lost.has(id) && crashMode === 'hang') continue;
    before.push({ type: 'gone', peer: id });
    if (!lost.has(id)) lose(id, crashMode === 'throw' ? lossBy.throwing(CRASH_MESSAGE) : lossBy.exiting(1));
  }

  const network = new Network([...army].map(([id, { machine, context }]) => ({ id, context, machine: observer === undefined ? machine : told(id) })), {
    link: ({ id: from }, { id: to }) => [delay(from, to)],
    sync: () => 0,
    output: ({ id }, output) => report(army.get(id)!.report(output as Course)),
    accuse({ id }, { kind, suspect, evidence }) {
      accuse({ by: id, kind, suspect, evidence });
      if (kind !== 'silence' || losses.some((loss) => loss.id === suspect)) return;
      lose(suspect, lossBy.hanging(spec.deadline));
      const silent = nodeOf(suspect);
      if (silent !== undefined) network.leave(silent);
    },
    halted(node) {
      lose(node.id, lossBy.killing());
      // Its links close behind what it said last.
      network.leave(node, (peer) => delay(node.id, peer.id));
    },
  });
  for (const node of network.nodes) network.start(node, node.id === spec.commander ? [...before, { type: 'input', input: spec.order }] : before);
  network.run(Infinity, () => reports.size + losses.length + lost.size >= spec.members.length);
  for (const id of spec.members) {
    if (!reports.has(id) && !lost.has(id) && !losses.some((loss) => loss.id === id)) lose(id, lossBy.hanging(spec.deadline));
  }
  // Where somebody was lost on the way, the others may have had less to say than was foreseen, as on threads.
  if (losses.length === 0) {
    for (const { dictate, tell } of terms.values()) {
      dictate?.finish();
      tell?.finish();
    }
  }
  return { reports: [...reports.values()].sort(byId), losses: losses.sort(byId), accusations: accusations.sort(byAccuser) };

  function nodeOf(id: NodeId): SimNode | undefined {
    return network.nodes.find((node) => node.id === id);
  }

  /** The machine of a general, which tells what it hears before anything follows from that. */
  function told(id: NodeId): General['machine'] {
    const own = army.get(id)!;
    return {
      ...own.machine,
      step(context, state, event) {
        const effects = own.machine.step(context, state, event);
        const news = own.news(state as SynchronizerState);
        if (news !== undefined) observer?.news(id, news);
        return effects;
      },
    };
  }

  function report(own: Report): void {
    reports.set(own.id, own);
    observer?.reported(own);
  }

  function accuse(accusation: Accusation): void {
    accusations.push(accusation);
    observer?.accused(accusation);
  }

  function lose(id: NodeId, reason: string): void {
    losses.push({ id, reason });
    observer?.lost({ id, reason });
    reports.delete(id);
  }
}

/** Each accuser's own stay in their order; among accusers there is none, since they speak at once. */
const byAccuser = (a: Accusation, b: Accusation): number => a.by - b.by;

const byId = (a: { readonly id: NodeId }, b: { readonly id: NodeId }): number => a.id - b.id;
