import { expect } from 'chai';
import type { RunResult, Accusation, Report } from '../../../src/generals/host.ts';
import { nodeId } from '../../../src/core/node.ts';
import { counterpart, type Order } from '../../../src/generals/order.ts';
import type { Finding } from '../../../src/generals/findings.ts';
import type { Member, MemberState } from '../../../src/generals/outcome.ts';
import { findingsOf } from '../../../src/generals/judge/findings.ts';
import { transcriptOf } from '../../support/run.ts';

const LOYAL: MemberState = { type: 'loyal' };
const FAULTY: MemberState = { type: 'faulty', strategy: 'liar' };
const LOST: MemberState = { type: 'lost', reason: 'exited' };
const HOLDS: Finding = { type: 'holds' };

const rosterOf = (states: readonly MemberState[]): Member[] => states.map((state, index) => ({ id: nodeId(index + 1), role: index === 0 ? 'primary' : 'secondary', state }));

/** What each general decided, the primary first; undefined for nothing, and no report at all of the lost. */
function accountOf(states: readonly MemberState[], decisions: readonly (Order | undefined)[], accusations: readonly Accusation[] = []): RunResult {
  const reports = decisions.map((decision, index): Report => ({ id: nodeId(index + 1), decision, ballot: decision, strategy: undefined, heard: [], tampered: [], sent: 0 }));
  return { reports: reports.filter((_, index) => states[index]!.type !== 'lost'), losses: [], accusations };
}

const late = (suspect: number): Accusation => ({ by: nodeId(1), kind: 'silence', suspect: nodeId(suspect), evidence: 'a test' });

describe('the judge', () => {
  for (const order of ['attack', 'retreat'] as const) {
    const other = counterpart(order);
    describe(`of an order to ${order}`, () => {
      const judged = (states: readonly MemberState[], decisions: readonly (Order | undefined)[], accusations: readonly Accusation[] = []) =>
        findingsOf(order, rosterOf(states), accountOf(states, decisions, accusations));

      it('finds that all holds where all loyal do as a loyal primary ordered', () => {
        expect(judged([LOYAL, LOYAL, LOYAL], [order, order, order])).to.deep.equal({ agreement: HOLDS, validity: HOLDS, termination: HOLDS });
      });

      it('finds agreement (IC1) violated where two loyal lieutenants decide differently, and names them', () => {
        const { agreement, validity } = judged([FAULTY, LOYAL, LOYAL, LOYAL], [order, order, other, order]);
        const [attacker, retreater] = order === 'attack' ? ['G2', 'G3'] : ['G3', 'G2'];
        expect(agreement).to.deep.equal({ type: 'violated', witness: `${attacker} decided attack, ${retreater} decided retreat, and both are loyal` });
        expect(validity, 'a traitorous primary may be disobeyed').to.deep.equal(HOLDS);
      });

      it('finds validity (IC2) violated where a loyal lieutenant disobeys a loyal primary, though all lieutenants agree', () => {
        const { agreement, validity } = judged([LOYAL, LOYAL, LOYAL], [order, other, other]);
        expect(agreement).to.deep.equal(HOLDS);
        expect(validity).to.deep.equal({ type: 'violated', witness: `the loyal primary ordered ${order}, G2 is loyal and decided ${other}` });
      });

      it('finds termination violated where a loyal general decides nothing, and nothing else for that', () => {
        const { agreement, validity, termination } = judged([LOYAL, LOYAL, LOYAL, FAULTY], [order, undefined, undefined, undefined]);
        expect([agreement, validity]).to.deep.equal([HOLDS, HOLDS]);
        expect(termination).to.deep.equal({ type: 'violated', witness: 'G2, G3 decided nothing' });
      });

      it('asks neither traitors nor the lost', () => {
        expect(judged([LOYAL, FAULTY, LOST, LOYAL], [order, other, other, order])).to.deep.equal({ agreement: HOLDS, validity: HOLDS, termination: HOLDS });
      });

      it('names all who were late, whoever was accused first', () => {
        const { validity } = judged([LOYAL, LOYAL, LOYAL, LOYAL], [order, order, other, undefined], [late(4), late(2)]);
        expect(validity.type === 'unknown' && validity.reason).to.match(/, but G2, G4 were late$/);
      });

      it('says unknown, and whose fault that is, where somebody was late; what holds all the same holds', () => {
        const { agreement, validity, termination } = judged([LOYAL, LOYAL, LOYAL, LOYAL], [order, order, other, undefined], [late(4), late(4)]);
        for (const finding of [agreement, validity, termination]) expect(finding.type).to.equal('unknown');
        expect(validity).to.deep.equal({ type: 'unknown', reason: `the loyal primary ordered ${order}, G3 is loyal and decided ${other}, but G4 was late` });
        expect(judged([LOYAL, LOYAL], [order, order], [late(2)])).to.deep.equal({ agreement: HOLDS, validity: HOLDS, termination: HOLDS });
      });
    });
  }

  describe('at the prompt', () => {
    const said = async (...commands: string[]): Promise<string[]> => {
      const [sim, threads] = await Promise.all((['sim', 'threads'] as const).map((host) => transcriptOf(commands.join('\n'), { host, seed: 1, deadline: 500 })));
      expect(threads).to.equal(sim);
      return sim!.split('\n').slice(sim!.split('\n').findIndex((line) => line.startsWith('Execute order')));
    };

    it('says nothing where all holds', async () => {
      expect(await said('g-elect 1', 'actual-order attack')).to.have.length(2);
    });

    it('adds a line for what is violated, right after the verdict', async () => {
      expect((await said('g-elect 1', 'g-state 3 faulty', 'g-state 4 faulty', 'choose 3 retreat retreat', 'choose 4 retreat retreat', 'actual-order attack anyway'))[1]).to.equal(
        'Validity violated: the loyal primary ordered attack, G2 is loyal and decided retreat.',
      );
      expect((await said('g-elect 1', 'g-protocol oral 0', 'g-state 1 faulty', 'choose 1 attack retreat attack', 'actual-order attack anyway'))[1]).to.equal(
        'Agreement violated: G2 decided attack, G3 decided retreat, and both are loyal.',
      );
    });

    it('says unknown where a general hung', async () => {
      expect((await said('g-elect 1', 'g-state 4 faulty', 'g-break 3 hang', 'choose 4 retreat retreat', 'actual-order attack anyway'))[1]).to.equal(
        'Validity unknown: the loyal primary ordered attack, G2 is loyal and decided retreat, but G3 was late.',
      );
    });
  });
});
