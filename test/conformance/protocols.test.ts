import { expect } from 'chai';
import fc from 'fast-check';
import { seeded } from '../../src/core/choice.ts';
import { symbolicSigner } from '../../src/core/signer.ts';
import { nodeId, type NodeId } from '../../src/core/node.ts';
import { contextOf, inWords, wordIn, type AnyRoundsProtocol, type Context } from '../../src/generals/protocol.ts';
import { STRATEGIES } from '../../src/generals/faults/registry.ts';
import { wordOf } from '../../src/generals/check/alternatives.ts';
import { withClaimsKept } from '../../src/generals/check/claims.ts';
import { differenceFromCode } from '../../src/generals/check/held.ts';
import { check } from '../../src/generals/check/check.ts';
import { problemOf, type Problem } from '../../src/generals/check/request.ts';
import { drawn, runnerOf } from '../../src/generals/check/seeded.ts';
import { differenceFromTree } from '../../src/generals/check/tree-model.ts';
import { contextIn, settingOf, type Asked } from '../../src/generals/check/trial.ts';
import { dictated, dictation } from '../../src/generals/faults/dictated.ts';
import { majority } from '../../src/generals/majority.ts';
import { runOf } from '../../src/generals/symbolic/run.ts';
import { PROTOCOLS } from '../../src/generals/protocols/registry.ts';
import { behavioursOf } from '../../src/generals/run-spec.ts';
import { roleInstance } from '../../src/generals/general.ts';
import { runInRounds, runInstances } from '../../src/generals/sim/rounds.ts';
import { simulate } from '../../src/generals/sim/simulate.ts';
import { cloning, decisionsOf, drawTrial, failureOf, ids, repeatLine, sentIn, trial, type Trial } from '../support/trials.ts';

/** What a protocol may bring along, but for whom it lets speak: without that, frames are sent to those who are to say nothing. */
const OPTIONAL: readonly string[] = ['wording', 'claims', 'limits', 'tree', 'path', 'search', 'effort', 'describe', 'legend', 'evidence', 'votes'];

