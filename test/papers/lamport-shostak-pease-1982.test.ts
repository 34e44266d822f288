import { expect } from 'chai';
import fc from 'fast-check';
import type { Choose } from '../../src/core/choice.ts';
import type { RunResult } from '../../src/generals/host.ts';
import { majority } from '../../src/generals/majority.ts';
import { nodeId, type NodeId } from '../../src/core/node.ts';
import { counterpart, DEFAULT_ORDER, type Order } from '../../src/generals/order.ts';
import { oral } from '../../src/generals/protocols/oral.ts';
import { runInRounds } from '../../src/generals/sim/rounds.ts';
import { simulate } from '../../src/generals/sim/simulate.ts';
import { pathWithoutCommonNode } from '../support/oral.ts';
import { decisionsOf, drawTrial, failureOf, repeatLine, sentIn, soaked, trial, type Trial } from '../support/trials.ts';

describe('Lamport, Shostak and Pease, "The Byzantine Generals Problem" (1982)', () => {
  describe('oral messages (§2, §3)', () => {
    it('three generals cannot stand one traitor (§2): a lying lieutenant makes the other disobey a loyal commander', () => {
      const failure = failureOf(trial({ protocol: 'oral', n: 3, m: 1, traitors: new Map([[nodeId(3), 'liar']]) }));
      expect(failure).to.match(/^validity: the loyal primary ordered attack, G2 is loyal and decided retreat/);
    });

    it('six generals cannot stand two (§2): of 500 seeded treasons, some break OM(2)', () => {
      expect(failures({ protocol: 'oral', n: 6, m: 2, traitors: 2, trials: 500 }).length).to.be.greaterThan(0);
    });

    it('OM(m) sends (n − 1) + (n − 1)(n − 2) + … messages, m + 1 terms, for n up to 10 and every m up to 3', () => {
      for (let n = 2; n <= 10; n += 1) {
        for (let m = 0; m <= Math.min(3, n - 2); m += 1) {
          let term = 1;
          let sum = 0;
          for (let k = 1; k <= m + 1; k += 1) sum += term *= n - k;
          expect(sentIn(simulate(trial({ protocol: 'oral', n, m }))), `n = ${n}, m = ${m}`).to.equal(sum);
        }
      }
      expect(sentIn(simulate(trial({ protocol: 'oral', n: 4, m: 1 })))).to.equal(9);
      expect(sentIn(simulate(trial({ protocol: 'oral', n: 7, m: 2 })))).to.equal(156);
      expect(sentIn(simulate(trial({ protocol: 'oral', n: 10, m: 3 })))).to.equal(3609);
    });

    it('OM(m) decides as the recursive definition of §3 does, whatever the treason', () => {
      const trials = fc.record({ n: fc.integer({ min: 2, max: 7 }), m: fc.nat(2), traitors: fc.nat(7), seed: fc.nat() });
      fc.assert(
        fc.property(trials, ({ n, m, traitors, seed }) => {
          const one = drawTrial({ protocol: 'oral', n, m: Math.min(m, n - 2), traitors: traitors % (n + 1), seed, strategies: ['arbitrary', 'coin', 'silent'] });
          const account = runInRounds(one, one);
          const decisions = decisionsOf(account);
          for (const [id, decision] of recursively(one, account)) expect(decisions.get(id), `G${id}, ${repeatLine(one)}`).to.equal(decision);
        }),
        { numRuns: 1000 },
      );
    });

    for (const [n, m] of [[4, 1], [5, 1], [6, 1], [7, 2], [8, 2], [9, 2], [10, 3], [11, 3], [12, 3], [13, 4]] as const) {
      it(`IC1 and IC2 hold for OM(${m}) among ${n} with up to ${m} traitors (theorem 1)`, function () {
        if (process.env['SOAK'] === '1') this.timeout(0);
        // An order among 13 takes 108,384 messages, so that they get a smaller share of a short run.
        const trials = Math.ceil(soaked(100_000, n === 13 ? 10_000 : 1000) / (m + 1));
        for (let traitors = 0; traitors <= m; traitors += 1) {
          for (let seed = 0; seed < trials; seed += 1) {
            const one = drawTrial({ protocol: 'oral', n, m, seed, traitors });
            const account = runInRounds(one, one);
            expect(failureOf(one, account)).to.equal(undefined);
            // The reason for it, on every trace: see below.
            expect(pathWithoutCommonNode(one, account), repeatLine(one)).to.equal(undefined);
          }
        }
      });
    }

    for (const [m, k] of [[0, 1], [0, 3], [1, 2], [1, 3], [2, 1], [2, 3], [3, 1]] as const) {
      const n = 2 * k + m + 1;
      it(`Lemma 1: OM(${m}) satisfies IC2 among ${n}, more than 2k + m, with k = ${k} traitors, whatever they do`, () => {
        // The worst that is known, all lies, and what chance makes of the others.
        const liars = new Map(Array.from({ length: k }, (_, index): [NodeId, string] => [nodeId(n - index), 'liar']));
        expect(failureOf(trial({ protocol: 'oral', n, m, traitors: liars }))).to.equal(undefined);
        for (let seed = 0; seed < soaked(20_000, 500); seed += 1) {
          const one = drawTrial({ protocol: 'oral', n, m, seed, traitors: k });
          const traitors = new Map([...one.traitors].filter(([id]) => id !== one.commander));
          expect(failureOf({ ...one, traitors })).to.equal(undefined);
        }
      });
    }

    it('a lieutenant that receives nothing takes RETREAT (§3, step 2 of OM): from a silent commander, and from a silent lieutenant', () => {
      for (const [n, m] of [[4, 0], [4, 1], [7, 2]] as const) {
        const silent = trial({ protocol: 'oral', n, m, traitors: new Map([[nodeId(1), 'silent']]) });
        expect([...decisionsOf(runInRounds(silent)).values()], 'nobody is silent').to.deep.equal(Array.from({ length: n }, () => 'attack'));
        expect([...decisionsOf(runInRounds(silent, silent)).values()].slice(1), `OM(${m}) among ${n}`).to.deep.equal(Array.from({ length: n - 1 }, () => 'retreat'));
      }
      // Of three, G2 holds the attack that it heard, and what a silent G3 says: a tie if that is RETREAT.
      const one = trial({ protocol: 'oral', n: 3, m: 1, traitors: new Map([[nodeId(3), 'silent']]) });
      expect(decisionsOf(runInRounds(one, one)).get(nodeId(2))).to.equal('retreat');
    });

    it('Lemma 1 needs n > 2k + m: with one liar among four, OM(2) loses the loyal order that OM(1) keeps', () => {
      // Among four, 4 > 2 · 1 + 1 but not 4 > 2 · 1 + 2. In OM(2), G2 makes of what G3 says a tie, of G3's word against
      // G4's, and of what G4 says a lie; both are retreat, against the one attack that it heard itself.
      const treason = { protocol: 'oral', n: 4, traitors: new Map([[nodeId(4), 'liar']]) };
      expect(failureOf(trial({ ...treason, m: 1 }))).to.equal(undefined);
      expect(failureOf(trial({ ...treason, m: 2 }))).to.match(/^validity: the loyal primary ordered attack, G2 is loyal and decided retreat/);
    });
  });

  describe('signed messages (§4)', () => {
    for (const [n, m] of [[3, 1], [4, 2], [5, 3], [7, 5], [8, 3], [10, 8], [13, 11]] as const) {
      it(`IC1 and IC2 hold for SM(${m}) among ${n} with up to ${m} traitors (theorem 2)`, function () {
        if (process.env['SOAK'] === '1') this.timeout(0);
        for (let traitors = 0; traitors <= m; traitors += 1) {
          expect(failures({ protocol: 'signed', n, m, traitors, trials: Math.ceil(soaked(100_000) / (m + 1)) })).to.deep.equal([]);
        }
      });
    }

    it('who learns a second order relays that as well (step 2B): all know both, and choose the default', () => {
      // G1 signs attack for G2, and retreat for G3 and G4.
      const one = trial({ protocol: 'signed', n: 4, m: 2, traitors: new Map([[nodeId(1), 'arbitrary']]) });
      const choose: Choose = ({ about, to }, options) => options[about === 'message' && to !== 2 ? 1 : 0]!;
      const { reports } = runInRounds(one, { ...one, choose });
      const heardIn = (round: number) => reports.slice(1).map(({ heard }) => heard[round - 1]!.flatMap(({ messages }) => messages.map((message) => (message as string).split(' ')[0])));
      expect(heardIn(1)).to.deep.equal([['attack:1'], ['retreat:1'], ['retreat:1']]);
      expect(heardIn(2)).to.deep.equal([['retreat:1:3', 'retreat:1:4'], ['attack:1:2', 'retreat:1:4'], ['attack:1:2', 'retreat:1:3']]);
      // G2 knew attack, and passes the retreat of G3 on to G4; the others do so with the attack of G2.
      expect(heardIn(3)).to.deep.equal([[], ['attack:1:2:4'], ['retreat:1:3:2', 'attack:1:2:3']]);
      expect(reports.slice(1).map(({ decision }) => decision)).to.deep.equal(['retreat', 'retreat', 'retreat']);
    });

    it('SM(0): lieutenants relay nothing, and obey a loyal commander whatever the others are; a traitorous one splits them', () => {
      for (const n of [2, 3, 6]) {
        const traitors = new Map(Array.from({ length: n - 2 }, (_, index): [NodeId, string] => [nodeId(n - index), 'arbitrary']));
        const one = trial({ protocol: 'signed', n, m: 0, traitors });
        const account = runInRounds(one, one);
        expect(decisionsOf(account).get(nodeId(2)), `${n}`).to.equal('attack');
        expect(sentIn(account)).to.equal(n - 1);
        expect(account.reports.map(({ heard }) => heard.length), 'rounds').to.deep.equal(Array.from({ length: n }, () => 1));
      }
      const split = trial({ protocol: 'signed', n: 3, m: 0, traitors: new Map([[nodeId(1), 'two-faced']]) });
      expect(failureOf(split)).to.match(/^agreement: /);
    });

    it('choice of no order is RETREAT: so all decide under a silent commander', () => {
      for (const [n, m] of [[3, 0], [4, 1], [4, 2]] as const) {
        const one = trial({ protocol: 'signed', n, m, traitors: new Map([[nodeId(1), 'silent']]) });
        expect([...decisionsOf(runInRounds(one, one)).values()].slice(1), `SM(${m}) among ${n}`).to.deep.equal(Array.from({ length: n - 1 }, () => 'retreat'));
      }
    });

    it('with signatures three generals stand one traitor, be it the commander or a lieutenant', () => {
      for (const traitor of [1, 3]) {
        for (let seed = 0; seed < 100; seed += 1) {
          expect(failureOf(trial({ protocol: 'signed', n: 3, m: 1, seed, traitors: new Map([[nodeId(traitor), 'arbitrary']]) }))).to.equal(undefined);
        }
      }
    });
  });
});

