import { seededAt } from '../../core/choice.ts';
import { counted } from '../../core/figures.ts';
import type { AnyMachine } from '../../core/machine.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import { symbolicSigner } from '../../core/signer.ts';
import { membersOf, staying } from '../../runtime/virtual/fault-plan.ts';
import type { Network, SimNode } from '../../runtime/virtual/network.ts';
import { isCut } from '../../runtime/virtual/rules.ts';
import type { BeginOptions, Finding, Run, System, Violation } from '../../runtime/virtual/system.ts';
import { bothOf, twoFacedClient } from '../faults/client.ts';
import { REPLICA_FAULTS, replicaFaultNamed } from '../faults/registry.ts';
import { byzantine } from '../faults/traitor.ts';
import { LogJudge } from '../judge/log.ts';
import { client, type ClientVocabulary } from '../pbft/client.ts';
import { compacted } from '../pbft/compact.ts';
import type { Batch, Message, ReplicaOutput, SavedRecord } from '../pbft/messages.ts';
import type { ReplicaProtocol } from '../pbft/names.ts';
import { replica } from '../pbft/replica.ts';
import { slotAt, type ReplicaState } from '../pbft/state.ts';
import { stateDigest, statusOf } from '../pbft/status.ts';
import { PROMISES, describeFact, progressText, type RunFact } from './facts.ts';
import { describePlan, drawPlan, onlyParts, partsOf, printPlan, type PbftPlan } from './fault-plan.ts';
import { Users } from './users.ts';
import { judgeStatements } from './statements.ts';

const pbftSystem = (name: ReplicaProtocol, summary: string, aliases: readonly string[]): System<PbftPlan> => ({
  name,
  aliases,
  summary,
  promises: PROMISES,
  members: 4,
  strategies: REPLICA_FAULTS,
  draw: (request) => drawPlan({ ...request, protocol: name }),
  describe: describePlan,
  print: (plan) => printPlan(name, plan),
  parts: partsOf,
  only: onlyParts,
  begin: (plan, options) => new PbftRun(plan, options),
  inWords: (fact) => describeFact(fact as RunFact),
});

/** Replicas that agree on a log, and clients that ask them. */
export const pbft = pbftSystem('pbft', 'a log of requests among replicas, by PBFT (Castro and Liskov 1999)', []);

/** CCRO is the older program’s name of its variant with a communication node. */
export const collector = pbftSystem('collector', 'the same with a collector of votes, so that messages are linear in n', ['ccro']);

class PbftRun implements Run {
  readonly nodes: Run['nodes'];
  readonly #plan: PbftPlan;
  readonly #observe: ((fact: RunFact) => void) | undefined;
  readonly #judge = new LogJudge();
  /** The Byzantine client. */
  readonly #twoFaced: NodeId;
  /** What was asked and not answered yet, by ticket. */
  readonly #open = new Set<number>();
  #answered = 0;
  /** Which clients asked for it, by ticket, and under which marks. */
  readonly #marks = new Map<number, readonly { readonly id: NodeId; readonly mark: string }[]>();
  #network!: Network;
  #users!: Users;