for (const protocol of PROTOCOLS) {
  const { name } = protocol;

  /** Every m that fits n, as far as a test can run it. */
  const faultsFor = (n: number): number[] =>
    Array.from({ length: n }, (_, m) => m).filter((m) => protocol.refuses(n, m) === undefined && protocol.messages(contextFor(n, m)) < 10_000);

  const contextFor = (n: number, m: number, self = 2): Context => {
    const id = nodeId(Math.min(self, n));
    return contextOf({ members: ids(n), commander: nodeId(1), m, number: 1 }, id, symbolicSigner(id));
  };

  /** Seeded treasons among few, with all that traitors were asked about in each; drawn once for all who look at them. */
  let known: readonly { readonly problem: Problem; readonly asked: readonly Asked[] }[] | undefined;
  const treasons = (): NonNullable<typeof known> =>
    (known ??= [3, 4, 5].flatMap((n) => {
      const problem = problemOf({ protocol, members: n, faults: 2, m: Math.min(2, protocol.faultsByDefault(n)), commander: nodeId(1 + (n % 2)) });
      const run = runnerOf(problem);
      return Array.from({ length: 20 }, (_, number) => {
        const treason = drawn(problem, number);
        const asked: Asked[] = [];
        run(treason, (one) => {
          asked.push(one);
          return treason.decide(one);
        });
        return { problem, asked };
      });
    }));
  after(() => (known = undefined));

  /** Traitors within what the protocol promises to stand, drawn from a seed. */
  const withinBounds = fc.record({ n: fc.integer({ min: 1, max: 8 }), seed: fc.nat(), share: fc.nat(7) }).map(({ n, seed, share }) => {
    const m = protocol.faultsByDefault(n);
    return drawTrial({ protocol: name, n, m, seed, traitors: Math.min(share % (m + 1), promised(protocol, n)) });
  });
  const anyTrial = fc.record({ n: fc.integer({ min: 2, max: 7 }), seed: fc.nat(), share: fc.nat(6) }).map(({ n, seed, share }) => {
    const fitting = faultsFor(n);
    return drawTrial({ protocol: name, n, m: fitting[seed % fitting.length]!, seed, traitors: share % n });
  });

  describe(`the protocol ${name}`, () => {
    it('has loyal generals agree on the order and obey it, whoever commands', () => {
      for (let n = 1; n <= 10; n += 1) {
        for (const order of ['attack', 'retreat'] as const) {
          const one = trial({ protocol: name, n, m: protocol.faultsByDefault(n), commander: nodeId(n), order });
          const account = runInRounds(one);
          expect(new Set(decisionsOf(account).values()), repeatLine(one)).to.deep.equal(new Set([order]));
          expect(account.accusations, repeatLine(one)).to.deep.equal([]);
        }
      }
    });

    it('sends exactly as many messages as it says, for every m that fits', () => {
      for (let n = 1; n <= 8; n += 1) {
        for (const m of faultsFor(n)) {
          const one = trial({ protocol: name, n, m });
          expect(sentIn(runInRounds(one)), repeatLine(one)).to.equal(protocol.messages(contextFor(n, m)));
        }
      }
    });

    it('keeps what it claims of itself, and on symbols does what it does on orders if it says that it can', () => {
      for (const n of [3, 4, 5]) {
        const m = Math.min(1, protocol.faultsByDefault(n));
        const problem = problemOf({ protocol, members: n, faults: 1, m });
        expect(withClaimsKept(problem), `n = ${n}`).to.equal(problem);
        if (protocol.wording === undefined) continue;
        for (const traitors of [[], ids(1), ids(2), ids(n)]) {
          const run = runOf({ protocol, members: problem.members, commander: problem.commander, m, traitors, order: 'either' }, 'anything');
          expect(differenceFromCode(problem, traitors, 'either', run, 200), `n = ${n}, traitors ${traitors.join(' ')}`).to.equal(undefined);
        }
      }
    });

    it('has a word for every message and every lie, for those who choose, and no two that may be said have the same', () => {
      for (const { problem, asked } of treasons()) {
        for (const { honest, alternatives } of asked) {
          const words = alternatives.map((action) => wordOf(protocol, settingOf(problem), action));
          for (const word of words) expect(word, inWords(protocol, settingOf(problem), honest)).to.be.oneOf(['attack', 'retreat', 'nothing', 'silence', 'both']);
          const single = words.filter((word) => word !== 'both');
          expect(new Set(single).size, `${inWords(protocol, settingOf(problem), honest)}: ${single.join(' ')}`).to.equal(single.length);
        }
      }
    });

    it('has traitors say what those words dictate', () => {
      for (const { problem, asked } of treasons()) {
        const setting = settingOf(problem);
        for (const { question, honest, alternatives } of asked) {
          const lies = protocol.lies(contextIn(problem, question.from), honest);
          const options = dictated.says({ from: question.from, to: question.to, round: question.round, members: problem.members, honest, lies });
          for (const action of alternatives.filter(({ now }) => now.length < 2)) {
            const { choose } = dictation(question.from, [wordOf(protocol, setting, action)!], (message) => wordIn(protocol, setting, message));
            expect(choose(question, options).now).to.deep.equal(action.now);
          }
        }
      }
    });

    if (['path', 'wording', 'votes', 'evidence'].some((key) => key in protocol)) it('brings paths, wording, votes and evidence that fit what is said and decided', () => {
      for (const { problem, asked } of treasons()) {
        const setting = settingOf(problem);
        const ring = new Map(problem.lieutenants.map((id, place) => [id, problem.lieutenants[(place + 1) % problem.lieutenants.length]!]));
        const [there, back] = [(id: NodeId) => ring.get(id) ?? id, (id: NodeId) => [...ring].find(([, next]) => next === id)?.[0] ?? id];
        for (const { question, honest, alternatives } of asked) {
          const path = protocol.path?.(setting, honest);
          if (path !== undefined) expect([path[0], path.at(-1), path.length]).to.deep.equal([problem.commander, question.from, question.round]);
          const { wording } = protocol;
          if (wording === undefined) continue;
          const label = wording.labelOf(honest);
          for (const message of alternatives.flatMap(({ now }) => now)) {
            expect(wording.write(wording.labelOf(message), wording.valueOf(message))).to.deep.equal(message);
            expect(wording.labelOf(message), 'a lie is under the label of what it is a lie about').to.deep.equal(label);
          }
          if (wording.rename === undefined) continue;
          const renamed = wording.rename(setting, label, there);
          expect(wording.rename(setting, renamed, back)).to.deep.equal(label);
          expect(protocol.path?.(setting, wording.write(renamed, wording.valueOf(honest)))).to.deep.equal(path?.map(there));
        }
      }
      for (let seed = 0; seed < 30; seed += 1) {
        const n = 2 + (seed % 5);
        const one = drawTrial({ protocol: name, n, m: protocol.faultsByDefault(n), seed, traitors: seed % n });
        for (const { id, decision, strategy, heard } of runInRounds(one, one).reports) {
          if (strategy !== undefined || id === one.commander) continue;
          const context = contextOf(one, id, symbolicSigner(id));
          const votes = protocol.votes?.(context, heard);
          if (votes !== undefined) expect(majority(votes.map(({ order }) => order)), repeatLine(one)).to.equal(decision);
          const evidence = protocol.evidence?.(context, heard);
          if (evidence !== undefined) expect(evidence.join('\n'), repeatLine(one)).to.include(decision);
        }
      }
    });

    if (protocol.tree !== undefined) it('makes the tree that it says it makes', () => {
      for (const [n, m, faults] of [[4, 1, 2], [5, 2, 2], [6, 1, 3]] as const) {
        const comparison = differenceFromTree(problemOf({ protocol, members: n, faults, m }), 100);
        let step = comparison.next();
        while (step.done !== true) step = comparison.next();
        expect(step.value, `n = ${n}, m = ${m}`).to.equal(undefined);
      }
    });

    it('is found the same of where it brings along nothing that it need not', () => {
      const bare = Object.fromEntries(Object.entries(protocol).filter(([key]) => !OPTIONAL.includes(key))) as AnyRoundsProtocol;
      for (const [members, traitor] of [[3, 1], [3, 2], [4, 3]] as const) {
        if (protocol.refuses(members, 1) !== undefined) continue;
        const request = { members, faults: 1, m: 1, orders: ['attack'], traitors: ids(traitor).slice(-1) } as const;
        const [whole, less] = [check({ protocol, ...request }), check({ protocol: bare, ...request })];
        expect(less.type, `n = ${members}, G${traitor}`).to.equal(whole.type);
        if (less.type !== 'violated' || whole.type !== 'violated') continue;
        expect([less.isSmallest, less.violation.lies.length]).to.deep.equal([true, whole.violation.lies.length]);
      }
    });

    if (['effort', 'search', 'limits'].some((key) => key in protocol)) it('says what it costs, how far it is searched and what that leaves out in figures and words that fit', () => {
      for (const share of Object.values(protocol.effort ?? {})) expect(share).to.be.greaterThan(0).and.to.be.below(100);
      for (const limit of Object.values(protocol.search ?? {})) expect(Number.isInteger(limit) && limit > 0).to.equal(true);
      if (protocol.limits !== undefined) expect(protocol.limits, 'part of a sentence').to.match(/^\p{Ll}.*\w$/u);
    });

    it('fits every size up to 13 with the m that it has by default, and takes what it says it needs', () => {
      for (let n = 1; n <= 13; n += 1) {
        const m = protocol.faultsByDefault(n);
        expect(protocol.refuses(n, m), `n = ${n}`).to.equal(undefined);
        if (n > 1) expect(protocol.membersNeeded(m), `n = ${n}`).to.be.at.most(n);
      }
    });

    it('keeps agreement, validity and termination under every mix of strategies that it promises to stand', () => {
      fc.assert(
        fc.property(withinBounds, (one) => failureOf(one) === undefined || raise(failureOf(one)!)),
        { numRuns: 300 },
      );
    });

    for (const strategy of STRATEGIES) {
      it(`ends with a decision of every loyal general under ${strategy.name}, however many they are`, () => {
        fc.assert(
          fc.property(anyTrial, (drawn) => {
            const one = { ...drawn, traitors: new Map([...drawn.traitors.keys()].map((id) => [id, strategy.name])) };
            const account = simulate(one, { behaviours: behavioursOf(one.traitors) });
            expect(account.losses, repeatLine(one)).to.deep.equal([]);
            for (const { decision, strategy: how } of account.reports) if (how === undefined) expect(decision, repeatLine(one)).to.be.oneOf(['attack', 'retreat']);
          }),
          { numRuns: 25 },
        );
      });
    }

    it('is pure: its state, handed away and back as a clone around every step, gives the same account', () => {
      fc.assert(
        fc.property(anyTrial, (one) => {
          const choose = seeded(one.seed);
          const army = one.members.map((id) => roleInstance(one, id, one.traitors.get(id), choose, symbolicSigner(id)));
          const cloned = army.map((general) => ({ ...general, protocol: cloning(general.protocol) }));
          expect(runInstances(cloned, one.order), repeatLine(one)).to.deep.equal(runInstances(army, one.order));
        }),
        { numRuns: 60 },
      );
    });

    it('gives the same account twice, in lockstep, and whatever the network delays', () => {
      fc.assert(
        fc.property(anyTrial, fc.array(fc.integer({ min: 1, max: DELAY_MAX }), { minLength: 1 }), (one, delays) => {
          const account = simulate(one, { behaviours: behavioursOf(one.traitors) });
          expect(simulate(one, { behaviours: behavioursOf(one.traitors) }), repeatLine(one)).to.deep.equal(account);
          expect(runInRounds(one, one), repeatLine(one)).to.deep.equal(account);
          let frames = 0;
          expect(simulate(one, { behaviours: behavioursOf(one.traitors), delay: () => delays[frames++ % delays.length]! }), repeatLine(one)).to.deep.equal(account);
        }),
        { numRuns: 60 },
      );
    });

    it('parses anything, to undefined or to a message that parses to itself', () => {
      fc.assert(
        fc.property(fc.oneof(fc.anything({ withBigInt: true, withSparseArray: true, withNullPrototype: true }), nearMessages), (input) => {
          const message = protocol.parse(input);
          if (message !== undefined) expect(protocol.parse(message)).to.deep.equal(message);
        }),
        { numRuns: 2000 },
      );
    });

    it('parses every message that is sent, as it is, and lies that are other messages', () => {
      fc.assert(
        fc.property(anyTrial, (one) => {
          const context = { ...contextFor(one.members.length, one.m), commander: one.commander };
          for (const message of saidIn(one)) {
            expect(protocol.parse(structuredClone(message))).to.deep.equal(message);
            const lies = protocol.lies(context, message);
            expect(lies).to.not.deep.include(message);
            for (const lie of lies) expect(protocol.parse(lie)).to.deep.equal(lie);
          }
        }),
        { numRuns: 30 },
      );
    });

    it('takes any message from anyone in any round, and speaks to members only', () => {
      const said = [2, 3, 4, 5].flatMap((n) => saidIn(trial({ protocol: name, n, m: protocol.faultsByDefault(n) })));
      const invented = fc.sample(nearMessages, { numRuns: 5000, seed: 1 }).map((input) => protocol.parse(input)).filter((parsed) => parsed !== undefined);
      const message = fc.constantFrom(...new Set([...said, ...said, ...invented]));
      const heard = fc.record({ from: fc.integer({ min: 1, max: 9 }).map(nodeId), messages: fc.array(message, { minLength: 1, maxLength: 4 }) });
      // The host's part of the bargain: rounds come one after the other, each inbox by sender, nobody in it twice.
      const inbox = fc.uniqueArray(heard, { selector: ({ from }) => from }).map((entries) => entries.toSorted((a, b) => a.from - b.from));
      const inboxes = fc.array(inbox, { maxLength: 14 });
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), inboxes, (n, self, drawn) => {
          const context = contextFor(n, protocol.faultsByDefault(n), self);
          const state = protocol.begin(context);
          const rounds = drawn.map((inbox, index) => ({ type: 'round', round: index + 1, inbox }) as const);
          for (const event of rounds) {
            for (const effect of protocol.step(context, state, event)) {
              if (effect.type === 'send') {
                for (const to of effect.to) expect(context.members).to.include(to);
                expect(effect.to).to.not.include(context.self);
                for (const one of effect.messages) expect(protocol.parse(one)).to.deep.equal(one);
              }
              if (effect.type === 'output') expect(effect.output).to.be.oneOf(['attack', 'retreat']);
              expect(effect.type).to.be.oneOf(['send', 'output', 'accuse', 'note']);
            }
          }
        }),
        { numRuns: 500 },
      );
    });
  });
}

/** The patience of generals, 800 ms, is more than twice this: who is a message behind may wait for one as slow. */
const DELAY_MAX = 350;

/** How many traitors a run with the default m is sure to stand; of exchange the header says that it is one. */
const promised = (protocol: AnyRoundsProtocol, n: number): number => Math.min(protocol.faultsByDefault(n), protocol.name === 'exchange' ? 1 : n);

const saidIn = (one: Trial): unknown[] => runInRounds(one).reports.flatMap(({ heard }) => heard.flat().flatMap(({ messages }) => messages));

/** Texts and numbers that look much like messages. */
const nearMessages = fc.oneof(
  fc.integer({ min: -2, max: 2000 }),
  fc.stringMatching(/^(attack|retreat|order|value|proposal|king)([ :](attack|nothing|[0-9]{1,3})){0,4}( [!-~]{1,6}){0,4}$/),
  fc.stringMatching(/^(attack|retreat)([ :][1-9]){1,4}( [!-~]{1,6}){0,4}$/),
);

function raise(message: string): never {
  throw new Error(message);
}
