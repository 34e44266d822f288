import { expect } from 'chai';
import { UsageError } from '../../src/cli/arguments.ts';
import { FACES, requestOf } from '../../src/cli/faces.ts';

describe('the faces of the program', () => {
  for (const { name, usage, help, options } of FACES) {
    describe(name === '' ? 'generals' : `generals ${name}`, () => {
      it('tells how it is called, and all its options', () => {
        expect(usage).to.include(`generals ${name}`.trimEnd());
        expect([...help.matchAll(/^ .*?--([\w-]+)/gm)].map(([, option]) => option)).to.have.members(options);
      });

      it('helps and tells the version, whatever else is asked for', () => {
        for (const word of ['--help', '-h']) expect(requestOf([name, word].filter((one) => one !== ''))).to.include({ type: 'help' });
        for (const word of ['--version', '-V']) expect(requestOf([name, word].filter((one) => one !== ''))).to.deep.equal({ type: 'version' });
      });

      it('refuses an option that it does not have', () => {
        expect(() => requestOf([name, '--nonsense'].filter((one) => one !== ''))).to.throw(UsageError, '--nonsense');
      });
    });
  }

  it('are all in the help of the program, and only one in the help behind its name', () => {
    const whole = textOf(['--help']);
    for (const { name, usage, help } of FACES) {
      expect(whole).to.include(help.trim());
      if (name === '') continue;
      const own = textOf([name, '--help']);
      expect(own).to.include(usage.trim().split('\n')[0]);
      for (const other of FACES) expect(own.includes(other.help.trim()), `${name} and ${other.name}`).to.equal(other.name === name);
    }
  });

  it('fit a terminal of 130 columns', () => {
    for (const line of textOf(['--help']).split('\n')) expect(line.length, line).to.be.at.most(130);
  });
});

function textOf(words: readonly string[]): string {
  const request = requestOf(words);
  if (request.type !== 'help') return expect.fail(`${words.join(' ')} does not help`);
  return request.text;
}
