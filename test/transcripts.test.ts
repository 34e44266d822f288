import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { PROMPT } from '../src/repl/theme.ts';
import { projectPath, transcriptOf } from './support/run.ts';

/**
 * Each file opens with a sentence on what it shows; the lines that begin with the prompt are commands, what stands below
 * each is what it prints. `UPDATE=1 npm test` writes them anew; the diff is what is to be reviewed. Each can be run by
 * `generals run`, too.
 */
const FOLDER = 'test/transcripts';
const SEED = 1;

/** To start threads is what takes long: these show all that they have part in, and in a soak all do. Demos are run on threads where they are tested themselves. */
const ON_THREADS = ['roster.txt', 'protocols.txt', 'out-of-turn.txt'];
const isOnThreads = (name: string): boolean => (process.env['SOAK'] === '1' ? !name.startsWith('demo-') : ON_THREADS.includes(name));

describe('transcripts', () => {
  for (const name of readdirSync(projectPath(FOLDER)).filter((file) => file.endsWith('.txt'))) {
    const path = projectPath(`${FOLDER}/${name}`);
    const text = readFileSync(path, 'utf8');
    const comments = text.slice(0, text.search(/^(?!#)/m));
    const title = comments.replaceAll(/^# ?/gm, '').trim().split('\n')[0] ?? '';
    const script = text.split('\n').filter((line) => line.startsWith(PROMPT)).join('\n');

    describe(`${name}: ${title}`, () => {
      before('opens with a sentence', () => expect(title).to.match(/\w/));

      for (const host of isOnThreads(name) ? (['threads', 'sim'] as const) : (['sim'] as const)) {
        it(`reads so on ${host}`, async () => {
          const seen = `${comments}${await transcriptOf(script, { host, seed: SEED })}`;
          if (process.env['UPDATE'] === '1') writeFileSync(path, seen);
          else expect(seen, `replay: generals run --seed ${SEED} --host ${host} ${FOLDER}/${name}`).to.equal(text);
        });
      }
    });
  }
});
