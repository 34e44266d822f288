import type { ReplicaEffect, ReplicaEvent, ReplicaVocabulary } from '../../core/machine.ts';
import type { NodeId } from '../../core/node.ts';

/** What somebody signed: the domain of the signature is the name of the message that it stands in. */
export interface Signed<Body extends object> {
  readonly body: Body;
  readonly signature: string;
}

/** What a client wants done, by its own number: o, t and c of the paper. */
export interface RequestBody {
  readonly client: NodeId;
  readonly timestamp: number;
  readonly operation: string;
}

/** Requests that get one place in the log together. Without any it is the null request of the paper. */
export interface Batch {
  readonly requests: readonly Signed<RequestBody>[];
}

/** The place of a batch in a view, as its primary signs it: v, n and d. */
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
  /** P, one for each request that prepared since, in the order of their places. */
  readonly prepared: readonly PreparedCertificate[];
  readonly replica: NodeId;
}

export interface NewViewBody {
  readonly view: number;
  /** V, of a quorum. */
  readonly viewChanges: readonly Signed<ViewChangeBody>[];
  /** O, in the order of their places. */
  readonly prePrepares: readonly Signed<Proposal>[];
}

export interface ReplyBody {
  readonly view: number;
  readonly client: NodeId;
  readonly replica: NodeId;
  /** Timestamp and result of each of the client’s requests in one batch. */
  readonly answers: readonly (readonly [number, string])[];
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

/** What the sender executed at a place, on its word alone, where it has no proof that others could check. */
export interface Executed {
  readonly type: 'executed';
  readonly sequence: number;
  readonly batch: Batch;
}

/** The state as plain data, in one order that all replicas share. */
export interface Snapshot {
  readonly sequence: number;
  readonly position: number;
  readonly chain: string;
  readonly values: readonly (readonly [string, string])[];
  readonly tail: readonly string[];
  readonly clients: readonly (readonly [NodeId, readonly (readonly [number, string])[]])[];
}

/** The state at a stable checkpoint, with its proof. */
export interface StateMessage {
  readonly type: 'state';
  readonly snapshot: Snapshot;
  readonly proof: readonly Signed<CheckpointBody>[];
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
  /** A checkpoint is stable; nothing saved for the places up to it is needed, once there is its snapshot. */
  | { readonly type: 'stable'; readonly proof: readonly Signed<CheckpointBody>[]; readonly snapshot?: Snapshot }
  | { readonly type: 'view-change'; readonly viewChange: ViewChange }
  | { readonly type: 'new-view'; readonly newView: NewView };

export type ReplicaOutput = {
  readonly type: 'executed';
  readonly sequence: number;
  readonly view: number;
  readonly digest: string;
  readonly batch: Batch;
} | { readonly type: 'entered'; readonly view: number } | { readonly type: 'transferred'; readonly sequence: number; readonly digest: string };

export interface Pbft extends ReplicaVocabulary {
  /** A replica orders what clients sign, so it takes no input of its own. */
  readonly input: never;
  readonly message: Message;
  readonly output: ReplicaOutput;
  readonly record: SavedRecord;
}

export type Effect = ReplicaEffect<Pbft>;
export type Event = ReplicaEvent<Pbft>;
