import { choosesNothing } from '../../src/core/choice.ts';
import type { Context } from '../../src/core/machine.ts';
import { nodeId } from '../../src/core/node.ts';
import { symbolicSigner } from '../../src/core/signer.ts';
import type { Batch, Effect, Message, Phase, PrePrepare, PreparedCertificate, Proposal, Request, SavedRecord, Signed, ViewChange, VoteMessage } from '../../src/replicas/pbft/messages.ts';
import { replica } from '../../src/replicas/pbft/replica.ts';
import { settingsOf, type PbftSettings } from '../../src/replicas/pbft/settings.ts';
import type { ReplicaState } from '../../src/replicas/pbft/state.ts';

export const CLIENT = 4;
/** K, among the four that are told of here; the window is twice as long. */
export const K = 4;

const SIGNERS = [0, 1, 2, 3, CLIENT].map((id) => symbolicSigner(nodeId(id)));
export const signerOf = (id: number): (typeof SIGNERS)[number] => SIGNERS[id]!;

/** One of four replicas, that is told messages one by one. */
export class OneReplica {
  readonly context: Context;
  state: ReplicaState;

  constructor(id: number, settings: Partial<PbftSettings> = {}) {
    this.context = { self: nodeId(id), members: [0, 1, 2, 3].map(nodeId), signer: signerOf(id), settings: settingsOf({ checkpointEvery: K, ...settings } as PbftSettings), choose: choosesNothing };
    this.state = replica.begin(this.context);
    replica.step(this.context, this.state, { type: 'start' });
  }

  hears(from: number, message: Message): Effect[] {
    return replica.step(this.context, this.state, { type: 'message', from: nodeId(from), message });
  }

  /** Falls, and comes back with these on its disk. */
  falls(records: readonly SavedRecord[]): void {
    this.state = replica.recover(this.context, records);
    replica.step(this.context, this.state, { type: 'start' });
  }

  times(timer: string): Effect[] {
    return replica.step(this.context, this.state, { type: 'timeout', timer });
  }

  /** Has all others but the traitor-to-be, 3, agree with it on a request at that place. */
  commits(sequence: number, batch: Batch = batchOf(request(sequence))): Effect[] {
    const proposal = prePrepare({ sequence, batch });
    const { body } = proposal;
    const others = [0, 1, 2].filter((id) => id !== this.context.self);
    return [
      ...this.hears(0, proposal),
      ...others.filter((id) => id !== 0).flatMap((id) => this.hears(id, vote('prepare', id, body))),
      ...others.flatMap((id) => this.hears(id, vote('commit', id, body))),
    ];
  }
}

export function request(timestamp: number, operation = `order ${timestamp}`): Request {
  const body = { client: nodeId(CLIENT), timestamp, mark: `mark-${timestamp}`, key: '', operation };
  return { type: 'request', body, signature: signerOf(CLIENT).sign('request', body) };
}

export const batchOf = (...requests: readonly Request[]): Batch => ({ requests: requests.map(({ body, signature }) => ({ body, signature })) });

/** What the primary of that view says of a batch. */
export function prePrepare({ view = 0, sequence = 1, batch = batchOf(request(1)), by = view % 4, digest = signerOf(by).digest(batch) }: { view?: number; sequence?: number; batch?: Batch; by?: number; digest?: string } = {}): PrePrepare {
  return { type: 'pre-prepare', ...signed(by, 'pre-prepare', { view, sequence, digest }), batch };
}

export function vote(type: Phase, by: number, { view, sequence, digest }: Proposal): VoteMessage {
  return { type, ...signed(by, type, { view, sequence, digest, replica: nodeId(by) }) };
}

export function checkpoint(by: number, sequence: number, digest: string): Extract<Message, { type: 'checkpoint' }> {
  return { type: 'checkpoint', ...signed(by, 'checkpoint', { sequence, digest, replica: nodeId(by) }) };
}

/** That a batch prepared in that view. */
export function certificate(view: number, sequence: number, batch: Batch): PreparedCertificate {
  const proposal = prePrepare({ view, sequence, batch });
  const voters = [0, 1, 2, 3].filter((id) => id !== view % 4).slice(0, 2);
  return { prePrepare: { body: proposal.body, signature: proposal.signature }, prepares: voters.map((id) => vote('prepare', id, proposal.body)).map(({ body, signature }) => ({ body, signature })) };
}

export function viewChange(by: number, view: number, prepared: readonly PreparedCertificate[] = []): ViewChange {
  return { type: 'view-change', ...signed(by, 'view-change', { view, stable: 0, proof: [], prepared, replica: nodeId(by) }) };
}

export const signed = <Body extends object>(by: number, domain: string, body: Body): Signed<Body> => ({ body, signature: signerOf(by).sign(domain, body) });

type Kind<Type extends Message['type']> = Type extends Phase ? VoteMessage : Extract<Message, { type: Type }>;

/** The messages of one kind among effects. */
export const saidIn = <Type extends Message['type']>(effects: readonly Effect[], type: Type): Kind<Type>[] =>
  effects.flatMap((effect) => (effect.type === 'send' && effect.message.type === type ? [effect.message as Kind<Type>] : []));

/** The places that were executed, in order. */
export const executedIn = (effects: readonly Effect[]): number[] => effects.flatMap((effect) => (effect.type === 'output' && effect.output.type === 'executed' ? [effect.output.sequence] : []));