describe('Bar-Noy, Dolev, Dwork and Strong, "Shifting gears" (1987): exponential information gathering', () => {
  it('on every path of m + 1 generals some node is common: all loyal lieutenants make the same of it', () => {
    for (const [n, m, trials] of [[4, 1, 200], [7, 2, 200], [10, 3, 20]] as const) {
      for (let seed = 0; seed < trials; seed += 1) {
        const one = drawTrial({ protocol: 'oral', n, m, seed, traitors: m });
        expect(pathWithoutCommonNode(one, runInRounds(one, one)), repeatLine(one)).to.equal(undefined);
      }
    }
  });

  it('among 3m generals there are paths without a common node', () => {
    const uncommon = Array.from({ length: 500 }, (_, seed) => drawTrial({ protocol: 'oral', n: 6, m: 2, seed, traitors: 2 })).flatMap((one) => pathWithoutCommonNode(one, runInRounds(one, one)) ?? []);
    expect(uncommon).to.not.deep.equal([]);
    for (const path of uncommon) expect(path.split(' ')).to.have.length(3);
  });
});

describe('Dolev and Strong, "Authenticated algorithms for Byzantine agreement" (1983)', () => {
  for (const m of [1, 2, 3, 4]) {
    it(`against ${m} traitors ${m} rounds are too few, and ${m + 1} are enough: the order is passed on in secret to the last`, () => {
      const treason = secret(m);
      const short = { ...treason, m: m - 1 };
      expect(failureOf(short, runInRounds(short, short))).to.match(/^agreement: G3 decided attack, G2 decided retreat/);
      expect(failureOf(treason, runInRounds(treason, treason))).to.equal(undefined);
    });
  }

  /**
   * The traitors are the commander, G1, and all lieutenants but G2 and G3. The commander signs attack for these two, and
   * retreat for its first fellow; each fellow passes retreat on to the next only, and the last to G2 only.
   */
  function secret(m: number): Trial & { choose: Choose } {
    const fellows = Array.from({ length: m - 1 }, (_, index) => nodeId(index + 4));
    const traitors = [nodeId(1), ...fellows];
    const next = (id: NodeId): NodeId => traitors[traitors.indexOf(id) + 1] ?? nodeId(2);
    const choose: Choose = ({ about, from, to }, options) => {
      if (about !== 'message') return options[0]!;
      // The options of arbitrary: the first is honest, the second the lie, the third is silence.
      if (from === 1 && to === 3) return options[0]!;
      if (from === 1 && to === 2 && m > 1) return options[0]!;
      if (to !== next(from)) return options[2]!;
      return options[from === 1 ? 1 : 0]!;
    };
    return { ...trial({ protocol: 'signed', n: m + 2, m, traitors: new Map(traitors.map((id) => [id, 'arbitrary'])) }), choose };
  }
});

