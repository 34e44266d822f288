import type { Effect as EffectOf, Event as EventOf, Vocabulary } from '../../core/machine.ts';
import type { NodeId } from '../../core/node.ts';
import type { Flaw } from './operation.ts';

/** What somebody signed: the domain of the signature is the name of the message that it stands in. */
export interface Signed<Body extends object> {
  readonly body: Body;
  readonly signature: string;
}

/** What a client wants done, by its own number: o, t and c of the paper. */
export interface RequestBody {
  readonly client: NodeId;
  readonly timestamp: number;
  /** Drawn at random for each request, and kept if it is asked anew by another number: what a client with lost memory asks under a used number is told by it from what was asked before. */
  readonly mark: string;
  /** What is asked again under one key, by whomever, is executed once; empty if there is none. */
  readonly key: string;
  readonly operation: string;
}

/** What a request came to, once and for all: its answer, or why it changed nothing. */
export type Result = string | null | { readonly refused: Flaw };

/**
 * What a replica tells the client of a request that it knows nothing to do for: its number is used or too old, and where the
 * client’s numbers stand; or that it was executed so long ago that its answer is forgotten.
 */
export type Outcome = Result | { readonly stale: number } | { readonly forgotten: true };

/** An outcome, with the number of the request and the digest of its body: it stands for no other request. */
export type Answer<Kind = Outcome> = readonly [timestamp: number, request: string, outcome: Kind];

/** Requests that get one sequence number in the log together. Without any it is the null request of the paper. */
export interface Batch {
  readonly requests: readonly Signed<RequestBody>[];
}

/** The sequence number of a batch in a view, as its primary signs it: v, n and d. */
export interface Proposal {
  readonly view: number;
  readonly sequence: number;
  readonly digest: string;
}

/** A replica’s word for a proposal; i is the replica. */
export interface VoteBody extends Proposal {
  readonly replica: NodeId;
}

export type SignedVote = Signed<VoteBody>;

/** The state after a sequence number, in one replica’s word. */
export interface CheckpointBody {
  readonly sequence: number;
  readonly digest: string;
  readonly replica: NodeId;
}

/** That a request prepared: its pre-prepare, and prepares of a quorum less the primary. A member of P. */
export interface PreparedCertificate {
  readonly prePrepare: Signed<Proposal>;
  readonly prepares: readonly SignedVote[];
}

export interface ViewChangeBody {
  readonly view: number;
  /** n, the last stable checkpoint. */
  readonly stable: number;
  /** C, which proves it; nothing where n is 0. */
  readonly proof: readonly Signed<CheckpointBody>[];
  /** P, one for each request that prepared since, in the order of their sequence numbers. */
  readonly prepared: readonly PreparedCertificate[];
  readonly replica: NodeId;
}

export interface NewViewBody {
  readonly view: number;
  /** V, of a quorum. */
  readonly viewChanges: readonly Signed<ViewChangeBody>[];
  /** O, in the order of their sequence numbers. */
  readonly prePrepares: readonly Signed<Proposal>[];
}

export interface ReplyBody {
  readonly view: number;
  readonly client: NodeId;
  readonly replica: NodeId;
  /** To the client’s requests in one batch. */
  readonly answers: readonly Answer[];
}

export type Phase = 'prepare' | 'commit';

export type Request = Signed<RequestBody> & { readonly type: 'request' };
export type PrePrepare = Signed<Proposal> & { readonly type: 'pre-prepare'; readonly batch: Batch };
export type VoteMessage = SignedVote & { readonly type: Phase };
export type CheckpointMessage = Signed<CheckpointBody> & { readonly type: 'checkpoint' };
export type ViewChange = Signed<ViewChangeBody> & { readonly type: 'view-change' };
export type NewView = Signed<NewViewBody> & { readonly type: 'new-view' };
export type Reply = Signed<ReplyBody> & { readonly type: 'reply' };

/** The votes of a quorum, as a collector gathered them. */
export interface Certificate {
  readonly type: 'certificate';
  readonly phase: Phase;
  readonly votes: readonly SignedVote[];
}

/** Where a replica stands; asks for what it lacks. */
export interface StatusMessage {
  readonly type: 'status';
  readonly view: number;
  readonly isChanging: boolean;
  readonly executed: number;
  readonly stable: number;
}

/** A request that committed, with its proof: commits of a quorum. */
export interface Committed {
  readonly type: 'committed';
  readonly batch: Batch;
  readonly commits: readonly SignedVote[];
}

