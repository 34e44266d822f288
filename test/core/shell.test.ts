import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { inShell } from '../../src/core/shell.ts';
import { skip } from '../support/skip.ts';

describe('a word in a command line that is to be typed', () => {
  const words = ['', 'plain-1.txt', 'two words', "it's", '$HOME `x` "y"', 'a\nb', "\t'\\n", '\u0007bell', 'größe', '~', '*'];

  it('is one line that shows no control character', () => {
    for (const word of words) expect(inShell(word)).to.match(/^\P{Cc}+$/u);
  });

  it('is read back by bash as it was', function () {
    if (spawnSync('bash', ['-c', 'true']).status !== 0) return skip(this, 'there is no bash');
    const { stdout } = spawnSync('bash', ['-c', `printf '%s\\0' ${words.map(inShell).join(' ')}`], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } });
    expect(stdout.split('\0').slice(0, -1)).to.deep.equal(words);
  });
});
