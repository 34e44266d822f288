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
  | { readonly type: 'timeout'; readonly timer: string }
  /** A peer is there, or is there again. */
  | { readonly type: 'joined'; readonly peer: NodeId }
  /** The link to a peer is closed, or could not be opened; nothing more will come from it. */
  | { readonly type: 'gone'; readonly peer: NodeId }
  /** This node stood still for so many milliseconds: what it waits for may have come meanwhile, and be about to be told. */
  | { readonly type: 'stalled'; readonly for: number };

export type Effect<V extends Vocabulary> =
  /** On disk before any send or output that comes after it. */
  | { readonly type: 'save'; readonly record: V['record'] }
  /** One effect for a broadcast. */
  | { readonly type: 'send'; readonly to: readonly NodeId[]; readonly message: V['message'] }
  /** Asks for one `timeout` after that many milliseconds; setting a timer that runs starts it anew. */
  | { readonly type: 'set-timer'; readonly timer: string; readonly after: number }
  | { readonly type: 'cancel-timer'; readonly timer: string }
  | { readonly type: 'output'; readonly output: V['output'] }
  | Accuse
  /** Opens a link to whoever listens there. `joined` follows, or `gone`, of `peer`: a number below `ACCEPTED` that this node has not used before. */
  | { readonly type: 'dial'; readonly peer: NodeId; readonly address: string }
  /** Closes a link; no `gone` follows. */
  | { readonly type: 'hang-up'; readonly peer: NodeId }
  /** The node falls, behind all that it said before. */
  | { readonly type: 'halt' };

/** Links that others opened have numbers from this on, which the host gives: small enough to be machine words in V8, which finds them faster. */
export const ACCEPTED = 2 ** 30;

/** Says of a peer what it is to be blamed for. */
export interface Accuse {
  readonly type: 'accuse';
  readonly kind: FaultKind;
  readonly suspect: NodeId;
  readonly evidence: string;
}

/**
 * What a member can be accused of. Of silence, by whoever waits for it: it may only have been slow, which breaks the
 * model's bound on delays, and it is given up. Of misbehaviour, by a protocol that holds evidence: it stays a member, its
 * conduct being what the protocol is there to stand.
 */
export type FaultKind = 'silence' | 'misbehaviour';

/**
 * A protocol as one node runs it: events come in, effects go out, and nothing changes but its own state, which is plain data.
 * No clock, no chance, no I/O; two hosts that feed it the same events get the same effects.
 */
export interface Machine<V extends Vocabulary, State, C extends Context = Context> {
  /** The state before the first event. */
  begin(context: C): State;
  /** The state of a node that is restarted: what `begin` and the saved records make of it. A machine without it saves nothing. */
  recover?(context: C, records: readonly V['record'][]): State;
  /** Takes one event, changes `state`, and says what is to be done, in this order. */
  step(context: C, state: State, event: Event<V>): Effect<V>[];
  /** The message that `input` is, else undefined. Total: a wire may hold anything. */
  parse(input: unknown): V['message'] | undefined;
  /** What a traitor could say instead, signed by its own key alone, the most plausible first. Loyal nodes never ask. */
  lies?(context: C, honest: V['message']): readonly V['message'][];
  /** What a message is about: its type and the numbers that tell it from others, but nothing that somebody drew for it. What a traitor chooses depends on that. */
  about?(message: V['message']): string;
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
  readonly signer: Signer;
  readonly settings: Settings;
  /** How a loyal node tosses a coin, and a traitor chooses. */
  readonly choose: ChooseOwn;
}

export type Settings = Readonly<Record<string, number | boolean>>;

/** Signatures and digests of plain data. */
export interface Signer {
  sign(domain: string, body: object | string): string;
  /** Whether `by` made this signature. Total: a signature may be anything. */
  verify(by: NodeId, domain: string, body: object | string, signature: string): boolean;
  digest(body: object): string;
}
