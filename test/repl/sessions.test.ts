import { expect } from 'chai';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROMPT } from '../../src/repl/theme.ts';
import { generals, here, transcriptOf } from '../support/run.ts';

describe('a session that was saved', () => {
  let folder: string;
  let file: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'generals-'));
    file = join(folder, 'session.txt');
  });

  after(async () => {
    await rm(folder, { recursive: true });
  });

  /** Runs commands, saves, runs what was saved, and expects the same answers to all that matters. */
  async function expectRepeated(args: readonly string[], commands: readonly string[]): Promise<string> {
    const script = join(folder, 'script.txt');
    await writeFile(script, [...commands, `save ${file}`].join('\n'));
    const first = await here(['run', '--host', 'sim', ...args, script]);
    const saved = await readFile(file, 'utf8');
    const second = await here(['run', '--host', 'sim', file]);
    expect(second.err).to.equal('');
    expect(second.code).to.equal(0);
    const kept = saved.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const [before, after] = [blocksOf(first.out), blocksOf(second.out)];
    // What stands before the first of the session's own commands makes the camp.
    const own = after.slice(after.length - before.filter(({ line }) => kept.includes(line)).length);
    expect(own).to.deep.equal(before.filter(({ line }) => kept.includes(line)));
    await rm(file);
    return saved;
  }

  /** The commands that were answered; a mistake is told elsewhere. */
  const blocksOf = (out: string): { line: string; answer: string }[] =>
    out.split(PROMPT).slice(1).map((block) => ({ line: block.slice(0, block.indexOf('\n')), answer: block.slice(block.indexOf('\n') + 1) })).filter(({ answer }) => answer !== '');

  it('repeats elections by chance, deaths, newcomers, and treason, whatever number it began with', async () => {
    for (const count of [1, 3, 4, 7]) {
      const saved = await expectRepeated(['--seed', '17', '--generals', String(count)], [
        'g-add 3',
        'g-state 2 faulty arbitrary',
        'actual-order attack',
        'g-kill 1',
        'g-kill 3',
        'actual-order retreat anyway',
        'g-protocol oral 1',
        'g-trace on',
        'g-state 4 faulty liar',
        'actual-order attack anyway',
      ]);
      expect(saved).to.match(new RegExp(`^# A session of generals\\.[^\\n]*\\ng-protocol exchange\\ng-seed 17\\ng-muster ${count}\\ng-add 3\\n`));
    }
  });

  it('repeats what was chosen, what broke down and died, a new seed and a new camp', async () => {
    await expectRepeated(['--seed', '5', '--protocol', 'signed', '--host', 'sim'], [
      'g-elect 1',
      'g-state 2 faulty',
      'g-protocol oral',
      'choose 2 retreat attack',
      'actual-order attack',
      'g-break 3 throw',
      'g-kill 4 2',
      'actual-order attack',
      'g-seed 99',
      'g-muster 5',
      'g-state 1 faulty coin',
      'actual-order attack',
      'actual-order attack',
    ]);
  });

  it('has nothing in it that only looks, nor what was a mistake', async () => {
    const saved = await expectRepeated(['--seed', '1'], [
      'g-state', 'g-protocol', 'g-seed', 'g-strategies', 'help', 'version', 'demo first-order', 'g-kill 9', 'nonsense', 'actual-order attack', 'g-why', 'g-show', 'g-step', 'g-trace last', 'g-trace', 'g-check', 'g-campaign 100',
    ]);
    expect(saved.split('\n').slice(1)).to.deep.equal(['g-protocol exchange', 'g-seed 1', 'g-muster 4', 'actual-order attack', '']);
  });

  it('has no choice in it that did not fit, and was forgotten', async () => {
    const saved = await expectRepeated(['--seed', '1'], ['g-elect 1', 'g-state 2 faulty', 'choose 2 attack', 'actual-order attack', 'actual-order attack']);
    expect(saved).not.to.include('choose');
  });

  it('begins with the protocol and names the deadline that it had', async () => {
    const saved = await expectRepeated(['--seed', '1', '--protocol', 'king', '--deadline', '777'], ['actual-order attack']);
    expect(saved).to.match(/^# [^\n]*generals run --deadline 777 /);
    expect(saved).to.include('\ng-muster 4\ng-protocol king\nactual-order attack\n');
  });

  it('is saved again over itself, but over nothing that somebody else wrote', async () => {
    const other = join(folder, 'other.txt');
    await writeFile(other, 'mine\n');
    const { code, err, out } = await generals(['2', '--seed', '1'], `save ${file}\ng-add 1\nsave ${file}\nsave ${other}\nsave ${join(folder, 'no', 'such')}\nsave ${folder}\n`);
    expect(code).to.equal(1);
    expect(out).to.match(/0 commands are saved in [^\n]*\n[^]*1 command is saved in "[^"]*session\.txt"; to repeat them: generals run [^\n]*session\.txt\n/);
    const mistakes = err.trimEnd().split('\n');
    expect(mistakes[0]).to.match(/^line 4: "[^"]*other\.txt" is there already, and was not written by this command: give another name – save <file>/);
    expect(mistakes[1]).to.match(/^line 5: "[^"]*" cannot be written: there is no such file or folder – save <file>/);
    expect(mistakes[2]).to.match(/^line 6: "[^"]*" is there already/);
    expect(await readFile(other, 'utf8')).to.equal('mine\n');
    expect(await readFile(file, 'utf8')).to.match(/g-muster 2\ng-add 1\n$/);
  });
});

describe('a demo at the prompt', () => {
  it('is answered as JSON step by step', async () => {
    const { out } = await generals(['--json', '--seed', '1', '--host', 'sim'], 'demo first-order\n');
    const demo = JSON.parse(out) as { name: string; steps: { type: string; text?: string; line?: string; answer?: { type: string } }[] };
    expect(demo.name).to.equal('first-order');
    expect(demo.steps[0]).to.deep.equal({ type: 'comment', text: 'Four loyal generals: whatever the primary orders, all decide the same.' });
    expect(demo.steps.find(({ line }) => line === 'actual-order attack')?.answer).to.include({ type: 'outcome', order: 'attack' });
  });

  it('can stand in a transcript, of which it is no part when that is run again', async () => {
    const script = 'g-state 1 faulty\ndemo traitorous-primary\ng-state';
    const first = await transcriptOf(script, { host: 'sim', seed: 1 });
    expect(await transcriptOf(first, { host: 'sim', seed: 1 })).to.equal(first);
  });
});
