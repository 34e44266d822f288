import { expect } from 'chai';
import { Army, UserError, type Fact, type Outcome } from '../../src/index.ts';
import { HOSTS, type HostName } from '../../src/generals/arguments.ts';
import { PROTOCOLS, type ProtocolName } from '../../src/generals/protocols/registry.ts';
import { factsOf } from '../../src/generals/trace/facts.ts';

const TRAITORS = { 2: 'late', 3: 'two-faced', 6: 'arbitrary' } as const;

/** Nobody hangs here: a thread that a busy machine holds up is waited for. */
const PATIENT = 60_000;

async function mustered(host: HostName, protocol: ProtocolName = 'exchange'): Promise<Army> {
  return Army.muster(6, { host, seed: 5, primary: 1, protocol, traitors: TRAITORS, deadline: PATIENT });
}

/** Facts in an order that does not depend on how generals follow one another. */
const sorted = (facts: readonly Fact[]): string[] => facts.map((fact) => JSON.stringify(fact)).toSorted();

/** The general that a fact comes from. */
const sourceOf = (fact: Fact): number | undefined => (fact.type === 'heard' ? fact.to : fact.type === 'tampered' ? fact.from : fact.type === 'decided' || fact.type === 'voted' ? fact.by : undefined);

/** Where a fact stands among those of its general: rounds, then the decision, then the ballot. */
const stageOf = (fact: Fact): number => (fact.type === 'heard' || fact.type === 'tampered' ? fact.round : fact.type === 'decided' ? 1e6 : 1e6 + 1);

for (const host of HOSTS) {
  describe(`an order that is observed on ${host}`, () => {
    for (const { name } of PROTOCOLS) {
      it(`of ${name} tells, while it is under way, the facts that its trace has in the end`, async () => {
        await using army = await mustered(host, name);
        const facts: Fact[] = [];
        let isOver = false;
        let late = 0;
        const order = army.order('attack', {
          anyway: true,
          observe(fact) {
            facts.push(fact);
            if (isOver) late += 1;
          },
        });
        const outcome = await order.finally(() => (isOver = true));
        expect([late, outcome.observerError]).to.deep.equal([0, undefined]);
        expect(sorted(facts)).to.deep.equal(sorted(factsOf(outcome)));
        expect(facts.map(({ type }) => type)).to.include.members(['tampered', 'heard', 'decided', 'voted']);
        expect(facts[0]!.type).to.equal('ordered');
        expect(facts.at(-1)!.type).to.equal('judged');
        for (const { id } of army.members()) {
          const stages = facts.filter((fact) => sourceOf(fact) === id).map(stageOf);
          expect(stages, `G${id}`).to.deep.equal(stages.toSorted((a, b) => a - b));
        }
      });
    }

    it('tells of each order its own facts, and says when one is not run', async () => {
      await using army = await mustered(host);
      for (const anyway of [true, false, true]) {
        const facts: Fact[] = [];
        const outcome = await army.order('retreat', { anyway, observe: (fact) => void facts.push(fact) });
        expect(sorted(facts)).to.deep.equal(sorted(factsOf(outcome)));
        expect(facts.length).to.be[anyway ? 'above' : 'below'](3);
      }
    });

    it('tells of a general that is lost on the way that it is, and all that the trace has', async () => {
      await using army = await Army.muster(5, { host, seed: 1, primary: 1, deadline: 300 });
      await army.injectCrash(3, 'throw');
      await army.injectCrash(4, 'hang');
      const facts: Fact[] = [];
      const outcome = await army.order('attack', { observe: (fact) => void facts.push(fact) });
      expect(facts).to.deep.include({ type: 'lost', general: 4, reason: 'did not answer within 300 ms' });
      expect(sorted(facts)).to.deep.equal(sorted(factsOf(outcome)));
    });

    it('tells what one that dies in the middle of a round had heard before', async () => {
      await using army = await Army.muster(4, { host, seed: 1, primary: 1, deadline: PATIENT });
      await army.kill(3, { round: 2 });
      const facts: Fact[] = [];
      const outcome = await army.order('attack', { observe: (fact) => void facts.push(fact) });
      expect(sorted(facts)).to.include.members(sorted(factsOf(outcome)));
      expect(facts.filter((fact) => !sorted(factsOf(outcome)).includes(JSON.stringify(fact))).every((fact) => sourceOf(fact) === 3)).to.equal(true);
    });

    it('goes on when its observer throws, tells it no more, and hands over what it threw', async () => {
      const outcomes: Outcome[] = [];
      for (const isThrowing of [false, true]) {
        await using army = await mustered(host);
        let told = 0;
        const thrown = new Error('the observer has a bug');
        const first = await army.order('attack', {
          anyway: true,
          observe() {
            told += 1;
            if (isThrowing && told === 3) throw thrown;
          },
        });
        expect(first.observerError).to.equal(isThrowing ? thrown : undefined);
        if (isThrowing) expect(told).to.equal(3);
        const { observerError: _, ...rest } = first;
        outcomes.push(rest, await army.order('retreat', { anyway: true }));
      }
      expect(outcomes.slice(2)).to.deep.equal(outcomes.slice(0, 2));
    });

    it('is the order that it is when nobody looks', async () => {
      const outcomes = [];
      for (const options of [{ anyway: true }, { anyway: true, observe: () => undefined }]) {
        await using army = await mustered(host, 'oral');
        outcomes.push(await army.order('attack', options));
      }
      expect(outcomes[1]).to.deep.equal(outcomes[0]);
    });
  });
}

it('who is to observe an order is a function', async () => {
  await using army = await mustered('sim');
  const observe: unknown = 'me';
  const error = await army.order('attack', { observe: observe as () => void }).catch((reason: unknown) => reason);
  expect(error).to.be.instanceOf(UserError).with.property('message', 'observe is a function, not "me"');
  expect(error).to.have.property('code', 'invalid-argument');
});
