import { expect } from 'chai';
import { once as happened } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { digestOf, resultsOf, textOf } from '../../src/campaign/results.ts';
import { fileOfFolder } from '../../src/campaign/many/file.ts';
import { merged } from '../../src/campaign/many/merge.ts';
import { shardOfFile } from '../../src/campaign/many/shard.ts';
import { openPool } from '../../src/campaign/pool.ts';
import { runCampaign } from '../../src/campaign/run.ts';
import { inNewFolder, type ShardSoFar } from '../../src/cli/shards.ts';
import { version } from '../../src/cli/version.ts';
import { firstOf, parseShare } from '../../src/campaign/many/share.ts';
import { here, refusal } from '../support/run.ts';
import { endAll, start } from '../support/program.ts';

/** Waits until a file in a folder says something, which another process writes. */
async function fileSays(path: string, what: RegExp): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const watcher = watch(dirname(path));
  while (!existsSync(path) || !what.test(readFileSync(path, 'utf8'))) await happened(watcher, 'change');
  watcher.close();
}

type Data = Record<string, unknown>;

/** Into how many shards: each number somewhere, and in a soak everywhere. */
const counts = (...few: readonly number[]): readonly number[] => (process.env['SOAK'] === '1' ? [1, 2, 3, 5] : few);

/** What several tests need the same of, and none changes, is made for the first of them. */
function once<Of extends readonly unknown[], Made>(make: (...of: Of) => Promise<Made>): (...of: Of) => Promise<Made> {
  const made = new Map<string, Promise<Made>>();
  return (...of) => {
    const key = JSON.stringify(of);
    if (!made.has(key)) made.set(key, make(...of));
    return made.get(key)!;
  };
}

/** What is divided, as the rest of a command line. */
const CAMPAIGNS: Readonly<Record<string, readonly string[]>> = {
  'that the simulator counts': ['--protocol', 'exchange,signed', '--members', '4', '--faults', '0..2', '--strategy', 'coin,silent', '--orders', '300', '--seed', '7', '--engine', 'simulator', '--threads', '1'],
  'that kernels count': ['--protocol', 'exchange', '--members', '4', '--faults', '1..2', '--orders', '1000003', '--seed', '7', '--threads', '1'],
  'with --until': ['--protocol', 'exchange', '--members', '4..5', '--faults', '1..2', '--until', '0.05', '--seed', '3', '--engine', 'simulator', '--threads', '1'],
};