  constructor(plan: PbftPlan, { loyal = replica, observe }: BeginOptions) {
    const { n, clients, traitors, settings, seed } = plan;
    this.#plan = plan;
    this.#observe = observe;
    this.#twoFaced = nodeId(n + clients);
    const members = membersOf(n);
    const make = (id: NodeId, machine: AnyMachine): Run['nodes'][number] => ({ id, machine, context: { self: id, members, signer: symbolicSigner(id), settings, choose: seededAt(seed, id) } });
    this.nodes = [
      ...members.map((id) => make(id, machineOf(plan, id, loyal))),
      ...Array.from({ length: clients }, (_, i) => make(nodeId(n + i), client)),
      make(this.#twoFaced, twoFacedClient),
      ...[...traitors].filter(([, kind]) => kind === 'twins').map(([id]) => make(id, replica)),
    ];
  }

  ask(network: Network): void {
    const { n, follows, requests, twoFaced, partitions } = this.#plan;
    this.#network = network;
    this.#users = new Users(network, n, (from, to) => !isCut(partitions, from, to, network.now), (ticket, id) => this.#ask(ticket, id));
    requests.forEach(({ at, client: which, data }, index) => {
      const ticket = index + 1;
      const id = nodeId(n + which);
      network.at(at, () => {
        this.#open.add(ticket);
        this.#observe?.({ at, type: 'asked', client: id, request: ticket, data });
        if (follows) this.#users.post(ticket, nodeId(which));
        else this.#ask(ticket, id);
      });
    });
    for (const { at, ...wish } of twoFaced) {
      network.at(at, () => {
        for (const { data, mark } of bothOf(wish)) this.#judge.asked({ client: this.#twoFaced, mark, key: '', operation: data });
        network.input(network.nodes[this.#twoFaced]!, { ticket: 0, ...wish });
      });
    }
    this.#lapse(network);
  }

  /** Clients begin anew. */
  #lapse(network: Network): void {
    const { n, follows, requests, lapses } = this.#plan;
    for (const { client: which, at, lost } of lapses) {
      const node = network.nodes[n + which]!;
      network.at(at, () => {
        network.crash(node);
        node.disk = node.disk.slice(0, Math.max(0, node.disk.length - lost));
        this.#observe?.({ at, type: 'lapsed', client: node.id, kept: node.disk.length });
        network.start(node);
        if (follows) this.#users.lost(nodeId(which));
        else for (const ticket of this.#open) if (requests[ticket - 1]!.client === which) this.#settle(ticket);
      });
    }
  }

  #ask(ticket: number, id: NodeId): void {
    const { data, key, mark: first } = this.#plan.requests[ticket - 1]!;
    // Who asks again at another node asks for another thing, unless it is under a key.
    const before = this.#marks.get(ticket) ?? [];
    const mark = before.length === 0 ? first : `${first}-${before.length}`;
    this.#marks.set(ticket, [...before, { id, mark }]);
    this.#judge.asked({ client: id, mark, key, operation: data });
    this.#network.input(this.#network.nodes[id]!, { ticket, data, mark, key });
  }

  #settle(ticket: number): void {
    if (this.#open.delete(ticket)) this.#answered += 1;
  }

  #isLoyal(id: NodeId): boolean {
    return !this.#plan.traitors.has(id) && id !== this.#twoFaced;
  }

  sent({ id }: SimNode, _to: readonly NodeId[], message: unknown): void {
    if (id < this.#plan.n && this.#isLoyal(id)) judgeStatements(this.#judge, id, this.#plan.n, message as Message);
  }

  output({ id }: SimNode, output: unknown): void {
    const said = output as ReplicaOutput | ClientVocabulary['output'];
    if (said.type === 'answered' || said.type === 'refused') this.#hear(id, said);
    else if (said.type === 'executed' && this.#isLoyal(id)) this.#judge.executed(id, said.sequence, said.batch);
    this.#observe?.({ at: this.#network.now, ...factOf(id, said) });
  }

  #hear(id: NodeId, said: ClientVocabulary['output']): void {
    this.#settle(said.ticket);
    this.#users.answered(said.ticket);
    const { mark } = this.#marks.get(said.ticket)!.findLast((asked) => asked.id === id)!;
    // What it is told was executed was, whatever the answer had been.
    if (said.type === 'refused' && said.flaw === 'forgotten' && this.#judge.ledger.answerTo(id, mark) !== undefined) return;
    this.#judge.answered(id, mark, said.type === 'answered' ? said.result : { refused: said.flaw });
  }

  accuse({ id }: SimNode, suspect: NodeId, evidence: string): void {
    if (this.#isLoyal(id) && this.#isLoyal(suspect)) this.#judge.accused(id, suspect, evidence);
  }

  /** Its twin, if it has one, and its client, if it has one. */
  sharing(id: NodeId, nodes: readonly SimNode[]): readonly SimNode[] {
    const { n, follows } = this.#plan;
    return nodes.filter((node, index) => node.id === id || (follows && index === n + id));
  }

  crashed({ id }: SimNode): void {
    if (this.#plan.follows) this.#users.lost(id);
  }

  restarting(node: SimNode, { at }: { readonly at: number }): void {
    // With all that it saved, or only what of it is needed.
    if ((at + node.id) % 2 === 0) node.disk = [...compacted(node.disk as readonly SavedRecord[])];
  }

  restarted({ id, state }: SimNode): void {
    // What it was about to tell when it crashed, it had executed all the same.
    for (const { sequence, batch } of executedIn(state as ReplicaState)) this.#judge.executed(id, sequence, batch);
  }

  violation(): Violation | undefined {
    const { violation } = this.#judge;
    return violation === undefined ? undefined : { property: 'safety', witness: violation };
  }

  isDone(): boolean {
    const good = this.#good();
    return this.#answered === this.#plan.requests.length && areLevel(good) && good.every(({ waiting, state }) => waiting === 0 && (state as ReplicaState).store.position >= this.#judge.ledger.position);
  }

  ended(): void {
    for (const { id, isUp, state } of this.#good()) this.#observe?.({ at: this.#network.now, type: 'ended', replica: id, status: isUp ? statusOf(state as ReplicaState) : null });
  }

  end(): Finding {
    const witness = failureIn(this.#good(), this.#judge, this.#plan.requests.length, this.#answered);
    return witness === undefined ? { type: 'holds' } : { type: 'violated', property: 'liveness', witness };
  }

  figures(): { readonly view: number; readonly places: number } {
    return { view: Math.max(...this.#good().map(({ state }) => (state as ReplicaState | undefined)?.view ?? 0)), places: this.#judge.height };
  }

  progress(): string {
    return progressText(this.figures());
  }

  /** The loyal replicas that are there in the end. */
  #good(): readonly SimNode[] {
    return staying(membersOf(this.#plan.n).filter((id) => this.#isLoyal(id)), this.#plan).map((id) => this.#network.nodes[id]!);
  }
}

/** What a replica that is restarted has executed, as far as it still has it. */
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
  const [first, ...others] = good.map(({ context, state }) => stateDigest(context.signer, state as ReplicaState));
  if (others.some((digest) => digest !== first)) return 'equal logs made different states';
  const { position, values } = (good[0]!.state as ReplicaState).store;
  if (position !== ledger.position) return `${counted(ledger.position, 'request was', 'requests were')} executed ${counted(position, 'time')}`;
  const isTrue = values.size === ledger.values.size && [...values].every(([key, value]) => ledger.values.get(key) === value);
  return isTrue ? undefined : 'the log makes another state than the replicas have';
}

function machineOf({ traitors }: PbftPlan, id: NodeId, loyal: AnyMachine): AnyMachine {
  const kind = traitors.get(id);
  if (kind === undefined) return loyal;
  const fault = replicaFaultNamed(kind);
  if (fault === undefined) throw new Error(`no Byzantine kind ${kind}`);
  return byzantine(fault);
}

const areLevel = (nodes: readonly SimNode[]): boolean => new Set(nodes.map(({ state }) => `${(state as ReplicaState).executed} ${(state as ReplicaState).store.chain}`)).size === 1;

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
