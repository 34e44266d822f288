import { expect } from 'chai';
import { limitedSteps, type Limit } from '../../src/generals/limit.ts';

describe('steps of work that may be ended', () => {
  /** Ten steps of so many milliseconds each, and what was done in each piece that could be ended. */
  function made(milliseconds: number, isInside = false, stopAt = Infinity): { readonly pieces: number[][]; readonly yielded: number[]; readonly result: string } {
    let [now, isWithin] = [0, isInside];
    const pieces: number[][] = [];
    const limit: Limit = {
      isWithin: () => isWithin,
      now: () => now,
      limited(work) {
        pieces.push([]);
        isWithin = true;
        try {
          return work();
        } finally {
          isWithin = false;
        }
      },
    };
    function* steps(): Generator<number, string, boolean | undefined> {
      for (let step = 1; step <= 10; step += 1) {
        now += milliseconds;
        pieces.at(-1)?.push(step);
        if ((yield step) === true) return `stopped after ${step}`;
      }
      return 'done';
    }
    const yielded: number[] = [];
    const search = limitedSteps(steps(), limit);
    for (let step = search.next(false); ; step = search.next(step.value >= stopAt)) {
      if (step.done === true) return { pieces, yielded, result: step.value };
      yielded.push(step.value);
    }
  }

  it('are made several at one go where they are short, as to begin such work costs as much as a short step', () => {
    expect(made(20)).to.deep.equal({ pieces: [[1, 2, 3], [4, 5, 6], [7, 8, 9], [10]], yielded: [3, 6, 9], result: 'done' });
    expect(made(60).pieces).to.deep.equal([...Array.from({ length: 10 }, (_, index) => [index + 1]), []]);
  });

  it('are told to stop where somebody asks for it', () => expect(made(20, false, 5)).to.include({ result: 'stopped after 6' }));

  it('are made one by one where they are inside of such work, so that their number hangs on no clock', () => {
    expect(made(20, true)).to.deep.equal({ pieces: [], yielded: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], result: 'done' });
  });
});
