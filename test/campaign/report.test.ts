import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wilson } from '../../src/campaign/interval.ts';
import type { Results } from '../../src/campaign/results.ts';
import { percent } from '../../src/campaign/table.ts';
import { generals, here, projectPath } from '../support/run.ts';
import { skip } from '../support/skip.ts';

const BROWSER = ['chromium', 'chromium-browser', 'google-chrome'].find((name) => spawnSync('which', [name]).status === 0);

describe('generals campaign --out', () => {
  let folder = '';
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'generals-report-'));
    await here(['campaign', '--protocol', 'exchange,oral', '--members', '3..5', '--faults', '0..2', '--m', '1', '--orders', '40', '--seed', '1', '--out', folder]);
  });
  after(() => rmSync(folder, { recursive: true }));
  const text = (name: string): string => readFileSync(join(folder, name), 'utf8');

  it('writes results, a table, a report and pictures', () => {
    // And a lock, which stays.
    expect(readdirSync(folder).filter((name) => name !== 'lock').toSorted()).to.deep.equal([
      'agreement-exchange-coin.svg', 'agreement-oral-coin.svg', 'heatmap-exchange-coin.svg', 'heatmap-oral-coin.svg', 'messages.svg', 'report.html', 'results.csv', 'results.json',
      'validity-exchange-coin.svg', 'validity-oral-coin.svg',
    ]);
  });

  it('draws pictures that are well-formed and refer to nothing outside', () => {
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.svg'))) {
      const svg = text(name);
      expect(unbalanced(svg), name).to.equal(undefined);
      expectNothingOutside(svg, name);
    }
    expect(text('agreement-exchange-coin.svg')).to.include('n = 4').and.to.include('#c0392b');
    expect(text('heatmap-exchange-coin.svg')).to.include('×');
    expect(text('messages.svg')).to.include('messages (log scale)');
  });

  it('writes a report that holds all pictures and refers to nothing outside', () => {
    const report = text('report.html');
    expect(report.match(/<svg/g)).to.have.lengthOf(7);
    expectNothingOutside(report, 'report.html');
    expect(report).to.include("default-src 'none'").and.to.include('exchange-m1-n4-f2-coin');
    const ids = [...report.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size, 'ids are unique').to.equal(ids.length);
  });

  it('marks what says nothing, in its table, its report and its pictures: agreement of at most one loyal general, validity of nobody loyal under a loyal one', async () => {
    const out = join(folder, 'trivial');
    const answer = await here(['campaign', '--members', '3', '--faults', '0..3', '--orders', '200', '--seed', '1', '--out', out]);
    const rows = answer.out.split('\n').filter((line) => line.startsWith('exchange  '));
    expect(rows.map((row) => row.match(/trivial/g)?.length ?? 0)).to.deep.equal([0, 0, 3, 3]);
    const report = readFileSync(join(out, 'report.html'), 'utf8');
    expect(report.match(/<td>trivial<\/td>/g)).to.have.length(6);
    for (const text of [answer.out, report]) expect(text).to.match(/trivial agreement: one loyal general, or none/i).and.to.match(/trivial validity: no order has both a loyal primary/i).and.to.match(/validity is that of the orders that G1 gave being loyal/i);
    const marks = (name: string, mark: string): number => readFileSync(join(out, name), 'utf8').split(mark).length - 1;
    expect(marks('agreement-exchange-coin.svg', 'fill="white" stroke="#1f5fa8"'), 'hollow').to.equal(2);
    expect(marks('heatmap-exchange-coin.svg', 'fill="#b0b0b0"'), 'grey').to.equal(2);
    expect(marks('validity-exchange-coin.svg', 'fill="white" stroke="#1f5fa8"'), 'hollow').to.equal(1);
    const { cells } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
    expect(cells[2]!.rates!.agreement.rate).to.equal(1);
    expect(cells[3]).to.deep.include({ exact: { agreement: 1, validity: null } }).and.to.have.nested.property('rates.validity', null);
  });

  it('tells validity of the orders of a loyal commander, and how often it was loyal, everywhere alike', async () => {
    const out = join(folder, 'loyal');
    // Of three generals the one traitor is the commander in a third of the orders; else its coin decides.
    for (const engine of ['simulator', 'kernel']) {
      const answer = await here(['campaign', '--members', '3', '--faults', '1', '--orders', '20000', '--seed', '1', '--engine', engine, '--out', join(out, engine)]);
      const [cell] = (JSON.parse(readFileSync(join(out, engine, 'results.json'), 'utf8')) as Results).cells;
      const { orders, commanderLoyal, validityViolated } = cell!.counts;
      expect(commanderLoyal / orders, engine).to.be.closeTo(2 / 3, 0.01);
      expect(cell!.rates!.commanderLoyal.rate).to.equal(commanderLoyal / orders);
      expect(cell!.rates!.validity).to.deep.equal(wilson(commanderLoyal - validityViolated, commanderLoyal));
      expect(cell!.rates!.validity!.rate, engine).to.be.closeTo(0.5, 0.015);
      expect(cell!.exact).to.deep.equal({ agreement: 1, validity: 0.5 });
      const row = answer.out.split('\n').find((line) => line.startsWith('exchange'))!;
      expect(row).to.include(`  ${percent(commanderLoyal / orders)}  `).and.to.include(`  ${percent(1 - validityViolated / commanderLoyal)}  `).and.to.include('  50.000%  ');
      const [heads, values] = readFileSync(join(out, engine, 'results.csv'), 'utf8').split('\r\n').map((line) => line.split(','));
      const field = (name: string): number => Number(values![heads!.indexOf(name)]);
      expect([field('commander_loyal'), field('validity'), field('validity_exact')]).to.deep.equal([commanderLoyal, cell!.rates!.validity!.rate, 0.5]);
      expect(readFileSync(join(out, engine, 'report.html'), 'utf8')).to.include(`<td>${percent(commanderLoyal / orders)}</td><td>${percent(1 - validityViolated / commanderLoyal)} [`);
    }
  });

  it('draws pictures that are for light and dark', () => {
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.svg'))) expect(readFileSync(join(folder, file), 'utf8'), file).to.include('@media (prefers-color-scheme:dark)');
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).to.include('@media (prefers-color-scheme:dark){body{');
  });

  it('is of demo/how-many-traitors.json what it claims, and the picture of docs/campaigns.md, byte for byte, of four and seven generals but in a soak (UPDATE=1 writes it anew)', async () => {
    const [out, picture] = [join(folder, 'how-many-traitors'), projectPath('demo/how-many-traitors.svg')];
    const isWhole = ['SOAK', 'UPDATE'].some((name) => process.env[name] === '1');
    // In a process of its own: vega numbers what it draws, and goes on counting.
    const { code, err } = await generals(['campaign', projectPath('demo/how-many-traitors.json'), ...(isWhole ? [] : ['--members', '4,7', '--threads', '1']), '--out', out]);
    expect(code, err).to.equal(0);
    const { cells } = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Results;
    expect(cells).to.have.lengthOf(isWhole ? 56 : 16);
    expect(cells.filter(({ worst, exact }) => worst === 'unknown' || exact === null)).to.deep.equal([]);
    // OM(m) stands f traitors just where n > 3f, and the exchange just one. Three of four leave nobody to be split.
    for (const { id, protocol, members, faults, worst } of cells)
      expect(worst, id).to.equal(faults === 0 || faults === members - 1 || (members > 3 * faults && (protocol === 'oral' || faults === 1)) ? 'holds' : 'violated');
    const drawn = readFileSync(join(out, 'agreement-oral-coin.svg'), 'utf8');
    if (process.env['UPDATE'] === '1') writeFileSync(picture, drawn);
    const [some, all] = [drawn, readFileSync(picture, 'utf8')].map(panels);
    expect(some!.length).to.equal(isWhole ? all!.length : 2);
    for (const [index, panel] of some!.entries()) expect(panel === all![isWhole ? index : 3 * index], `panel ${index} of demo/how-many-traitors.svg is what its grid makes`).to.equal(true);
    expect(readFileSync(projectPath('docs/campaigns.md'), 'utf8')).to.include('](../demo/how-many-traitors.svg)').and.to.include('campaign demo/how-many-traitors.json --out report');
  });

  it('writes a report that Chromium shows without an error', function () {
    if (BROWSER === undefined) skip(this, 'chromium is not installed');
    const { stdout, stderr } = spawnSync(
      BROWSER,
      [...OFFLINE, '--enable-logging=stderr', '--v=0', `--user-data-dir=${join(folder, 'profile')}`, '--dump-dom', `file://${join(folder, 'report.html')}`],
      { encoding: 'utf8', timeout: 60_000 },
    );
    expect(stdout).to.include('<figure><svg');
    expect(stderr).not.to.match(/CONSOLE/);
  });
});

