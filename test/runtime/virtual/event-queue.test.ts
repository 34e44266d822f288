import { expect } from 'chai';
import fc from 'fast-check';
import { EventQueue } from '../../../src/runtime/virtual/event-queue.ts';

interface Due {
  readonly at: number;
  readonly item: number;
}

describe('what is due in virtual time', () => {
  it('comes by time, and first come first served within one instant', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 300 }), (times) => {
        const queue = new EventQueue<number>();
        times.forEach((at, turn) => queue.add(at, turn));
        expect(drained(queue)).to.deep.equal(times.map((at, item) => ({ at, item })).toSorted((a, b) => a.at - b.at));
      }),
      { numRuns: 300 },
    );
  });

  it('comes as from a sorted list, however adding, taking and waiting are mixed', () => {
    const steps = fc.array(fc.oneof(fc.record({ after: fc.oneof(fc.nat(10), fc.constantFrom(0.5, 5000, 1e9)) }), fc.record({ until: fc.oneof(fc.nat(12), fc.constant(Infinity)) })), { maxLength: 300 });
    fc.assert(
      fc.property(steps, (mixed) => {
        const queue = new EventQueue<number>();
        let model: Due[] = [];
        let now = 0;
        mixed.forEach((step, item) => {
          if ('after' in step) {
            queue.add(now + step.after, item);
            model = [...model, { at: now + step.after, item }].toSorted((a, b) => a.at - b.at);
            return;
          }
          const until = now + step.until;
          const [first, ...rest] = model;
          const isDue = first !== undefined && first.at <= until;
          expect(queue.next(until)).to.equal(isDue ? first.item : undefined);
          if (isDue) [model, now] = [rest, first.at];
          else if (until < Infinity) now = until;
          expect(queue.now).to.equal(now);
        });
        expect(drained(queue)).to.deep.equal(model);
      }),
      { numRuns: 300 },
    );
  });

  it('is nothing at the beginning, and again when all is taken', () => {
    const queue = new EventQueue<string>();
    expect(queue.next(Infinity)).to.equal(undefined);
    queue.add(1, 'one');
    expect(queue.next(Infinity)).to.equal('one');
    expect(queue.next(Infinity)).to.equal(undefined);
    expect(queue.now).to.equal(1);
  });
});

function drained(queue: EventQueue<number>): Due[] {
  const items: Due[] = [];
  for (let item = queue.next(Infinity); item !== undefined; item = queue.next(Infinity)) items.push({ at: queue.now, item });
  return items;
}
