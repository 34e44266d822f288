import { expect } from 'chai';
import { compacted } from '../../../src/replicas/pbft/compact.ts';
import type { SavedRecord } from '../../../src/replicas/pbft/messages.ts';
import { replica } from '../../../src/replicas/pbft/replica.ts';
import { slotAt } from '../../../src/replicas/pbft/state.ts';
import { pbft } from '../../../src/replicas/sim/system.ts';
import { simulate } from '../../../src/runtime/virtual/simulate.ts';
import { batchOf, request } from '../../support/one-replica.ts';

/** What a search for faults of replicas must do itself: who is satisfied with less finds nothing, and says that all is well. */
describe('replicas under fault plans that fall', () => {
  it('come back with all that they saved, and with what is needed of that alone, by turns', () => {
    const found = { whole: 0, compacted: 0 };
    const loyal: typeof replica = {
      ...replica,
      recover(context, records: readonly SavedRecord[]) {
        // What is written anew begins with the state; what never was begins with the first batch.
        if (records[0]?.type === 'stable') found.compacted += 1;
        else if (compacted(records).length < records.length) found.whole += 1;
        return replica.recover(context, records);
      },
    };
    for (let seed = 1; seed <= 12; seed += 1) expect(simulate(pbft, pbft.draw({ n: 4, seed }), { loyal }).type).to.equal('holds');
    expect(found.whole).to.be.greaterThan(2);
    expect(found.compacted).to.be.greaterThan(2);
  });

  it('are judged by what they had executed before, though they told nobody', () => {
    let isMet = false;
    for (let seed = 1; seed <= 12 && !isMet; seed += 1) {
      const loyal: typeof replica = {
        ...replica,
        recover(context, records) {
          const state = replica.recover(context, records);
          const committed = slotAt(state, state.executed)?.committed;
          if (state.executed === state.stable || committed === undefined) return state;
          isMet = true;
          Object.assign(committed, { batch: batchOf(request(1, 'another order')) });
          return state;
        },
      };
      const { type, witness } = simulate(pbft, pbft.draw({ n: 4, seed }), { loyal });
      if (!isMet) continue;
      expect(type).to.equal('violated');
      expect(witness).to.match(/^replica \d executed "another order"/);
    }
    expect(isMet).to.equal(true);
  });
});
