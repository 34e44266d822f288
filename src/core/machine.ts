import type { NodeId } from './node.ts';

/** A machine that keeps a log: what it must never forget is saved before what follows from it is said. */
export interface ReplicaVocabulary {
  readonly input: unknown;
  readonly message: unknown;
  readonly output: unknown;
  readonly record: unknown;
}

export type ReplicaEvent<V extends ReplicaVocabulary> =
  | { readonly type: 'start' }
  | { readonly type: 'input'; readonly input: V['input'] }
  /** `from` is authenticated by the host. */
  | { readonly type: 'message'; readonly from: NodeId; readonly message: V['message'] }
  | { readonly type: 'timeout'; readonly timer: string };

export type ReplicaEffect<V extends ReplicaVocabulary> =
  /** On disk before any send or output that comes after it. */
  | { readonly type: 'save'; readonly record: V['record'] }
  /** One effect for a broadcast. */
  | { readonly type: 'send'; readonly to: readonly NodeId[]; readonly message: V['message'] }
  /** Asks for one `timeout` after that many milliseconds; setting a timer that runs starts it anew. */
  | { readonly type: 'set-timer'; readonly timer: string; readonly after: number }
  | { readonly type: 'cancel-timer'; readonly timer: string }
  | { readonly type: 'output'; readonly output: V['output'] }
  | { readonly type: 'accuse'; readonly suspect: NodeId; readonly evidence: string };

export interface ReplicaMachine<V extends ReplicaVocabulary, State> {
  begin(context: ReplicaContext): State;
  /** The state of a replica that comes back: what `begin` and the saved records make of it. */
  recover(context: ReplicaContext, records: readonly V['record'][]): State;
  step(context: ReplicaContext, state: State, event: ReplicaEvent<V>): ReplicaEffect<V>[];
  /** The message that `input` is, else undefined. Total: a wire may hold anything. */
  parse(input: unknown): V['message'] | undefined;
}

export interface ReplicaContext {
  readonly self: NodeId;
  /** Replicas 0 … n − 1. Clients are nodes with ids from n on. */
  readonly members: readonly NodeId[];
  readonly seal: Seal;
  readonly settings: Settings;
}

export type Settings = Readonly<Record<string, number | boolean>>;

/** Signatures and digests of plain data. */
export interface Seal {
  sign(domain: string, body: object): string;
  /** Whether `by` made this signature. Total: a signature may be anything. */
  verify(by: NodeId, domain: string, body: object, signature: string): boolean;
  digest(body: object): string;
}
