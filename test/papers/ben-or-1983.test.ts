import { expect } from 'chai';
import { nodeId } from '../../src/core/node.ts';
import type { MemberPlan } from '../../src/runtime/virtual/members.ts';
import { benOr, decisive, tolerated, type BenOrState } from '../../src/randomised/ben-or.ts';
import type { BenOrVocabulary, Bit, Message } from '../../src/randomised/messages.ts';
import { randomised } from '../../src/randomised/system.ts';
import { seededAt, type ChooseOwn } from '../../src/core/choice.ts';
import { symbolicSigner } from '../../src/core/signer.ts';
import { simulate } from '../../src/runtime/virtual/simulate.ts';
import { failuresIn } from '../support/systems.ts';
import { soaked } from '../support/trials.ts';

/** One of six nodes, of whom one may be a traitor, which is told messages one by one. */
class OneNode {
  readonly #context;
  readonly #state: BenOrState;

  constructor(given: Bit, choose: ChooseOwn = (_about, options) => options[0]!) {
    const self = nodeId(0);
    this.#context = { self, members: Array.from({ length: 6 }, (_, id) => nodeId(id)), signer: symbolicSigner(self), settings: {}, choose };
    this.#state = benOr.begin(this.#context);
    benOr.step(this.#context, this.#state, { type: 'input', input: { value: given } });
  }

  hear(from: number, message: Message): string[] {
    return benOr.step(this.#context, this.#state, { type: 'message', from: nodeId(from), message }).flatMap((effect) => {
      if (effect.type === 'output') return [`decides ${effect.output.value}`];
      return effect.type === 'send' && effect.message.type !== 'behind' ? [`${effect.message.type} ${effect.message.round}: ${effect.message.value}`] : [];
    });
  }

  /** What it says upon the last of these, from nodes 1, 2, … */
  upon(type: 'report' | 'proposal', values: readonly (Bit | null)[], round = 1): string[] {
    return values.map((value, index) => this.hear(index + 1, { type, round, value } as Message)).at(-1)!;
  }
}

/** A plan in which nothing goes wrong, but for these traitors. */
function calm(n: number, values: readonly Bit[], traitors: MemberPlan<BenOrVocabulary['input']>['traitors'] = new Map()): MemberPlan<BenOrVocabulary['input']> {
  const drawn = randomised.draw({ n, seed: 1 });
  return { ...randomised.only(drawn, new Set()), traitors, inputs: values.map((value, id) => ({ at: 1, node: nodeId(id), input: { value } })) };
}

describe('Ben-Or, Another Advantage of Free Choice (1983), protocol B', () => {
  it('stands t traitors among n > 5t, and is decisive with more than (n + t)/2', () => {
    expect([1, 5, 6, 10, 11, 16].map(tolerated)).to.deep.equal([0, 0, 1, 1, 2, 3]);
    for (let n = 1; n <= 60; n += 1) expect(decisive(n)).to.be.above((n + tolerated(n)) / 2).and.at.most((n + tolerated(n)) / 2 + 1);
  });

  it('upon reports of n − t proposes what more than (n + t)/2 reported, else nothing', () => {
    expect(new OneNode(1).upon('report', [1, 1, 1])).to.deep.equal([]);
    expect(new OneNode(1).upon('report', [1, 1, 1, 0])).to.deep.equal(['proposal 1: 1']);
    expect(new OneNode(1).upon('report', [1, 1, 0, 0])).to.deep.equal(['proposal 1: null']);
  });

  const proposing = (values: readonly (Bit | null)[], choose?: ChooseOwn): string[] => {
    const node = new OneNode(1, choose);
    node.upon('report', [1, 1, 1, 0]);
    return node.upon('proposal', values);
  };

  it('upon proposals of n − t decides what more than (n + t)/2 proposed, and goes on with it', () => {
    expect(proposing([1, 1, 1, null])).to.deep.equal(['decides 1', 'report 2: 1']);
  });

  it('goes on with what t + 1 proposed, without a decision', () => {
    expect(proposing([1, null, null, null], (_about, options) => options[0]!)).to.deep.equal(['report 2: 1']);
  });

  it('tosses a coin where fewer than t + 1 proposed anything: it is its own, of that round, and follows from the seed', () => {
    const coin = (seed: number): string[] => {
      const node = new OneNode(1, seededAt(seed, nodeId(0)));
      node.upon('report', [1, 1, 0, 0]);
      return node.upon('proposal', [null, null, null, 0]);
    };
    expect(coin(1)).to.deep.equal(coin(1));
    expect(new Set(Array.from({ length: 40 }, (_, seed) => coin(seed)[0]!))).to.have.all.keys('report 2: 0', 'report 2: 1');
  });

  it('takes one report and one proposal of a node for a round', () => {
    const node = new OneNode(1);
    for (let i = 0; i < 10; i += 1) expect(node.hear(1, { type: 'report', round: 1, value: 1 })).to.deep.equal([]);
  });

  it('if all loyal nodes are given the same, they decide it in round 1, whatever a traitor says', () => {
    for (const { name } of randomised.strategies) {
      for (const bit of [0, 1] as const) {
        const { type, progress } = simulate(randomised, calm(6, Array.from({ length: 6 }, (_, id) => (id === 2 ? ((1 - bit) as Bit) : bit)), new Map([[nodeId(2), name]])));
        expect([type, progress], name).to.deep.equal(['holds', `${bit} decided in 1 round`]);
      }
    }
  });

  it('if inputs differ, coins fall alike in few rounds among few', () => {
    const rounds = Array.from({ length: 100 }, (_, seed) => simulate(randomised, { ...calm(6, [0, 1, 0, 1, 0, 1]), seed }).figures['rounds']!);
    expect(Math.max(...rounds)).to.be.within(2, 60);
    expect(rounds.reduce((sum, count) => sum + count) / rounds.length).to.be.below(12);
  });

  it('that takes exponentially many among many: what has not ended after 100 rounds is unknown, not violated', () => {
    const n = 51;
    const outcome = simulate(randomised, calm(n, Array.from({ length: n }, (_, id) => (id % 2) as Bit)));
    expect(outcome).to.include({ type: 'unknown', reason: 'in 100 rounds the coins of enough nodes did not fall alike, and they may yet' });
  });

  it('with more than t traitors it promises nothing: two among six split the others', () => {
    const traitors = new Map([[nodeId(0), 'two-faced'], [nodeId(1), 'two-faced']]);
    expect(simulate(randomised, { ...calm(6, [0, 1, 0, 1, 0, 1], traitors), seed: 48, delay: 40 }).property).to.equal('agreement');
  });

  describe('agreement, validity and termination hold with t traitors', () => {
    for (const [n, share] of [[4, 250], [6, 250], [11, 1000]] as const) {
      const seeds = soaked(50_000, share);
      it(`among ${n}, in ${seeds} plans of all kinds`, function () {
        this.timeout(0);
        expect(failuresIn(randomised, seeds, { n })).to.deep.equal({ failure: undefined, unknown: 0 });
      });
    }
    for (const { name } of randomised.strategies) {
      const seeds = soaked(20_000, 400);
      it(`that are ${name}, in ${seeds} plans`, function () {
        this.timeout(0);
        expect(failuresIn(randomised, seeds, { n: 6, strategies: [name] })).to.deep.equal({ failure: undefined, unknown: 0 });
      });
    }
  });
});
