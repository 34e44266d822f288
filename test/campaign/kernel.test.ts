import { expect } from 'chai';
import fc from 'fast-check';
import { kernelFor, programFor, type Kernel, type KernelCell } from '../../src/campaign/kernel/kernel.ts';
import { RESULTS } from '../../src/campaign/kernel/program.ts';
import { LANES } from '../../src/campaign/kernel/streams.ts';
import { nodeId, type NodeId } from '../../src/core/node.ts';
import { ORDERS } from '../../src/generals/order.ts';
import { protocolNamed } from '../../src/generals/protocols/registry.ts';
import { check } from '../../src/generals/check/check.ts';
import { everyone } from '../../src/generals/symbolic/instance.ts';
import { isProven } from '../../src/generals/symbolic/proof.ts';
import { coinsOf, onesIn, simulatedResults } from '../support/kernels.ts';
import { soaked } from '../support/trials.ts';
import { endsOfKinds, subsets } from '../support/sets.ts';

const ENGINES = ['js', 'wasm'] as const;

/** Any army of at most eight, any m that fits, any set of traitors. */
const anyCell: fc.Arbitrary<KernelCell> = fc
  .record({ protocol: fc.constantFrom('exchange', 'oral'), members: fc.integer({ min: 1, max: 8 }), height: fc.nat({ max: 3 }), betrays: fc.infiniteStream(fc.integer({ min: 0, max: 9 })), order: fc.constantFrom(...ORDERS) })
  .map(({ protocol, members, height, betrays, order }) => ({
    protocol,
    members,
    m: Math.min(height, Math.max(0, members - 2), members > 6 ? 2 : 3),
    traitors: everyId(members).filter(() => betrays.next().value! < 4),
    order,
    strategy: 'coin',
  }));

