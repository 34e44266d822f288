import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { apart } from '../support/apart.ts';
import { run } from '../support/mocha.ts';
import { FOR_EVER, edited, ownFolder } from '../support/own.ts';
import { generals, here, projectPath, type Exit } from '../support/run.ts';
import { skip } from '../support/skip.ts';

interface Graded {
  readonly points: number;
  readonly of: number;
  readonly answers: readonly { readonly question: string; readonly verdict: 'yes' | 'no' | 'open'; readonly found: readonly string[]; readonly commands: readonly string[] }[];
}

/** OM(1) that stands one traitor at the most, and says so. */
const ONE = edited('refuses: () => undefined', "refuses: (_members, faults) => (faults > 1 ? 'mine stands one traitor' : undefined)");
const without = (words: string, by: string): string => edited(words, by, ONE);

const DECIDES = '[{ type: \'output\', output: majority([state.order, ...others.map(said)]) }]';

describe('generals grade', () => {
  const folder = ownFolder();
  after(folder.remove);

  const elsewhere = apart();
  after(() => elsewhere.end());
  let count = 0;

  /** In a thread that keeps what it took, so that there each has a name of its own. */
  const graded = async (text: string, ...words: string[]): Promise<Graded & Exit> => {
    const name = `mine-${(count += 1)}`;
    const exit = await elsewhere.generals(['grade', folder.write(`${name}.ts`, edited(/(?<=name(:| =) ')mine(?=')/, name, text)), '--json', ...words]);
    expect(exit.err).to.equal('');
    return { ...exit, ...(JSON.parse(exit.out.replaceAll(name, 'mine')) as Graded) };
  };

  // What it finds, and what not, in programs that people write is shown in generals/grade/planted.test.ts.
  it('finds nothing wrong with what is well, by itself and by the paper', async () => {
    for (const words of [[], ['--against', 'exchange']]) {
      const { code, answers, points, of } = await graded(ONE, ...words);
      expect(answers.filter(({ verdict }) => verdict !== 'yes')).to.deep.equal([]);
      expect([code, points]).to.deep.equal([0, of]);
    }
  });

  it('shows the smallest run as commands, which a script repeats', async () => {
    const file = folder.write('mine.ts', without('majority([state.order,', 'majority([state.order, state.order,'));
    const { code, out } = await generals(['grade', file]);
    expect(code).to.equal(3);
    expect(out).to.include('✗ no treason of 1 traitor among 4 breaks it').and.include(`to see it: generals run --host sim --protocol ${file} -`).and.match(/\d+ of \d+ points$/m);
    const [, broken = '', script = ''] = /among 4 breaks it\n {6}(\w+) is broken[^]*?to see it: .*\n((?: {6}.*\n)+)/.exec(out) ?? [];
    const run = await generals(['run', '--host', 'sim', '--protocol', file, '-'], script);
    expect(run.err).to.equal('');
    expect(run.out.toLowerCase()).to.include(`${broken} violated`);
  });

  it('holds a protocol to a paper that promises more', async () => {
    const { code, answers } = await graded(ONE, '--against', 'oral');
    expect(code).to.equal(3);
    expect(answers.filter(({ verdict }) => verdict === 'no').map(({ question }) => question)).to.include('it says that it stands 2 traitors among 7');
  });

  it('asks nothing more of one that never comes back, and ends', async () => {
    const { code, answers } = await graded(without('if (event.round === 2) {', `if (event.round === 2) {\n      if (self === 3) ${FOR_EVER};`));
    expect(code).to.equal(3);
    const why = 'the protocol mine did not come back from step in round 2 at G3: it was waited for 10 s';
    const [first, ...others] = answers.filter(({ verdict }) => verdict === 'no').map(({ found }) => found[0]);
    expect(first).to.equal(why);
    expect(others.length).to.be.at.least(10);
    expect(new Set(others)).to.deep.equal(new Set([`not asked, as ${why}`]));
  });

  it('writes what builds read, with a failure for each that is wrong', async () => {
    const junit = join(folder.path, 'grade.xml');
    await graded(without(DECIDES, "[{ type: 'output', output: state.order }]"), '--junit', junit);
    const text = readFileSync(junit, 'utf8').replaceAll(/mine-\d+/g, 'mine');
    const [, tests, failures] = /<testsuite name="mine" tests="(\d+)" failures="(\d+)"/.exec(text) ?? [];
    expect(text.match(/<testcase /g)).to.have.length(Number(tests));
    expect(text.match(/<failure /g)).to.have.length(Number(failures));
    expect(text).to.include('g-muster 4\ng-protocol mine 1').and.include('<testcase classname="mine.treason" name="no treason of 1 traitor among 4 breaks it"><failure message="agreement is broken by 1 lie');
  });

  it('waits for no pipe, and refuses it at once', async function () {
    if (process.platform === 'win32') skip(this, 'there are no such pipes on Windows');
    const pipe = join(folder.path, 'pipe.ts');
    execFileSync('mkfifo', [pipe]);
    const { code, err } = await elsewhere.generals(['grade', pipe]);
    expect({ code, line: err.split(' – ')[0] }).to.deep.equal({ code: 2, line: `generals: "${pipe}" cannot be read: it is a pipe` });
  });

  it('refuses what is no protocol with status 2', async () => {
    for (const words of [['grade'], ['grade', 'nothing'], ['grade', './nowhere.ts'], ['grade', 'oral', '--against', 'nobody']]) expect((await elsewhere.generals(words)).code, words.join(' ')).to.equal(2);
  });
});

