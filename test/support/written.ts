import { expect } from 'chai';
import { nodeId } from '../../src/core/node.ts';
import { symbolicSigner } from '../../src/core/signer.ts';
import { openLog } from '../../src/runtime/log.ts';
import type { Batch, SavedRecord } from '../../src/replicas/pbft/messages.ts';
import { emptyStore, executeBatch } from '../../src/replicas/pbft/store.ts';

/** What stands at each place of a log, by what replicas that have ended left on their disks; none of them may have thrown anything away. */
export async function written(folders: readonly string[]): Promise<ReadonlyMap<number, string>> {
  const batches = new Map<string, Batch>();
  const committed = new Map<number, string>();
  for (const folder of folders) {
    const log = openLog(folder, { synced: () => undefined, failed: () => undefined });
    await log.close();
    for (const record of log.records.slice(1) as SavedRecord[]) {
      if (record.type === 'pre-prepared') batches.set(record.prePrepare.body.digest, record.batch);
      else if (record.type === 'learned') batches.set(record.digest, record.batch);
      else if (record.type === 'committed' || record.type === 'vouched') {
        const sequence = record.type === 'vouched' ? record.sequence : record.commits[0]!.body.sequence;
        expect(committed.get(sequence) ?? record.digest, `two batches committed at ${sequence}`).to.equal(record.digest);
        committed.set(sequence, record.digest);
      }
    }
  }
  const store = emptyStore();
  const places = new Map<number, string>();
  for (let sequence = 1; sequence <= committed.size; sequence += 1) {
    const digest = committed.get(sequence)!;
    const batch = batches.get(digest)!;
    for (const [client, answers] of executeBatch(store, batch, digest, symbolicSigner(nodeId(0)), folders.length)) {
      for (const [timestamp, , result] of answers) places.set(Number(result), batch.requests.find(({ body }) => body.client === client && body.timestamp === timestamp)!.body.operation);
    }
  }
  return places;
}
