import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blocksIn, type Block } from '../support/documents.ts';
import { redisUnavailable } from '../support/redis.ts';
import { cleanEnvironment, here, projectPath } from '../support/run.ts';
import { skip } from '../support/skip.ts';

const GRID = { protocol: 'exchange', members: 4, faults: '1..2', orders: 200, strategy: 'coin' };

describe('recipes for many machines', () => {
  const recipes = blocksIn('docs/many-machines.md');
  const recipe = (start: string): Block => recipes.find(({ text }) => text.startsWith(start)) ?? expect.fail(`docs/many-machines.md has no recipe that begins with ${start}`);
  let folder = '';
  let whole = '';
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'generals-recipes-'));
    writeFileSync(join(folder, 'grid.json'), JSON.stringify(GRID));
    whole = (await here(['campaign', join(folder, 'grid.json'), '--seed', '1', '--json'])).out;
  });
  after(() => rmSync(folder, { recursive: true }));

  /** A folder in which a recipe finds its grid. */
  function place(): string {
    const path = mkdtempSync(join(folder, 'recipe-'));
    writeFileSync(join(path, 'grid.json'), JSON.stringify(GRID));
    return path;
  }

  function shell(cwd: string, text: string): string {
    const { status, stdout, stderr } = spawnSync('bash', ['-euc', text], { cwd, env: cleanEnvironment(), encoding: 'utf8', input: '' });
    expect(status, stdout + stderr).to.equal(0);
    return stdout + stderr;
  }

  const isThere = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;
  const results = (path: string): string => `${JSON.stringify(JSON.parse(readFileSync(join(path, 'all/results.json'), 'utf8')))}\n`;

  it('the demo: three workers at a queue, one of which is killed, come to the numbers of one machine', function () {
    if (redisUnavailable !== undefined) skip(this, redisUnavailable);
    const { status, stdout, stderr } = spawnSync('bash', [projectPath('demo/many-machines.sh')], { env: cleanEnvironment(), encoding: 'utf8', input: '' });
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    expect(stdout).to.match(/^Three workers count\. The first is killed\.\nseed 5\n/).and.to.match(/\nresults\.json is what one machine writes, to the byte\.\nresults\.csv is what one machine writes, to the byte\.\n$/);
  });

  it('GNU parallel', function () {
    if (!isThere('parallel')) skip(this, 'GNU parallel is not installed');
    const path = place();
    // As many processes take long to start: two shards stand for four.
    shell(path, recipe('parallel ').text.replace('{}/4', '{}/2').replace('1 2 3 4', '1 2'));
    expect(results(path)).to.equal(whole);
  });

  it('a Makefile, which does again only what is missing, and goes on with what was begun', function () {
    if (!isThere('make')) skip(this, 'make is not installed');
    const path = place();
    writeFileSync(join(path, 'Makefile'), recipe('SHARDS').text);
    shell(path, 'make -s -j 2 SHARDS=3');
    expect(results(path)).to.equal(whole);
    shell(path, 'rm -r all shards/1 shards/2/done');
    const again = shell(path, 'make -j 2 SHARDS=3');
    expect(again).to.include('--shard 1/3').and.to.include('--resume shards/2').and.not.to.include('--shard 3/3');
    expect(results(path)).to.equal(whole);
  });

  it('a matrix of jobs, by the lines that it runs', () => {
    const { text } = recipe('jobs:');
    const path = place();
    const lines = [...text.matchAll(/- run: npx (.*)$/gm)].map(([, line]) => line!);
    const numbers = [...JSON.parse(/shard: (\[.*\])/.exec(text)![1]!) as number[]];
    expect(lines).to.have.lengthOf(2);
    shell(path, [...numbers.map((number) => lines[0]!.replaceAll('${{ matrix.shard }}', String(number))), lines[1]!].join('\n'));
    expect(results(path)).to.equal(whole);
  });

  it('Slurm’s array and Kubernetes’ indexed jobs, by what each task of theirs runs', () => {
    // Eight threads for so little take longer to start than it takes to count.
    const slurm = recipe('#!/bin/bash').text.replaceAll('16', '2').replace('--threads 8', '--threads 1');
    const kubernetes = /- \|\n([^]*?)\n {10}volumeMounts/.exec(recipe('apiVersion').text)![1]!.replaceAll('16', '2');
    for (const [index, [text, task]] of [[slurm, (number: number) => `export SLURM_ARRAY_TASK_ID=${number}`], [kubernetes.replaceAll('/data', 'shards'), (number: number) => `export JOB_COMPLETION_INDEX=${number - 1}`] as const].entries() as IterableIterator<[number, [string, (number: number) => string]]>) {
      const path = place();
      if (index === 1) shell(path, 'mkdir shards && cp grid.json shards');
      // The first of them is begun twice, as after a preemption.
      for (const number of [1, 2, 1]) shell(path, `${task(number)}\n${text}`);
      shell(path, 'generals merge shards/1 shards/2 --out all');
      expect(results(path)).to.equal(whole);
    }
  });
});
