import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { svgOf } from '../../src/trace/svg.ts';
import { chartOfLog, logIn } from '../../src/web/logs.ts';
import { oddsIn } from '../../src/web/results.ts';
import { expectInside, unclosed } from '../support/pictures.ts';
import { generals } from '../support/run.ts';

describe('a file that a page opens', () => {
  it('is the results of a campaign: odds by the number of traitors, of each size and strategy', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'generals-results-'));
    try {
      const out = join(folder, 'out');
      expect((await generals(['campaign', '--protocol', 'exchange,oral', '--members', '4', '--faults', '0..2', '--orders', '300', '--seed', '3', '--out', out])).code).to.equal(0);
      const text = readFileSync(join(out, 'results.json'), 'utf8');
      const odds = oddsIn(text, 'results.json');
      expect(odds.map(({ protocol, members, rows }) => [protocol, members, rows.map(({ faults, orders }) => [faults, orders])])).to.deep.equal([['exchange', 4, [[0, 300], [1, 300], [2, 300]]], ['oral', 4, [[0, 300], [1, 300], [2, 300]]]]);
      const { cells } = JSON.parse(text) as { cells: { protocol: string; faults: number; rates: { agreement: { rate: number; low: number } }; exact: { agreement: number } | null }[] };
      for (const { protocol, faults, rates, exact } of cells) {
        const { agreement } = odds.find((one) => one.protocol === protocol)!.rows.find((row) => row.faults === faults)!;
        expect([agreement.counted / agreement.of, agreement.low], `${protocol} ${faults}`).to.deep.equal([rates.agreement.rate, rates.agreement.low]);
        if (exact !== null) expect(agreement.exact).to.be.closeTo(exact.agreement, 1e-12);
      }
      expect(() => oddsIn(text.replace('"orders": 300', '"orders": 301'), 'results.json')).to.throw(/^"results\.json" was changed/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('is logs of seeds and peers, of this program and of older ones, in the order of their times', () => {
    const ours = '2026-01-02 03:04:05 [SEED-127.0.0.1:5000] Received registration proposal for peer 127.0.0.1:6000\nno line of a log\n2026-01-02 03:04:07 [PEER-127.0.0.1:6000] Ready\n';
    const older = '2026-01-02 03:04:06: [\'127.0.0.1:6001\'] \r\n2026-01-02 03:04:08 Dead Node:127.0.0.1:6000\r\n';
    const lines = [...logIn(ours, 'outputfile.txt'), ...logIn(older, 'peerlog_6001.txt')];
    expect(lines.map(({ node }) => node)).to.deep.equal(['SEED-127.0.0.1:5000', 'PEER-127.0.0.1:6000', 'PEER-6001', 'PEER-6001']);
    const chart = chartOfLog(lines, 'outputfile.txt');
    expect(chart.lanes.map(({ name }) => name)).to.deep.equal(['P6000', 'P6001', 'S5000']);
    expect(chart.parts[0]!.rows.map(({ lane, cells }) => [lane, ...cells.keys()])).to.deep.equal([[2, 0], [0], [1], [1, 0]]);
    expect(logIn('2026-01-02 03:04:05 x\n', 'seedlog.txt')[0]!.node).to.equal('SEED');
    // Programs of 2024 wrote lines without a time.
    const bare = "['127.0.0.1:6001', '127.0.0.1:6002']\n\n1708420000.12:127.0.0.1:6002:GOSSIP1\r\nDead Node:127.0.0.1:6002:1708420039.5:127.0.0.1\n";
    expect(logIn(bare, 'peerlog_6001.txt').map(({ time, node, text }) => [time, node, text])).to.deep.equal([
      ['', 'PEER-6001', "['127.0.0.1:6001', '127.0.0.1:6002']"],
      ['', 'PEER-6001', '1708420000.12:127.0.0.1:6002:GOSSIP1'],
      ['', 'PEER-6001', 'Dead Node:127.0.0.1:6002:1708420039.5:127.0.0.1'],
    ]);
    expect(() => logIn(bare, 'notes.txt')).to.throw('this is no trace');
    expect(() => logIn('\u0000\uFFFD\n', 'outputfile.txt')).to.throw('this is no trace');
    for (const text of ['', 'nothing', '\u0000\n'.repeat(10)]) expect(() => logIn(text, 'x.txt')).to.throw('this is no trace, no results of a campaign, and no log of a gossip network');
  });

  it('is drawn whole where it is short, and its end where it is long', () => {
    const lines = Array.from({ length: 500 }, (_, index) => ({ time: `2026-01-02 03:${String(Math.floor(index / 60)).padStart(2, '0')}:${String(index % 60).padStart(2, '0')}`, node: `PEER-127.0.0.1:${6000 + (index % 40)}`, text: `<line> & "${index}" ${'x'.repeat(100)}` }));
    const chart = chartOfLog(lines, 'a & b');
    expect(chart.lanes).to.have.length(24);
    expect(chart.parts[0]!.rows).to.have.length(200);
    expect(chart.legend.below).to.deep.equal(['300 lines before these or of other nodes are not drawn.']);
    const svg = svgOf([chart]);
    expect(unclosed(svg)).to.deep.equal([]);
    expectInside(svg);
  });
});
