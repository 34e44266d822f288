import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endAll, start } from '../support/program.ts';
import { generals, here, refusal } from '../support/run.ts';

interface Measured {
  readonly [name: string]: unknown;
}

describe('generals cluster --compare', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'generals-compare-'));
  });
  afterEach(() => {
    endAll();
    rmSync(folder, { recursive: true, force: true });
  });

  const csv = (): Measured[] => {
    const [head, ...lines] = readFileSync(join(folder, 'comparison.csv'), 'utf8').trimEnd().split('\n').map((line) => line.split(','));
    return lines.map((cells) => Object.fromEntries(head!.map((name, index) => [name, cells[index]])));
  };

  it('shows what a request costs by each protocol, beside the formula, in 80 columns, and writes a table and a picture', async () => {
    const { code, out, err } = await generals(['cluster', '--compare', '--members', '4,2', '--requests', '3', '--out', folder]);
    expect([code, err.replace(/^\d+%: \w+ among \d: \d+ of 24 requests$/gm, '').trim()]).to.deep.equal([0, '']);
    expect(out.split('\n').slice(0, 2)).to.deep.equal(['3 requests, one at a time; all loyal; messages of agreement, counted', '  n  protocol   messages  formula      bytes    CPU ms    median ms     95 % ms']);
    for (const line of out.replace(folder, '').split('\n')) expect(line.length, line).to.be.at.most(80);
    const rows = csv();
    expect(rows.map(({ protocol, members, messages, formula }) => [protocol, members, messages, formula].join(' '))).to.deep.equal(['pbft 2 4 4', 'collector 2 5 5', 'pbft 4 24 24', 'collector 4 15 15']);
    for (const { bytes, cpu_ms: cpu, median_ms: median, percentile95_ms: percentile95 } of rows) {
      for (const value of [bytes, cpu, median]) expect(Number(value)).to.be.above(0);
      expect(Number(percentile95)).to.be.at.least(Number(median));
    }
    const svg = readFileSync(join(folder, 'comparison.svg'), 'utf8');
    for (const text of ['What one request costs', 'HTTP requests between replicas', 'bytes of these messages', 'CPU time, ms', 'ms to the answer; dashed: 95th percentile', 'collector', '3 requests, one at a time; all loyal']) expect(svg).to.include(text);
    expect((await refusal(['cluster', '--compare', '--out', folder])).err).to.equal(`generals: "${folder}" holds a comparison already: another folder keeps it – see generals cluster --help\n`);
  });

  it('counts all messages where there are traitors, several requests share a place, and ccro alone is asked for', async () => {
    const { code, out } = await here(['cluster', '--compare', '--protocol', 'ccro', '--members', '4', '--byzantine', 'f', '--kind', 'malicious', '--seed', '5', '--batch', '5', '--requests', '10', '--json']);
    expect(code).to.equal(0);
    const row = JSON.parse(out) as Measured;
    expect(row).to.include({ type: 'cost', n: 4, protocol: 'collector', byzantine: 1, kind: 'malicious', seed: 5, batch: 5, requests: 10 });
    expect(row).not.to.have.property('formula');
    expect(row['messages']).to.be.above(0);
  });

  it('leaves at Ctrl-C what it has measured by then', async () => {
    const program = start(['cluster', '--compare', '--requests', '3', '--protocol', 'pbft,collector', '--members', '1,2', '--out', folder]);
    await program.line((line) => /^ +1 {2}collector/.test(line));
    expect(await program.end('SIGINT')).to.equal(130);
    expect(csv().slice(0, 2).map(({ protocol, members }) => `${String(protocol)} ${String(members)}`)).to.deep.equal(['pbft 1', 'collector 1']);
    expect(csv().length).to.be.below(4);
    expect(readFileSync(join(folder, 'comparison.svg'), 'utf8')).to.include('What one request costs');
    expect(program.lines.at(-1)).to.equal(`written to ${folder}: comparison.csv and comparison.svg`);
  });
});
