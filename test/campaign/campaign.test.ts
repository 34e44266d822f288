import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wilson } from '../../src/campaign/interval.ts';
import { cellOf, gridOf } from '../../src/campaign/grid.ts';
import { resultsOf, type Results } from '../../src/campaign/results.ts';
import { begun } from '../../src/campaign/schedule.ts';
import { notesOn } from '../../src/campaign/table.ts';
import { COUNTING, MAIN, cleanEnvironment, generals, here, projectPath, refusal, type Exit } from '../support/run.ts';

const GOLDEN = projectPath('test/campaign/golden.csv');
/** The 0.9995 quantile of the normal distribution: for intervals that cover the truth 999 times in 1000. */
const Z999 = 3.290526731491926;
/** Two protocols, two strategies, cells of which some break and some cannot. */
const GRID = ['--protocol', 'exchange,king', '--members', '4..5', '--faults', '0..2', '--strategy', 'coin,silent', '--orders', '300', '--seed', '7', '--engine', 'simulator'];

describe('generals campaign', () => {
  let folder = '';
  before(() => (folder = mkdtempSync(join(tmpdir(), 'generals-campaign-'))));
  after(() => rmSync(folder, { recursive: true }));
  const path = (name: string): string => join(folder, name);

  it('comes, for one seed, to the same counts on every machine (UPDATE=1 writes them anew), however many threads there are', async () => {
    const { code, err } = await here(['campaign', ...GRID, '--threads', '2', '--out', path('golden')]);
    expect(code, err).to.equal(0);
    const csv = readFileSync(path('golden/results.csv'), 'utf8');
    if (process.env['UPDATE'] === '1') writeFileSync(GOLDEN, csv);
    expect(csv).to.equal(readFileSync(GOLDEN, 'utf8'));
    expect(readdirSync(path('golden')).filter((name) => name.includes('half'))).to.deep.equal([]);
    const two = readFileSync(path('golden/results.json'), 'utf8');
    expect(two).to.include('"status": "complete"');
    expect((await here(['campaign', ...GRID, '--threads', '1', '--json'])).out).to.equal(`${JSON.stringify(JSON.parse(two))}\n`);
  });

  it('does so too where --until decides how many orders there are', async () => {
    const words = ['campaign', '--members', '4..5', '--faults', '1..2', '--until', '0.05', '--seed', '3', '--engine', 'simulator', '--json'];
    const [one, two] = [await here([...words, '--threads', '1']), await here([...words, '--threads', '2'])];
    expect(two.out).to.equal(one.out);
    const { cells } = JSON.parse(one.out) as { cells: { counts: { orders: number }; rates: Record<'agreement' | 'validity', { low: number; high: number }> }[] };
    for (const { counts, rates } of cells) {
      for (const { low, high } of [rates.agreement, rates.validity]) expect(high - low).to.be.at.most(0.05);
      expect(counts.orders).to.be.below(10_000);
    }
    expect(new Set(cells.map(({ counts }) => counts.orders)).size, 'different cells take different numbers').to.be.greaterThan(1);
  });

  it('with --until goes on until the width is there, by kernels too, or says by what it ended', async () => {
    const words = ['campaign', '--members', '4', '--faults', '2', '--seed', '3', '--json'];
    const ended = async (...more: string[]) => {
      const { cells, grid } = JSON.parse((await here([...words, ...more])).out) as Results;
      const { engine, counts, rates } = cells[0]!;
      return { engine, orders: counts.orders, most: grid.orders, widths: [rates!.agreement, rates!.validity!].map(({ low, high }) => high - low) };
    };
    let before = 0;
    for (const width of [0.01, 0.002, 0.0003]) {
      const { engine, orders, most, widths } = await ended('--until', `${width}`);
      expect(engine).to.equal('kernel');
      expect(Math.max(...widths), `until ${width}`).to.be.at.most(width);
      expect(orders, `until ${width}`).to.be.greaterThan(before).and.below(most as number);
      before = orders;
    }
    expect(before).to.be.greaterThan(10_000_000);
    const { out } = await here(['campaign', '--members', '4', '--faults', '1..3', '--seed', '3', '--until', '0.04', '--orders', '1500', '--engine', 'simulator']);
    expect(out).to.include('wider than 0.04 is an interval of exchange-m1-n4-f2-coin: all its 1,500 orders were counted, and --orders allows no more');
    expect(out.match(/wider than/g)).to.have.lengthOf(1);
  });

  it('counts by kernels what the exact probabilities are, however many threads there are, and names orders that show it', async () => {
    // A prime number of orders, so that neither batches nor the words of a kernel come out even: ten times as many in a soak.
    const isSoak = process.env['SOAK'] === '1';
    const orders = isSoak ? 10_000_019 : 1_000_003;
    const words = (members: string, threads: string): string[] => ['campaign', '--protocol', 'exchange,oral', '--members', members, '--faults', '1..2', '--orders', String(orders), '--seed', '11', '--engine', 'kernel', '--json', '--threads', threads];
    const [two, one] = [await here(words(isSoak ? '4..7' : '4,5', '2')), await here(words(isSoak ? '4..7' : '4', '1'))];
    expect(two.code, two.err).to.equal(0);
    const { cells } = JSON.parse(two.out) as Pick<Results, 'cells'>;
    const { cells: alone } = JSON.parse(one.out) as Pick<Results, 'cells'>;
    expect(cells.filter(({ id }) => alone.some((cell) => cell.id === id))).to.deep.equal(alone);
    expect(alone).to.have.length.of.at.least(4);
    expect(cells).to.have.lengthOf(isSoak ? 16 : 8);
    for (const { id, engine, counts, exact, violations } of cells) {
      expect([engine, counts.orders], id).to.deep.equal(['kernel', orders]);
      for (const [property, of] of [['agreement', counts.orders], ['validity', counts.commanderLoyal]] as const) {
        const { low, high } = wilson(of - counts[`${property}Violated`], of, Z999);
        expect(exact![property], `${id}, ${property}`).to.be.within(low - 1e-12, high + 1e-12);
      }
      expect(violations.length > 0, id).to.equal(counts.agreementViolated + counts.validityViolated > 0);
    }
  });

  it('takes a grid from a file, and options before it', async () => {
    const grid = path('grid.json');
    writeFileSync(grid, JSON.stringify({ protocol: ['exchange'], members: '3..4', faults: [1], orders: 50, seed: 1 }));
    const { out, code } = await here(['campaign', grid, '--orders', '20', '--json']);
    expect(code).to.equal(0);
    const results = JSON.parse(out) as { grid: object; cells: { id: string; counts: { orders: number } }[] };
    expect(results.cells.map(({ id, counts }) => [id, counts.orders])).to.deep.equal([['exchange-m0-n3-f1-coin', 20], ['exchange-m1-n4-f1-coin', 20]]);
  });

  it('says where there are no exact values or no kernel, and why, also when it is resumed', async () => {
    const words = (...of: string[]): string[] => ['campaign', ...of, '--members', '4', '--orders', '100', '--until', '0.9', '--seed', '1'];
    const { out } = await here(words('--protocol', 'king,signed', '--faults', '1,2', '--m', '0,1'));
    expect(out.split('\n').filter((line) => line.startsWith('no '))).to.deep.equal([
      'no exact values for king-m0-n4-f1-coin, king-m0-n4-f2-coin, king-m1-n4-f2-coin: its traitors choose among more than two words, which is no coin',
      'no exact values for signed-m0-n4-f1-coin, signed-m0-n4-f2-coin, signed-m1-n4-f2-coin: signed does not keep to values, so that it cannot be run on symbols',
      'no kernel for king-m0-n4-f1-coin, king-m1-n4-f1-coin, king-m0-n4-f2-coin and 1 more cell: its traitors choose among more than two words, which is no coin',
      'no kernel for signed-m0-n4-f1-coin, signed-m1-n4-f1-coin, signed-m0-n4-f2-coin and 1 more cell: signed does not keep to values, so that it cannot be run on symbols',
    ]);
    await here([...words('--protocol', 'exchange,king', '--faults', '1'), '--out', path('aside')]);
    const results = readFileSync(path('aside/results.json'), 'utf8');
    const { cells } = JSON.parse(results) as Results;
    expect(cells.find(({ id }) => id === 'exchange-m1-n4-f1-coin')!.aside).to.deep.equal({ exact: null, kernel: null });
    expect(cells.find(({ id }) => id === 'king-m1-n4-f1-coin')!.aside).to.deep.equal({ exact: null, kernel: 'its traitors choose among more than two words, which is no coin' });
    await here(['campaign', '--resume', path('aside')]);
    expect(readFileSync(path('aside/results.json'), 'utf8')).to.equal(results);
    // Below so many orders nobody wanted a kernel.
    expect((await here(['campaign', '--protocol', 'king', '--members', '4', '--faults', '2', '--orders', '100', '--seed', '1'])).out).not.to.include('no kernel');
  });

  it('says where the code does something else than the closed form, and what stands in its place', () => {
    const [cell] = resultsOf([{ ...begun(cellOf('oral', 1, 4, 2, 'coin'), 'simulator', 1, 10, gridOf({}, 1)), exact: { values: { agreement: 0.5, validity: 0.25 }, aside: 'G2 decides otherwise' } }], gridOf({}, 1), 'auto', []).cells;
    expect(cell!.aside.exact).to.equal('G2 decides otherwise');
    expect(notesOn([cell!])).to.include('exact values by all coins for oral-m1-n4-f2-coin: G2 decides otherwise');
    expect(notesOn([{ ...cell!, exact: null }])).to.include('no exact values for oral-m1-n4-f2-coin: G2 decides otherwise');
  });

  it('killed in its middle and resumed, ends with the very same numbers', async () => {
    const words = ['campaign', '--members', '4..5', '--faults', '2', '--orders', '8000', '--seed', '5', '--engine', 'simulator'];
    const whole = generals([...words, '--out', path('whole')]);
    const child = spawn('nice', [...BEHIND, MAIN, ...words, '--out', path('killed')], { env: cleanEnvironment() });
    await line(child, COUNTING);
    child.kill('SIGKILL');
    const { code } = await ended(child);
    expect(code).to.equal('SIGKILL');
    const half = JSON.parse(readFileSync(path('killed/results.json'), 'utf8')) as { status: string; cells: { counts: { orders: number } }[] };
    const counted = half.cells.reduce((sum, { counts }) => sum + counts.orders, 0);
    expect(half.status).to.equal('partial');
    expect(counted).to.be.within(1, 2 * 8000 - 1);
    const { out } = await whole;
    const resumed = await generals(['campaign', '--resume', path('killed')]);
    expect(resumed.code, resumed.err).to.equal(0);
    expect(resumed.out.split('\n').slice(0, -2)).to.deep.equal(out.split('\n').slice(0, -2));
    for (const name of ['results.json', 'results.csv', 'report.html']) expect(readFileSync(path(`killed/${name}`), 'utf8'), name).to.equal(readFileSync(path(`whole/${name}`), 'utf8'));
  });

  it('killed before its first order goes on under the seed that it drew', async () => {
    // The worst of king takes half a second, and is sought first.
    const words = ['campaign', '--protocol', 'king', '--members', '4', '--faults', '1', '--orders', '50'];
    const child = spawn('nice', [...BEHIND, MAIN, ...words, '--out', path('early')], { env: cleanEnvironment() });
    await line(child, /^campaign: 0 of 1 cell, 0 of 50 orders/);
    child.kill('SIGKILL');
    await ended(child);
    const { grid } = JSON.parse(readFileSync(path('early/results.json'), 'utf8')) as Results;
    const seed = String(grid.seed);
    const [resumed] = [await here(['campaign', '--resume', path('early')]), await here([...words, '--seed', seed, '--out', path('at-once')])];
    expect(resumed.code, resumed.err).to.equal(0);
    expect(readFileSync(path('early/results.json'), 'utf8')).to.equal(readFileSync(path('at-once/results.json'), 'utf8'));
  });

  it('stopped by Ctrl-C, gives the partial table, marked so, and can be resumed', async () => {
    const words = ['campaign', '--members', '4..7', '--faults', '2', '--orders', '100000', '--seed', '5', '--engine', 'simulator', '--out', path('stopped')];
    const child = spawn(process.execPath, [MAIN, ...words], { env: cleanEnvironment() });
    const exit = ended(child);
    await line(child, COUNTING);
    child.kill('SIGINT');
    const { code, out } = await exit;
    expect(code).to.equal(130);
    expect(out).to.include('PARTIAL').and.to.include('…');
    expect(readFileSync(path('stopped/results.json'), 'utf8')).to.include('"status": "partial"');
    expect(readFileSync(path('stopped/report.html'), 'utf8')).to.include('Partial');
    // Resuming with another grid would lose what there is; so would beginning anew.
    expect((await refusal(words)).err).to.include('holds results already').and.to.include('--resume');
    expect((await here(['campaign', '--resume', path('stopped'), '--orders', '5'])).err).to.include('--orders cannot be changed');
  });

  const refused: readonly (readonly [what: string, words: readonly string[], says: string])[] = [
    ['an empty range', ['--members', '16..4'], '--members: the range 16..4 is empty; write 4..16'],
    ['an empty list', ['--members', ''], '--members is to be whole numbers from 1 to 256, such as 4 or 4..16 or 4,7,10, not ""'],
    ['a list with a gap', ['--members', '4,,5'], '--members is to be whole numbers from 1 to 256'],
    ['no number', ['--faults', 'many'], '--faults is to be whole numbers from 0 to 256, such as 4 or 4..16 or 4,7,10, not "many"'],
    ['more traitors than generals', ['--members', '4', '--faults', '5'], '--faults: 5 traitors are more than there are generals, 4 at the most'],
    ['an unknown protocol', ['--protocol', 'exchange,paxos'], '--protocol is to be one of exchange, oral, signed, king, pbft, not "paxos"'],
    ['an unknown strategy', ['--strategy', 'nice'], '--strategy is to be one of coin'],
    ['no orders', ['--orders', '0'], '--orders is to be a whole number from 1 to 1,000,000,000,000, not "0"'],
    ['a width that is none', ['--until', '2'], '--until is to be a width from 0.000001 to below 1'],
    ['an engine that is none', ['--engine', 'steam'], '--engine is to be one of auto, simulator, kernel, not "steam"'],
    ['a kernel where there is none', ['--protocol', 'king', '--engine', 'kernel'], 'there is no kernel for king-m1-n4-f1-coin, as its traitors choose among more than two words, which is no coin: --engine auto takes the simulator there'],
    ['too many cells', ['--protocol', 'exchange,oral,signed,king', '--members', '1..256', '--faults', '0..255'], 'cells, the limit is 10,000'],
    ['m that fits nowhere', ['--protocol', 'oral', '--members', '4', '--m', '3'], 'OM(3) does not fit 4 generals'],
    ['m that is none', ['--m', 'x'], '--m is to be whole numbers from 0 to 256, such as 4 or 4..16 or 4,7,10, or default or f, not "x"'],
    ['a folder that cannot be', ['--out', '/proc/none/here'], 'the folder "/proc/none/here" cannot be written'],
    ['a file in the place of the folder', ['--out', projectPath('package.json')], 'cannot be written: a file is in its place'],
    ['a folder below a file', ['--out', projectPath('package.json/folder')], 'cannot be written: a part of its path is no folder'],
    ['a grid that is not there', ['nowhere.json'], '"nowhere.json" cannot be read: there is no such file'],
    ['a folder without results', ['--resume', '/proc/none'], 'cannot be read: there is no such file'],
  ];
  for (const [what, words, says] of refused) {
    it(`refuses ${what} in one line`, async () => {
      expectRefusal(await refusal(['campaign', ...words]), says);
    });
  }

  it('ends with 2 when it refuses', async () => {
    for (const words of [['campaign', '--members', '16..4'], ['replay', 'nowhere.json']]) expect(await generals(words)).to.deep.equal({ code: 2, ...(await refusal(words)) });
  });

  const grids: readonly (readonly [text: string, says: string])[] = [
    ['{"members": "4..', 'is not JSON'],
    ['[4]', 'is to be an object with the fields protocol, members, faults'],
    ['{"member": 4}', 'has a field "member", but a grid has protocol, members'],
    ['{"members": [4, "x"]}', 'is to be whole numbers from 1 to 256'],
    ['{"members": []}', 'is empty'],
    ['{"orders": 1.5}', 'is to be a whole number from 1'],
    ['{"protocol": {}}', 'is to be one of exchange'],
  ];
  for (const [index, [text, says]] of grids.entries()) {
    it(`refuses the grid ${text}`, async () => {
      writeFileSync(path(`bad-${index}.json`), text);
      expectRefusal(await refusal(['campaign', path(`bad-${index}.json`)]), says);
    });
  }

  it('reads a grid that begins with a byte order mark', async () => {
    writeFileSync(path('marked.json'), '\uFEFF{"members": 4, "orders": 20}');
    expect((await here(['campaign', path('marked.json')])).code).to.equal(0);
  });

  it('refuses results that are truncated, foreign, of another version or tampered with, and leaves them as they are', async () => {
    await here(['campaign', '--members', '4', '--orders', '20', '--seed', '1', '--out', path('good')]);
    const good = readFileSync(path('good/results.json'), 'utf8');
    const file = path('good/results.json');
    for (const [text, says] of [
      [good.slice(0, good.length / 2), 'is truncated, or not JSON'],
      ['{"name": "other"}', 'does not hold the results of a campaign'],
      [good.replace('"v": 4', '"v": 3'), 'is of version 3, and this program reads version 4'],
      [good.replace('"v": 4', '"v": { "toString": null }'), 'is of version "{\\"toString\\":null}", and this program reads version 4'],
      [good.replace('"seed": 1', '"seed": 2'), 'which follows from the campaign'],
      [good.replace('"orders": 20,\n    "commanderLoyal', '"orders": 21,\n    "commanderLoyal'), 'is to be a whole number from 0 to 20, not 21'],
      [good.replace(/"attack": (\d+)/, '"attack": 1'), 'was changed since it was written'],
      [good.replace(/"digest": "[^"]*"/, '"digest": "0"'), 'was changed since it was written'],
      [good.replace('"validityViolated": 0', '"validityViolated": -1'), /is to be a whole number from 0 to 1\d, not -1/],
      [good.replace(/"commanderLoyal": (\d+)/, '"commanderLoyal": 21'), 'is to be a whole number from 0 to 20, not 21'],
      [good.replace(/"id": "[^"]*"/, '"id": "oral-m1-n4-f1-coin"'), 'is to be exchange-m1-n4-f1-coin'],
    ] as const) {
      writeFileSync(file, text);
      expectRefusal(await refusal(['campaign', '--resume', path('good')]), says);
      expectRefusal(await refusal(['replay', file]), says);
      expect(readFileSync(file, 'utf8')).to.equal(text);
    }
  });
});

function expectRefusal({ out, err }: Pick<Exit, 'out' | 'err'>, says: string | RegExp): void {
  if (typeof says === 'string') expect(err).to.include(says);
  else expect(err).to.match(says);
  expect(err.trimEnd().split('\n')).to.have.lengthOf(1);
  expect(out).to.equal('');
}

/** What is to be stopped runs behind these tests, so that on a busy machine they stop it before it is done. */
const BEHIND = ['-n', '19', process.execPath];

/** Waits for a line of standard error. */
function line(child: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
      if (seen.split('\n').some((one) => pattern.test(one))) resolve();
    });
    child.once('close', () => reject(new Error(`the program ended, having said ${JSON.stringify(seen)}`)));
  });
}

function ended(child: ChildProcess): Promise<{ readonly code: number | string; readonly out: string }> {
  let out = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  return new Promise((resolve) => child.once('close', (code, signal) => resolve({ code: code ?? signal ?? 'unknown', out })));
}
