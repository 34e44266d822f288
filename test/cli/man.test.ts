import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { SUBCOMMANDS } from '../../src/cli/subcommands.ts';
import { projectPath } from '../support/run.ts';
import { skip } from '../support/skip.ts';

const PAGE = projectPath('dist/man/generals.1');

describe('the man page', () => {
  it('is where the package says, and names every subcommand, option and example', () => {
    const { man } = JSON.parse(readFileSync(projectPath('package.json'), 'utf8')) as { man: string };
    expect(projectPath(man)).to.equal(PAGE);
    const text = readFileSync(PAGE, 'utf8').replaceAll(String.raw`\-`, '-').replaceAll(/\\f[BR]/g, '');
    for (const { forms, options, examples } of SUBCOMMANDS) {
      for (const [line] of examples) expect(text).to.include(`\ngenerals ${line}\n`);
      for (const name of Object.keys(options)) expect(text).to.match(new RegExp(`\\.TP\\n(-\\w, )?--${name}( <|\\n)`));
      expect(text).to.include(`\ngenerals ${forms[0]![0].replace('…', '\\[u2026]')}\n`.trimEnd());
    }
  });

  it('pleases mandoc', function () {
    if (spawnSync('mandoc', ['-V']).error !== undefined) skip(this, 'mandoc is not installed');
    const { stdout, stderr } = spawnSync('mandoc', ['-T', 'lint', PAGE], { encoding: 'utf8' });
    expect(stdout + stderr).to.equal('');
  });

  it('is shown by man without a warning', function () {
    if (spawnSync('man', ['--version']).status !== 0) skip(this, 'man is not installed');
    const { stdout, stderr, status } = spawnSync('man', ['--warnings', '-l', PAGE], { encoding: 'utf8', env: { ...process.env, MANWIDTH: '80', LC_ALL: 'C.UTF-8' } });
    expect([stderr, status]).to.deep.equal(['', 0]);
    expect(stdout).to.match(/^GENERALS\(1\)/).and.include('--members <n>');
  });
});
