import { expect } from 'chai';
import fc from 'fast-check';
import { EventQueue } from '../../../src/generals/sim/event-queue.ts';

describe('the agenda of virtual time', () => {
  it('gives what was added by time, and first come first served within one instant', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 300 }), (times) => {
        const queue = new EventQueue<number>();
        times.forEach((at, turn) => queue.add(at, turn));
        const expected = times.map((at, item) => ({ at, item })).toSorted((a, b) => a.at - b.at);
        expect(drained(queue)).to.deep.equal(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('does as a sorted list does, however adding and taking are mixed', () => {
    const steps = fc.array(fc.oneof(fc.record({ at: fc.nat(10) }), fc.constant(undefined)), { maxLength: 300 });
    fc.assert(
      fc.property(steps, (mixed) => {
        const queue = new EventQueue<number>();
        let model: { at: number; item: number }[] = [];
        mixed.forEach((step, item) => {
          if (step === undefined) {
            const [first, ...rest] = model;
            model = rest;
            const next = queue.next();
            expect(next && { at: next.at, item: next.item }).to.deep.equal(first);
          } else {
            queue.add(step.at, item);
            model = [...model, { at: step.at, item }].toSorted((a, b) => a.at - b.at);
          }
        });
        expect(drained(queue)).to.deep.equal(model);
      }),
      { numRuns: 300 },
    );
  });

  it('is empty at its beginning, and again when all is taken', () => {
    const queue = new EventQueue<string>();
    expect(queue.next()).to.equal(undefined);
    queue.add(1, 'one');
    expect(queue.next()?.item).to.equal('one');
    expect(queue.next()).to.equal(undefined);
    expect(queue.next()).to.equal(undefined);
  });
});

function drained<Item>(queue: EventQueue<Item>): { at: number; item: Item }[] {
  const items: { at: number; item: Item }[] = [];
  for (let next = queue.next(); next !== undefined; next = queue.next()) items.push({ at: next.at, item: next.item });
  return items;
}