describe('kernels', function () {
  this.slow(5000);

  it('do to each order what the generals’ own code does to it, for the same coins', () => {
    fc.assert(
      fc.property(anyCell, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 3 }), (cell, seed, batch, steps) => {
        const { tosses } = programFor(cell)!;
        const coins = coinsOf(seed, batch, tosses.length, steps);
        for (const engine of ENGINES) {
          const { last } = kernelFor(cell, { engine })!.observe(seed, batch, steps);
          for (let lane = 0; lane < LANES; lane += 1) {
            for (let bit = engine === 'js' ? 0 : 1; bit < 32; bit += 2) {
              const results = simulatedResults(cell, (toss) => {
                const drawn = tosses.indexOf(toss);
                // A coin that is never drawn may show anything: no result depends on it.
                return (drawn < 0 ? seed + bit + toss.length : coins[lane]![(steps - 1) * tosses.length + drawn]! >>> bit) % 2 === 1;
              });
              RESULTS.forEach((name, index) => expect((last[index * LANES + lane]! >>> bit) % 2 === 1, `${engine}, lane ${lane}, bit ${bit}, ${name}`).to.equal(results[name]));
            }
          }
        }
      }),
      { numRuns: soaked(4000, 200) },
    );
  });

  it('are the same in JavaScript and in WebAssembly, to the last count', () => {
    fc.assert(
      fc.property(anyCell, fc.maxSafeNat(), fc.nat(), fc.integer({ min: 0, max: 40 }), (cell, seed, batch, steps) => {
        const [js, wasm] = ENGINES.map((engine) => kernelFor(cell, { engine })!) as [Kernel, Kernel];
        expect([js.engine, wasm.engine]).to.deep.equal(ENGINES);
        expect(js.observe(seed, batch, steps)).to.deep.equal(wasm.observe(seed, batch, steps));
      }),
      { numRuns: soaked(200, 4) },
    );
  });

  for (const engine of ENGINES) {
    it(`count what their words say, step after step, in ${engine}`, () => {
      const kernel = kernelFor(cellOf('exchange', 7, 2, [1, 2]), { engine })!;
      // The steps of one call end in between.
      for (const [from, to] of [[0, 36], [2040, 2052]] as const) {
        const sums = RESULTS.map((name) => kernel.run(5, 6, from)[name]);
        for (let steps = from + 1; steps <= to; steps += 1) {
          const { counts, last } = kernel.observe(5, 6, steps);
          RESULTS.forEach((name, index) => {
            sums[index]! += onesIn(last.subarray(index * LANES, (index + 1) * LANES));
            expect(counts[name], `${name} after ${steps} steps`).to.equal(sums[index]);
          });
          expect(counts.orders).to.equal(steps * kernel.orders);
          expect(counts.undecided).to.equal(counts.orders - counts.executedAttack - counts.executedRetreat);
        }
      }
    });
  }

  it('fit the exact probabilities of all outcomes, every coin of the exchange tried both ways', () => {
    for (let members = 2; members <= 7; members += 1) {
      for (const traitors of [[], [1], [2], [1, 2], [2, 3]].filter((set) => set.every((id) => id <= members))) {
        for (const order of ORDERS) {
          const cell = { ...cellOf('exchange', members, 1, traitors), order };
          const exact = enumerated(cell);
          for (const engine of ENGINES) {
            const counts = kernelFor(cell, { engine })!.run(11, members, 4096);
            for (const name of RESULTS) expectNear(exact[name], counts[name], counts.orders, `${JSON.stringify(cell)} ${engine} ${name}`);
          }
        }
      }
    }
  });

  it('fit the closed forms of the exchange, up to sixteen generals', () => {
    for (const members of [4, 5, 7, 10, 13, 16]) {
      for (let faults = 1; faults < members; faults += 1) {
        const loyal = kernelFor(cellOf('exchange', members, 1, everyId(faults + 1).slice(1)))!.run(3, faults, 4096);
        expectNear(1 - agreementUnder('loyal', members, faults), loyal.agreementViolated, loyal.orders, `loyal commander, ${members}, ${faults}`);
        expectNear(1 - validity(members, faults), loyal.validityViolated, loyal.orders, `validity, ${members}, ${faults}`);
        const faulty = kernelFor(cellOf('exchange', members, 1, everyId(faults)))!.run(4, faults, 4096);
        expectNear(1 - agreementUnder('traitor', members, faults), faulty.agreementViolated, faulty.orders, `faulty commander, ${members}, ${faults}`);
        expect(faulty.validityViolated).to.equal(0);
      }
    }
  });

  it('come from runs that fold to a proof for just those sets of traitors that an exhaustive search clears', () => {
    let proven = 0;
    for (const [protocol, members, m] of [['exchange', 4, 1], ['exchange', 7, 2], ['oral', 4, 0], ['oral', 4, 2], ...(process.env['SOAK'] === '1' ? [['oral', 6, 2], ['oral', 7, 2]] as const : [['oral', 5, 1]] as const)] as const) {
      const sets = subsets(everyId(members)).filter((set) => set.length <= (members < 7 ? 3 : 1));
      for (const traitors of endsOfKinds(sets)) {
        for (const order of ORDERS) {
          const cell = { ...cellOf(protocol, members, m, traitors), order };
          const { type } = check({ protocol: protocolNamed(protocol)!, members, m, faults: traitors.length, traitors, orders: [order], engine: 'structured' });
          expect(isProven({ ...cell, ...everyone(members), protocol: protocolNamed(protocol)! }), `${JSON.stringify(cell)}: ${type}`).to.equal(type === 'holds');
          if (type === 'holds') proven += 1;
        }
      }
    }
    expect(proven).to.be.greaterThan(40);
  });

  it('never count what is proven not to come about', () => {
    for (const traitors of [[1, 2, 3], [2, 3, 4]]) expect(kernelFor(cellOf('oral', 10, 3, traitors))!.run(1, 1, 100)).to.include({ agreementViolated: 0, validityViolated: 0 });
    expect(kernelFor(cellOf('oral', 9, 3, [2, 3, 4]))!.run(1, 1, 1000).agreementViolated).to.be.greaterThan(0);
  });

  it('run on a large army in WebAssembly, where a function of JavaScript would be too large to be fast', () => {
    const cell = cellOf('exchange', 64, 1, everyId(21));
    expect(kernelFor(cell, { engine: 'js' })).to.equal(undefined);
    const counts = kernelFor(cell)!.run(1, 1, 200);
    const coins = coinsOf(1, 1, programFor(cell)!.tosses.length, 1);
    expect(counts.executedAttack + counts.executedRetreat + counts.undecided).to.equal(counts.orders);
    const { last } = kernelFor(cell)!.observe(1, 1, 1);
    const { tosses } = programFor(cell)!;
    for (const bit of [0, 31]) {
      const results = simulatedResults(cell, (toss) => (coins[3]![tosses.indexOf(toss)]! >>> bit) % 2 === 1);
      RESULTS.forEach((name, index) => expect((last[index * LANES + 3]! >>> bit) % 2 === 1).to.equal(results[name]));
    }
  });

  it('are none where they do not fit', () => {
    const cell = cellOf('exchange', 7, 2, [1, 2]);
    expect(kernelFor({ ...cell, protocol: 'king' })).to.equal(undefined);
    expect(kernelFor({ ...cell, protocol: 'signed' })).to.equal(undefined);
    expect(kernelFor({ ...cell, protocol: 'nothing' })).to.equal(undefined);
    expect(kernelFor({ ...cell, strategy: 'liar' })).to.equal(undefined);
    expect(kernelFor({ ...cell, members: 1000 })).to.equal(undefined);
    expect(kernelFor(cellOf('oral', 4, 3, [1]))).to.equal(undefined);
    expect(kernelFor(cellOf('oral', 16, 5, [1]))).to.equal(undefined);
  });
});

