import { choosesNothing, seededAt } from '../../src/core/choice.ts';
import type { AnyMachine, DurableMachine, Settings } from '../../src/core/machine.ts';
import { nodeId, type NodeId } from '../../src/core/node.ts';
import { symbolicSigner } from '../../src/core/signer.ts';
import { client, type ClientVocabulary } from '../../src/replicas/pbft/client.ts';
import type { Effect, Message, Pbft, ReplicaOutput } from '../../src/replicas/pbft/messages.ts';
import { replica } from '../../src/replicas/pbft/replica.ts';
import { settingsOf, type PbftSettings } from '../../src/replicas/pbft/settings.ts';
import type { ReplicaState } from '../../src/replicas/pbft/state.ts';
import { stateDigest, statusOf, type ReplicaStatus } from '../../src/replicas/pbft/status.ts';
import { Network, type SimNode } from '../../src/runtime/virtual/network.ts';

/** Replicas and clients in virtual time, every message taking a millisecond, unless told otherwise. */
export class Cluster {
  readonly network: Network;
  readonly n: number;
  readonly executed: Extract<ReplicaOutput, { type: 'executed' }>[][];
  readonly answers = new Map<number, string | null>();
  /** Why what was asked was refused. */
  readonly refusals = new Map<number, string>();
  readonly accusations: string[] = [];
  readonly sent = new Map<string, number>();
  /** The delays of a message; none if it is lost. */
  link: (from: SimNode, to: SimNode, message: Message) => readonly number[] = () => [1];
  sync = 0;
  #tickets = 0;
  #last: Message | undefined;

  constructor(n: number, settings: Partial<PbftSettings> = {}, machines: ReadonlyMap<number, unknown> = new Map(), clients = 1) {
    this.n = n;
    this.executed = Array.from({ length: n }, () => []);
    const members = Array.from({ length: n }, (_, id) => nodeId(id));
    const nodes = Array.from({ length: n + clients }, (_, index) => {
      const id = nodeId(index);
      const machine = (machines.get(index) ?? (index < n ? replica : client)) as AnyMachine;
      return { id, machine, context: { self: id, members, signer: symbolicSigner(id), settings: settingsOf(settings as Settings), choose: machines.has(index) ? seededAt(1, id) : choosesNothing } };
    });
    this.network = new Network(nodes, {
      link: (from, to) => this.link(from, to, this.#last!),
      sync: () => this.sync,
      sent: (_from, to, message) => {
        this.#last = message as Message;
        this.sent.set(this.#last.type, (this.sent.get(this.#last.type) ?? 0) + to.length);
      },
      output: (node, output) => this.#output(node.id, output as ReplicaOutput | ClientVocabulary['output']),
      accuse: (node, { suspect, evidence }) => void this.accusations.push(`${node.id} accuses ${suspect}: ${evidence}`),
    });
    for (const node of this.network.nodes) this.network.start(node);
  }

  node(id: number): SimNode {
    return this.network.nodes[id]!;
  }

  state(id: number): ReplicaState {
    return this.node(id).state as ReplicaState;
  }

  status(id: number): ReplicaStatus {
    return statusOf(this.state(id));
  }

  /** The digest of all of a replica’s state. */
  digest(id: number): string {
    return stateDigest(this.node(id).context.signer, this.state(id));
  }

  /** A client asks for it. @returns the ticket of the answer */
  ask(data: string, by = this.n, key = ''): number {
    this.#tickets += 1;
    this.network.input(this.node(by), { ticket: this.#tickets, data, mark: `mark-${this.#tickets}`, key });
    return this.#tickets;
  }

  /** Lets time pass until everything asked is answered. @returns whether it was */
  untilAnswered(within = 60_000): boolean {
    return this.network.run(this.network.now + within, () => this.answers.size + this.refusals.size === this.#tickets);
  }

  rest(ms: number): void {
    this.network.run(this.network.now + ms);
  }

  /** What agreeing took: all messages but those of clients, of checkpoints, and of who stands where. */
  agreementMessages(): number {
    return ['pre-prepare', 'prepare', 'commit', 'certificate'].reduce((sum, type) => sum + (this.sent.get(type) ?? 0), 0);
  }

  /** The operations that a replica executed, in order. */
  log(id: number): string[] {
    return this.executed[id]!.flatMap(({ batch }) => batch.requests.map(({ body }) => body.operation));
  }

  #output(id: NodeId, output: ReplicaOutput | ClientVocabulary['output']): void {
    if (output.type === 'executed') this.executed[id]!.push(output);
    if (output.type === 'answered') this.answers.set(output.ticket, output.result);
    if (output.type === 'refused') this.refusals.set(output.ticket, output.flaw);
  }
}

/** A loyal replica whose effects are rewritten on their way out. */
export const twisted = (twist: (effect: Effect, self: NodeId) => Effect[]): DurableMachine<Pbft, ReplicaState> => ({
  ...replica,
  step: (context, state, event) => replica.step(context, state, event).flatMap((effect) => twist(effect, context.self)),
});
