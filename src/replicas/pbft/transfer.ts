/**
 * How the state at a stable checkpoint comes to a replica that lacks it. Who has it says of what chunks it is made, with the
 * proof of the checkpoint (`catch-up.ts`); the replica takes what it has of these itself, and asks for the rest, a few at a time, of
 * all in turn who said that they have it. Each chunk shows by its digest whether it is the right one. Who sends a wrong
 * one is accused, and asked no more; who is silent from one status to the next but one, not before it says again that it
 * has the state. What has come stays: where a later checkpoint takes over, only chunks that differ are asked for. It does so when too
 * little has come, so that neither a slow sender nor quick checkpoints can keep a replica from ever coming level.
 */
import type { NodeId } from '../../core/node.ts';
import { askEveryone } from './catch-up.ts';
import { keepSnapshot, stabilise } from './checkpoint.ts';
import { executeReady } from './execute.ts';
import type { Chunk, ChunkMessage, FetchChunk, StateMessage } from './messages.ts';
import { isStable } from './proof.ts';
import { forgetDone, watch } from './requests.ts';
import { snapshotOf, storeOf } from './snapshot.ts';
import { accuse, CHUNK_BUDGET, send, type Transfer, type Turn } from './state.ts';

/** How many chunks are asked for at a time. */
const UNDERWAY = 16;
/** How many chunks must come between two statuses for a transfer to go on that a later one could replace. */
const PROGRESS = 8;
/** The most that is asked of one replica between two statuses: it answers twice as much between two of its own. */
const SHARE = CHUNK_BUDGET / 2;

/** Upon word of a state that a quorum signed, later than one's own. */
export function hearState(turn: Turn, from: NodeId, { manifest, proof }: StateMessage): void {
  const { context, state } = turn;
  const checkpoint = proof[0]!.body;
  if (checkpoint.sequence <= state.executed || checkpoint.sequence !== manifest.sequence) return;
  const before = state.transfer;
  if (before !== undefined && manifest.sequence < before.manifest.sequence) return;
  if (!isStable(context.signer, state, proof) || context.signer.digest(manifest) !== checkpoint.digest) return accuse(turn, from, 'a state that nobody vouches for');
  if (before === undefined || (manifest.sequence > before.manifest.sequence && before.came < PROGRESS)) {
    state.transfer = begun(turn, { manifest, proof }, before);
    if (before === undefined) askEveryone(turn);
  }
  const transfer = state.transfer!;
  if (transfer.manifest.sequence === manifest.sequence && !transfer.sources.has(from) && !transfer.liars.includes(from)) transfer.sources.set(from, 0);
  goOn(turn, transfer);
}

function begun({ context, state }: Turn, { manifest, proof }: Pick<Transfer, 'manifest' | 'proof'>, before: Transfer | undefined): Transfer {
  const known = new Map<string, Chunk>();
  const own = snapshotOf(state.store, state.executed, context.signer);
  own.manifest.chunks.forEach((digest, index) => known.set(digest, own.chunks[index]!));
  before?.chunks.forEach((chunk, index) => chunk !== undefined && known.set(before.manifest.chunks[index]!, chunk));
  const chunks = manifest.chunks.map((digest) => known.get(digest));
  const wanted = chunks.flatMap((chunk, index) => (chunk === undefined ? [index] : [])).reverse();
  return { manifest, proof, chunks, wanted, asked: new Map(), sources: new Map(), liars: before?.liars ?? [], came: 0 };
}

/** Asks for what is still to be asked for, as much at a time as is good; or ends. */
function goOn(turn: Turn, transfer: Transfer): void {
  const { manifest, wanted, asked, sources } = transfer;
  if (wanted.length === 0 && asked.size === 0) return finish(turn, transfer);
  while (wanted.length > 0 && asked.size < UNDERWAY) {
    const of = nextOf(sources);
    if (of === undefined) return;
    const index = wanted.pop()!;
    sources.set(of, sources.get(of)! + 1);
    asked.set(index, { of, isOld: false });
    send(turn, [of], { type: 'fetch-chunk', sequence: manifest.sequence, index });
  }
}

/** Who was asked least. */
function nextOf(sources: ReadonlyMap<NodeId, number>): NodeId | undefined {
  let least: NodeId | undefined;
  for (const [id, count] of sources) if (count < SHARE && count < (least === undefined ? Infinity : sources.get(least)!)) least = id;
  return least;
}

/** Upon a question for a chunk of the last stable checkpoint, or the one before. */
export function hearFetchChunk(turn: Turn, from: NodeId, { sequence, index }: FetchChunk): void {
  const { snapshot, previous, chunkBudgets } = turn.state;
  const held = [snapshot, previous].find((one) => one?.manifest.sequence === sequence);
  const chunk = held?.chunks[index];
  const budget = chunkBudgets[from] ?? 0;
  if (chunk === undefined || budget === 0) return;
  chunkBudgets[from] = budget - 1;
  send(turn, [from], { type: 'chunk', sequence, index, chunk });
}

export function hearChunk(turn: Turn, from: NodeId, { sequence, index, chunk }: ChunkMessage): void {
  const { context, state } = turn;
  const { transfer } = state;
  if (transfer === undefined || sequence !== transfer.manifest.sequence || transfer.asked.get(index)?.of !== from) return;
  if (context.signer.digest(chunk) === transfer.manifest.chunks[index]) {
    transfer.asked.delete(index);
    transfer.chunks[index] = chunk;
    transfer.came += 1;
  } else {
    accuse(turn, from, 'a chunk of another state');
    transfer.liars.push(from);
    passOver(transfer, from);
  }
  goOn(turn, transfer);
}

/** With every status: whom nothing came from is asked no more for now. */
export function lookAfterTransfer(turn: Turn): void {
  const { state } = turn;
  const { transfer } = state;
  if (transfer === undefined) return;
  if (transfer.manifest.sequence <= state.executed) {
    state.transfer = undefined;
    return;
  }
  for (const { of, isOld } of transfer.asked.values()) if (isOld) passOver(transfer, of);
  for (const question of transfer.asked.values()) question.isOld = true;
  for (const id of transfer.sources.keys()) transfer.sources.set(id, 0);
  transfer.came = 0;
  goOn(turn, transfer);
}

function passOver({ sources, asked, wanted }: Transfer, id: NodeId): void {
  sources.delete(id);
  for (const [index, { of }] of asked) {
    if (of !== id) continue;
    asked.delete(index);
    wanted.push(index);
  }
}

/** All of it is here: it becomes one's own. */
function finish(turn: Turn, { manifest, proof, chunks }: Transfer): void {
  const { state, effects } = turn;
  const { sequence } = manifest;
  state.transfer = undefined;
  if (sequence <= state.executed) return;
  const snapshot = { manifest, chunks: chunks as readonly Chunk[] };
  state.store = storeOf(snapshot);
  state.executed = sequence;
  if (sequence === state.stable) keepSnapshot(turn, proof, snapshot);
  else if (sequence > state.stable) {
    state.snapshots.set(sequence, snapshot);
    stabilise(turn, proof);
  }
  effects.push({ type: 'output', output: { type: 'transferred', sequence, digest: proof[0]!.body.digest } });
  forgetDone(turn);
  executeReady(turn);
  watch(turn);
}
