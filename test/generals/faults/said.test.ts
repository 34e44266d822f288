import { expect } from 'chai';
import fc from 'fast-check';
import { Army } from '../../../src/generals/army.ts';
import { nodeId } from '../../../src/core/node.ts';
import { PROTOCOLS } from '../../../src/generals/protocols/registry.ts';
import { STRATEGIES } from '../../../src/generals/faults/registry.ts';
import { arrowsOf } from '../../../src/generals/trace/messages.ts';
import { saidBy } from '../../../src/generals/faults/said.ts';
import { traceOf } from '../../../src/generals/trace/steps.ts';
import type { Outcome } from '../../../src/generals/outcome.ts';

/** What was heard, in words. */
const heard = (outcome: Outcome): string[] => arrowsOf(traceOf(outcome)).map(({ round, from, to, text }) => `${round} ${from} ${to} ${text}`);

describe('what a general said, word by word', () => {
  for (const protocol of PROTOCOLS) {
    it(`has it say the same again, in ${protocol.name}`, async () => {
      let told = 0;
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: 3, max: 5 }), fc.integer({ min: 0, max: 2 ** 20 }), fc.constantFrom(...STRATEGIES.map(({ name }) => name)), fc.constantFrom('attack' as const, 'retreat' as const), fc.nat(), async (n, seed, strategy, order, which) => {
          const id = nodeId(1 + (which % n));
          const setting = { host: 'sim', seed, primary: 1, protocol: protocol.name, traitors: { [id]: strategy } } as const;
          if (protocol.refuses(n, protocol.faultsByDefault(n)) !== undefined) return;
          await using army = await Army.muster(n, setting);
          const outcome = await army.order(order, { anyway: true });
          const said = saidBy(outcome, protocol, id, army.signerOf(outcome, id));
          if (said === undefined) return;
          told += 1;
          await using again = await Army.muster(n, setting);
          await again.dictate(id, said.map(({ word }) => word));
          expect(heard(await again.order(order, { anyway: true }))).to.deep.equal(heard(outcome));
        }),
        { seed: 1, numRuns: 60 },
      );
      expect(told).to.be.greaterThan(20);
    });
  }

  it('is not known of who said something too late', async () => {
    await using army = await Army.muster(4, { host: 'sim', seed: 1, primary: 1, protocol: 'oral', traitors: { 1: 'late' } });
    const outcome = await army.order('attack');
    expect(outcome.account.reports[0]!.tampered.some(({ late }) => late.length > 0)).to.equal(true);
    expect(saidBy(outcome, army.protocol, nodeId(1), army.signerOf(outcome, nodeId(1)))).to.equal(undefined);
  });
});
