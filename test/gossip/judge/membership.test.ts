import { expect } from 'chai';
import { nodeId } from '../../../src/core/node.ts';
import { MembershipJudge, type Ground, type Standing } from '../../../src/gossip/judge/membership.ts';
import type { Message } from '../../../src/gossip/messages.ts';
import type { Output } from '../../../src/gossip/outputs.ts';
import { addressAt, nodeAt } from '../../../src/gossip/sim/nodes.ts';
import type { SimNode } from '../../../src/runtime/virtual/network.ts';

/** Three seeds, 0 to 2, and two peers. */
const GROUND: Ground = { n: 5, seeds: 3, quorum: 2, viewMax: 128, partitions: [], pauses: [], isLossy: () => false, isLoyal: () => true, nodeAt, nameOf: (id) => `node ${id}` };

const SEEDS = [0, 1, 2];
const PEERS = [3, 4];
const address = addressAt;

/** A judge before whom all nodes started at 0, and the peers are members in their first life. */
class Court {
  readonly judge: MembershipJudge;
  readonly nodes = [...SEEDS, ...PEERS].map((id) => ({ id: nodeId(id), links: new Map() }) as unknown as SimNode);

  constructor(ground: Partial<Ground> = {}) {
    this.judge = new MembershipJudge({ ...GROUND, ...ground });
    for (const node of this.nodes) this.judge.started(node, 0);
    for (const peer of PEERS) {
      this.says(peer, { type: 'registered', seed: address(nodeId(0)), life: 1 });
      this.says(peer, { type: 'ready' });
    }
  }

  says(by: number, output: Output, at = 100_000): void {
    this.judge.output(this.nodes[by]!, output, at);
  }

  removes(by: number, whom: number, { life = 1, at = 100_000 } = {}): void {
    this.says(by, { type: 'applied', about: 'removal', address: address(nodeId(whom)), life, from: address(nodeId(0)) }, at);
  }

  get broken(): string | undefined {
    return this.judge.violation?.property;
  }
}

const standing = (whom: number, state: Standing['state'] = 'alive', life = 1): Standing => ({ address: address(nodeId(whom)), life, state });

