import { expect } from 'chai';
import { Inbox, WAITING_MAX } from '../../../src/words/udp/inbox.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('what came to a word peer and waits', () => {
  it('is taken in order, a few at once and the others turn by turn, so that meanwhile it is seen what else came', async () => {
    const taken: number[] = [];
    const inbox = new Inbox<number>((one) => void taken.push(one));
    for (let number = 0; number < 10; number += 1) inbox.put(number);
    expect(taken).to.deep.equal([0, 1, 2, 3]);
    await turn();
    expect(taken).to.have.length(8);
    inbox.put(10);
    expect(taken).to.have.length(8);
    await turn();
    await turn();
    expect(taken).to.deep.equal(Array.from({ length: 11 }, (_, number) => number));
    inbox.put(11);
    expect(taken.at(-1)).to.equal(11);
    inbox.stop();
  });

  it('is bounded, and there is room again for as many as were taken', async () => {
    let taken = 0;
    const inbox = new Inbox<number>(() => void (taken += 1));
    let room = 0;
    while (inbox.put(room)) room += 1;
    expect(room).to.equal(WAITING_MAX + 4);
    await turn();
    expect([1, 2, 3, 4, 5].map((one) => inbox.put(one))).to.deep.equal([true, true, true, true, false]);
    inbox.stop();
    await turn();
    expect(taken).to.equal(8);
  });
});
