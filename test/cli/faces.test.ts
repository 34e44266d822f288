import { expect } from 'chai';
import { UsageError } from '../../src/cli/arguments.ts';
import { SUBCOMMANDS, requestOf } from '../../src/cli/subcommands.ts';
import { helpOn } from '../../src/cli/help.ts';
import { widthOf } from '../../src/core/wrapped.ts';

describe('the subcommands of the program', () => {
  for (const { name, forms, options, examples } of SUBCOMMANDS) {
    describe(name === '' ? 'generals' : `generals ${name}`, () => {
      const line = (...words: readonly string[]): string[] => [name, ...words].filter((one) => one !== '');

      it('tells how it is called, all its options with what they may be, and two examples', async () => {
        const text = await textOf(line('--help'), Infinity);
        for (const [form] of forms) expect(text).to.include(` ${form}`);
        expect([...text.matchAll(/^ +(?:-\w, )?--([\w-]+)/gm)].map(([, option]) => option)).to.have.members([...Object.keys(options), 'help', 'version']);
        for (const option of Object.values(options)) expect(text).to.include((await option.bounds()) ?? '').and.include(option.otherwise ?? '');
        expect(examples.length).to.be.at.least(2);
        for (const [example, about] of examples) expect(text).to.include(` ${example}\n      ${about}\n`);
      });

      it('helps and tells the version, whatever else is asked for', async () => {
        for (const word of ['--help', '-h']) expect(await requestOf(line(word))).to.include({ type: 'help' });
        for (const word of ['--version', '-V']) expect(await requestOf(line(word))).to.deep.equal({ type: 'version' });
      });

      it('refuses an option that it does not have, and knows a misspelt one', async () => {
        expect(await refusal(line('--nonsense'))).to.include({ message: 'there is no option --nonsense', meant: undefined });
        expect((await refusal(line('--vrsion'))).meant).to.deep.equal({ typed: '--vrsion', meant: '--version' });
        for (const option of Object.keys(options)) {
          if (option.length < 4 || Object.keys(options).includes(option.slice(0, -1))) continue;
          const { meant } = await refusal(line(`--${option.slice(0, -1)}`));
          expect(meant).to.deep.equal({ typed: `--${option.slice(0, -1)}`, meant: `--${option}` });
        }
      });

      it('has an example that can be read for each', async () => {
        for (const [example] of examples) expect((await requestOf(example.split(' '))).type, example).to.equal(name === 'help' ? 'help' : 'run');
      });
    });
  }

  it('are explained by help as by --help', async () => {
    expect(await textOf(['help'])).to.equal(await textOf(['--help']));
    for (const { name } of SUBCOMMANDS) if (name !== '') expect(await textOf(['help', name])).to.equal(await textOf([name, '--help']));
  });

  it('are all in the help of the program, with what each is for', async () => {
    const whole = await textOf(['--help'], Infinity);
    for (const { forms } of SUBCOMMANDS) for (const [form, about] of forms) expect(whole).to.include(` ${form}`).and.include(about);
  });

  it('are guessed where one is misspelt, here and behind help', async () => {
    for (const words of [['chek'], ['help', 'chek']]) expect(await refusal(words)).to.deep.include({ message: 'there is no subcommand "chek"', meant: { typed: 'chek', meant: 'check' } });
    expect(await refusal(['attack'])).to.deep.include({ message: 'there is no subcommand "attack"', meant: undefined });
  });

  it('guess the words that an option takes', async () => {
    expect((await refusal(['check', '--protocol', 'orall'])).meant).to.deep.equal({ typed: 'orall', meant: 'oral' });
    expect((await refusal(['--host', 'simm'])).meant).to.deep.equal({ typed: 'simm', meant: 'sim' });
  });

  for (const width of [60, 80, 120, 200]) {
    it(`explain themselves in ${width} columns, and break no word`, async () => {
      for (const { name } of SUBCOMMANDS) {
        const [narrow, wide] = [await textOf(['help', name].filter((one) => one !== ''), width), await textOf(['help', name].filter((one) => one !== ''), Infinity)];
        for (const row of narrow.split('\n').filter((one) => !EXAMPLE.test(one))) expect(widthOf(row), row).to.be.at.most(width);
        expect(wordsOf(narrow)).to.deep.equal(wordsOf(wide));
      }
    });
  }
});

/** A command line is not broken, for it is to be typed as it stands. */
const EXAMPLE = /^ {2}\S/;

const wordsOf = (text: string): string[] => text.split(/\s+/);

async function textOf(words: readonly string[], width = 80): Promise<string> {
  const request = await requestOf(words);
  if (request.type !== 'help') return expect.fail(`${words.join(' ')} does not help`);
  return helpOn(request.about, SUBCOMMANDS, width);
}

async function refusal(words: readonly string[]): Promise<UsageError> {
  try {
    await requestOf(words);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  return expect.fail(`${words.join(' ')} is not refused`);
}
