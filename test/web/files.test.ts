import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { textOf, type Results } from '../../src/campaign/results.ts';
import { svgOf } from '../../src/trace/svg.ts';
import { chartOfLog, logIn } from '../../src/web/logs.ts';
import { countedIn, isOfCampaign } from '../../src/web/results.ts';
import { expectInside, unclosed } from '../support/pictures.ts';
import { generals } from '../support/run.ts';

describe('a file that a page opens', () => {
  it('is the results of a campaign, or its report: odds by the number of traitors, of each size and strategy, as the report says them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'generals-results-'));
    try {
      const out = join(folder, 'out');
      const grid = ['--protocol', 'exchange,oral', '--members', '4', '--faults', '0..3', '--strategy', 'coin,liar', '--m', 'f', '--orders', '300', '--seed', '3'];
      expect((await generals(['campaign', ...grid, '--out', out])).code).to.equal(0);
      const [text, report, table] = ['results.json', 'report.html', 'results.csv'].map((name) => readFileSync(join(out, name), 'utf8')) as [string, string, string];
      for (const one of [text, report, table]) expect(isOfCampaign(one)).to.equal(true);
      const { odds, isPartial } = countedIn(text, 'results.json');
      expect(countedIn(report, 'report.html')).to.deep.equal({ odds, isPartial });
      expect(isPartial).to.equal(false);
      // For three traitors among four it is not run.
      const rows = [0, 1, 2].map((faults) => [faults, 300]);
      const { digest, ...results } = JSON.parse(text) as Results & { readonly digest: string };
      expect(digest).to.match(/^[0-9a-f]{16}$/);
      expect(odds.filter(({ protocol }) => protocol === 'oral').map(({ m, strategy, rows: own }) => [m, strategy, own.map(({ faults, orders }) => [faults, orders])]))
        .to.deep.equal([['f', 'coin', rows], ['f', 'liar', rows]]);
      for (const { protocol, strategy, faults, rates, exact } of results.cells) {
        const { agreement, validity } = odds.find((one) => one.protocol === protocol && one.strategy === strategy)!.rows.find((row) => row.faults === faults)!;
        const what = `${protocol} ${faults} ${strategy}`;
        expect([agreement.counted / agreement.of, agreement.low, agreement.exact === null], what).to.deep.equal([rates!.agreement.rate, rates!.agreement.low, exact === null]);
        if (exact !== null) expect(agreement.exact, what).to.be.closeTo(exact.agreement, 1e-12);
        if (exact !== null && exact.validity !== null) expect(validity.exact, what).to.be.closeTo(exact.validity, 1e-12);
        expect([agreement.isTrivial, validity.isTrivial], what).to.deep.equal([faults === 3, faults === 3]);
      }
      expect(countedIn(textOf({ ...results, status: 'partial' }), 'results.json').isPartial).to.equal(true);
      expect(() => countedIn(text.replace('"orders": 300', '"orders": 301'), 'results.json')).to.throw(/^"results\.json" was changed/);
      expect(() => countedIn(report.replace('"orders":300', '"orders":301'), 'report.html')).to.throw(/^"report\.html" was changed/);
      expect(() => countedIn(report.replace(/<template[^]*<\/template>/, ''), 'report.html')).to.throw('"report.html" is of an older program, and has no results in it: open results.json beside it');
      expect(() => countedIn(table, 'results.csv')).to.throw('"results.csv" is a table for other programs: open results.json beside it');
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
