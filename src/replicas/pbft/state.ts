import type { Context } from '../../core/machine.ts';
import type { NodeId } from '../../core/node.ts';
import { byzantineQuorum, oneLoyal } from '../../core/quorum.ts';
import type { Batch, Certificate, CheckpointBody, Chunk, Effect, Manifest, NewView, PrePrepare, PreparedCertificate, Proposal, Request, Signed, SignedVote, Snapshot, ViewChange, VoteMessage } from './messages.ts';
import { settingsOf, type PbftSettings } from './settings.ts';
import { emptyStore, type Store } from './store.ts';

export interface ReplicaState {
  readonly n: number;
  readonly others: readonly NodeId[];
  readonly quorum: number;
  readonly oneLoyal: number;
  readonly settings: PbftSettings;

  view: number;
  /** Left its view, and awaits the new-view of `view`. */
  isChanging: boolean;
  /** View changes since the last execution; each doubles the timeout. */
  doublings: number;
  /** The new-view by which this view was entered, for those who come late. */
  newView: NewView | undefined;
  /** The latest view-change of each replica, by its id. */
  readonly viewChanges: (ViewChange | undefined)[];
  /** Votes and pre-prepares for the view that is awaited, of each replica, by its id. */
  readonly early: ((PrePrepare | VoteMessage | Certificate)[] | undefined)[];
  /** For which view a quorum’s view-changes have started the timer. */
  awaited: number;

  /** The ring of slots of the window: sequence modulo its size. */
  readonly slots: (Slot | undefined)[];
  /** What batches of the window were seen, by digest, and where. */
  readonly batches: Map<string, { readonly batch: Batch; readonly sequence: number }>;
  /** The low mark: the last stable checkpoint, and its proof. */
  stable: number;
  proof: readonly Signed<CheckpointBody>[];
  /** The state at the last stable checkpoint, if it was ever here. */
  snapshot: Snapshot | undefined;
  /** The one before, for those who are still taking it. */
  previous: Snapshot | undefined;
  /** Of the last state that was saved. */
  saved: Manifest | undefined;
  /** The state of a later checkpoint, as far as it has come. */
  transfer: Transfer | undefined;
  /** Own checkpoints that are not stable yet. */
  readonly snapshots: Map<number, Snapshot>;
  /** The latest two checkpoints of each replica, by its id. */
  readonly checkpoints: (readonly Signed<CheckpointBody>[] | undefined)[];

  /** The last sequence number that was executed; all before it were. */
  executed: number;
  store: Store;

  /** The last sequence number that this primary gave, or that a pre-prepare took here. */
  proposed: number;
  /** Requests that are not executed yet, the oldest first. */
  readonly waiting: Map<number, Waiting>;
  /** How many of them each client has here. */
  readonly waitingOf: Map<NodeId, number>;
  /** Those among them that the primary still has to propose. */
  queue: Request[];
  /** For which waiting request, or which sequence number, the view timer runs. */
  watched: number | undefined;

  /** Up to which sequence number votes go to everyone, though there is a collector. */
  allToAllUntil: number;
  /** The collector timer runs, since this many sequence numbers were executed. */
  collectingSince: number | undefined;
  /** How much of each replica’s budget for answers is left until the next status. */
  readonly budgets: number[];
  /** How many chunks of the state each may still ask for until then. */
  readonly chunkBudgets: number[];
  /** Who gets the next status. */
  statusPeer: number;
  /** What `executed` was at the last status. */
  executedBefore: number;
  /** How many messages were not heeded, being of another view, outside the window, or more than is kept; for people. */
  dropped: number;
}

export interface Waiting {
  readonly request: Request;
  /** The view in which it was proposed; −1 if in none. */
  view: number;
  /** The last view whose primary was told of it here; −1 if none was. */
  passedOn: number;
}

/** One sequence number of the log. */
export interface Slot {
  readonly sequence: number;
  view: number;
  prePrepare: Signed<Proposal> | undefined;
  /** Of the accepted pre-prepare; empty before. */
  digest: string;
  batch: Batch | undefined;
  /** The first prepare and commit of each replica in this view, by its id. */
  prepares: (SignedVote | undefined)[];
  commits: (SignedVote | undefined)[];
  /** How many of them are for `digest`; of prepares, without the primary’s. */
  prepareCount: number;
  commitCount: number;
  isPrepared: boolean;
  /** The last certificate, of this view or an earlier one. */
  certificate: PreparedCertificate | undefined;
  /** A quorum’s commits, and what they are for; of any view. Their signatures may not have been looked at. None, if f + 1 vouch for it. */
  committed: { readonly digest: string; readonly batch: Batch; readonly commits: readonly SignedVote[] } | undefined;
  /** The digest of what each replica says to have executed here. */
  readonly vouchers: Map<NodeId, string>;
  /** What this collector has certified in this view. */
  hasCertified: { prepare: boolean; commit: boolean };
}

