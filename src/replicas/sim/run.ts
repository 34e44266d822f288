import { counted } from '../../core/figures.ts';
import { guarded, type Observe } from '../../core/observer.ts';
import { philox } from '../../core/philox.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import { symbolicSeal } from '../../core/seal.ts';
import { bothOf, twoFacedClient } from '../faults/client.ts';
import { replicaFaultNamed } from '../faults/registry.ts';
import { byzantine } from '../faults/traitor.ts';
import { LogJudge } from '../judge/log.ts';
import { client, type ClientVocabulary } from '../pbft/client.ts';
import { neededOf } from '../pbft/compact.ts';
import type { Batch, Message, ReplicaOutput, SavedRecord } from '../pbft/messages.ts';
import { replica } from '../pbft/replica.ts';
import { slotAt, type ReplicaState } from '../pbft/state.ts';
import { stateDigest, statusOf } from '../pbft/status.ts';
import type { RunFact } from './facts.ts';
import { Network, type AnyMachine, type SimNode } from './network.ts';
import type { Schedule } from './schedule.ts';
import { Users } from './users.ts';
import { judgeWords } from './words.ts';

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
  /** What the observer threw, if it did: it was told no more from then on. */
  readonly observerError?: unknown;
}

export interface RunOptions {
  /** The loyal replicas’ machine, where it is not PBFT as it should be. */
  readonly loyal?: AnyMachine;
  /** Is told of each fact when it happens, in the order of time. What it throws ends nothing: it is told no more, and the outcome has it as `observerError`. */
  readonly observe?: Observe<RunFact>;
}

/** How long after the healing all must be well: the longest timeout, twice, and then some. */
const PATIENCE = 60_000;

