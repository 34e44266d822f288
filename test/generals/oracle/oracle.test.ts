import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { EditedModules, type Edited } from '../../support/edited.ts';
import { projectPath } from '../../support/run.ts';
import { soaked } from '../../support/trials.ts';
import { EDITS } from '../mutation/edits.ts';
import { KNOWN } from './oracle.ts';
import type * as Probe from './probe.ts';
import { consulted } from './probe.ts';

/** Of all edits every so many is made in each run of the tests; a soak makes all. */
const SHARE = 10;

const VOTE = 'src/replicas/pbft/vote.ts';

/** The same of replicas among generals; what becomes of replicas on networks is for other tests. */
const OF_PBFT: readonly (Edited & { readonly shows: readonly string[]; readonly equivalent?: undefined })[] = [
  { file: VOTE, from: 'slot.prepareCount >= state.quorum - 1', to: 'slot.prepareCount >= state.quorum - 2' },
  { file: VOTE, from: 'slot.committed === undefined && slot.commitCount >= state.quorum', to: 'slot.committed === undefined && slot.commitCount >= state.quorum - 1' },
  { file: VOTE, from: 'if (slot.digest !== digest) return;', to: '' },
  { file: 'src/replicas/pbft/view-change.ts', from: 'prepared: preparedIn(state)', to: 'prepared: []' },
  { file: 'src/replicas/pbft/new-view.ts', from: 'digest: best.get(sequence)?.digest ?? signer.digest(NO_REQUESTS)', to: 'digest: signer.digest(NO_REQUESTS)' },
  { file: 'src/generals/protocols/pbft.ts', from: "effects.push({ type: 'output', output: order });", to: "effects.push({ type: 'output', output: DEFAULT_ORDER });" },
].map((edit) => ({ ...edit, shows: ['pbft'] }));

describe('an oracle that shares no code with the protocols', () => {
  for (const name of KNOWN) {
    it(`finds that every loyal general said and decided what it had to, and that all was judged so: ${name}`, async () => {
      for (let seed = 1; seed <= soaked(4000, 200); seed += 1) expect(await consulted([name], seed, 4)).to.deep.equal([]);
    });
  }

  it('finds so on threads as well', async () => {
    for (let seed = 1; seed <= soaked(100); seed += 1) expect(await consulted(KNOWN, seed, 2 * KNOWN.length, { host: 'threads' })).to.deep.equal([]);
  });

  describe('notices an edit of one line', () => {
    const modules = new EditedModules();
    after(() => modules[Symbol.dispose]());

    for (const { shows, equivalent, ...edit } of process.env['SOAK'] === '1' ? [...EDITS, ...OF_PBFT] : [...EDITS.filter((_, index) => index % SHARE === 0), OF_PBFT[0]!]) {
      // What a traitor might say is for no oracle to judge.
      const isSeen = equivalent === undefined && !edit.from.startsWith('lies:');
      it(`${isSeen ? 'and says what is wrong' : 'only where a loyal general does something else'}: ${edit.file}, '${edit.from.trim()}' → '${edit.to.trim()}'`, async () => {
        expect(readFileSync(projectPath(edit.file), 'utf8').split(edit.from), 'the line is there, once').to.have.length(2);
        const edited = await modules.import<typeof Probe>('test/generals/oracle/probe.ts', edit);
        expect(await isNoticed(edited, shows)).to.equal(isSeen);
      });
    }
  });
});

/** So many armies show any of the edits. */
const SEEDS = 20;

/** Whether something is found wrong; code that throws is noticed by everyone. */
async function isNoticed(edited: typeof Probe, protocols: readonly string[]): Promise<boolean> {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    for (const name of KNOWN.filter((one) => protocols.includes(one))) {
      const flaws = await edited.consulted([name], seed, 4).catch(String);
      if (flaws.length > 0) return true;
    }
  }
  return false;
}
