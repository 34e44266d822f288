import { expect } from 'chai';
import { Army, UserError, type ArmyOptions, type Member, type Order, type Outcome, type UserErrorCode, type Role } from '../../src/index.ts';
import { PROTOCOLS } from '../../src/generals/protocols/registry.ts';
import { STRATEGIES } from '../../src/generals/faults/registry.ts';
import { soaked } from '../support/trials.ts';

/** Time enough for a thread on the busiest of machines: only tests of hanging generals wait for any of it. */
const PATIENT = 60_000;
const HURRIED = 1500;

const isSoak = process.env['SOAK'] === '1';

for (const host of ['threads', 'sim'] as const) {
  describe(`an army on ${host}`, () => {
    const armies: Army[] = [];

    /** What an army sees to by itself, before any host has part in it, is asked on threads in a soak only: to start them takes long. */
    const isAsked = host === 'sim' || isSoak;
    const ofItself = (title: string, test: () => Promise<void>): void => {
      if (isAsked) it(title, test);
    };
    /** Of what is the same code for each, those that stand for the others on threads. */
    const some = <One>(all: readonly One[], few: (one: One) => boolean): readonly One[] => (isAsked ? all : all.filter(few));

    /** By how many they are. */
    const kept = new Map<number, Army>();

    afterEach(() => Promise.all(armies.splice(0).map((army) => army.disband())));
    after(() => Promise.all([...kept.values()].map((army) => army.disband())));

    /** An army as `muster` gives it, for a test in which nobody comes, goes or breaks down: it serves others as well, as to start threads takes long. */
    async function borrow(count: number): Promise<Army> {
      const known = kept.get(count);
      if (known === undefined) {
        const army = await Army.muster(count, { host, seed: 1, deadline: PATIENT, primary: 1 });
        kept.set(count, army);
        return army;
      }
      for (const { id, state } of known.members()) if (state.type === 'faulty') await known.makeLoyal(id);
      await known.elect(1);
      await known.setProtocol('exchange');
      await known.reseed(1);
      return known;
    }

    /** An army that the test need not disband. G1 is primary, unless told otherwise. */
    async function muster(count: number, { elect = 1, ...options }: ArmyOptions & { elect?: number | null } = {}): Promise<Army> {
      const army = await Army.muster(count, { host, seed: 1, deadline: PATIENT, ...options });
      armies.push(army);
      if (elect !== null) await army.elect(elect);
      return army;
    }

    describe('its roster', () => {
      ofItself('has the ids 1 to n, one primary, and loyal generals only', async () => {
        const army = await muster(7, { elect: null });
        expect(idsOf(army)).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
        expect(primariesOf(army)).to.have.length(1);
        expect(army.members().every(({ state }) => state.type === 'loyal')).to.equal(true);
      });

      it('is mustered for a count from 1 to the limit only', async () => {
        for (const count of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e9, 257]) await refused(() => Army.muster(count, { host }), undefined, `muster(${count})`);
        expect(idsOf(await muster(1))).to.deep.equal([1]);
      });

      it('is mustered for options in range only', async () => {
        const wrong: ArmyOptions[] = [{ seed: -1 }, { seed: 0.5 }, { seed: 2 ** 53 }, { deadline: 0 }, { deadline: 2 ** 31 }, { limit: 0 }, { limit: 3 }, { primary: 0 }, { primary: 5 }, { traitors: [5] }, { traitors: { 5: 'liar' } }];
        for (const options of wrong) await refused(() => Army.muster(4, { host, ...options }), undefined, JSON.stringify(options));
      });

      ofItself('elects a primary by the seed, so that the same seed elects the same, and not always the same one', async () => {
        const elected = new Set<number>();
        for (let seed = 1; seed <= 8; seed += 1) {
          const [first, second] = [await muster(3, { seed, elect: null }), await muster(3, { seed, elect: null })];
          expect(primariesOf(first), `seed ${seed}`).to.deep.equal(primariesOf(second));
          for (const id of primariesOf(first)) elected.add(id);
        }
        expect(elected.size).to.be.greaterThan(1);
      });

      ofItself('gives newcomers ids above all that were ever given, also after the newest was killed', async () => {
        const army = await muster(3);
        expect(await army.add(2)).to.deep.equal([4, 5]);
        await army.kill(5);
        expect(await army.add(1)).to.deep.equal([6]);
        await army.kill(6);
        await army.kill(2);
        expect(await army.add(2)).to.deep.equal([7, 8]);
        expect(idsOf(army)).to.deep.equal([1, 3, 4, 7, 8]);
      });

      ofItself('grows to its limit and not beyond, and killing makes room again', async () => {
        const army = await muster(3, { limit: 5 });
        await refused(() => army.add(3), army, 'add(3)');
        await army.add(2);
        await refused(() => army.add(1), army, 'add(1)');
        await army.kill(1);
        await army.add(1);
        expect(idsOf(army)).to.deep.equal([2, 3, 4, 5, 6]);
      });

      it('keeps its primary when a secondary is killed, and elects another of those left when the primary is', async () => {
        const army = await muster(5);
        await army.kill(3);
        expect(primariesOf(army)).to.deep.equal([1]);
        await army.kill(1);
        expect(primariesOf(army)).to.have.length(1);
        expect(primariesOf(army)[0]).to.be.oneOf([2, 4, 5]);
        expect((await army.order('attack')).verdict).to.include({ type: 'execute', order: 'attack', votes: 2, members: 3 });
      });

      it('loses a general that is to be killed in the middle of the next order, when the first half of the others have heard it', async () => {
        for (const [primary, victim, round, heard] of some([[1, 1, 1, [2, 3]], [1, 3, 2, [2]], [3, 1, 2, [2]], [2, 4, 2, [1]]] as const, ([commander]) => commander === 1)) {
          const army = await muster(4, { elect: primary });
          await army.kill(victim, { round });
          expect(idsOf(army)).to.deep.equal([1, 2, 3, 4]);
          const { roster, account, findings } = await army.order('attack');
          const context = `G${victim}, round ${round}, G${primary} commands`;
          const reason = 'was killed in the middle of the order';
          expect(account.losses, context).to.deep.equal([{ id: victim, reason }]);
          expect(roster[victim - 1], context).to.deep.include({ state: { type: 'lost', reason }, majority: undefined });
          const hearers = account.reports.filter((report) => report.heard[round - 1]!.some(({ from }) => from === victim)).map(({ id }) => id);
          expect(hearers, context).to.deep.equal(heard);
          expect(findings, context).to.deep.include({ agreement: { type: 'holds' }, termination: { type: 'holds' } });
          expect(idsOf(army), context).to.deep.equal([1, 2, 3, 4].filter((id) => id !== victim));
          expect(primariesOf(army), context).to.have.length(1);
          expect((await army.order('attack')).verdict, context).to.include({ type: 'execute', order: 'attack', members: 3 });
        }
      });

      ofItself('keeps a general that is to be killed until an order is run, and forgets that if it is killed at once', async () => {
        const army = await muster(4);
        await army.corrupt(2);
        await army.corrupt(3);
        await army.kill(4, { round: 2 });
        expect((await army.order('attack')).verdict.type).to.equal('undecidable');
        expect(idsOf(army)).to.deep.equal([1, 2, 3, 4]);
        await army.kill(4);
        expect(idsOf(army)).to.deep.equal([1, 2, 3]);
        await refused(() => army.kill(4, { round: 1 }), army, 'kill(4, { round: 1 })');
      });

      ofItself('loses a general only in a round that its protocol has', async () => {
        const army = await muster(4);
        for (const round of [0, 3, -1, 1.5, Number.NaN]) await refused(() => army.kill(2, { round }), army, `kill(2, { round: ${round} })`);
        await army.setProtocol('oral', 2);
        await army.kill(2, { round: 3 });
        expect((await army.order('attack')).account.losses).to.have.length(1);
      });

      ofItself('is an empty camp after the last was killed, in which no order can be given, and which add fills', async () => {
        const army = await muster(2);
        await army.kill(2);
        await army.kill(1);
        expect(army.members()).to.deep.equal([]);
        await refused(() => army.order('attack'), army, 'order');
        await refused(() => army.kill(1), army, 'kill');
        expect(await army.add(4)).to.deep.equal([3, 4, 5, 6]);
        expect(primariesOf(army)).to.have.length(1);
        expect((await army.order('attack')).verdict).to.include({ type: 'execute', order: 'attack', votes: 3 });
      });

      ofItself('shows who is a traitor, in which way, and who was pardoned', async () => {
        const army = await muster(4);
        await army.corrupt(2);
        await army.corrupt(3, 'liar');
        await army.corrupt(4);
        await army.makeLoyal(4);
        expect(army.members().map(({ state }) => state)).to.deep.equal([
          { type: 'loyal' },
          { type: 'faulty', strategy: 'coin' },
          { type: 'faulty', strategy: 'liar' },
          { type: 'loyal' },
        ]);
        await army.corrupt(3, 'silent');
        expect(army.members()[2]!.state).to.deep.equal({ type: 'faulty', strategy: 'silent' });
      });
    });

    describe('an order', () => {
      /** Of the sizes of armies: one that has nobody to speak to, and those that other tests need as well. */
      const isKept = ([n]: readonly [number, ...unknown[]]): boolean => [1, 4, 7].includes(n);

      for (const [n, votes] of some([[1, 1], [2, 1], [3, 2], [4, 3], [7, 6]] as const, isKept)) {
        it(`among ${n} loyal generals is executed, ${votes} out of ${n}`, async () => {
          const army = await borrow(n);
          for (const order of ['attack', 'retreat'] as const) {
            const { verdict, roster, findings } = await army.order(order);
            expect(verdict).to.deep.equal({ type: 'execute', order, votes, members: n, faulty: 0 });
            expect(roster.map(({ majority }) => majority)).to.deep.equal(Array.from({ length: n }, () => order));
            expect(findings).to.deep.equal({ agreement: { type: 'holds' }, validity: { type: 'holds' }, termination: { type: 'holds' } });
          }
        });
      }

      for (const [n, traitors] of some([[1, [1]], [2, [2]], [3, [3]], [3, [1]], [4, [2, 3]], [6, [2, 3]], [7, [1, 2, 3]]] as const, isKept)) {
        it(`is not run among ${n} with the traitors ${traitors.join(', ')}, unless that is asked for`, async () => {
          const army = await borrow(n);
          for (const id of traitors) await army.corrupt(id);
          const before = army.members();
          const { verdict, roster, findings, messages, account } = await army.order('attack');
          expect(verdict).to.deep.equal({ type: 'undecidable', order: undefined, votes: n - 1, members: n, faulty: traitors.length });
          expect(roster.map(({ majority }) => majority)).to.deep.equal(['attack', ...Array.from({ length: n - 1 }, () => undefined)]);
          expect([findings, messages, account.reports]).to.deep.equal([undefined, 0, []]);
          expect(army.members()).to.deep.equal(before);
          const anyway = await army.order('attack', { anyway: true });
          expect(anyway.verdict).to.include({ members: n, faulty: traitors.length });
          expect(anyway.verdict.type).to.be.oneOf(['execute', 'split']);
          expect(anyway.account.reports).to.have.length(n);
          expect(anyway.findings?.termination).to.deep.equal({ type: 'holds' });
        });
      }

      for (const [n, traitor] of [[4, 3], [7, 3]] as const) {
        it(`of a loyal primary is obeyed among ${n} with one traitor, whose own ballot is unsteady`, async () => {
          const army = await borrow(n);
          await army.corrupt(traitor);
          const seen = { fewer: false, all: false };
          for (let turn = 0; turn < 12; turn += 1) {
            const { verdict, findings } = await army.order('attack');
            expect(verdict).to.include({ type: 'execute', order: 'attack', members: n, faulty: 1 });
            expect(findings?.agreement).to.deep.equal({ type: 'holds' });
            expect(findings?.validity).to.deep.equal({ type: 'holds' });
            expect(verdict.votes).to.be.oneOf([n - 2, n - 1]);
            if (verdict.votes === n - 1) seen.all = true;
            else seen.fewer = true;
          }
          expect(seen, 'seed 1, 12 orders').to.deep.equal({ fewer: true, all: true });
        });
      }

      it('of a faulty primary is agreed upon by the loyal, and is not always what it ordered', async () => {
        const army = await borrow(4);
        await army.corrupt(1);
        const decided = new Set<Order | undefined>();
        for (let turn = 0; turn < 12; turn += 1) {
          const { verdict, findings } = await army.order('attack');
          expect(verdict).to.include({ type: 'execute', votes: 3, members: 4, faulty: 1 });
          expect(findings?.agreement).to.deep.equal({ type: 'holds' });
          decided.add(verdict.order);
        }
        expect([...decided], 'seed 1, 12 orders').to.have.members(['attack', 'retreat']);
      });

      it('is given by whom elect made primary', async () => {
        const army = await borrow(4);
        await army.elect(3);
        const { commander, roster } = await army.order('retreat');
        expect(commander).to.equal(3);
        expect(rolesOf(roster)).to.deep.equal(['secondary', 'secondary', 'primary', 'secondary']);
      });

      it('is obeyed by a general that was pardoned, and by newcomers', async () => {
        const army = await muster(4);
        for (const id of [2, 3]) await army.corrupt(id, 'liar');
        expect((await army.order('attack')).verdict.type).to.equal('undecidable');
        await army.makeLoyal(2);
        await army.add(3);
        const { verdict, roster } = await army.order('attack');
        expect(verdict).to.include({ type: 'execute', order: 'attack', members: 7, faulty: 1 });
        expect(roster.filter(({ id }) => id !== 3).every(({ majority }) => majority === 'attack')).to.equal(true);
      });

      ofItself('is numbered 1, 2, 3 …, refused ones not counted', async () => {
        const army = await muster(4);
        const numbers = [(await army.order('attack')).number];
        await refused(() => army.corrupt(9), army, 'corrupt(9)');
        numbers.push((await army.order('attack')).number);
        expect(numbers).to.deep.equal([1, 2]);
      });

      it('repeats after the seed was set again, and differs under some other seed', async () => {
        const army = await borrow(4);
        await army.corrupt(1);
        const play = async (seed: number): Promise<unknown[]> => {
          await army.reseed(seed);
          expect(army.seed).to.equal(seed);
          const verdicts: unknown[] = [];
          for (let turn = 0; turn < 8; turn += 1) verdicts.push((await army.order('attack')).verdict);
          return verdicts;
        };
        const first = await play(5);
        const other = await play(6);
        expect(await play(5)).to.deep.equal(first);
        expect(other).not.to.deep.equal(first);
      });

      for (const protocol of PROTOCOLS) {
        const { name } = protocol;

        it(`follows ${name}, is obeyed by seven loyal generals, and takes the messages that the protocol says`, async () => {
          const army = await borrow(7);
          await army.setProtocol(name);
          expect(army.protocol.name).to.equal(name);
          const outcome = await army.order('attack');
          expect(outcome).to.include({ protocol: name, m: army.m });
          expect(outcome.verdict).to.include({ type: 'execute', order: 'attack', votes: 6 });
          const setting = { members: outcome.roster.map(({ id }) => id), commander: outcome.commander, m: army.m };
          expect(outcome.messages).to.equal(protocol.messages(setting));
        });

        it(`by ${name} is obeyed by the loyal of seven, one of whom is a traitor in any way`, async () => {
          const army = await borrow(7);
          await army.setProtocol(name);
          for (const { name: strategy } of STRATEGIES) {
            await army.corrupt(4, strategy);
            const { findings, roster, account } = await army.order('attack');
            expect(findings, strategy).to.deep.equal({ agreement: { type: 'holds' }, validity: { type: 'holds' }, termination: { type: 'holds' } });
            expect(roster[3]!.state, strategy).to.deep.equal({ type: 'faulty', strategy });
            expect(account.losses, strategy).to.deep.equal([]);
          }
        });
      }

      ofItself('can be dictated word by word, once, and words that do not fit refuse it and change nothing', async () => {
        const army = await muster(4);
        await army.corrupt(1);
        await army.dictate(1, ['attack', 'retreat', 'retreat']);
        expect((await army.order('attack')).verdict).to.include({ order: 'retreat', votes: 3 });
        await army.dictate(1, ['attack']);
        const { number } = await army.dictate(1, ['attack']).then(() => refused(() => army.order('attack'), army, 'order')).then(() => army.order('attack'));
        expect(number).to.equal(2);
      });
    });

    describe('a mistake', () => {
      ofItself('is refused in one line and changes nothing', async () => {
        const army = await muster(4);
        await army.corrupt(2, 'liar');
        const mistakes: Record<string, readonly [UserErrorCode, () => Promise<unknown>]> = {
          'add(0)': ['invalid-argument', () => army.add(0)],
          'add(-1)': ['invalid-argument', () => army.add(-1)],
          'add(1.5)': ['invalid-argument', () => army.add(1.5)],
          'add(NaN)': ['invalid-argument', () => army.add(Number.NaN)],
          'add(1e9)': ['army-full', () => army.add(1e9)],
          'add(253)': ['army-full', () => army.add(253)],
          'kill(9)': ['unknown-general', () => army.kill(9)],
          'kill(0)': ['invalid-argument', () => army.kill(0)],
          'kill(NaN)': ['invalid-argument', () => army.kill(Number.NaN)],
          'kill(1.5)': ['invalid-argument', () => army.kill(1.5)],
          'kill(2, round 9)': ['invalid-argument', () => army.kill(2, { round: 9 })],
          'elect(5)': ['unknown-general', () => army.elect(5)],
          'corrupt(5)': ['unknown-general', () => army.corrupt(5)],
          'pardon(-2)': ['invalid-argument', () => army.makeLoyal(-2)],
          'injectCrash(7)': ['unknown-general', () => army.injectCrash(7, 'throw')],
          'dictate(1)': ['loyal-general', () => army.dictate(1, ['attack'])],
          'dictate(8)': ['unknown-general', () => army.dictate(8, ['attack'])],
          'setProtocol(oral, 9)': ['unfit-protocol', () => army.setProtocol('oral', 9)],
          'setProtocol(oral, -1)': ['invalid-argument', () => army.setProtocol('oral', -1)],
          'setProtocol(oral, 0.5)': ['invalid-argument', () => army.setProtocol('oral', 0.5)],
          'reseed(-1)': ['invalid-argument', () => army.reseed(-1)],
          'reseed(0.5)': ['invalid-argument', () => army.reseed(0.5)],
          'reseed(1, 0)': ['invalid-argument', () => army.reseed(1, 0)],
        };
        for (const [name, [code, mistake]] of Object.entries(mistakes)) expect((await refused(mistake, army, name)).code, name).to.equal(code);
        expect((await army.order('attack')).number).to.equal(1);
        expect(await army.add(1)).to.deep.equal([5]);
      });

      ofItself('of a program without types is refused as well: any argument of the wrong type, any name and option that there is not', async () => {
        const army = await muster(4, { traitors: [2] });
        const calls: Record<string, (argument: never) => Promise<unknown>> = {
          order: (order) => army.order(order),
          'order, its options': (options) => army.order('attack', options),
          'order, anyway': (anyway) => army.order('attack', { anyway }),
          add: (count) => army.add(count),
          kill: (id) => army.kill(id),
          'kill, its options': (options) => army.kill(3, options),
          'kill, round': (round) => army.kill(3, { round }),
          corrupt: (id) => army.corrupt(id),
          'corrupt, strategy': (strategy) => army.corrupt(3, strategy),
          pardon: (id) => army.makeLoyal(id),
          elect: (id) => army.elect(id),
          sabotage: (id) => army.injectCrash(id, 'exit'),
          'sabotage, how': (how) => army.injectCrash(3, how),
          dictate: (id) => army.dictate(id, ['attack', 'attack']),
          'dictate, words': (words) => army.dictate(2, words),
          'dictate, one word': (word) => army.dictate(2, [word]),
          follow: (protocol) => army.setProtocol(protocol),
          'follow, m': (m) => army.setProtocol('oral', m),
          reseed: (seed) => army.reseed(seed),
          'reseed, draw': (draw) => army.reseed(1, draw),
          muster: (count) => Army.muster(count, { host }),
          'muster, its options': (options) => Army.muster(4, options),
          ...Object.fromEntries(
            (['host', 'seed', 'protocol', 'primary', 'traitors', 'deadline', 'limit', 'spare'] as const).map((option) => [
              `muster, ${option}`,
              (value: never) => Army.muster(4, { host, [option]: value }),
            ]),
          ),
        };
        const given: readonly unknown[] = [
          null, 'charge', 'constructor', '2', '', -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, 5n, Symbol('s'), () => 1, new Date(0), Object.create(null),
          ['attack', 'charge'], [null], ['2'], { nonsense: 1 }, { 2: 'nonsense' }, { round: '1' }, { anyway: 'no' }, { attack: 'attack' },
        ];
        // What is right, or is told by another test, for the one call of all.
        const isRight = (name: string, value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0 && /its options|traitors/.test(name);
        for (const [name, call] of Object.entries(calls)) {
          for (const value of given.filter((one) => !isRight(name, one))) {
            const { code } = await refused(() => call(value as never), army, `${name}: ${typeof value} ${JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? 'n' : one))}`);
            expect(code, name).to.be.oneOf(['invalid-argument', 'unknown-option']);
          }
        }
        expect((await army.order('attack')).number).to.equal(1);
      });

      it('with an option is told the options that there are', async () => {
        const { message, code } = await refused(() => Army.muster(4, { host, traitor: [2] } as never), undefined, 'traitor');
        expect(code).to.equal('unknown-option');
        expect(message).to.equal('muster has no option "traitor": host, seed, protocol, primary, traitors, deadline, limit, spare');
      });

      ofItself('has a code of its own kind where the call is right, and the army is not', async () => {
        const army = await muster(1);
        await army.kill(1);
        expect((await refused(() => army.order('attack'), army, 'order')).code).to.equal('no-primary');
        await army.add(2);
        await army.corrupt(3);
        await army.dictate(3, ['attack', 'attack', 'attack', 'attack']);
        expect((await refused(() => army.order('attack', { anyway: true }), army, 'order')).code).to.equal('unfit-words');
        await army.injectCrash(3, 'exit');
        await army.order('attack', { anyway: true });
        expect((await refused(() => army.elect(3), army, 'elect')).code).to.equal('lost-general');
      });
    });

    describe('an army that is mustered as it shall be', () => {
      ofItself('has the primary and the traitors that were asked for, as if it had been told so afterwards', async () => {
        const army = await muster(7, { elect: null, primary: 3, traitors: [2, 5] });
        expect(primariesOf(army)).to.deep.equal([3]);
        expect(army.members().map(({ state }) => (state.type === 'faulty' ? state.strategy : state.type))).to.deep.equal(['loyal', 'coin', 'loyal', 'loyal', 'coin', 'loyal', 'loyal']);
        const told = await muster(7, { elect: null });
        await told.elect(3);
        for (const id of [2, 5]) await told.corrupt(id);
        expect(await army.order('attack')).to.deep.equal(await told.order('attack'));
      });

      ofItself('has traitors of the strategies that were asked for', async () => {
        const army = await muster(4, { traitors: { 2: 'two-faced', 4: 'liar' } });
        expect(army.members().map(({ state }) => (state.type === 'faulty' ? state.strategy : state.type))).to.deep.equal(['loyal', 'two-faced', 'loyal', 'liar']);
      });
    });

    describe('a disbanded army', () => {
      it('refuses every call, also those that were waiting, and may be disbanded again', async () => {
        const army = await muster(4);
        const waiting = Promise.allSettled([army.add(1), army.order('attack')]);
        await army.disband();
        await waiting;
        const calls = { order: () => army.order('attack'), add: () => army.add(1), kill: () => army.kill(1), elect: () => army.elect(1), corrupt: () => army.corrupt(1), reseed: () => army.reseed(1) };
        for (const [name, call] of Object.entries(calls)) expect((await refused(call, army, name)).code, name).to.equal('disbanded');
        expect(army.members()).to.deep.equal([]);
        await army.disband();
      });

      ofItself('is what an army is after its block, if it was mustered by await using, also after a mistake in it', async () => {
        let kept: Army | undefined;
        const block = async (): Promise<void> => {
          await using army = await Army.muster(2, { host });
          kept = army;
          await army.order('attack');
          throw new RangeError('a mistake of the caller');
        };
        expect(await block().catch((error: unknown) => error)).to.be.instanceOf(RangeError);
        expect((await refused(() => kept!.order('attack'), kept, 'order')).code).to.equal('disbanded');
      });
    });

    describe('calls that nobody waits for', () => {
      ofItself('are done one after the other, as if each had been waited for', async () => {
        const army = await muster(2);
        const calls = [army.add(2), army.corrupt(4, 'liar'), army.elect(2), army.setProtocol('oral'), army.add(3), army.corrupt(7, 'silent'), army.makeLoyal(4)] as const;
        const [first, second] = [army.order('attack'), army.order('retreat')];
        await Promise.all(calls);
        expect(await first).to.include({ number: 1, order: 'attack', commander: 2, protocol: 'oral', m: 2 });
        expect((await first).roster.map(({ state }) => state.type)).to.deep.equal(['loyal', 'loyal', 'loyal', 'loyal', 'loyal', 'loyal', 'faulty']);
        expect(await second).to.include({ number: 2, order: 'retreat' });
        expect((await second).verdict).to.include({ type: 'execute', order: 'retreat' });
      });

      ofItself('are not held up by one that is refused', async () => {
        const army = await muster(4);
        const wrong = [army.add(0), army.corrupt(9), army.setProtocol('oral', 9)];
        const right = army.order('attack');
        for (const result of await Promise.allSettled(wrong)) expect(result).to.have.property('status', 'rejected');
        expect((await right).verdict).to.include({ type: 'execute', order: 'attack' });
      });

      it('of many orders at once are answered in order, and none takes another’s messages for its own', async () => {
        const army = await borrow(4);
        await army.corrupt(3);
        const { number: before } = await army.order('attack');
        const outcomes = await Promise.all(Array.from({ length: 20 }, (_, index) => army.order(index % 2 === 0 ? 'attack' : 'retreat')));
        expect(outcomes.map(({ number }) => number)).to.deep.equal(Array.from({ length: 20 }, (_, index) => before + index + 1));
        for (const { verdict, order } of outcomes) expect(verdict).to.include({ type: 'execute', order });
      });

      it('of kill take effect at once, and an order asked for before goes on without the killed', async () => {
        const army = await muster(5);
        const order = army.order('attack');
        await Promise.all([army.kill(5), army.kill(1)]);
        await order;
        expect(idsOf(army)).to.deep.equal([2, 3, 4]);
        expect((await army.order('attack')).verdict).to.include({ type: 'execute', order: 'attack', votes: 2, members: 3, faulty: 0 });
      });
    });

    describe('a general that breaks down', () => {
      const reasons = { throw: 'threw "broken down"', exit: 'exited with code 1', hang: 'did not answer within 1,500 ms' };

      for (const crashMode of ['throw', 'exit', 'hang'] as const) {
        it(`by ${crashMode} as a secondary is silent, is shown as lost, and the others decide`, async () => {
          const army = await muster(4, { deadline: crashMode === 'hang' ? HURRIED : PATIENT });
          await army.injectCrash(3, crashMode);
          expect(army.members()[2]!.state.type, 'nothing happens before the order').to.equal('loyal');
          const { verdict, roster, account } = await army.order('attack');
          expect(account.losses).to.deep.equal([{ id: 3, reason: reasons[crashMode] }]);
          expect(roster[2]).to.deep.equal({ id: 3, role: 'secondary', state: { type: 'lost', reason: reasons[crashMode] }, majority: undefined });
          // A lost secondary casts no ballot, and yet more than half of all three ballots are needed.
          expect(verdict).to.deep.equal({ type: 'execute', order: 'attack', votes: 2, members: 4, faulty: 1 });
          expect(army.members()[2]!.state).to.deep.equal({ type: 'lost', reason: reasons[crashMode] });
          expect(primariesOf(army)).to.deep.equal([1]);
        });

        // That a general is gone is the same whoever it was; on threads all wait for a primary that hangs.
        if (isAsked || crashMode === 'hang') it(`by ${crashMode} as primary is silent too, so that the others retreat, and one of them is primary then`, async () => {
          const army = await muster(4, { deadline: crashMode === 'hang' ? HURRIED : PATIENT });
          await army.injectCrash(1, crashMode);
          const { verdict, roster } = await army.order('attack');
          expect(roster[0]).to.include({ id: 1, role: 'primary', majority: undefined });
          expect(verdict).to.deep.equal({ type: 'execute', order: 'retreat', votes: 3, members: 4, faulty: 1 });
          expect(primariesOf(army)).to.have.length(1);
          expect(primariesOf(army)).not.to.include(1);
        });
      }

      it('costs the deadline, and no more than that and the time that the others need', async () => {
        const army = await muster(4, { deadline: HURRIED });
        await army.order('attack');
        for (const id of [2, 3]) await army.injectCrash(id, 'hang');
        const began = performance.now();
        const { account } = await army.order('attack', { anyway: true });
        // Those that hang at once are waited for together. The rest is for a busy machine to run the others in.
        expect(performance.now() - began).to.be.lessThan(2 * HURRIED);
        expect(account.losses.map(({ id }) => id)).to.deep.equal([2, 3]);
      });

      ofItself('counts as faulty in later orders, whose bound it may break, and no more when it is struck off', async () => {
        const army = await muster(4);
        await army.injectCrash(3, 'throw');
        await army.order('attack');
        const { verdict } = await army.order('attack');
        expect(verdict).to.deep.equal({ type: 'execute', order: 'attack', votes: 2, members: 4, faulty: 1 });
        await army.corrupt(2);
        expect((await army.order('attack')).verdict).to.deep.equal({ type: 'undecidable', order: undefined, votes: 3, members: 4, faulty: 2 });
        await army.makeLoyal(2);
        await army.kill(3);
        expect(idsOf(army)).to.deep.equal([1, 2, 4]);
        expect((await army.order('attack')).verdict).to.deep.equal({ type: 'execute', order: 'attack', votes: 2, members: 3, faulty: 0 });
        expect(await army.add(1)).to.deep.equal([5]);
      });

      ofItself('can only be struck off: nothing else can be asked of it', async () => {
        const army = await muster(4);
        await army.injectCrash(2, 'exit');
        await army.order('attack');
        const mistakes = { corrupt: () => army.corrupt(2), pardon: () => army.makeLoyal(2), elect: () => army.elect(2), sabotage: () => army.injectCrash(2, 'throw'), dictate: () => army.dictate(2, ['attack']) };
        for (const [name, mistake] of Object.entries(mistakes)) await refused(mistake, army, name);
      });

      it('may be the last: then there is nobody to give an order, until others are added', async () => {
        const army = await muster(2);
        for (const id of [1, 2]) await army.injectCrash(id, 'throw');
        const { verdict, findings } = await army.order('attack');
        expect(verdict).to.deep.equal({ type: 'split', order: undefined, votes: 0, members: 2, faulty: 2 });
        expect(findings?.termination.type).to.be.oneOf(['holds', 'violated']);
        expect(primariesOf(army)).to.deep.equal([]);
        await refused(() => army.order('attack'), army, 'order');
        await army.add(1);
        expect(primariesOf(army)).to.deep.equal([3]);
        for (const id of [1, 2]) await army.kill(id);
        expect((await army.order('attack')).verdict).to.deep.equal({ type: 'execute', order: 'attack', votes: 1, members: 1, faulty: 0 });
      });

      it('may be alone', async () => {
        const army = await muster(1);
        await army.injectCrash(1, 'exit');
        expect((await army.order('attack')).verdict).to.deep.equal({ type: 'split', order: undefined, votes: 0, members: 1, faulty: 1 });
        await refused(() => army.order('attack'), army, 'order');
      });

      // The king's has the most rounds in which somebody is missed.
      for (const { name } of some(PROTOCOLS, ({ name }) => name === 'king')) {
        it(`does not stop the loyal of seven that follow ${name}`, async () => {
          const army = await muster(7);
          await army.setProtocol(name);
          await army.injectCrash(2, 'exit');
          const first = await army.order('attack');
          const second = await army.order('retreat');
          expect(first.verdict, 'lost on the way').to.include({ type: 'execute', order: 'attack', votes: 5 });
          expect(second.verdict, 'lost before').to.include({ type: 'execute', order: 'retreat', votes: 5 });
        });
      }
    });

    ofItself('gives the same outcome for the same calls, however often', async () => {
      const play = async (): Promise<Outcome[]> => {
        const army = await muster(5, { seed: 99, elect: null });
        await army.corrupt(2, 'arbitrary');
        const outcomes = [await army.order('attack'), await army.order('retreat')];
        await army.kill(outcomes[0]!.commander);
        await army.add(2);
        return [...outcomes, await army.order('attack')];
      };
      const first = await play();
      expect(await play()).to.deep.equal(first);
    });

    // As many threads take seconds to start: in a soak they are 64, too.
    const many = host === 'threads' ? soaked(64, 4) : 64;
    it(`can be ${many} generals`, async () => {
      const army = await muster(many);
      for (const id of [5, 10, 15]) await army.corrupt(id, 'liar');
      expect((await army.order('attack')).verdict).to.deep.equal({ type: 'execute', order: 'attack', votes: many - 4, members: many, faulty: 3 });
      await army.kill(many);
      const { verdict, messages } = await army.order('retreat');
      expect(verdict).to.deep.equal({ type: 'execute', order: 'retreat', votes: many - 5, members: many - 1, faulty: 3 });
      expect(messages).to.equal(many - 2 + (many - 2) * (many - 3));
    });
  });
}

const idsOf = (army: Army): number[] => army.members().map(({ id }) => id);

const primariesOf = (army: Army): number[] => army.members().filter(({ role }) => role === 'primary').map(({ id }) => id);

const rolesOf = (members: readonly Member[]): Role[] => members.map(({ role }) => role);

/** Sees to it that a call rejects with a `UserError` of one line, and leaves an army as it was. */
async function refused(call: () => Promise<unknown>, army: Army | undefined, name: string): Promise<UserError> {
  const stateOf = (): unknown => army && { members: army.members(), seed: army.seed, protocol: army.protocol.name, m: army.m };
  const before = stateOf();
  const error: unknown = await call().then(() => undefined, (reason: unknown) => reason);
  expect(error, `${name} is refused`).to.be.instanceOf(UserError);
  expect((error as UserError).message, name).to.match(/^\P{Cc}+$/u);
  expect(stateOf(), `${name} changes nothing`).to.deep.equal(before);
  return error as UserError;
}
