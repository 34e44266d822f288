import { expect } from 'chai';
import { Loop } from '../../src/runtime/loop.ts';

describe('the loop of one node', () => {
  let loop: Loop;
  let done: string[];

  beforeEach(() => {
    loop = new Loop();
    done = [];
  });

  const after = (milliseconds: number, what: string) => loop.after(milliseconds, () => done.push(what));
  const take = (what: string): void => loop.take(() => done.push(what));
  /** By another loop, which goes on. */
  const passed = (milliseconds: number): Promise<void> => new Promise((resolve) => void new Loop().after(milliseconds, resolve));

  it('has each thing happen when it is due, and nothing that was cancelled', async () => {
    after(20, 'second');
    loop.cancel(after(1, 'cancelled'));
    after(5, 'first');
    loop.next(() => done.push('next'));
    take('now');
    expect(done).to.deep.equal(['now']);
    await passed(20);
    // The next turn begins at once, but on a busy machine not before a timer is due.
    expect(done.toSorted()).to.deep.equal(['first', 'next', 'now', 'second']);
    expect(done.filter((what) => what !== 'next')).to.deep.equal(['now', 'first', 'second']);
  });

  it('that stands still has nothing happen; when it goes on it has timers first, as they are due, and then what came', async () => {
    const later = after(600_000, 'later');
    after(20, 'second');
    after(10, 'first');
    loop.hold();
    take('came');
    loop.next(() => done.push('next'));
    const cancelled = after(1, 'cancelled');
    after(1, 'set meanwhile');
    await passed(30);
    loop.cancel(cancelled);
    expect([done, loop.isHeld]).to.deep.equal([[], true]);
    loop.goOn();
    expect([done, loop.isHeld]).to.deep.equal([['set meanwhile', 'first', 'second', 'came', 'next'], false]);
    loop.cancel(later);
  });

  it('goes on with what is not due yet in the time that is left', async () => {
    const [begun, due] = [performance.now(), new Promise<number>((resolve) => void loop.after(90, () => resolve(performance.now())))];
    loop.hold();
    await passed(30);
    loop.goOn();
    // Anew it would take 90 ms from now on.
    const anew = passed(80).then(() => 'anew' as const);
    const first = await Promise.race([due, anew]);
    // Timers of Node's are up to a millisecond early.
    expect(first).to.be.a('number').at.least(begun + 89);
    await anew;
  });

  it('lets one thing that was due cancel another, or have the rest stand still again', async () => {
    loop.after(1, () => loop.cancel(second));
    const second = after(2, 'cancelled');
    loop.after(3, () => loop.hold());
    after(4, 'third');
    loop.hold();
    take('came');
    await passed(10);
    loop.goOn();
    expect(done).to.deep.equal([]);
    loop.goOn();
    expect(done).to.deep.equal(['third', 'came']);
  });

  it('that ends while it stands still has nothing happen any more', async () => {
    after(1, 'timer');
    loop.hold();
    take('came');
    loop.end();
    loop.goOn();
    await passed(10);
    expect(done).to.deep.equal([]);
  });
});