/** The failures among seeded trials, each with the line that repeats it. */
function failures({ trials, ...at }: { protocol: string; n: number; m: number; traitors: number; trials: number }): string[] {
  return Array.from({ length: trials }, (_, seed) => failureOf(drawTrial({ ...at, seed }))).filter((failure) => failure !== undefined);
}

/** What each lieutenant decides by the definition of §3, told which messages of an account were tampered with. */
function recursively(one: Trial, account: RunResult): Map<NodeId, Order> {
  const said = new Map<string, Order | undefined>();
  for (const { tampered } of account.reports) {
    for (const { from, to, honest, said: instead } of tampered) {
      const [order, ...path] = oral.describe!(one, honest as number).split(/ G|→G/);
      said.set(`${path.join(' ')} to ${to}`, instead.length === 0 ? undefined : instead[0] === honest ? (order as Order) : counterpart(order as Order));
      expect(nodeId(Number(path.at(-1)))).to.equal(from);
    }
  }
  return om(one.m, [one.commander], one.order, one.members.filter((id) => id !== one.commander));

  /** OM(m), in which the last of the path commands the lieutenants. */
  function om(m: number, path: readonly NodeId[], order: Order, lieutenants: readonly NodeId[]): Map<NodeId, Order> {
    const received = new Map(
      lieutenants.map((to) => {
        const key = `${path.join(' ')} to ${to}`;
        return [to, said.has(key) ? (said.get(key) ?? DEFAULT_ORDER) : order];
      }),
    );
    if (m === 0) return received;
    const relayed = new Map(
      lieutenants.map((by) => [by, om(m - 1, [...path, by], received.get(by)!, lieutenants.filter((id) => id !== by))]),
    );
    return new Map(
      lieutenants.map((self) => [
        self,
        majority([received.get(self)!, ...lieutenants.filter((id) => id !== self).map((by) => relayed.get(by)!.get(self)!)]),
      ]),
    );
  }
}
