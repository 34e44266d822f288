import { expect } from 'chai';
import { Army, type Order } from '../../src/index.ts';
import { soaked } from '../support/trials.ts';

/**
 * Traitors that toss a coin make the verdict a random variable, whose distribution can be worked out by trying every way
 * in which the coins can fall. Simulated orders must follow it. The seed is fixed, so that this passes always or never.
 */
const ORDERS = soaked(10_000, 4);
const SEED = 1;

/** 99.9 % of a normal distribution lie within as many deviations of its mean. */
const Z = 3.2905;

const CASES: readonly { readonly n: number; readonly traitors: readonly number[]; readonly exactly: Readonly<Record<string, number>> }[] = [
  // What each case comes to is written down here too, so that two ways of working it out check each other.
  { n: 4, traitors: [1], exactly: { 'attack 3': 1 / 2, 'retreat 3': 1 / 2 } },
  { n: 4, traitors: [4], exactly: { 'attack 2': 1 / 2, 'attack 3': 1 / 2 } },
  { n: 3, traitors: [3], exactly: { 'attack 2': 1 / 4, 'split 1': 1 / 2, 'retreat 2': 1 / 4 } },
  { n: 2, traitors: [1], exactly: { 'attack 1': 1 / 2, 'retreat 1': 1 / 2 } },
  { n: 2, traitors: [2], exactly: { 'attack 1': 1 / 2, 'retreat 1': 1 / 2 } },
  { n: 4, traitors: [1, 2], exactly: {} },
  { n: 5, traitors: [1, 5], exactly: {} },
  { n: 5, traitors: [4, 5], exactly: {} },
];

describe('the exchange against traitors that toss coins', () => {
  for (const { n, traitors, exactly } of CASES) {
    const who = traitors.map((id) => (id === 1 ? 'the primary' : `G${id}`)).join(' and ');

    describe(`among ${n} with ${who} faulty`, () => {
      const exact = distribution(n, traitors, 'attack');

      it('has a distribution whose probabilities add up to 1', () => {
        expect([...exact.values()].reduce((sum, p) => sum + p, 0)).to.equal(1);
        if (Object.keys(exactly).length > 0) expect(Object.fromEntries(exact)).to.deep.equal(exactly);
      });

      it(`gives each verdict in ${ORDERS} orders as often as that says, within a 99.9 % interval`, async () => {
        const counts = await simulated(n, traitors);
        for (const verdict of counts.keys()) expect(exact.has(verdict), `${verdict} cannot happen (seed ${SEED})`).to.equal(true);
        for (const [verdict, p] of exact) {
          const count = counts.get(verdict) ?? 0;
          const margin = Z * Math.sqrt(ORDERS * p * (1 - p));
          expect(Math.abs(count - ORDERS * p), `${verdict}: ${count} of ${ORDERS}, expected ${ORDERS * p} ± ${margin.toFixed(0)} (seed ${SEED})`).to.be.at.most(margin);
        }
      });
    });
  }
});

async function simulated(n: number, traitors: readonly number[]): Promise<Map<string, number>> {
  const army = await Army.muster(n, { host: 'sim', seed: SEED, protocol: 'exchange' });
  await army.elect(1);
  for (const id of traitors) await army.corrupt(id, 'coin');
  const counts = new Map<string, number>();
  for (let i = 0; i < ORDERS; i += 1) {
    const { verdict } = await army.order('attack', { anyway: true });
    const key = `${verdict.order ?? verdict.type} ${verdict.votes}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  await army.disband();
  return counts;
}

/**
 * The exact distribution of verdict and votes, by a program that shares nothing with the one under test but the rules:
 * G1 tells everyone; everyone tells everyone else; each follows most of what it heard, or retreats; most ballots decide.
 * Each message and each ballot of a traitor is turned around by a fair coin.
 */
function distribution(n: number, traitors: readonly number[], order: Order): Map<string, number> {
  const others = Array.from({ length: n - 1 }, (_, index) => index + 2);
  const isFaulty = (id: number): boolean => traitors.includes(id);
  // One coin for each message of a traitor, by name.
  const coins = [
    ...(isFaulty(1) ? others.map((to) => `1>${to}`) : []),
    ...others.filter(isFaulty).flatMap((from) => [...others.filter((to) => to !== from).map((to) => `${from}>${to}`), `${from}>quorum`]),
  ];
  const probabilities = new Map<string, number>();
  for (let falls = 0; falls < 2 ** coins.length; falls += 1) {
    const said = (from: number, to: number | 'quorum', value: boolean): boolean => {
      const coin = coins.indexOf(`${from}>${to}`);
      return coin >= 0 && Math.floor(falls / 2 ** coin) % 2 === 1 ? !value : value;
    };
    // True is attack.
    const heard = new Map(others.map((id) => [id, said(1, id, order === 'attack')]));
    const ballots = others.map((id) => {
      const words = others.map((other) => (other === id ? heard.get(id)! : said(other, id, heard.get(other)!)));
      return said(id, 'quorum', words.filter(Boolean).length * 2 > words.length);
    });
    const attacks = ballots.filter(Boolean).length;
    const retreats = ballots.length - attacks;
    const most = Math.max(attacks, retreats);
    const verdict = attacks === retreats ? `split ${most}` : `${attacks > retreats ? 'attack' : 'retreat'} ${most}`;
    probabilities.set(verdict, (probabilities.get(verdict) ?? 0) + 2 ** -coins.length);
  }
  return probabilities;
}