/** What each number of generals has of a picture. */
const panels = (svg: string): string[] => svg.slice(0, svg.lastIndexOf('<g class="mark-group role-title">')).replaceAll(/-clip\d+/g, '').split('<path class="background" aria-hidden="true" d="M0.5,0.5h150v100').slice(1).map((panel) => panel.replace(/(<\/?g[^>]*>)+$/, ''));

/** A browser that opens the page, and talks to nobody. */
const OFFLINE = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

function expectNothingOutside(page: string, what: string): void {
  const urls = [...page.matchAll(/(?:href|src|action|data)\s*=\s*"([^"]*)"|url\(([^)]*)\)|@import\s+([^;]*)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
  expect(urls.filter((url) => !url.startsWith('#') && !url.startsWith('data:')), what).to.deep.equal([]);
  expect(page.replaceAll(/xmlns(:\w+)?="[^"]*"/g, ''), what).not.to.match(/https?:|<script/);
}

/** The first tag of an XML text that does not fit, or the first `&` that begins no entity. */
function unbalanced(xml: string): string | undefined {
  const open: string[] = [];
  for (const [tag, end, name, attributes, self] of xml.matchAll(/<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|<[^!?]/g)) {
    if (name === undefined || attributes === undefined) return tag;
    if (end === '/') {
      if (open.pop() !== name) return tag;
    } else if (self !== '/') open.push(name);
  }
  return open.at(-1) ?? /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)[^;]{0,10}/i.exec(xml)?.[0];
}
