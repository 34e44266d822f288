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
    expect(done).to.deep.equal(['now', 'next', 'first', 'second']);
  });

  it('that stands still has nothing happen; when it goes on it has timers first, as they are due, and then what came', async () => {
    after(1000, 'later');
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
  });

  it('goes on with what is not due yet in the time that is left', async () => {
    const due = new Promise<void>((resolve) => void loop.after(90, () => resolve(void done.push('held'))));
    loop.hold();
    await passed(30);
    loop.goOn();
    const rest = [30, 80].map((milliseconds) => passed(milliseconds).then(() => done.push(`in ${milliseconds}`)));
    await Promise.all([due, ...rest]);
    expect(done).to.deep.equal(['in 30', 'held', 'in 80']);
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
