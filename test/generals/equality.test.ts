import { expect } from 'chai';
import fc from 'fast-check';
import { CRASH_MODES } from '../../src/generals/run-spec.ts';
import { STRATEGIES } from '../../src/generals/faults/registry.ts';
import type { ArmyOptions } from '../../src/index.ts';
import { PROTOCOLS } from '../../src/generals/protocols/registry.ts';
import { transcriptOf } from '../support/run.ts';
import { soaked } from '../support/trials.ts';

/** At most so many generals: some protocols send a great many messages among more, and each is a thread. */
const LIMIT = process.env['SOAK'] === '1' ? 8 : 6;

/** So long that the busiest machine strikes nobody for being slow: a hanging general is a matter of fixed examples. */
const PATIENT = 60_000;
const HURRIED = 3000;

describe('threads and virtual time', () => {
  const id = fc.integer({ min: 1, max: LIMIT + 2 });
  const order = fc.constantFrom('attack', 'retreat');
  const strategy = fc.constantFrom(...STRATEGIES.map(({ name }) => name));
  const protocol = fc.constantFrom(...PROTOCOLS.map(({ name }) => name));
  const line = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(order, fc.constantFrom('', ' anyway', ' anyway')).map(([word, anyway]) => `actual-order ${word}${anyway}`) },
    { weight: 4, arbitrary: fc.tuple(id, strategy).map(([general, how]) => `g-state ${general} faulty ${how}`) },
    { weight: 1, arbitrary: id.map((general) => `g-state G${general} non-faulty`) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 4 }).map((count) => `g-add ${count}`) },
    { weight: 2, arbitrary: id.map((general) => `g-kill ${general}`) },
    { weight: 2, arbitrary: fc.tuple(id, fc.integer({ min: 1, max: 5 })).map(([general, round]) => `g-kill ${general} ${round}`) },
    { weight: 1, arbitrary: id.map((general) => `g-elect ${general}`) },
    { weight: 1, arbitrary: fc.nat().map((seed) => `g-seed ${seed}`) },
    { weight: 2, arbitrary: protocol.map((name) => `g-protocol ${name}`) },
    { weight: 1, arbitrary: fc.tuple(protocol, fc.nat(4)).map(([name, m]) => `g-protocol ${name} ${m}`) },
    { weight: 2, arbitrary: fc.option(id, { nil: '' }).map((general) => `g-why ${general}`) },
    { weight: 1, arbitrary: fc.tuple(id, fc.constantFrom(...CRASH_MODES.filter((how) => how !== 'hang'))).map(([general, how]) => `g-break ${general} ${how}`) },
    { weight: 1, arbitrary: fc.tuple(id, fc.array(fc.constantFrom('attack', 'retreat', 'silence'), { minLength: 1, maxLength: 4 })).map(([general, words]) => `choose ${general} ${words.join(' ')}`) },
    { weight: 1, arbitrary: fc.constantFrom('g-state', 'help', 'g-strategies', 'g-seed', 'g-protocol', '', '# nothing', 'actual-order', 'attack!', 'g-state 1 banana', 'g-kill x') },
  );
  const script = fc.array(line, { minLength: 1, maxLength: 16 }).map((lines) => lines.map((text) => `${text}\n`).join(''));
  const scenario = fc.record({ script, count: fc.integer({ min: 1, max: LIMIT - 1 }), seed: fc.nat(), json: fc.boolean() });

  type Scenario = typeof scenario extends fc.Arbitrary<infer S> ? S : never;

  const play = ({ script: text, count, seed, json }: Scenario, options: ArmyOptions): Promise<string> =>
    transcriptOf(text, { seed, limit: LIMIT, deadline: PATIENT, ...options }, count, json);

  const replay = ({ script: text, count, seed, json }: Scenario, host: string): string =>
    `replay: printf '${text.replaceAll('\n', '\\n')}' | generals ${count} --seed ${seed} --max-generals ${LIMIT} --host ${host}${json ? ' --json' : ''}`;

  it('print the same to the byte for any script', async function () {
    if (process.env['SOAK'] === '1') this.timeout(0);
    await fc.assert(
      fc.asyncProperty(scenario, async (one) => {
        const [threads, sim] = await Promise.all([play(one, { host: 'threads' }), play(one, { host: 'sim' })]);
        expect(threads, replay(one, 'threads')).to.equal(sim);
      }),
      { numRuns: soaked(1000, 100) },
    );
  });

  it('print the same again, whenever a script is run', async function () {
    if (process.env['SOAK'] === '1') this.timeout(0);
    await fc.assert(
      fc.asyncProperty(scenario, async (one) => {
        // Side by side, so that each run disturbs the timing of the other.
        const [first, second] = await Promise.all([play(one, { host: 'threads' }), play(one, { host: 'threads' })]);
        expect(second, replay(one, 'threads')).to.equal(first);
      }),
      { numRuns: soaked(400, 200) },
    );
  });

  // The facts of a run hold its messages, signatures and all, those that are forged too.
  for (const { name } of PROTOCOLS) {
    it(`print the same facts of orders by ${name}`, async () => {
      const one = { script: `g-elect 1\ng-protocol ${name}\ng-state 2 faulty arbitrary\ng-trace on\nactual-order attack\ng-state 3 faulty liar\nactual-order attack anyway\n`, count: 4, seed: 3, json: false };
      const [threads, sim] = await Promise.all([play(one, { host: 'threads' }), play(one, { host: 'sim' })]);
      expect(threads, replay(one, 'threads')).to.equal(sim);
      expect(sim.includes('"forged":[')).to.equal(name === 'signed');
    });
  }

  const hanging = {
    'the primary hangs': 'g-elect 1\ng-break 1 hang\nactual-order attack\ng-why\ng-why 2\ng-state\nactual-order retreat\n',
    'the generals tell whom they accused of hanging': 'g-elect 1\ng-break 3 hang\ng-break 5 hang\nactual-order attack\ng-trace last\n',
    'two hang, and a third exits': 'g-elect 1\ng-break 2 hang\ng-break 4 hang\ng-break 5 exit\nactual-order attack anyway\ng-why\ng-state\n',
    'a secondary hangs in OM(2)': 'g-elect 1\ng-protocol oral 2\ng-break 3 hang\ng-state 2 faulty arbitrary\nactual-order attack\ng-why 4\n',
    'a king hangs': 'g-elect 3\ng-protocol king\ng-break 1 hang\ng-state 2 faulty liar\nactual-order attack anyway\ng-why 4\n',
    'a signer hangs': 'g-elect 1\ng-protocol signed 3\ng-break 2 hang\ng-state 3 faulty arbitrary\nactual-order attack anyway\ng-why 5\n',
  };
  for (const [name, text] of Object.entries(hanging)) {
    it(`print the same where ${name}`, async () => {
      // The deadline is in the text. It is long enough that only who hangs misses it.
      const one = { script: text, count: 7, seed: 11, json: false };
      const [threads, sim] = await Promise.all((['threads', 'sim'] as const).map((host) => play(one, { host, deadline: HURRIED, limit: one.count })));
      expect(threads, replay(one, `threads --deadline ${HURRIED}`)).to.equal(sim);
      expect(threads).to.include('did not answer within 3,000 ms');
    });
  }
});
