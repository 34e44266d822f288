import { expect } from 'chai';
import { experiment, type Experiment, type ExperimentSpec } from '../../../src/gossip/sim/experiment.ts';
import { LAN, PRESETS } from '../../../src/gossip/settings.ts';

/** A hundred peers that lose a fifth of them, unless told otherwise. */
const SPEC: ExperimentSpec = {
  peers: 100, seeds: 3, seed: 1, settings: { ...LAN, gossipMessages: 0 }, loss: 0, delay: 5, byzantine: 0, kind: undefined,
  kill: 0.2, hubs: false, pause: 0, pauseFor: 10_000, words: 20, rest: 20_000,
};

function ran(spec: Partial<ExperimentSpec>): Experiment {
  const steps = experiment({ ...SPEC, ...spec });
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

const isSoak = process.env['SOAK'] === '1';

/** Hours that peers live, of all together, where many packets are lost. */
const HOURS = isSoak ? 200 : 1;

describe('a simulated gossip network', function () {
  this.timeout(0);
  // Some of these are large, and run in a soak only.
  const sizes = isSoak ? [100, 1000] : [60];

  for (const peers of sizes) {
    describe(`of ${peers} peers`, () => {
      const results = [1, 2, 3].map((seed) => ({ seed, result: undefined as Experiment | undefined }));
      const each = (check: (result: Experiment) => void): void => {
        for (const one of results) check((one.result ??= ran({ peers, seed: one.seed })));
      };

      it('holds what it promises', () => each(({ violations }) => expect(violations).to.deep.equal([])));
      it('has every peer ready within 2 s', () => each(({ readiness, neverReady }) => {
        expect(neverReady).to.equal(0);
        expect(readiness!.max).to.be.at.most(2000);
      }));
      it('has each word reach all who live, within 3·⌈log2 n⌉ hops, before and after it lost a fifth', () => each(({ coverage }) => {
        expect(coverage.share).to.equal(1);
        expect(coverage.shareAfter).to.equal(1);
        expect(coverage.hopsMost).to.be.at.most(coverage.hopsBound);
      }));
      it('removes who died within 12 s, 99 of 100 in five runs, and everywhere', () => {
        each(({ deaths }) => {
          expect(deaths.unnoticed).to.equal(0);
          expect(deaths.everywhere!.count).to.equal(deaths.killed);
        });
        const all = [...results.map(({ result }) => result!), ...[4, 5].map((seed) => ran({ peers, seed }))];
        const removed = all.flatMap(({ deaths }) => deaths.ways.map((way) => way.removed!)).toSorted((x, y) => x - y);
        expect(removed[Math.ceil(0.99 * removed.length) - 1]).to.be.at.most(12_000);
      });
      it('keeps 85 % in reach of each other without its best-connected fifth, and all again within 30 s', () => {
        for (const seed of isSoak ? [1, 2] : [1]) {
          const { overlay, violations } = ran({ peers, seed, hubs: true });
          expect(violations).to.deep.equal([]);
          expect(overlay.afterKill).to.be.at.least(0.85);
          expect(overlay.healedAfter).to.be.at.most(30_000);
        }
      });
    });
  }

  it('sends at most a tenth more a node among many than among ten', () => {
    const load = (peers: number): number => ran({ peers, kill: 0, words: 0, rest: 60_000 }).load.peer.messages;
    const few = load(10);
    for (const peers of sizes) expect(load(peers) / few).to.be.at.most(1.1);
  });

  it(`removes nobody who lives, though 30 % of packets are lost, in ${HOURS} hours of peers`, () => {
    let hours = 0;
    for (let seed = 1; hours < HOURS; seed += 1) {
      const { falseRemovals, nodeHours } = ran({ peers: 30, seed, loss: 0.3, kill: 0, rest: 240_000 });
      expect(falseRemovals, `seed ${seed}`).to.equal(0);
      hours += nodeHours;
    }
  });

  for (const [preset, delay, loss] of [['local', 2, 0], ['lan', 20, 0.01], ['wan', 400, 0.05]] as const) {
    it(`of the preset ${preset} notices all deaths and no other, where packets take up to ${delay} ms`, () => {
      const { violations, deaths, falseRemovals } = ran({ peers: 30, settings: { ...PRESETS[preset], gossipMessages: 0 }, delay, loss });
      expect(violations).to.deep.equal([]);
      expect([deaths.killed, deaths.unnoticed, falseRemovals]).to.deep.equal([6, 0, 0]);
    });
  }

  it('has deaths known to all who knew those peers, where each knows a part of the network', () => {
    const { deaths, violations } = ran({ peers: 60, settings: { ...SPEC.settings, viewMax: 16 } });
    expect(violations).to.deep.equal([]);
    expect([deaths.killed, deaths.everywhere?.count]).to.deep.equal([12, 12]);
    expect(deaths.everywhere!.max).to.be.below(60_000);
  });

  it('removes nobody who stands still for 10 s', () => {
    const { falseRemovals, violations } = ran({ peers: 30, pause: 0.3, kill: 0, rest: 60_000 });
    expect(violations).to.deep.equal([]);
    expect(falseRemovals).to.equal(0);
  });
});
