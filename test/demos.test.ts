import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { PROMPT } from '../src/repl/theme.ts';
import { cleanEnvironment, here, projectPath } from './support/run.ts';
import { skip } from './support/skip.ts';

const scripts = readdirSync(projectPath('demo')).filter((file) => file.endsWith('.txt'));

/** What bash has learnt since 3.2, which macOS comes with. */
const LATER = [
  /\bcoproc\b/, /\b(mapfile|readarray)\b/, /\b(declare|local|typeset) -[a-zA-Z]*[Ang]/, /\bwait -[a-z]*[npf]/, /\bshopt -s (globstar|lastpipe|inherit_errexit)/,
  /&>>/, /\|&/, /;;?&/, /\$\{[^}]*(,|\^|@[A-Za-z])\}?/, /\{[a-z_]+\}[<>]/, /\[-\d+\]/, /\{\d+\.\.\d+\.\.\d+\}/, /%\(/, /\\u[0-9a-f]/i, /\[\[ -v\b/, /\bEPOCH|\bBASHPID\b/, /\bread -[a-z]*[iN]/,
];

describe('demos', () => {
  for (const name of readdirSync(projectPath('demo')).filter((file) => file.endsWith('.sh'))) {
    const path = projectPath(`demo/${name}`);

    it(`demo/${name} uses nothing that bash 3.2 does not know`, () => {
      const lines = readFileSync(path, 'utf8').split('\n').filter((line) => !/^\s*#/.test(line));
      for (const line of lines) for (const later of LATER) expect(later.test(line), `${line} has ${later}`).to.equal(false);
    });

    it(`demo/${name} pleases shellcheck`, function () {
      if (spawnSync('shellcheck', ['--version']).error !== undefined) skip(this, 'shellcheck is not installed');
      const { stdout, status } = spawnSync('shellcheck', [path], { encoding: 'utf8' });
      expect([stdout, status]).to.deep.equal(['', 0]);
    });
  }

  /** What each script prints on threads, with seeds of its own, by its path. */
  let printed: ReadonlyMap<string, string>;

  before(() => {
    const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'demo'], { cwd: projectPath(''), env: cleanEnvironment(), encoding: 'utf8' });
    expect([status, stderr]).to.deep.equal([0, '']);
    printed = new Map(stdout.split(/^# (?=\/)/m).slice(1).map((part) => [part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1).trimEnd()]));
  });

  it('are all run by npm run demo', () => {
    expect([...printed.keys()]).to.have.members(scripts.map((name) => projectPath(`demo/${name}`)));
  });

  for (const name of scripts) {
    const path = projectPath(`demo/${name}`);

    it(`demo/${name} opens with a sentence, runs without a mistake, and prints the same whenever it is run, on threads and in virtual time`, async () => {
      expect(readFileSync(path, 'utf8')).to.match(/^# \w/);
      const { code, out, err } = await here(['run', '--host', 'sim', '--seed', '99', path]);
      expect([code, err]).to.deep.equal([0, '']);
      expect(out).to.include(PROMPT);
      expect(printed.get(path)).to.equal(out.trimEnd());
    });

    it(`demo/${name} has a transcript that shows what it prints`, async () => {
      const transcript = projectPath(`test/transcripts/demo-${name}`);
      expect(existsSync(transcript), `write its commands, each after '${PROMPT}', to ${transcript}`).to.equal(true);
      const commands = (text: string, prefix: string): string[] =>
        text.split('\n').filter((line) => line.startsWith(prefix) && line !== '' && !line.startsWith('#')).map((line) => line.slice(prefix.length));
      expect(commands(readFileSync(transcript, 'utf8'), PROMPT)).to.deep.equal(commands(readFileSync(path, 'utf8'), ''));
    });
  }
});