const cellOf = (protocol: string, members: number, m: number, traitors: readonly number[]): KernelCell => ({ protocol, members, m, traitors: traitors.map(nodeId), order: 'attack', strategy: 'coin' });

function everyId(count: number): NodeId[] {
  return Array.from({ length: count }, (_, index) => nodeId(index + 1));
}

/** The share of all falls of the coins with each result, by the simulator. */
function enumerated(cell: KernelCell): Record<(typeof RESULTS)[number], number> {
  const found = { agreementViolated: 0, validityViolated: 0, executedAttack: 0, executedRetreat: 0 };
  const tosses: string[] = [];
  simulatedResults(cell, (toss) => {
    tosses.push(toss);
    return true;
  });
  // What traitors hear has no effect, since they answer with coins.
  const relevant = tosses.filter((toss) => cell.traitors.every((id) => toss.split(' ')[2] !== `${id}`));
  const worlds = 2 ** relevant.length;
  for (let world = 0; world < worlds; world += 1) {
    const results = simulatedResults(cell, (toss) => (world >> Math.max(0, relevant.indexOf(toss))) % 2 === 1);
    for (const name of RESULTS) if (results[name]) found[name] += 1 / worlds;
  }
  return found;
}

/** Within five standard deviations; exactly where the probability is 0 or 1. */
function expectNear(exact: number, count: number, of: number, what: string): void {
  expect(Math.abs(count / of - exact), `${what}: ${count} of ${of}, expected ${exact}`).to.be.at.most(5 * Math.sqrt(Math.max(0, exact * (1 - exact)) / of) + 1e-9);
}

/** The probability that the loyal agree: see `src/campaign/exact.ts` for how it comes about. */
function agreementUnder(commander: 'loyal' | 'traitor', n: number, f: number): number {
  if (commander === 'loyal') {
    const q = moreHeads(f, (n - 1) / 2 - (n - 1 - f));
    return n - 1 === f ? 1 : q ** (n - 1 - f) + (1 - q) ** (n - 1 - f);
  }
  const loyal = n - f;
  let sum = 0;
  for (let heard = 0; heard <= loyal; heard += 1) {
    const p = moreHeads(f - 1, (n - 1) / 2 - heard);
    sum += heads(loyal, heard) * (p ** loyal + (1 - p) ** loyal);
  }
  return sum;
}

const validity = (n: number, f: number): number => moreHeads(f, (n - 1) / 2 - (n - 1 - f)) ** (n - 1 - f);

/** The probability of that many heads, and of more than that many. */
const heads = (coins: number, count: number): number => (coins === 0 ? Number(count === 0) : ((count > 0 ? heads(coins - 1, count - 1) : 0) + heads(coins - 1, count)) / 2);
const moreHeads = (coins: number, bound: number): number => Array.from({ length: coins + 1 }, (_, count) => (count > bound ? heads(coins, count) : 0)).reduce((a, b) => a + b, 0);
