import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPty, ptyUnavailable, type Pty } from '../support/pty.ts';
import { MAIN, here } from '../support/run.ts';
import { skip } from '../support/skip.ts';

const ESCAPE = '\u001b';
const CTRL_C = '\u0003';

/** A command line of each subcommand, and for those that do not end by themselves what they say when it is time to. */
const LINES: readonly (readonly [args: string, until?: string])[] = [
  ['--help'],
  ['help check'],
  ['--nonsense'],
  ['completion fish'],
  ['demo'],
  ['demo traitor-among-four'],
  ['run --host sim --trace facts.jsonl DEMO/broken-general.txt'],
  ['grade exchange --against exchange'],
  ['trace facts.jsonl'],
  ['trace facts.jsonl --diagram'],
  ['check --protocol oral -n 3'],
  ['check --protocol signed -n 4 -f 2 --engine merging'],
  ['campaign --members 7 --faults 2 --orders 3e3 --engine simulator --threads 1 --out report'],
  ['replay report/results.json'],
  ['simulate --seed 14 --trace replicas.jsonl'],
  ['trace replicas.jsonl'],
  ['trace replicas.jsonl --diagram --to 450'],
  ['simulate --schedules 10'],
  ['cluster --members 1 --byzantine 1 --kind malicious --port 0', 'Ready: '],
  ['replica --id 9 --cluster nowhere.json'],
];

describe('without one escape sequence, at a terminal', () => {
  const opened: Pty[] = [];
  let folder: string;

  before(async function () {
    if (ptyUnavailable !== undefined) skip(this, ptyUnavailable);
    folder = await mkdtemp(join(tmpdir(), 'generals-'));
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((pty) => pty.close()));
  });
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  function open(args: readonly string[], env: NodeJS.ProcessEnv): Pty {
    const pty = openPty(['sh', '-c', 'cd "$0" && exec "$@"', folder, process.execPath, MAIN, ...args], { env: { XDG_STATE_HOME: folder, FORCE_COLOR: undefined, NO_COLOR: undefined, ...env }, cols: 120, rows: 60 });
    opened.push(pty);
    return pty;
  }

  for (const env of [{ NO_COLOR: '1' }, { TERM: 'dumb' }] satisfies NodeJS.ProcessEnv[]) {
    describe(Object.entries(env).flat().join('='), () => {
      // Both are looked for in one place (`src/repl/colour.ts`): what draws, and what does not, stands for all others.
      const lines = 'TERM' in env ? LINES.filter(([line]) => /^(--help|check --protocol signed|campaign) ?/.test(line)) : LINES;
      for (const [line, until] of lines) {
        it(`generals ${line}`, async () => {
          const pty = open(line.replace('DEMO', new URL('../../../demo', import.meta.url).pathname).split(' '), env);
          if (until !== undefined) {
            await pty.until(until);
            pty.type(CTRL_C);
          }
          await pty.exit;
          expect(pty.raw()).not.to.equal('');
          expect(pty.raw()).not.to.include(ESCAPE);
        });
      }

      it('the prompt', async () => {
        const pty = open(['4', '--seed', '1', '--host', 'sim'], env);
        await pty.until(/G4, .*\ngenerals>$/);
        pty.type('g-state 3 faulty\nactual-order attack\ng-why\ng-campaign 20000\nnonsense\nexit\n');
        expect(await pty.exit).to.equal(0);
        expect(pty.raw()).to.include('Execute order: attack!').and.not.include(ESCAPE);
      });
    });
  }

  it('colours and bars are there where nothing forbids them', async () => {
    const pty = open(['check', '--protocol', 'oral', '-n', '3'], {});
    await pty.exit;
    expect(pty.raw()).to.include(`${ESCAPE}[31m`);
    expect((await here(['check', '--protocol', 'oral', '-n', '3'])).out).not.to.include(ESCAPE);
  });

  for (const cols of [60, 120]) {
    it(`a mistake in ${cols} columns has no line that is longer, and no broken word`, async () => {
      const wrong = [['check', '--protocol', 'nonsense'], ['completion'], ['chek', '--members', '4'], ['--seed', 'x'.repeat(30)], ['run'], ['cluster', '--membrs', '7']];
      // Where there is room two stand for all.
      for (const args of cols === 60 ? wrong : wrong.slice(0, 2)) {
        const pty = openPty([process.execPath, MAIN, ...args], { cols });
        opened.push(pty);
        expect(await pty.exit).to.equal(2);
        expect(pty.overlong(), args.join(' ')).to.deep.equal([]);
      }
    });
  }
});