describe('generals new', () => {

  it('writes a protocol that runs at once, is worth all points, and a test that passes', async () => {
    await begun('protocol', async (inside) => {
      expect((await inside(['4', '--host', 'sim', '--protocol', './mine.ts'], 'g-elect 1\nactual-order attack\n')).out).to.include('Execute order: attack!');
      const { code, out } = await inside(['grade', './mine.ts', '--against', 'exchange']);
      expect(out).to.match(/^(\d+) of \1 points$/m);
      expect(code).to.equal(0);
    });
  });

  it('writes a strategy that runs at once, and a test that passes', async () => {
    await begun('strategy', async (inside) => {
      expect((await inside(['4', '--host', 'sim', '--strategy', './mine.ts'], 'g-elect 1\ng-state 3 faulty mine\n')).out).to.include('state=F (mine)');
    });
  });

  it('writes a system that runs at once, is worth all points, and a test that passes', async () => {
    const tested = await begun('system', async (inside) => {
      expect((await inside(['simulate', '--protocol', './mine.ts', '--schedules', '10'])).out).to.match(/^Agreement, validity and totality held in 10 schedules/);
    });
    expect(tested).to.include('mine, held to reliable broadcast').and.include('15 passing');
  });

  it('writes nothing through a link, even if it leads nowhere', async () => {
    const folder = ownFolder();
    const before = process.cwd();
    process.chdir(folder.path);
    try {
      symlinkSync('elsewhere.ts', 'mine.ts');
      const { code, err } = await generals(['new', 'protocol', 'mine']);
      expect({ code, isWritten: existsSync('elsewhere.ts') }).to.deep.equal({ code: 2, isWritten: false });
      expect(err).to.include('"mine.ts" is there already, and is left as it is');
    } finally {
      process.chdir(before);
      folder.remove();
    }
  });

  /** Begins one in a folder of its own, and runs the test of it by mocha. */
  async function begun(kind: string, work: (inside: (words: readonly string[], input?: string) => Promise<Exit>) => Promise<void>): Promise<string> {
    const folder = ownFolder();
    const before = process.cwd();
    process.chdir(folder.path);
    try {
      const { code, out, err } = await generals(['new', kind, 'mine']);
      expect({ code, err }).to.deep.equal({ code: 0, err: '' });
      expect(out).to.include('written: mine.ts, mine.test.mjs').and.include(`try: generals ${kind === 'system' ? 'simulate --protocol' : `4 --${kind}`} ./mine.ts`);
      const text = readFileSync('mine.ts', 'utf8');
      const again = await generals(['new', kind, 'mine']);
      expect(again.code).to.equal(2);
      expect(again.err).to.include('"mine.ts" is there already, and is left as it is');
      expect(readFileSync('mine.ts', 'utf8')).to.equal(text);
      await work(generals);
      // As npm links it.
      mkdirSync('node_modules');
      symlinkSync(projectPath(''), 'node_modules/generals');
      const tested = run(join(folder.path, 'mine.test.mjs'));
      expect(tested).to.match(/[1-9]\d* passing/).and.not.match(/failing/);
      return tested;
    } finally {
      process.chdir(before);
      folder.remove();
    }
  }

  it('refuses other kinds, names of ours, and what is no name', async () => {
    for (const words of [['new'], ['new', 'protocol'], ['new', 'poem', 'mine'], ['new', 'protocol', 'oral'], ['new', 'strategy', 'liar'], ['new', 'protocol', '../mine'], ['new', 'protocol', 'a', 'b']]) {
      const { code, out } = await here(words);
      expect([code, out], words.join(' ')).to.deep.equal([2, '']);
    }
    expect(existsSync('a.ts')).to.equal(false);
  });
});
