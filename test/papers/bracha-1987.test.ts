import { expect } from 'chai';
import { bracha, type BroadcastState } from '../../src/broadcast/bracha.ts';
import type { BroadcastVocabulary, Message } from '../../src/broadcast/messages.ts';
import { broadcast } from '../../src/broadcast/system.ts';
import { choosesNothing } from '../../src/core/choice.ts';
import type { Effect } from '../../src/core/machine.ts';
import { nodeId } from '../../src/core/node.ts';
import { symbolicSigner } from '../../src/core/signer.ts';
import { simulate } from '../../src/runtime/virtual/simulate.ts';
import { failuresIn } from '../support/systems.ts';
import { soaked } from '../support/trials.ts';

/** One of n nodes, which is told messages one by one; node 0 broadcasts. */
class OneNode {
  readonly #context;
  readonly #state: BroadcastState;

  constructor(n: number, self = 1) {
    this.#context = { self: nodeId(self), members: Array.from({ length: n }, (_, id) => nodeId(id)), signer: symbolicSigner(nodeId(self)), settings: {}, choose: choosesNothing };
    this.#state = bracha.begin(this.#context);
  }

  /** What it says and delivers upon that. */
  hear(type: Message['type'], from: number, value = 'a'): string[] {
    return spoken(bracha.step(this.#context, this.#state, { type: 'message', from: nodeId(from), message: { type, origin: nodeId(0), number: 1, value } }));
  }
}

const spoken = (effects: readonly Effect<BroadcastVocabulary>[]): string[] =>
  effects.flatMap((effect) => (effect.type === 'send' ? [`${effect.message.type} ${effect.message.value}`] : effect.type === 'output' ? [`delivers ${effect.output.value}`] : effect.type === 'accuse' ? ['accuses'] : []));

describe('Bracha, Asynchronous Byzantine Agreement Protocols (1987), §3', () => {
  // Among 7, of whom 2 may be traitors: quorums of ECHO are 5, READY of 3 is followed, and of 5 believed.
  const upTo = (type: 'echo' | 'ready', count: number): string[][] => {
    const node = new OneNode(7);
    return Array.from({ length: count }, (_, i) => node.hear(type, i + 2 > 6 ? 0 : i + 2));
  };

  it('upon INITIAL a node says ECHO, once', () => {
    const node = new OneNode(7);
    expect(node.hear('initial', 0)).to.deep.equal(['echo a']);
    expect(node.hear('initial', 0, 'b')).to.deep.equal([]);
  });

  it('takes INITIAL from nobody but whose broadcast it is', () => {
    expect(new OneNode(7).hear('initial', 3)).to.deep.equal(['accuses']);
  });

  it('upon ECHO of more than (n + f)/2 for one value it says ECHO and READY, though INITIAL did not come', () => {
    expect(upTo('echo', 5)).to.deep.equal([[], [], [], [], ['echo a', 'ready a']]);
  });

  it('upon READY of f + 1 for one value it says READY, and upon READY of 2f + 1, its own among them, delivers', () => {
    expect(upTo('ready', 4)).to.deep.equal([[], [], ['echo a', 'ready a'], ['delivers a']]);
  });

  it('counts a sender once, whatever it says later, and for another value not at all', () => {
    const node = new OneNode(7);
    for (const value of ['a', 'b', 'a']) expect(node.hear('ready', 2, value)).to.deep.equal([]);
    expect(node.hear('ready', 3, 'b')).to.deep.equal([]);
    expect(node.hear('ready', 4)).to.deep.equal([]);
    expect(node.hear('ready', 5)).to.deep.equal(['echo a', 'ready a']);
  });

  it('is quiet for those who are no members', () => {
    const node = new OneNode(7);
    for (const from of [7, 8, 9, 10, 11]) expect(node.hear('ready', from)).to.deep.equal([]);
  });

  it('a broadcast takes 2n(n − 1) + n − 1 messages where all are loyal and none is lost', () => {
    for (const n of [4, 7, 10]) {
      const drawn = broadcast.draw({ n, seed: 1 });
      const [input] = drawn.inputs;
      const plan = { ...broadcast.only(drawn, new Set()), inputs: [{ ...input!, at: 0 }] };
      let sent = 0;
      simulate(broadcast, plan, { observe: (fact) => void (fact.type === 'sent' && fact.at < 80 && (sent += (fact as unknown as { to: readonly number[] }).to.length)) });
      expect(sent).to.equal(2 * n * (n - 1) + n - 1);
    }
  });

  it('with more than f traitors it promises nothing: two among four split the others', () => {
    let broken: string | undefined;
    for (let seed = 1; seed <= 400 && broken === undefined; seed += 1) {
      const drawn = broadcast.draw({ n: 4, seed });
      const plan = { ...drawn, traitors: new Map([[nodeId(0), 'equivocate'], [nodeId(1), 'equivocate']]), inputs: [{ at: 5, node: nodeId(0), input: { number: 1, value: 'a' } }] };
      broken = simulate(broadcast, plan).property;
    }
    expect(broken).to.be.oneOf(['agreement', 'totality']);
  });

  describe('agreement, validity, totality and no duplication hold with f traitors', () => {
    for (const n of [4, 6, 7, 10]) {
      const seeds = soaked(50_000, 250);
      it(`among ${n}, in ${seeds} plans of all kinds`, function () {
        this.timeout(0);
        expect(failuresIn(broadcast, seeds, { n })).to.deep.equal({ failure: undefined, unknown: 0 });
      });
    }
    for (const { name } of broadcast.strategies) {
      const seeds = soaked(20_000, 400);
      it(`that are ${name}, in ${seeds} plans`, function () {
        this.timeout(0);
        expect(failuresIn(broadcast, seeds, { n: 7, strategies: [name] })).to.deep.equal({ failure: undefined, unknown: 0 });
      });
    }
  });
});
