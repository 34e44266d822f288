import { philox } from '../../core/choice.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import { symbolicSeal } from '../../core/seal.ts';
import { replicaFaultNamed } from '../../faults/replicas/registry.ts';
import { traitor } from '../../faults/replicas/traitor.ts';
import { LogJudge } from '../../judge/log.ts';
import { client, type ClientVocabulary } from '../../protocols/pbft/client.ts';
import { neededOf } from '../../protocols/pbft/compact.ts';
import type { ReplicaOutput, SavedRecord } from '../../protocols/pbft/messages.ts';
import { replica } from '../../protocols/pbft/replica.ts';
import type { ReplicaState } from '../../protocols/pbft/state.ts';
import { stateDigest, statusOf } from '../../protocols/pbft/status.ts';
import { Network, type AnyMachine, type SimNode } from './network.ts';
import type { Schedule } from './schedule.ts';

/** What became of a schedule. */
export interface Outcome {
  readonly type: 'holds' | 'violated';
  /** What went wrong, if anything did. */
  readonly witness?: string;
  readonly events: number;
  /** The latest view of a loyal replica. */
  readonly view: number;
  readonly places: number;
  /** In virtual ms. */
  readonly time: number;
}

export interface RunOptions {
  /** The loyal replicas’ machine, where it is not PBFT as it should be. */
  readonly loyal?: AnyMachine;
  readonly observe?: (line: string) => void;
}

/** How long after the healing all must be well: the longest timeout, twice, and then some. */
const PATIENCE = 60_000;

/** Lets a schedule happen, and judges it: safety at each execution, liveness once the network has healed. */
export function runSchedule(schedule: Schedule, { loyal = replica as unknown as AnyMachine, observe }: RunOptions = {}): Outcome {
  const { n, traitors, clients, heals, settings } = schedule;
  const judge = new LogJudge();
  const answered = new Set<number>();
  const members = Array.from({ length: n }, (_, id) => nodeId(id));
  const make = (id: NodeId, machine: AnyMachine): Pick<SimNode, 'id' | 'machine' | 'context'> => ({ id, machine, context: { self: id, members, seal: symbolicSeal(id), settings } });
  const isLoyal = (id: NodeId): boolean => id < n && !traitors.has(id);
  const nodes = [
    ...members.map((id) => make(id, machineOf(schedule, id, loyal))),
    ...Array.from({ length: clients }, (_, i) => make(nodeId(n + i), client as unknown as AnyMachine)),
    ...[...traitors].filter(([, kind]) => kind === 'twins').map(([id]) => make(id, replica as unknown as AnyMachine)),
  ];
  const tell = (id: NodeId, what: string): void => observe?.(`${String(network.now).padStart(6)} ms  ${id < n ? 'replica' : 'client'} ${id} ${what}`);
  const network: Network = new Network(nodes, {
    link: linkOf(schedule),
    sync: () => schedule.sync,
    output(node, output) {
      const said = output as ReplicaOutput | ClientVocabulary['output'];
      if (said.type === 'answered') answered.add(said.ticket);
      else if (said.type === 'executed' && isLoyal(node.id)) judge.executed(node.id, said.sequence, said.digest);
      if (observe !== undefined) tell(node.id, inWords(said));
    },
    ...(observe === undefined
      ? {}
      : { accuse: (node, suspect, evidence) => tell(node.id, `accuses replica ${suspect} of ${evidence}`) }),
  });
  for (const node of network.nodes) network.start(node);
  schedule.requests.forEach(({ at, client: which, data }, index) => {
    network.at(at, () => network.input(network.nodes[n + which]!, { ticket: index + 1, data }));
  });
  for (const { replica: id, at, until } of schedule.falls) {
    const node = network.nodes[id]!;
    network.at(at, () => {
      if (!node.isUp) return;
      tell(id, 'falls');
      network.crash(node);
    });
    network.at(until, () => {
      if (node.isUp) return;
      tell(id, 'comes back');
      // With all that it saved, or only what of it is needed.
      if ((at + id) % 2 === 0) node.disk = [...neededOf(node.disk as readonly SavedRecord[])];
      network.start(node);
    });
  }
  const isSafe = (): boolean => judge.violation === undefined;
  network.run(heals, () => !isSafe());
  const good = network.nodes.slice(0, n).filter(({ id }) => isLoyal(id));
  const doneBy = ({ state }: SimNode): number => (state as ReplicaState).store.position;
  const isWell = (): boolean => answered.size === schedule.requests.length && areLevel(good) && doneBy(good[0]!) >= schedule.requests.length;
  // Whether all are level is asked now and then, not after every event.
  while (isSafe() && !isWell() && network.now < heals + PATIENCE) network.run(network.now + 50, () => !isSafe());
  const view = Math.max(...good.map(({ state }) => (state as ReplicaState | undefined)?.view ?? 0));
  const about = { events: network.events, view, places: judge.height, time: network.now };
  if (observe !== undefined) for (const node of good) tell(node.id, `ends ${lastWords(node)}`);
  if (judge.violation !== undefined) return { type: 'violated', witness: judge.violation, ...about };
  if (answered.size < schedule.requests.length) return { type: 'violated', witness: `${schedule.requests.length - answered.size} of ${schedule.requests.length} requests were not answered`, ...about };
  if (!areLevel(good)) return { type: 'violated', witness: 'the loyal replicas did not come level', ...about };
  const states = new Set(good.map((node) => stateDigest(node.context.seal, node.state as ReplicaState)));
  if (states.size > 1) return { type: 'violated', witness: 'equal logs made different states', ...about };
  const done = doneBy(good[0]!);
  if (done !== schedule.requests.length) return { type: 'violated', witness: `${schedule.requests.length} requests were executed ${done} times`, ...about };
  return { type: 'holds', ...about };
}