/** A state that is on its way here. */
export interface Transfer {
  readonly manifest: Manifest;
  readonly proof: readonly Signed<CheckpointBody>[];
  /** What has come, in the order of the manifest. */
  readonly chunks: (Chunk | undefined)[];
  /** What is to be asked for, the last first. */
  readonly wanted: number[];
  /** What was asked for and has not come, and whether that was before the last status. */
  readonly asked: Map<number, { readonly of: NodeId; isOld: boolean }>;
  /** Who has the state, and how often each was asked since the last status. */
  readonly sources: Map<NodeId, number>;
  readonly liars: NodeId[];
  /** How many chunks have come since the last status. */
  came: number;
}

/** One step of one replica. */
export interface Turn {
  readonly context: Context;
  readonly state: ReplicaState;
  readonly effects: Effect[];
}

export function initialState({ self, members, settings }: Context): ReplicaState {
  const n = members.length;
  const known = settingsOf(settings);
  return {
    n,
    others: members.filter((id) => id !== self),
    quorum: byzantineQuorum(n),
    oneLoyal: oneLoyal(n),
    settings: known,
    view: known.firstView,
    isChanging: false,
    doublings: 0,
    newView: undefined,
    viewChanges: nobody(n),
    early: nobody(n),
    awaited: 0,
    slots: nobody(2 * known.checkpointEvery),
    batches: new Map(),
    stable: 0,
    proof: [],
    snapshot: undefined,
    previous: undefined,
    saved: undefined,
    transfer: undefined,
    snapshots: new Map(),
    checkpoints: nobody(n),
    executed: 0,
    store: emptyStore(),
    proposed: 0,
    waiting: new Map(),
    waitingOf: new Map(),
    queue: [],
    watched: undefined,
    allToAllUntil: 0,
    collectingSince: undefined,
    budgets: Array.from({ length: n }, () => BUDGET),
    chunkBudgets: Array.from({ length: n }, () => CHUNK_BUDGET),
    statusPeer: 0,
    executedBefore: 0,
    dropped: 0,
  };
}

/** What a replica may ask of another between two statuses: an answer to a status costs STATUS_COST, a batch 1. */
export const BUDGET = 64;
export const STATUS_COST = 48;
/** And how many chunks. */
export const CHUNK_BUDGET = 64;

export const primaryOf = (view: number, n: number): number => view % n;

export const isPrimary = ({ context, state }: Turn): boolean => primaryOf(state.view, state.n) === context.self;

/** Whether a sequence number lies in the window: above the low mark h, and not above H = h + 2K. */
export const isInWindow = (state: ReplicaState, sequence: number): boolean => sequence > state.stable && sequence <= state.stable + state.slots.length;

/** The slot of a sequence number, if anything is known of it. */
export function slotAt(state: ReplicaState, sequence: number): Slot | undefined {
  const slot = state.slots[sequence % state.slots.length];
  return slot !== undefined && slot.sequence === sequence ? slot : undefined;
}

/** The slot of a sequence number in the window, made if need be, and renewed if it is of an earlier view. */
export function openSlot(state: ReplicaState, sequence: number): Slot {
  const index = sequence % state.slots.length;
  const slot = state.slots[index];
  if (slot !== undefined && slot.sequence === sequence) {
    if (slot.view !== state.view) renew(slot, state.view, state.n);
    return slot;
  }
  return (state.slots[index] = emptySlot(sequence, state.view, state.n));
}

/** Keeps a batch until its sequence number is below the low mark: its highest sequence number, for a faulty primary may give it several. */
export function keepBatch({ batches }: ReplicaState, sequence: number, digest: string, batch: Batch): void {
  const before = batches.get(digest);
  if (before === undefined || before.sequence < sequence) batches.set(digest, { batch, sequence });
}

const emptySlot = (sequence: number, view: number, n: number): Slot => ({
  sequence,
  view,
  prePrepare: undefined,
  digest: '',
  batch: undefined,
  prepares: nobody(n),
  commits: nobody(n),
  prepareCount: 0,
  commitCount: 0,
  isPrepared: false,
  certificate: undefined,
  committed: undefined,
  vouchers: new Map(),
  hasCertified: { prepare: false, commit: false },
});

/** What was proved stays proved; what was only said was said in another view. */
function renew(slot: Slot, view: number, n: number): void {
  const { sequence, certificate, committed, vouchers } = slot;
  Object.assign(slot, emptySlot(sequence, view, n), { certificate, committed, vouchers });
}

function nobody(n: number): undefined[] {
  const list: undefined[] = [];
  for (let i = 0; i < n; i += 1) list.push(undefined);
  return list;
}

export const send = ({ effects }: Turn, to: readonly NodeId[], message: Extract<Effect, { type: 'send' }>['message']): void => {
  if (to.length > 0) effects.push({ type: 'send', to, message });
};

export const save = ({ effects }: Turn, record: Extract<Effect, { type: 'save' }>['record']): void => {
  effects.push({ type: 'save', record });
};

export const accuse = ({ effects }: Turn, suspect: NodeId, evidence: string): void => {
  effects.push({ type: 'accuse', kind: 'misbehaviour', suspect, evidence });
};

/** A message that is not heeded. Nobody is accused: loyal replicas are late, or ahead, all the time. */
export const drop = ({ state }: Turn): void => {
  state.dropped += 1;
};