describe('shards', () => {
  let folder = '';
  before(() => (folder = mkdtempSync(join(tmpdir(), 'generals-shards-'))));
  afterEach(endAll);
  after(() => rmSync(folder, { recursive: true }));
  let count = 0;
  /** A place that nothing is at yet. */
  const place = (): string => join(folder, String((count += 1)));
  const read = (path: string, name: string): string => readFileSync(join(path, name), 'utf8');

  /** Runs all shards of a command. @returns their folders */
  async function sharded(words: readonly string[], of: number): Promise<string[]> {
    const folders: string[] = [];
    for (let number = 1; number <= of; number += 1) {
      const out = place();
      const { code, err } = await here([...words, '--shard', `${number}/${of}`, '--out', out]);
      expect([0, 3], err).to.include(code);
      folders.push(out);
    }
    return folders;
  }

  const wholeOf = once((words: readonly string[]) => here(['campaign', ...words, '--json']));

  /** Whoever changes one of them takes a copy. */
  const shardsOf = once((words: readonly string[], of: number) => sharded(['campaign', ...words], of));

  /** Rewrites what a shard's file holds, with a digest that fits. */
  function rewrite(path: string, change: (data: Data) => void): void {
    const { digest: _, ...data } = JSON.parse(read(path, 'shard.json')) as Data;
    change(data);
    writeFileSync(join(path, 'shard.json'), JSON.stringify({ ...data, digest: digestOf(data) }));
  }

  describe('of a campaign', () => {
    for (const [index, [what, words]] of Object.entries(CAMPAIGNS).entries()) {
      it(`${what} come together to what one machine says, to the byte`, async () => {
        const { out } = await wholeOf(words);
        for (const of of counts([5, 3, 2][index]!)) {
          const merged = await here(['merge', ...(await shardsOf(words, of)).toReversed(), '--json']);
          expect(merged.code, merged.err).to.equal(0);
          expect(merged.out, `${of} shards`).to.equal(out);
        }
      });
    }

    it('come together to the files that one machine writes', async () => {
      const words = ['campaign', '--protocol', 'exchange', '--members', '4', '--faults', '1', '--orders', '300', '--seed', '7', '--threads', '1'];
      const [whole, all] = [place(), place()];
      await here([...words, '--out', whole]);
      await here(['merge', ...(await sharded(words, 2)), '--out', all]);
      for (const name of ['results.json', 'results.csv']) expect(read(all, name), name).to.equal(read(whole, name));
      expect(readdirSync(all)).to.have.members(readdirSync(whole));
    });

    it('are gone on with by the one that puts them together, where what was agreed for --until is not enough', async () => {
      const words = CAMPAIGNS['with --until']!;
      const whole = await wholeOf(words);
      const folders = await shardsOf(words, 2);
      const shards = folders.map((path) => shardOfFile(fileOfFolder(path, version())));
      // As if all had been agreed to end at their second stop.
      const few = shards.map((shard) => ({ ...shard, cells: shard.cells.map((cell) => ({ ...cell, stops: cell.stops.slice(0, 2), tallies: cell.tallies.slice(0, 2) })) }));
      const { cells, grid, engine, left } = merged(few, folders);
      expect(cells.some(({ isDone }) => !isDone)).to.equal(true);
      const pool = await openPool(1);
      await runCampaign(cells, grid, pool, new AbortController().signal, () => undefined);
      await pool.close();
      expect(JSON.parse(textOf(resultsOf(cells, grid, engine, left)))).to.deep.equal(JSON.parse(whole.out));
    });

    it('killed in the middle are named as what is missing, and resumed come to the same', async () => {
      const words = ['campaign', '--protocol', 'exchange,oral', '--members', '4..5', '--faults', '2', '--orders', '6000', '--seed', '5', '--engine', 'simulator', '--threads', '1'];
      const [one, two] = [place(), place()];
      const child = start([...words, '--shard', '1/2', '--out', one]);
      await new Promise<void>((resolve) => child.child.stderr!.on('data', (text: string) => /, [1-9][\d,]* of [\d,]+ orders/.test(text) && resolve()));
      await child.end('SIGKILL');
      await here([...words, '--shard', '2/2', '--out', two]);
      expect((await refusal(['merge', one, two])).err).to.include(`generals: these shards are not all: the rest of shard 1 in "${one}", which --resume goes on with is missing`);
      expect((await here(['campaign', '--resume', one])).code).to.equal(0);
      const [whole, merged] = [await here([...words, '--json']), await here(['merge', one, two, '--json'])];
      expect(merged.out, merged.err).to.equal(whole.out);
    });

    it('stopped by Ctrl-C end with 130, and say that they are partial', async () => {
      const out = place();
      const stopped = start(['campaign', '--members', '4..7', '--faults', '2', '--orders', '1e6', '--seed', '5', '--engine', 'simulator', '--threads', '1', '--shard', '1/2', '--out', out]);
      await new Promise<void>((resolve) => stopped.child.stderr!.on('data', (text: string) => /, [1-9][\d,]* of [\d,]+ orders/.test(text) && resolve()));
      expect(await stopped.end('SIGINT')).to.equal(130);
      expect(stopped.lines.join('\n')).to.match(/^shard 1\/2, seed 5: [\d,]+ orders in 4 cells, PARTIAL of 2,000,000; written to /);
    });
  });

  describe('of a simulation', () => {
    for (const words of [['--protocol', 'bracha', '--schedules', '20'], ['--protocol', 'ben-or', '--schedules', '20', '--json']]) {
      it(`${words.join(' ')} come together to what one machine says`, async () => {
        const whole = await here(['simulate', ...words]);
        for (const of of [1, 2, 3, 5]) {
          const folders = await sharded(['simulate', ...words.filter((word) => word !== '--json')], of);
          const { code, out } = await here(['merge', ...folders, ...words.filter((word) => word === '--json')]);
          expect({ code, out }, `${of} shards`).to.deep.equal({ code: whole.code, out: whole.out });
        }
      });
    }

    it('that are violated end all that merge, and the smallest seed of all is shown', async () => {
      const words = ['simulate', '--protocol', 'bracha', '--schedules', '20'];
      const [one, two, three] = await sharded(words, 3);
      const violate = (path: string, seed: number, covered: number): void => rewrite(path, (data) => Object.assign(data['done'] as Data, { violated: seed, covered }));
      violate(two!, 8, 2);
      violate(three!, 6, 1);
      const { code, out } = await here(['merge', one!, two!, three!]);
      expect(code).to.equal(3);
      expect(out).to.include('simulate --protocol bracha --members 4 --seed 6');
      const few = await here(['merge', two!]);
      expect(few.code).to.equal(3);
      expect(few.out).to.include('--seed 8');
      expect(few.err).to.equal('generals: a smaller violation may be in what is missing: shard 1, 3 of 3\n');
    });

    it('killed in the middle are resumed', async () => {
      const [one, two] = [place(), place()];
      const child = start(['simulate', '--protocol', 'bracha', '--schedules', '1000000', '--shard', '1/2', '--out', one]);
      await fileSays(join(one, 'shard.json'), /"covered": [1-9]/);
      await child.end('SIGKILL');
      // As if it had been asked for only a little more than it did, however fast it was.
      let schedules = '';
      rewrite(one, ({ request, done }) => {
        (request as Data)['schedules'] = 2 * ((done as Data)['covered'] as number) + 20;
        schedules = String((request as Data)['schedules']);
      });
      const words = ['simulate', '--protocol', 'bracha', '--schedules', schedules];
      await here([...words, '--shard', '2/2', '--out', two]);
      expect((await refusal(['merge', one, two])).err).to.include('these shards are not all: the rest of shard 1 in ');
      expect((await here(['simulate', '--resume', one])).code).to.equal(0);
      const [whole, merged] = [await here(words), await here(['merge', one, two])];
      expect(merged.out, merged.err).to.equal(whole.out);
    });
  });

  describe('of a check', () => {
    const checks = ['--protocol oral --members 7 --faults 2', '--protocol oral --members 6 --faults 2', '--protocol king --members 4', '--protocol signed --members 4', '--protocol exchange --members 5 --faults 2 --engine plain', '--protocol exchange --members 4 --faults 2 --engine merging --m 1'];
    for (const [index, line] of checks.entries()) {
      it(`${line} come together to what one machine says`, async () => {
        const words = ['check', ...line.split(' ')];
        const whole = await here(words);
        for (const of of counts([1, 2, 3, 5][index % 4]!)) {
          const { code, out } = await here(['merge', ...(await sharded(words, of))]);
          expect({ code, out }, `${of} shards`).to.deep.equal({ code: whole.code, out: whole.out });
        }
      });
    }

    it('write the smallest violation of all as a script that repeats it', async () => {
      const words = ['check', '--protocol', 'oral', '--members', '3'];
      const [saved, merged] = [join(folder, 'whole.txt'), join(folder, 'merged.txt')];
      await here([...words, '--save', saved]);
      await here(['merge', ...(await sharded(words, 2)), '--save', merged]);
      expect(read(folder, 'merged.txt')).to.equal(read(folder, 'whole.txt'));
      expect((await here(['run', merged])).code).to.equal(0);
    });

    it('that hold a violation which the code does not repeat are refused', async () => {
      const [one] = await sharded(['check', '--protocol', 'oral', '--members', '3'], 1);
      rewrite(one!, (data) => {
        const part = (data['done'] as Data[]).find(({ violation }) => violation !== null)!;
        const violation = part['violation'] as { choices: Record<string, string[]> };
        for (const [id, words] of Object.entries(violation.choices)) violation.choices[id] = words.map(() => 'attack');
      });
      expect((await refusal(['merge', one!])).err).to.match(/^generals: a violation of attack with traitors G\d is not repeated by the code: its shard holds what is none – /);
    });

    const SEARCH = ['check', '--protocol', 'signed', '--members', '5', '--faults', '2'];

    it('stopped by Ctrl-C end with 1, and say that they are partial', async () => {
      const { lines, ended } = start([...SEARCH, '--shard', '1/2', '--out', place()], undefined, undefined, ['env', `NODE_OPTIONS=--import ${import.meta.resolve('../support/interrupted.js')}`]);
      expect(await ended).to.equal(1);
      expect(lines.join()).to.match(/^shard 1\/2, PARTIAL, written to .*: \d of 14 parts searched, unknown$/);
    });

    it('that were stopped in the middle are resumed', async () => {
      const [one, two] = await sharded(SEARCH, 2);
      rewrite(one!, (data) => Object.assign(data, { status: 'partial', done: (data['done'] as Data[]).slice(0, 10) }));
      expect((await refusal(['merge', one!, two!])).err).to.include('these shards are not all: the rest of shard 1 in ');
      expect((await here(['check', '--resume', one!])).code).to.equal(0);
      const [whole, merged] = [await here(SEARCH), await here(['merge', one!, two!])];
      expect(merged.out, merged.err).to.equal(whole.out);
    });
  });

  describe('that do not fit are refused in one line:', () => {
    let shards: readonly string[] = [];
    before(async () => (shards = await shardsOf(CAMPAIGNS['with --until']!, 2)));
    /** A copy of a shard, changed. */
    function changed(change: (data: Data) => void, from = shards[1]!): string {
      const path = place();
      rmSync(path, { recursive: true, force: true });
      cpSync(from, path, { recursive: true });
      rewrite(path, change);
      return path;
    }
    const said = async (...folders: string[]): Promise<string> => {
      const { out, err } = await refusal(['merge', ...folders]);
      expect(out).to.equal('');
      expect(err).to.match(/^generals: [^\n]+ – see [^\n]+\n$/);
      return err.slice('generals: '.length, err.lastIndexOf(' – see '));
    };
    const done = (data: Data): Data => (data['done'] as Data[])[0]!;

    it('one that is missing', async () => expect(await said(shards[0]!)).to.equal('these shards are not all: shard 2 of 2 is missing'));
    it('many that are missing', async () => {
      const one = changed((data) => Object.assign(data, { shard: 7, of: 9 }));
      expect(await said(one)).to.match(/not all: shard 1\.\.6, 8\.\.9 of 9|is to be/);
    });
    it('one that is there twice', async () => expect(await said(shards[0]!, shards[1]!, shards[0]!)).to.equal(`"${shards[0]}" and "${shards[0]}" overlap: both are shard 1/2`));
    it('one of another division', async () => expect(await said(shards[0]!, changed((data) => (data['of'] = 3)))).to.match(/^".*" is shard 2\/3, and ".*" 1\/2: they are not of one division$/));
    it('one of another seed', async () => expect(await said(shards[0]!, changed((data) => ((data['request'] as { grid: Data }).grid['seed'] = 4)))).to.match(/are not of one campaign: they have other grid.seed, 4 and 3$/));
    it('one of another grid', async () => expect(await said(shards[0]!, changed((data) => ((data['request'] as { grid: Data }).grid['members'] = [4])))).to.match(/are not of one campaign: they have other grid.members, /));
    it('one of another version of the program', async () => expect(await said(shards[0]!, changed((data) => (data['program'] = '0.0.9')))).to.match(/is of the program "0.0.9", and this is 0.1.0: shards are put together by the version that made them$/));
    it('one of another version of the file', async () => expect(await said(changed((data) => (data['v'] = 2)))).to.match(/is of version 2, and this is 1: /));
    it('one of another version of results', async () => expect(await said(changed((data) => ((data['request'] as Data)['v'] = 3)))).to.match(/not all|is to be 4/));
    it('one of another kind', async () => {
      const [other] = await sharded(['simulate', '--protocol', 'bracha', '--schedules', '2'], 2);
      expect(await said(shards[0]!, other!)).to.match(/is a shard of simulate, and ".*" of campaign$/);
    });
    it('one that was changed', async () => {
      const path = changed(() => undefined);
      writeFileSync(join(path, 'shard.json'), read(path, 'shard.json').replace('"orders":1000', '"orders":999'));
      expect(await said(shards[0]!, path)).to.match(/was changed since it was written: its digest does not fit what it holds$/);
    });
    it('one that is truncated', async () => {
      const path = changed(() => undefined);
      writeFileSync(join(path, 'shard.json'), read(path, 'shard.json').slice(0, 100));
      expect(await said(shards[0]!, path)).to.match(/shard.json" is truncated, or not JSON$/);
    });
    it('one that is nothing of ours', async () => {
      const path = changed(() => undefined);
      writeFileSync(join(path, 'shard.json'), '[]');
      expect(await said(path)).to.match(/shard.json" does not hold a shard$/);
    });
    it('a folder without one', async () => expect(await said(folder)).to.match(/shard.json" cannot be read: there is no such file or folder$/));
    it('one with more batches than there are', async () => expect(await said(shards[0]!, changed((data) => (done(data)['batches'] = 1e6)))).to.match(/done.0.batches is to be a whole number from 0 to \d+, not 1000000$/));
    it('one with other counts than its batches have', async () => {
      const path = changed((data) => Object.assign((done(data)['counts'] as { counts: Data }[])[1]!.counts, { orders: 1 , attack: 0, retreat: 0, commanderLoyal: 0, agreementViolated: 0, validityViolated: 0 }));
      expect(await said(shards[0]!, path)).to.match(/counts.1.counts.orders is to be \d+, as so many batches have, not 1$/);
    });
    it('one in which more is violated than there was', async () => {
      const path = changed((data) => ((done(data)['counts'] as { counts: Data }[])[1]!.counts['agreementViolated'] = 1e9));
      expect(await said(shards[0]!, path)).to.match(/counts.1.counts.agreementViolated is to be a whole number from 0 to [\d,]+, not 1000000000$/);
    });
    it('one that names another cell', async () => expect(await said(shards[0]!, changed((data) => (done(data)['id'] = 'x')))).to.match(/done.0.id is to be exchange-m1-n4-f1-coin, not "x"$/));
    it('one whose exact values are none', async () => {
      const path = changed((data) => ((data['done'] as Data[])[1]!['exact'] = { values: { agreement: 2, validity: 0 }, aside: null }), shards[1]);
      expect(await said(shards[0]!, path)).to.match(/exact.values.agreement is to be a probability, not 2$/);
    });
  });

  const refused: readonly (readonly [words: string, says: string])[] = [
    ['campaign --seed 1 --shard 4/3 --out x', '--shard is a part of so many, from 1/1 to 65536/65536, such as 3/16, not "4/3"'],
    ['campaign --seed 1 --shard 0/3 --out x', 'not "0/3"'],
    ['campaign --seed 1 --shard 3 --out x', 'not "3"'],
    ['campaign --seed 1 --shard 1/99999 --out x', 'not "1/99999"'],
    ['campaign --shard 1/3 --out x', '--shard needs a --seed, the same for all shards, as they are parts of one campaign'],
    ['campaign --seed 1 --shard 1/3', '--shard writes to a folder, for merge to read: give it an --out'],
    ['simulate --schedules 9 --shard 1/3', '--shard writes to a folder, for merge to read: give it an --out'],
    ['simulate --schedules 9 --out x', '--out is for a --shard'],
    ['simulate --resume x --schedules 9', '--resume goes on with what its folder holds: --schedules cannot be changed'],
    ['simulate --resume nowhere', '"nowhere/shard.json" cannot be read: there is no such file or folder'],
    ['check --shard 1/3', '--shard writes to a folder, for merge to read: give it an --out'],
    ['check --shard 1/3 --out x --save y', 'merge writes a script of the smallest violation of all: leave out --save'],
    ['check --protocol pbft --members 99 --faults 9 --shard 1/2 --out x', 'sets of traitors, and a check of at most 200,000 is divided'],
    ['check --resume nowhere', '"nowhere/shard.json" cannot be read: there is no such file or folder'],
    ['merge', 'merge needs the folders of shards: generals merge <folders> --out <folder>'],
  ];
  for (const [line, says] of refused) {
    it(`generals ${line} is refused in one line`, async () => {
      const { out, err } = await refusal(line.split(' '));
      expect(out).to.equal('');
      expect(err).to.include(says);
      expect(err.trimEnd()).not.to.include('\n');
    });
  }

  it('are as they ended, whatever was to be saved before', async () => {
    const out = place();
    const shard = (status: 'complete' | 'partial'): ShardSoFar => ({ status, request: {}, done: [] });
    await inNewFolder(out, 'check', { number: 1, of: 1 }, async (saving) => {
      saving.soon(() => shard('partial'));
      // The second waits until the third, which waits for nothing.
      saving.soon(() => shard('partial'));
      const end = performance.now() + 520;
      while (performance.now() < end);
      saving.soon(() => shard('partial'));
      saving.now(shard('complete'));
      await new Promise((resolve) => setTimeout(resolve, 20));
      return 0;
    });
    expect(read(out, 'shard.json')).to.include('"status": "complete"');
  });

  it('in a folder that holds one are not begun anew, and are gone on with by their own kind', async () => {
    const [one] = await sharded(['simulate', '--protocol', 'bracha', '--schedules', '2'], 1);
    expect((await refusal(['simulate', '--schedules', '2', '--shard', '1/1', '--out', one!])).err).to.include('holds a shard already: --resume goes on with it, another folder keeps it');
    expect((await refusal(['campaign', '--seed', '1', '--shard', '1/1', '--out', one!])).err).to.include('holds a shard already');
    expect((await refusal(['check', '--resume', one!])).err).to.include('holds a shard of simulate: generals simulate --resume goes on with it');
    expect((await refusal(['campaign', '--resume', one!])).err).to.include('holds a shard of simulate: generals simulate --resume goes on with it');
    expect((await refusal(['merge', one!, '--out', place()])).err).to.include('a simulation is shown, and writes no folder: leave out --out');
    expect((await refusal(['merge', one!, '--save', place()])).err).to.include('--save is for the violation of a check: leave it out');
  });

  it('are dealt round, each index to one of them', () => {
    for (const of of [1, 2, 3, 7]) {
      for (const offset of [0, 1, 5]) {
        const firsts = Array.from({ length: of }, (_, index) => firstOf({ number: index + 1, of }, offset));
        expect(firsts.toSorted((a, b) => a - b)).to.deep.equal(Array.from({ length: of }, (_, index) => index));
      }
    }
    expect(parseShare(' 3 / 16 ')).to.deep.equal({ number: 3, of: 16 });
    for (const text of ['', '/', '1/', '1.5/2', '-1/2', '2/1', '1/0']) expect(parseShare(text), text).to.equal(undefined);
  });
});
