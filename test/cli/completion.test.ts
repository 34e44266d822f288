import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SUBCOMMANDS } from '../../src/cli/subcommands.ts';
import { openPty, ptyUnavailable, type Pty } from '../support/pty.ts';
import { generals } from '../support/run.ts';
import { skip } from '../support/skip.ts';

const CTRL_U = '\u0015';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** What is typed before a Tab, and what stands there after it. */
const LINES: readonly (readonly [typed: string, completed: string])[] = [
  ['generals che', 'generals check'],
  ['generals check --mem', 'generals check --members'],
  ['generals check --protocol ora', 'generals check --protocol oral'],
  ['generals check --save lie-fr', 'generals check --save lie-from.txt'],
  ['generals campaign --out repor', 'generals campaign --out reports/'],
  ['generals run lie-fr', 'generals run lie-from.txt'],
  ['generals --host si', 'generals --host sim'],
  ['generals demo more-ro', 'generals demo more-rounds-hurt'],
  ['generals help repla', 'generals help replay'],
  ['generals cluster --proces', 'generals cluster --processes'],
];

describe('completion in a shell', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'generals-'));
    writeFileSync(join(folder, 'lie-from.txt'), '');
    spawnSync('mkdir', [join(folder, 'reports')]);
  });
  after(() => rmSync(folder, { recursive: true }));

  for (const shell of SHELLS) {
    describe(shell, () => {
      let pty: Pty | undefined;
      after(() => pty?.close());
      before(async function () {
        if (spawnSync(shell, ['--version']).status !== 0) skip(this, `${shell} is not installed`);
        const { out, code } = await generals(['completion', shell]);
        expect(code).to.equal(0);
        writeFileSync(join(folder, shell), out);
      });

      it('is a script that it reads without a word', () => {
        const { stdout, stderr, status } = spawnSync(shell, [...PLAIN[shell], '-c', `${SETTING[shell]} . ${join(folder, shell)}`], { encoding: 'utf8' });
        expect([stdout, stderr, status]).to.deep.equal(['', '', 0]);
      });

      for (const [typed, completed] of LINES) {
        it(`makes ${completed} of ${typed}`, async function () {
          if (ptyUnavailable !== undefined) skip(this, ptyUnavailable);
          // One shell for all lines: what was typed before is taken away.
          if (pty === undefined) {
            pty = openPty([shell, ...PLAIN[shell], '-i'], { env: { PS1: '> ', HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder, ENV: undefined }, cols: 100 });
            pty.type(`cd ${folder}; ${SETTING[shell]} . ./${shell}; ${READY[shell]}; clear\r`);
            await pty.until(/^ready>$/);
          } else {
            pty.type(`${CTRL_U}clear; echo again\r`);
            await pty.until(/^again\nready>$/);
          }
          pty.type(`${typed}\t`);
          await pty.until((rows) => rows.at(-1)?.replace(/^ready> /, '').trim() === completed, completed);
        });
      }
    });
  }

  it('offers bash every option of every subcommand', async function () {
    if (spawnSync('bash', ['--version']).status !== 0) skip(this, 'bash is not installed');
    const { out } = await generals(['completion', 'bash']);
    for (const { name, options } of SUBCOMMANDS) {
      const words = ['generals', name, '--'].filter((word) => word !== '');
      const ask = `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _generals; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout } = spawnSync('bash', ['--norc', '-c', `${out}\n${ask}`], { encoding: 'utf8' });
      expect(stdout.trim().split('\n')).to.have.members([...Object.keys(options), 'help', 'version'].map((option) => `--${option}`));
    }
  });

  it('is refused for a shell that is not known, with a line that shows one that is', async () => {
    expect((await generals(['completion', 'csh'])).err).to.equal('generals: completion needs a shell, bash, zsh or fish, not "csh": generals completion bash – see generals completion --help\n');
  });
});

const PLAIN = { bash: ['--norc'], zsh: ['-f'], fish: ['--no-config'] } as const;

/** What makes its prompt say so. */
const READY = { bash: "PS1='ready> '", zsh: "PS1='ready> '", fish: 'function fish_prompt; echo "ready> "; end' } as const;

/** What has to be there before. */
const SETTING = { bash: '', zsh: 'autoload -U compinit; compinit -u -D;', fish: '' } as const;