function machineOf({ traitors, seed }: Schedule, id: NodeId, loyal: AnyMachine): AnyMachine {
  const kind = traitors.get(id);
  if (kind === undefined) return loyal;
  const fault = replicaFaultNamed(kind);
  if (fault === undefined) throw new Error(`no Byzantine kind ${kind}`);
  return traitor(fault, seed) as unknown as AnyMachine;
}

const areLevel = (nodes: readonly SimNode[]): boolean => new Set(nodes.map(({ state }) => `${(state as ReplicaState).executed} ${(state as ReplicaState).store.chain}`)).size === 1;

function lastWords({ isUp, state }: SimNode): string {
  if (!isUp) return 'as it fell';
  const { view, isChangingView, sequence, executed, stableCheckpoint, waiting } = statusOf(state as ReplicaState);
  return `in view ${view}${isChangingView ? ', which has not begun' : ''}, at place ${sequence}, with ${executed} requests executed, ${waiting} waiting, and stable up to ${stableCheckpoint}`;
}

/** What becomes of each message hangs on who it is between, and on the how-manieth between them it is. */
function linkOf({ seed, lost, repeated, delay, cuts, heals }: Schedule): (from: SimNode, to: SimNode, now: number) => readonly number[] {
  const counts = new Map<number, number>();
  const low = seed >>> 0;
  const high = Math.floor(seed / 2 ** 32);
  return (from, to, now) => {
    const key = from.id * 65_536 + to.id;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    const drawn = philox(key, count, 0x11a7, 0, low, high);
    if (now >= heals) return [1 + (drawn % 5)];
    for (const cut of cuts) if (now >= cut.from && now < cut.until && cut.side.has(from.id) !== cut.side.has(to.id)) return [];
    if ((drawn & 255) < lost) return [];
    const late = 1 + ((drawn >>> 16) % delay);
    return ((drawn >>> 8) & 255) < repeated ? [late, 1 + ((drawn >>> 12) % delay)] : [late];
  };
}

function inWords(output: ReplicaOutput | ClientVocabulary['output']): string {
  switch (output.type) {
    case 'executed':
      return `executed ${output.batch.requests.map(({ body }) => body.operation).join(', ') || 'nothing'} at place ${output.sequence}, committed in view ${output.view}`;
    case 'entered':
      return `entered view ${output.view}`;
    case 'transferred':
      return `took over the state at place ${output.sequence}`;
    case 'answered':
      return `got ${output.result} for order ${output.ticket}`;
    case 'refused':
      return `was refused order ${output.ticket}: ${output.reason}`;
    default:
      return output satisfies never;
  }
}
