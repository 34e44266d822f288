import { expect } from 'chai';
import { pathToFileURL } from 'node:url';
import { troubleOf, within } from '../../src/runtime/brought-code.ts';
import { ownFolder } from '../support/own.ts';

describe('code that keeps a core busy', () => {
  const folder = ownFolder();
  after(folder.remove);

  const ends = (late: string): Parameters<typeof within>[2] => ({ left: () => 'the code', late: () => new Error(late), greedy: (gigabytes) => new Error(`more than ${gigabytes} GB`) });
  const url = (name: string, text: string): string => pathToFileURL(folder.write(name, text)).href;

  it('is ended when its time is over, and what comes after has its own', () => {
    const busy = (): never => {
      for (;;);
    };
    expect(() => within(50, busy, ends('late'))).to.throw('late');
    expect(within(50, () => 1, ends('late'))).to.equal(1);
    expect(() => within(50, busy, ends('late again'))).to.throw('late again');
  });

  it('is heard as it ends, be that just when its time is over: no signal comes later', () => {
    for (let length = 80; length < 120; length += 2) {
      const until = performance.now() + length;
      const work = (): string => {
        while (performance.now() < until);
        return 'done';
      };
      let said: string;
      try {
        said = within(50, work, ends('late'));
      } catch (error) {
        said = (error as Error).message;
      }
      expect(said).to.be.oneOf(['done', 'late']);
    }
  });

  it('is ended when it is loaded', async () => {
    expect(await troubleOf(url('busy.mjs', 'for (;;);'), 300)).to.equal('did not come to an end within 0.3 s when it was loaded');
    expect(await troubleOf(url('greedy.mjs', 'const all = []; for (;;) all.push(new Array(1000).fill(1));'), 60_000, 32)).to.equal('took more than 32 MB of memory when it was loaded');
    expect(await troubleOf(url('idle.mjs', 'export default 1;'), 60_000)).to.equal(undefined);
  });
});
