import { expect } from 'chai';
import { pathToFileURL } from 'node:url';
import { loads, within } from '../../src/runtime/brought-code.ts';
import { ownFolder } from '../support/own.ts';

describe('code that keeps a core busy', () => {
  const folder = ownFolder();
  after(folder.remove);

  it('is ended when its time is over, and what comes after has its own', () => {
    const busy = (): never => {
      for (;;);
    };
    expect(() => within(50, busy, () => new Error('late'))).to.throw('late');
    expect(within(50, () => 1, () => new Error('late'))).to.equal(1);
    expect(() => within(50, busy, () => new Error('late again'))).to.throw('late again');
  });

  it('is ended when it is loaded', async () => {
    const url = (name: string, text: string): string => pathToFileURL(folder.write(name, text)).href;
    expect(await loads(url('busy.mjs', 'for (;;);'), 300)).to.equal(false);
    expect(await loads(url('idle.mjs', 'export default 1;'), 60_000)).to.equal(true);
  });
});