describe('the judge of a gossip network', () => {
  describe('lets no live peer be removed', () => {
    it('and says who removed whom', () => {
      const court = new Court();
      court.removes(1, 3);
      expect(court.judge.violation).to.deep.equal({ property: 'no live peer is removed', witness: 'node 1 removes node 3, which lives and is not cut off' });
      expect(court.judge.falseRemovals).to.equal(1);
    });

    it('but takes no notice where one of its earlier lives is removed, or it is down, or asked to leave', () => {
      for (const before of [(court: Court) => court.says(3, { type: 'registered', seed: address(nodeId(0)), life: 2 }), (court: Court) => court.judge.crashed(court.nodes[3]!, true), (court: Court) => court.judge.asksToLeave(court.nodes[3]!, 99_000)]) {
        const court = new Court();
        if (before.toString().includes('life: 2')) {
          court.judge.crashed(court.nodes[3]!, true);
          court.judge.started(court.nodes[3]!, 90_000);
        }
        before(court);
        court.removes(1, 3);
        expect(court.broken).to.equal(undefined);
      }
    });

    it('excuses it where a quorum of seeds was cut off from it lately, or lies; not where fewer were, or long ago', () => {
      const cut = (from: number, ...side: number[]): Partial<Ground> => ({ partitions: [{ from, until: from + 5000, side: new Set(side.map(nodeId)), way: 'out' as const }] });
      const judged = (ground: Partial<Ground>): string | undefined => {
        const court = new Court(ground);
        court.removes(1, 3);
        return court.broken;
      };
      expect(judged(cut(90_000, 3))).to.equal(undefined);
      expect(judged(cut(90_000, 0, 1))).to.equal(undefined);
      expect(judged(cut(90_000, 0))).to.equal('no live peer is removed');
      expect(judged({ ...cut(90_000, 0), isLoyal: (id) => id !== 2 })).to.equal(undefined);
      expect(judged(cut(10_000, 3))).to.equal('no live peer is removed');
    });

    it('excuses it where it stood still for seconds, and not for a moment', () => {
      for (const [lasts, broken] of [[4000, undefined], [1000, 'no live peer is removed']] as const) {
        const court = new Court({ pauses: [{ node: nodeId(3), at: 95_000, until: 95_000 + lasts }] });
        court.removes(1, 3);
        expect(court.broken).to.equal(broken);
      }
    });
  });

  it('lets nobody come back in a life that is over, and anybody in the next', () => {
    const court = new Court();
    court.judge.crashed(court.nodes[3]!, true);
    court.removes(1, 3);
    court.says(1, { type: 'applied', about: 'join', address: address(nodeId(3)), life: 2, from: address(nodeId(0)) });
    expect(court.broken).to.equal(undefined);
    court.says(1, { type: 'applied', about: 'join', address: address(nodeId(3)), life: 1, from: address(nodeId(0)) });
    expect(court.broken).to.equal('nobody comes back in a life that is over');
  });

  it('lets a peer forget by a crash what was over, and a seed not', () => {
    for (const [by, isForgetful, broken] of [[4, true, undefined], [1, false, 'nobody comes back in a life that is over']] as const) {
      const court = new Court();
      court.judge.crashed(court.nodes[3]!, true);
      court.says(by, { type: 'member', ...standing(3, 'dead'), incarnation: 0 });
      court.judge.crashed(court.nodes[by]!, isForgetful);
      court.judge.started(court.nodes[by]!, 100_000);
      court.says(by, { type: 'member', ...standing(3), incarnation: 0 });
      expect(court.broken).to.equal(broken);
    }
  });

  it('lets nobody take for dead whom it knows to have left', () => {
    const court = new Court();
    court.says(4, { type: 'member', ...standing(3, 'left'), incarnation: 0 });
    court.says(4, { type: 'member', ...standing(3, 'dead'), incarnation: 0 });
    expect(court.broken).to.equal('who left is not dead');
  });

  it('lets a gossip message go once over each link, and again over another', () => {
    const court = new Court();
    const [one] = court.nodes.slice(3) as [SimNode];
    for (const over of [7, 8]) one.links.set(nodeId(over), { node: court.nodes[4]! } as never);
    const message: Message = { type: 'gossip', hash: 'h', payload: 'word' };
    court.judge.sent(one, [nodeId(7), nodeId(8)], message);
    expect(court.broken).to.equal(undefined);
    court.judge.sent(one, [nodeId(7)], message);
    expect(court.judge.violation!.witness).to.equal('node 3 sends word twice over its link to node 4');
  });

  it('lets nobody accuse another right after it stood still, unless that was hidden as well', () => {
    const slept = { node: nodeId(4), at: 90_000, until: 99_500 };
    for (const [also, broken] of [[[], 'who stood still accuses nobody'], [[{ node: nodeId(3), at: 92_000, until: 93_000 }], undefined]] as const) {
      const court = new Court({ pauses: [slept, ...also] });
      court.says(4, { type: 'suspecting', address: address(nodeId(3)), reason: 'silence' });
      expect(court.broken).to.equal(broken);
    }
    const late = new Court({ pauses: [slept] });
    late.says(4, { type: 'suspecting', address: address(nodeId(3)), reason: 'silence' }, 102_000);
    expect(late.broken).to.equal(undefined);
  });

  describe('misses, when it is quiet,', () => {
    const all = [standing(3), standing(4)];
    const missing = (court: Court, standings: (id: number) => Standing[]): string | undefined => court.judge.missing(({ id }) => standings(id), 100_000)?.property;

    it('nothing if every list has all who live, and no more', () => {
      expect(missing(new Court(), () => all)).to.equal(undefined);
    });

    it('who lives and is not on a list, who is dead and is, whom somebody suspects, and who never was', () => {
      expect(missing(new Court(), (id) => (id === 2 ? [standing(3)] : all))).to.equal('every live peer is on every list');
      expect(missing(new Court(), (id) => (id === 4 ? [standing(3, 'suspect'), standing(4)] : all))).to.equal('nobody who lives is suspected');
      const court = new Court();
      court.judge.crashed(court.nodes[4]!, true);
      expect(missing(court, () => all)).to.equal('every dead peer is removed');
      expect(missing(court, () => [standing(3), standing(4, 'dead')])).to.equal(undefined);
      expect(missing(new Court(), () => [...all, { address: '10.66.0.1:6000' as Standing['address'], life: 1, state: 'alive' }])).to.equal('nobody is listed who is not there');
    });

    it('lists that agree on the lives of all', () => {
      expect(missing(new Court(), (id) => (id === 2 ? [standing(3), standing(4, 'alive', 2)] : all))).to.equal('lists agree');
    });

    it('that a peer is ready, and that one is gone which was asked to leave', () => {
      const court = new Court();
      court.judge.crashed(court.nodes[3]!, true);
      court.judge.started(court.nodes[3]!, 90_000);
      expect(missing(court, () => all)).to.equal('readiness');
      const leaving = new Court();
      leaving.judge.asksToLeave(leaving.nodes[3]!, 90_000);
      expect(missing(leaving, () => [standing(4)])).to.equal('leaving');
    });
  });
});