/** What the sender executed at a sequence number, on its word alone, where it has no proof that others could check. */
export interface Executed {
  readonly type: 'executed';
  readonly sequence: number;
  readonly batch: Batch;
}

/** A page of the state (`snapshot.ts`). */
export type Chunk =
  | { readonly type: 'values'; readonly entries: readonly (readonly [key: string, value: string])[] }
  | { readonly type: 'answers'; readonly client: NodeId; readonly entries: readonly Answer<Result>[] }
  | { readonly type: 'marks'; readonly client: NodeId; readonly first: number; readonly entries: readonly string[] }
  | { readonly type: 'keys'; readonly home: NodeId; readonly first: number; readonly entries: readonly KeyEntry[] };

/** A key under which something was asked, the digest of what that was, and what came of it. */
export type KeyEntry = readonly [key: string, operation: string, result: Result];

/** All of the state in short: the digests of its chunks, in one order that all replicas share. A checkpoint signs its digest. */
export interface Manifest {
  readonly sequence: number;
  readonly position: number;
  readonly chain: string;
  readonly tail: readonly string[];
  readonly chunks: readonly string[];
}

/** The state as plain data. */
export interface Snapshot {
  readonly manifest: Manifest;
  readonly chunks: readonly Chunk[];
}

/** What the state at a stable checkpoint is made of, with its proof: whoever lacks it asks for the chunks. */
export interface StateMessage {
  readonly type: 'state';
  readonly manifest: Manifest;
  readonly proof: readonly Signed<CheckpointBody>[];
}

/** Asks for one chunk of the state at a checkpoint. */
export interface FetchChunk {
  readonly type: 'fetch-chunk';
  readonly sequence: number;
  readonly index: number;
}

export interface ChunkMessage extends Omit<FetchChunk, 'type'> {
  readonly type: 'chunk';
  readonly chunk: Chunk;
}

/** A stable checkpoint’s proof, for who has the state. */
export interface StableMessage {
  readonly type: 'stable';
  readonly proof: readonly Signed<CheckpointBody>[];
}

/** Asks for the batch with that digest. */
export interface Fetch {
  readonly type: 'fetch';
  readonly digest: string;
}

export interface BatchMessage {
  readonly type: 'batch';
  readonly batch: Batch;
}

export type Message =
  | Request
  | PrePrepare
  | VoteMessage
  | Certificate
  | CheckpointMessage
  | ViewChange
  | NewView
  | Reply
  | StatusMessage
  | Committed
  | Executed
  | StateMessage
  | FetchChunk
  | ChunkMessage
  | StableMessage
  | Fetch
  | BatchMessage;

/** What a replica must not forget, in the order in which it came to be. */
export type SavedRecord =
  /** It said, or is about to say, a pre-prepare as primary or a prepare for it as backup. */
  | { readonly type: 'pre-prepared'; readonly prePrepare: Signed<Proposal>; readonly batch: Batch }
  /** It is about to commit. */
  | { readonly type: 'prepared'; readonly certificate: PreparedCertificate }
  /** A batch that came with the proof that it committed, and not with a pre-prepare. */
  | { readonly type: 'learned'; readonly sequence: number; readonly digest: string; readonly batch: Batch }
  | { readonly type: 'committed'; readonly digest: string; readonly commits: readonly SignedVote[] }
  /** Committed, as f + 1 replicas say. */
  | { readonly type: 'vouched'; readonly sequence: number; readonly digest: string }
  /** A checkpoint is stable; nothing saved for the sequence numbers up to it is needed, once there is its state. */
  | { readonly type: 'stable'; readonly proof: readonly Signed<CheckpointBody>[]; readonly state?: SavedState }
  | { readonly type: 'view-change'; readonly viewChange: ViewChange }
  | { readonly type: 'new-view'; readonly newView: NewView };

/** The state at a checkpoint, with those of its chunks, by digest, that the state saved before it had not. */
export interface SavedState {
  readonly manifest: Manifest;
  readonly chunks: readonly (readonly [digest: string, chunk: Chunk])[];
}

export type ReplicaOutput = {
  readonly type: 'executed';
  readonly sequence: number;
  readonly view: number;
  readonly digest: string;
  readonly batch: Batch;
} | { readonly type: 'entered'; readonly view: number } | { readonly type: 'transferred'; readonly sequence: number; readonly digest: string };

export interface Pbft extends Vocabulary {
  /** A replica orders what clients sign, so it takes no input of its own. */
  readonly input: never;
  readonly message: Message;
  readonly output: ReplicaOutput;
  readonly record: SavedRecord;
}

export type Effect = EffectOf<Pbft>;
export type Event = EventOf<Pbft>;