/** Lets a schedule happen, and judges it: safety as it goes, liveness once the network has healed. */
export function runSchedule(schedule: Schedule, { loyal = replica as unknown as AnyMachine, observe: observer }: RunOptions = {}): Outcome {
  const watching = observer === undefined ? undefined : guarded(observer);
  const observe = watching?.tell;
  const { n, traitors, clients, follows, pretences, lapses, heals, settings } = schedule;
  const pretender = nodeId(n + clients);
  const judge = new LogJudge();
  const isLoyal = (id: NodeId): boolean => !traitors.has(id) && id !== pretender;
  const members = Array.from({ length: n }, (_, id) => nodeId(id));
  const make = (id: NodeId, machine: AnyMachine): Pick<SimNode, 'id' | 'machine' | 'context'> => ({ id, machine, context: { self: id, members, seal: symbolicSeal(id), settings } });
  const nodes = [
    ...members.map((id) => make(id, machineOf(schedule, id, loyal))),
    ...Array.from({ length: clients }, (_, i) => make(nodeId(n + i), client as unknown as AnyMachine)),
    make(pretender, twoFacedClient as unknown as AnyMachine),
    ...[...traitors].filter(([, kind]) => kind === 'twins').map(([id]) => make(id, replica as unknown as AnyMachine)),
  ];
  const { requests } = schedule;
  /** What was asked and not answered yet, by ticket. */
  const open = new Set<number>();
  let answered = 0;
  /** Which clients asked for it, by ticket, and under which marks. */
  const marks = new Map<number, readonly { readonly id: NodeId; readonly mark: string }[]>();
  const settle = (ticket: number): void => {
    if (open.delete(ticket)) answered += 1;
  };
  const network: Network = new Network(nodes, {
    link: linkOf(schedule),
    sync: () => schedule.sync,
    sent(from, to, message, id) {
      if (from.id < n && isLoyal(from.id)) judgeWords(judge, from.id, n, message as Message);
      observe?.({ at: network.now, type: 'sent', id, from: from.id, to, message: message as Message });
    },
    heard(node, from, id) {
      observe?.({ at: network.now, type: 'heard', id, from, to: node.id });
    },
    output(node, output) {
      const said = output as ReplicaOutput | ClientVocabulary['output'];
      if (said.type === 'answered' || said.type === 'refused') {
        settle(said.ticket);
        users.answered(said.ticket);
        const { mark } = marks.get(said.ticket)!.findLast(({ id }) => id === node.id)!;
        // What it is told was executed was, whatever the answer had been.
        const isForgotten = said.type === 'refused' && said.flaw === 'forgotten' && judge.ledger.answerTo(node.id, mark) !== undefined;
        if (!isForgotten) judge.answered(node.id, mark, said.type === 'answered' ? said.result : { refused: said.flaw });
      } else if (said.type === 'executed' && isLoyal(node.id)) judge.executed(node.id, said.sequence, said.batch);
      observe?.({ at: network.now, ...factOf(node.id, said) });
    },
    accuse(node, suspect, evidence) {
      if (isLoyal(node.id) && isLoyal(suspect)) judge.accused(node.id, suspect, evidence);
      observe?.({ at: network.now, type: 'accused', by: node.id, suspect, evidence });
    },
  });
  const ask = (ticket: number, id: NodeId): void => {
    const { data, key } = requests[ticket - 1]!;
    // Who asks again at another node asks for another thing, unless it is under a key.
    const before = marks.get(ticket) ?? [];
    const mark = before.length === 0 ? requests[ticket - 1]!.mark : `${requests[ticket - 1]!.mark}-${before.length}`;
    marks.set(ticket, [...before, { id, mark }]);
    judge.asked({ client: id, mark, key, operation: data });
    network.input(network.nodes[id]!, { ticket, data, mark, key });
  };
  const users = new Users(network, n, (from, to) => !isCut(schedule, from, to, network.now), ask);
  for (const node of network.nodes) network.start(node);
  requests.forEach(({ at, client: which, data }, index) => {
    const ticket = index + 1;
    const id = nodeId(n + which);
    network.at(at, () => {
      open.add(ticket);
      observe?.({ at, type: 'asked', client: id, request: ticket, data });
      if (follows) users.post(ticket, nodeId(which));
      else ask(ticket, id);
    });
  });
  for (const { at, ...wish } of pretences) {
    network.at(at, () => {
      for (const { data, mark } of bothOf(wish)) judge.asked({ client: pretender, mark, key: '', operation: data });
      network.input(network.nodes[pretender]!, { ticket: 0, ...wish });
    });
  }
  for (const { client: which, at, lost } of lapses) {
    const node = network.nodes[n + which]!;
    network.at(at, () => {
      network.crash(node);
      node.disk = node.disk.slice(0, Math.max(0, node.disk.length - lost));
      observe?.({ at, type: 'lapsed', client: node.id, kept: node.disk.length });
      network.start(node);
      if (follows) users.lost(nodeId(which));
      else for (const ticket of open) if (requests[ticket - 1]!.client === which) settle(ticket);
    });
  }
  /** What shares the fate of a replica: its client too, if it has one. */
  const sharing = (id: NodeId): readonly SimNode[] => network.nodes.filter((node, index) => node.id === id || (follows && index === n + id));
  for (const { replica: id, at, until } of schedule.pauses) {
    network.at(at, () => {
      observe?.({ at, type: 'paused', replica: id });
      for (const node of sharing(id)) network.pause(node);
    });
    network.at(until, () => {
      observe?.({ at: until, type: 'went-on', replica: id });
      for (const node of sharing(id)) network.resume(node);
    });
  }
  for (const { replica: id, at, until } of schedule.falls) {
    const node = network.nodes[id]!;
    const own = follows ? network.nodes[n + id]! : undefined;
    network.at(at, () => {
      if (!node.isUp) return;
      observe?.({ at, type: 'fell', replica: id });
      network.crash(node);
      if (own === undefined) return;
      network.crash(own);
      users.lost(id);
    });
    network.at(until, () => {
      if (node.isUp) return;
      observe?.({ at: until, type: 'came-back', replica: id });
      // With all that it saved, or only what of it is needed.
      if ((at + id) % 2 === 0) node.disk = [...neededOf(node.disk as readonly SavedRecord[])];
      network.start(node);
      if (own !== undefined) network.start(own);
      // What it was about to tell when it fell, it had executed all the same.
      for (const { sequence, batch } of executedIn(node.state as ReplicaState)) judge.executed(id, sequence, batch);
    });
  }
  const isSafe = (): boolean => judge.violation === undefined;
  network.run(heals, () => !isSafe());
  const good = network.nodes.slice(0, n).filter(({ id }) => isLoyal(id));
  const isWell = (): boolean =>
    answered === requests.length && areLevel(good) && good.every(({ waiting, state }) => waiting === 0 && (state as ReplicaState).store.position >= judge.ledger.position);
  // Whether all are level is asked now and then, not after every event.
  while (isSafe() && !isWell() && network.now < heals + PATIENCE) network.run(network.now + 50, () => !isSafe());
  const view = Math.max(...good.map(({ state }) => (state as ReplicaState | undefined)?.view ?? 0));
  for (const { id, isUp, state } of good) observe?.({ at: network.now, type: 'ended', replica: id, status: isUp ? statusOf(state as ReplicaState) : null });
  const witness = judge.violation ?? failureIn(good, judge, requests.length, answered);
  return { type: witness === undefined ? 'holds' : 'violated', ...(witness === undefined ? {} : { witness }), events: network.events, view, places: judge.height, time: network.now, ...watching?.thrown };
}

