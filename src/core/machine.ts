import type { ChooseOwn } from './choice.ts';
import type { NodeId } from './node.ts';

/** What a machine takes, says, hands on, and saves. */
export interface Vocabulary {
  readonly input: unknown;
  readonly message: unknown;
  readonly output: unknown;
  readonly record: unknown;
}

export type Event<V extends Vocabulary> =
  | { readonly type: 'start' }
  | { readonly type: 'input'; readonly input: V['input'] }
  /** `from` is authenticated by the host. */
  | { readonly type: 'message'; readonly from: NodeId; readonly message: V['message'] }
  | { readonly type: 'timeout'; readonly timer: string };

export type Effect<V extends Vocabulary> =
  /** On disk before any send or output that comes after it. */
  | { readonly type: 'save'; readonly record: V['record'] }
  /** One effect for a broadcast. */
  | { readonly type: 'send'; readonly to: readonly NodeId[]; readonly message: V['message'] }
  /** Asks for one `timeout` after that many milliseconds; setting a timer that runs starts it anew. */
  | { readonly type: 'set-timer'; readonly timer: string; readonly after: number }
  | { readonly type: 'cancel-timer'; readonly timer: string }
  | { readonly type: 'output'; readonly output: V['output'] }
  | { readonly type: 'accuse'; readonly suspect: NodeId; readonly evidence: string };

/** A protocol as one node runs it: events come in, effects go out, and nothing changes but its own state, which is plain data. */
export interface Machine<V extends Vocabulary, State> {
  begin(context: Context): State;
  /** The state of a node that is restarted: what `begin` and the saved records make of it. A machine without it saves nothing. */
  recover?(context: Context, records: readonly V['record'][]): State;
  step(context: Context, state: State, event: Event<V>): Effect<V>[];
  /** The message that `input` is, else undefined. Total: a wire may hold anything. */
  parse(input: unknown): V['message'] | undefined;
  /** What a traitor could say instead, signed by its own key alone, the most plausible first. Loyal nodes never ask. */
  lies?(context: Context, honest: V['message']): readonly V['message'][];
}

/** A machine that saves: what it must never forget is on disk before what follows from it is said. */
export interface DurableMachine<V extends Vocabulary, State> extends Machine<V, State> {
  recover(context: Context, records: readonly V['record'][]): State;
}

/** A machine whose vocabulary and state only the machine itself knows. Every machine is one, without a cast: it is only ever given what it made. */
export type AnyMachine = Machine<Vocabulary, unknown>;

export interface Context {
  readonly self: NodeId;
  /** Replicas 0 … n − 1. Clients are nodes with ids from n on. */
  readonly members: readonly NodeId[];
  readonly seal: Seal;
  readonly settings: Settings;
  /** How a loyal node tosses a coin. */
  readonly choose: ChooseOwn;
}

export type Settings = Readonly<Record<string, number | boolean>>;

/** Signatures and digests of plain data. */
export interface Seal {
  sign(domain: string, body: object): string;
  /** Whether `by` made this signature. Total: a signature may be anything. */
  verify(by: NodeId, domain: string, body: object, signature: string): boolean;
  digest(body: object): string;
}
