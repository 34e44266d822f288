import type { Chunk, SavedRecord } from './messages.ts';

/**
 * What of a replica’s records is still needed, in the order in which to keep it: the last state that a quorum vouched for
 * stands for all that led to it, and so comes first; of the views only the last that began counts, and the one that is asked for since.
 */
export function compacted(records: readonly SavedRecord[]): readonly SavedRecord[] {
  const from = records.findLastIndex((record) => record.type === 'stable' && record.state !== undefined);
  const entered = records.findLastIndex((record) => record.type === 'new-view');
  const asked = records.findLastIndex((record) => record.type === 'view-change');
  const state = records[from];
  const sequence = state?.type === 'stable' ? state.proof[0]!.body.sequence : 0;
  const others = records.filter((record, index) => {
    switch (record.type) {
      case 'stable':
        return index > from;
      case 'pre-prepared':
        return record.prePrepare.body.sequence > sequence;
      case 'prepared':
        return record.certificate.prePrepare.body.sequence > sequence;
      case 'learned':
      case 'vouched':
        return record.sequence > sequence;
      case 'committed':
        return record.commits[0]!.body.sequence > sequence;
      case 'view-change':
        return index === asked && index > entered;
      case 'new-view':
        return index === entered;
      default:
        return record satisfies never;
    }
  });
  return state?.type === 'stable' ? [whole(state, records), ...others] : others;
}

/** The record with all chunks of its state, which those before it may hold. */
function whole(record: Stable, records: readonly SavedRecord[]): Stable {
  if (record.state === undefined) return record;
  const { manifest } = record.state;
  const known = new Map<string, Chunk>();
  for (const one of records) if (one.type === 'stable') for (const [digest, chunk] of one.state?.chunks ?? []) known.set(digest, chunk);
  return { ...record, state: { manifest, chunks: manifest.chunks.map((digest) => [digest, known.get(digest)!] as const) } };
}

type Stable = Extract<SavedRecord, { type: 'stable' }>;
