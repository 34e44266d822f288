import { expect } from 'chai';
import fc from 'fast-check';
import { ORDERS } from '../../src/generals/order.ts';
import { STRATEGIES } from '../../src/generals/faults/registry.ts';
import { PROTOCOLS } from '../../src/generals/protocols/registry.ts';
import { transcriptOf } from '../support/run.ts';
import { soaked } from '../support/trials.ts';

/** Everything about the last order: how it ended, why, and all that was said. Its number is another when it is repeated. */
function orderIn(transcript: string): string {
  const last = transcript.slice(transcript.lastIndexOf('generals> actual-order'));
  return last.replaceAll(/^generals> actual-order (\w+).*$/gm, '$1').replaceAll(/"number":\d+/g, '"number"').replaceAll(/^Order \d+/gm, 'Order');
}

describe('the line that g-why gives', () => {
  const strategy = fc.constantFrom(...STRATEGIES.map(({ name }) => name));
  const past = fc.record({
    protocol: fc.constantFrom(...PROTOCOLS.map(({ name }) => name)),
    seed: fc.nat(),
    traitors: fc.array(strategy, { minLength: 1, maxLength: 3 }),
    primary: fc.integer({ min: 1, max: 5 }),
    orders: fc.array(fc.constantFrom(...ORDERS), { minLength: 1, maxLength: 4 }),
  });

  it('repeats the last of some orders, whoever betrayed and however, in another army that has been through other things', async () => {
    await fc.assert(
      fc.asyncProperty(past, fc.nat(), async ({ protocol, seed, traitors, primary, orders }, otherSeed) => {
        const army = [`g-protocol ${protocol} 1`, `g-elect ${primary}`, ...traitors.map((how, index) => `g-state ${index * 2 + 1} faulty ${how}`)];
        const told = ['g-why', 'g-trace last'];
        const first = await transcriptOf([...army, ...orders.map((order) => `actual-order ${order} anyway`), ...told].join('\n'), { host: 'sim', seed }, 5);
        const [, line = ''] = /^To repeat it with the same generals: (.*)$/m.exec(first) ?? [];
        expect(line).to.equal(`g-seed ${seed} ${orders.length}; actual-order ${orders.at(-1)!} anyway`);
        const elsewhere = ['g-add 1', 'g-kill 6', 'actual-order retreat', 'g-state 2 faulty', 'actual-order attack anyway', 'g-state 2 non-faulty'];
        const again = await transcriptOf([...elsewhere, ...army, ...line.split('; '), ...told].join('\n'), { host: 'threads', seed: otherSeed }, 5);
        expect(orderIn(again)).to.equal(orderIn(first));
      }),
      { numRuns: soaked(200, 40) },
    );
  });
});