/** What a replica that came back has executed, as far as it still has it. */
function* executedIn(state: ReplicaState): Iterable<{ readonly sequence: number; readonly batch: Batch }> {
  for (let sequence = state.stable + 1; sequence <= state.executed; sequence += 1) {
    const committed = slotAt(state, sequence)?.committed;
    if (committed !== undefined) yield { sequence, batch: committed.batch };
  }
}

/** What is not as it must be in the end; undefined if all is. */
function failureIn(good: readonly SimNode[], { ledger }: LogJudge, requests: number, answered: number): string | undefined {
  if (answered < requests) return `${requests - answered} of ${counted(requests, 'request was', 'requests were')} not answered`;
  if (!areLevel(good)) return 'the loyal replicas did not come level';
  const [first, ...others] = good.map(({ context, state }) => stateDigest(context.seal, state as ReplicaState));
  if (others.some((digest) => digest !== first)) return 'equal logs made different states';
  const { position, values } = (good[0]!.state as ReplicaState).store;
  if (position !== ledger.position) return `${counted(ledger.position, 'request was', 'requests were')} executed ${counted(position, 'time')}`;
  const isTrue = values.size === ledger.values.size && [...values].every(([key, value]) => ledger.values.get(key) === value);
  return isTrue ? undefined : 'the log makes another state than the replicas have';
}

function machineOf({ traitors, seed }: Schedule, id: NodeId, loyal: AnyMachine): AnyMachine {
  const kind = traitors.get(id);
  if (kind === undefined) return loyal;
  const fault = replicaFaultNamed(kind);
  if (fault === undefined) throw new Error(`no Byzantine kind ${kind}`);
  return byzantine(fault, seed) as unknown as AnyMachine;
}

const areLevel = (nodes: readonly SimNode[]): boolean => new Set(nodes.map(({ state }) => `${(state as ReplicaState).executed} ${(state as ReplicaState).store.chain}`)).size === 1;

/** What becomes of each message depends on who it is between, and on the how-manieth between them it is. */
function linkOf(schedule: Schedule): (from: SimNode, to: SimNode, now: number) => readonly number[] {
  const { seed, lost, repeated, delay, heals } = schedule;
  const counts = new Map<number, number>();
  const low = seed >>> 0;
  const high = Math.floor(seed / 2 ** 32);
  return (from, to, now) => {
    const key = from.id * 65_536 + to.id;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    const drawn = philox(key, count, 0x11a7, 0, low, high);
    if (now >= heals) return [1 + (drawn % 5)];
    if (isCut(schedule, from.id, to.id, now)) return [];
    if ((drawn & 255) < lost) return [];
    const late = 1 + ((drawn >>> 16) % delay);
    return ((drawn >>> 8) & 255) < repeated ? [late, 1 + ((drawn >>> 12) % delay)] : [late];
  };
}

const isCut = ({ cuts }: Schedule, from: NodeId, to: NodeId, now: number): boolean =>
  cuts.some((cut) => now >= cut.from && now < cut.until && cut.side.has(from) !== cut.side.has(to));

function factOf(by: NodeId, output: ReplicaOutput | ClientVocabulary['output']) {
  switch (output.type) {
    case 'executed': {
      const { type, sequence, view, batch } = output;
      return { type, by, sequence, view, operations: batch.requests.map(({ body }) => body.operation) };
    }
    case 'entered':
      return { ...output, by };
    case 'transferred':
      return { type: output.type, by, sequence: output.sequence };
    case 'answered':
      return { type: output.type, client: by, request: output.ticket, result: output.result };
    case 'refused':
      return { type: output.type, client: by, request: output.ticket, reason: output.reason };
    default:
      return output satisfies never;
  }
}
