import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { PROMPT } from '../src/repl/looks.ts';
import { generals, projectPath } from './support/run.ts';

const scripts = readdirSync(projectPath('demo')).filter((file) => file.endsWith('.txt'));

describe('demos', () => {
  for (const name of scripts) {
    const path = projectPath(`demo/${name}`);

    it(`demo/${name} opens with a sentence and runs without a mistake`, async () => {
      expect(readFileSync(path, 'utf8')).to.match(/^# \w/);
      const { code, out, err } = await generals(['run', path]);
      expect(err).to.equal('');
      expect(code).to.equal(0);
      expect(out).to.include(PROMPT);
    });

    it(`demo/${name} prints the same whenever it is run, on threads and in virtual time`, async () => {
      const runs = await Promise.all([[], [], ['--host', 'sim', '--seed', '99']].map((options) => generals(['run', ...options, path])));
      expect(runs[1]!.out).to.equal(runs[0]!.out);
      expect(runs[2]!.out).to.equal(runs[0]!.out);
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
