import { expect } from 'chai';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPty, ptyUnavailable } from '../support/pty.ts';
import { MAIN, generals, here, refusal } from '../support/run.ts';
import { skip } from '../support/skip.ts';

describe('the program', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'generals-check-'))));
  after(() => rmSync(folder, { recursive: true }));

  describe('generals check', () => {
    const cases: readonly [args: string, code: number, first: RegExp][] = [
      ['--members 3', 3, /^violated: validity; 1 message is tampered with, and with fewer nothing breaks/],
      ['--members 4', 0, /^holds: all 42 treasons covered/],
      ['--members 16', 0, /^holds: all 557,058 treasons covered/],
      ['--members 7 --faults 2', 3, /^violated: agreement; 3 messages/],
      ['--protocol oral --members 6 --faults 2', 3, /^violated: agreement; 6 messages/],
      ['--protocol oral --members 7 --faults 2', 0, /^holds: all 33,777,023,377,735,810 treasons covered/],
      ['--protocol oral --members 10 --faults 2', 0, /^holds: all about 10\^40 treasons covered/],
      ['--protocol oral --members 9 --faults 3', 3, /^violated: agreement; 24 messages/],
      ['--protocol oral --members 10 --faults 3', 0, /^holds: all about 10\^363 treasons covered/],
      ['--protocol signed --members 3', 0, /^holds: all 50 treasons covered/],
      ['--protocol signed --members 4 --faults 2 --m 1', 3, /^violated: agreement; 2 messages/],
      ['--protocol king --members 4', 0, /^holds: all [\d,]+ treasons covered/],
      ['--protocol king --members 3', 3, /^violated: agreement; 5 messages/],
    ];
    for (const [args, code, first] of cases) {
      it(`${args} ends with ${code}: ${first.source}`, async () => {
        const result = await here(['check', ...args.split(' ')]);
        expect(result.err).to.equal('');
        expect(result.out).to.match(first);
        expect(result.code).to.equal(code);
      });
    }

    // But in a soak, threads run one: they repeat what each protocol says in repl/check-army.test.ts.
    const onThreads = process.env['SOAK'] === '1' ? () => true : (args: string): boolean => args === '--members 3';
    for (const args of ['--members 3', '--members 7 --faults 2', '--protocol oral --members 6 --faults 2', '--protocol oral --members 9 --faults 3 --m 2', '--protocol signed --members 4 --faults 2 --m 1', '--protocol king --members 3']) {
      it(`${args} --save writes a script that run repeats to the same violation, ${onThreads(args) ? 'on threads as ' : ''}in virtual time`, async () => {
        const file = join(folder, 'lie.txt');
        const { out } = await here(['check', ...args.split(' '), '--save', file]);
        const [, property = '', witness = ''] = /^violated: (\w+);[^]*?: so (.*)/.exec(out) ?? [];
        for (const host of onThreads(args) ? ['threads', 'sim'] : ['sim']) {
          const run = await here(['run', '--host', host, file]);
          expect(run.err).to.equal('');
          expect(run.out.toLowerCase()).to.include(`${property} violated: ${witness.toLowerCase()}`);
        }
      });
    }

    it('--save writes nothing where nothing is violated, and leaves a file that is there as it is', async () => {
      const [fresh, kept] = [join(folder, 'fresh.txt'), join(folder, 'kept.txt')];
      writeFileSync(kept, 'g-state\n');
      for (const file of [fresh, kept]) expect((await here(['check', '--members', '4', '--save', file])).code).to.equal(0);
      expect(existsSync(fresh)).to.equal(false);
      expect(readFileSync(kept, 'utf8')).to.equal('g-state\n');
    });

    it('--json answers by one object, whose numbers of treasons are strings', async () => {
      const { out } = await here(['check', '--protocol', 'oral', '-n', '7', '-f', '2', '--json']);
      expect(JSON.parse(out)).to.include({ v: 1, type: 'check', verdict: 'holds', treasons: '33777023377735810' });
      const violated = JSON.parse((await here(['check', '-n', '3', '--json'])).out) as { violation: { lies: unknown[] }; script: string[] };
      expect(violated.violation.lies).to.have.length(1);
      expect(violated.script).to.include('choose 2 retreat');
    });

    it('shows how far it is; stopped by Ctrl-C it says what it covered, and never that it holds', async function () {
      if (ptyUnavailable !== undefined) skip(this, ptyUnavailable);
      const pty = openPty([process.execPath, MAIN, 'check', '--protocol', 'signed', '-n', '7', '-f', '4'], { cols: 120 });
      try {
        await pty.until('treasons covered');
        pty.type('\u0003');
        expect(await pty.exit).to.equal(1);
        expect(pty.screen().join('\n')).to.match(/unknown: covered [\d,]+ .*treasons?/);
      } finally {
        await pty.close();
      }
    });

    const mistakes = ['--protocol nonsense', '--members 0', '--members x', '--faults 5', '--order sideways', '--engine magic', '--engine structured --protocol king', '--m 9 --protocol oral', 'four', '--save /nowhere/at/all.txt', '--nope'];
    for (const args of mistakes) {
      it(`${args} is a mistake, told in one line`, async () => {
        const { out, err } = await refusal(['check', ...args.split(' ')]);
        expect(out).to.equal('');
        expect(err).to.match(/^generals: [^\n]+\n$/);
      });
    }

    it('ends as a process as it does here, be it with 0, 2 or 3', async () => {
      for (const args of [['--members', '4'], ['four'], ['--members', '3']]) expect(await generals(['check', ...args])).to.deep.equal(await here(['check', ...args]));
    });
  });

  describe('generals trace', () => {
    let file: string;
    before(async () => {
      file = join(folder, 'trace.jsonl');
      await here(['run', '--seed', '1', '--host', 'sim', '--trace', file, '-'], 'g-state 2 faulty\nactual-order attack\nactual-order retreat\n');
    });

    for (const option of ['', '--diagram', '--mermaid', '--shiviz']) {
      it(`shows what run wrote ${option}`, async () => {
        const { code, out, err } = await here(['trace', file, ...(option === '' ? [] : [option])]);
        expect([code, err]).to.deep.equal([0, '']);
        expect(out).to.include('attack');
      });
    }

    it('shows one order of several', async () => {
      const { out } = await here(['trace', file, '--order', '2']);
      expect(out).to.match(/^order 2:/);
      expect((await here(['trace', file, '--order', '3'])).code).to.equal(2);
    });

    it('draws a picture', async () => {
      const picture = join(folder, 'trace.svg');
      expect(await here(['trace', file, '--svg', picture])).to.deep.equal({ code: 0, out: '', err: '' });
      expect(readFileSync(picture, 'utf8')).to.match(/^<svg /);
    });

    it('says in one line what is wrong with a file', async () => {
      const text = readFileSync(file, 'utf8');
      const broken = { 'truncated.jsonl': text.slice(0, -40), 'other.jsonl': text.replace('"v":1', '"v":9'), 'foreign.jsonl': 'g-state\n', 'empty.jsonl': '' };
      for (const [name, content] of Object.entries(broken)) {
        writeFileSync(join(folder, name), content);
        const { out, err } = await refusal(['trace', join(folder, name)]);
        expect(out, name).to.equal('');
        expect(err, name).to.match(/^generals: [^\n]+\n$/);
      }
      for (const args of [['trace'], ['trace', join(folder, 'missing')], ['trace', folder], ['trace', file, '--svg', '/nowhere/at/all.svg'], ['trace', file, '--diagram', '--mermaid'], ['run', '--trace', '/nowhere/x', '-']]) {
        const { err } = await refusal(args);
        expect(err, args.join(' ')).to.match(/^generals: [^\n]+\n$/);
      }
    });
  });
});
