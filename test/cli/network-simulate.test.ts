import { expect } from 'chai';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareLines } from '../../src/cli/network-simulate.ts';
import { LAN } from '../../src/gossip/settings.ts';
import { generals, here, projectPath, refusal } from '../support/run.ts';

/** A small network, but one that loses some. */
const SMALL = ['network', '--simulate', '--peers', '20', '--kill', '20%', '--seed', '7'];

describe('generals network --simulate', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'generals-network-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('compares detectors at the prompt of a network by words that all hear', async () => {
    const lines = await compareLines({ seeds: 1, peers: 3, settings: LAN });
    expect(lines.find((line) => line.startsWith('words reached '))).to.match(/^words reached( +100 %){3}$/);
  });

  it('says in plain sentences what came of a network, the same each time but for how long that took', async () => {
    const first = await here(SMALL);
    // How far it is, where it takes long.
    expect(first.err).to.match(/^(\d+%: [a-z ]+\n)*$/);
    expect(first.code).to.equal(0);
    expect(first.out.split('\n')[0]).to.equal('20 peers and 3 seeds with swim, seed 7; 0 % of packets are lost, each takes up to 5 ms.');
    expect(first.out).to.include('Each word reached 100 % of the living').and.include('4 peers were killed: ').and.include('Nobody who lived was removed').and.include('\nAll invariants held.\n');
    for (const line of first.out.trim().split('\n')) for (const sentence of line.split(/[.;:]\s/)) expect(sentence.split(' ').length, sentence).to.be.at.most(25);
    const timeless = ({ out }: { readonly out: string }): string => out.replace(/ of the network in .*$/m, '');
    expect(timeless(await generals(SMALL))).to.equal(timeless(first));
  });

  it('answers --json by one object for each detector, without times of this machine', async () => {
    const first = await here([...SMALL, '--compare', '--json']);
    expect(first.out.trim().split('\n').map((line) => (JSON.parse(line) as { readonly detector: string }).detector)).to.deep.equal(['timeout', 'misses', 'swim']);
    const [one] = first.out.split('\n').map((line) => (line === '' ? {} : JSON.parse(line)) as Record<string, unknown>);
    expect(one).to.deep.include({ v: 1, type: 'holds', peers: 20, seeds: 3, seed: 7, kill: 0.2, falseRemovals: 0, neverReady: 0, violations: [] });
    expect(await here([...SMALL, '--compare', '--json'])).to.deep.equal(first);
  });

  it('--compare shows all detectors side by side', async () => {
    const { out, code } = await here([...SMALL, '--compare']);
    const rows = out.trim().split('\n');
    expect(rows[1]).to.match(/^ +timeout +misses +swim$/);
    expect(rows.at(-1)).to.match(/^invariants +hold +hold +hold$/);
    expect(code).to.equal(0);
  });

  it('--out writes figures, and pictures of the overlay, of coverage and of deaths', async () => {
    const out = join(folder, 'out');
    const { err, code } = await here([...SMALL, '--out', out]);
    expect(err).to.match(/^wrote 4 pictures and figures\.json to /);
    expect(code).to.equal(0);
    expect(readdirSync(out).toSorted()).to.deep.equal(['coverage.svg', 'deaths.svg', 'degrees.svg', 'figures.json', 'overlay.svg']);
    const svg = (name: string): string => readFileSync(join(out, `${name}.svg`), 'utf8');
    expect(svg('degrees')).to.match(/^<svg /).and.include('Neighbours of peers');
    expect(svg('coverage')).to.include('How words spread').and.include('share of peers reached');
    expect(svg('deaths')).to.include('From a death to its removal').and.include('removed by a seed');
    expect((JSON.parse(readFileSync(join(out, 'figures.json'), 'utf8')) as unknown[]).length).to.equal(1);
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect((await here([...SMALL, '--out', file])).err).to.match(/^generals: .* cannot be made: /);
  });

  it('draws the overlay that the documents show (UPDATE=1 writes it anew)', async () => {
    const out = join(folder, 'shown');
    await here(['network', '--simulate', '--peers', '60', '--seed', '7', '--kill', '0%', '--words', '0', '--out', out]);
    const drawn = readFileSync(join(out, 'overlay.svg'), 'utf8');
    const shown = projectPath('docs/overlay.svg');
    if (process.env['UPDATE'] === '1') writeFileSync(shown, drawn);
    // Not shown where it differs: it is one long line.
    expect(readFileSync(shown, 'utf8') === drawn, 'UPDATE=1 draws it anew').to.equal(true);
    expect(drawn.match(/<circle /g)).to.have.length(60);
  });

  it('ends with 3 where an invariant broke, and says which', async () => {
    const { out, code } = await here(['network', '--simulate', '--peers', '8', '--byzantine', '1', '--kind', 'forge-death', '--trust', 'old', '--seed', '1']);
    expect(out).to.match(/\nBroken: no live peer is removed: S\d removes P\d, which lives and is not cut off/);
    expect(code).to.equal(3);
  });

  it('takes shares as percent and as numbers, and refuses others', async () => {
    const json = async (...words: string[]): Promise<unknown> => JSON.parse((await here([...SMALL, '--words', '0', '--json', ...words])).out);
    expect(await json('--loss', '10%')).to.deep.equal(await json('--loss', '.1'));
    for (const word of ['91%', '-1', 'some', '1.5']) expect((await refusal([...SMALL.slice(0, 4), `--loss=${word}`])).err).to.match(/--loss takes a share from 0% to 90%/);
  });

  it('takes any timer by its name, and refuses what is none', async () => {
    const removed = async (...timers: string[]): Promise<number> => (JSON.parse((await here([...SMALL, '--words', '0', '--json', ...timers])).out) as { readonly deaths: { readonly removed: { readonly median: number } } }).deaths.removed.median;
    expect(await removed('--timers', 'suspicion-min=9000, suspicion-max=9000')).to.be.above((await removed()) + 2000);
    for (const [timers, refused] of [['probe=3', /--timers has no "probe": hello-wait, probe-every, /], ['inquiry=10', /--timers inquiry is a whole number from 50 to 3600000, as in inquiry=500/], ['suspicion-min=9000', /suspicion-min \(9000\) is more than suspicion-max \(2500\)/]] as const) {
      expect((await refusal([...SMALL, '--timers', timers])).err).to.match(refused);
    }
  });

  it('refuses what is for a network in real time, and that what is for it', async () => {
    expect((await refusal([...SMALL, '--host', 'localhost'])).err).to.match(/--host is for a network in real time/);
    expect((await refusal(['network', '--loss', '10%'])).err).to.match(/--loss is for a network in virtual time: add --simulate/);
    expect((await refusal([...SMALL, '--compare', '--detector', 'swim'])).err).to.match(/--compare takes all detectors/);
    expect((await here([...SMALL, '--byzantine', '1', '--kind', 'rude'])).err).to.match(/^generals: --kind is forge-death, /);
    expect((await here([...SMALL, '--byzantine', '21', '--kind', 'flood'])).err).to.match(/^generals: --byzantine 21 is more than there are: 20 peers – /);
    expect((await here(['network', '--seeds', '3', '--peers', '9', '--byzantine', '4', '--kind', 'lying-list'])).err).to.match(/^generals: --byzantine 4 is more than there are: 3 seeds – /);
  });
});

describe('generals simulate --protocol gossip', () => {
  it('tells what becomes of seeds and peers under the plan of a seed', async () => {
    const { out, code } = await here(['simulate', '--protocol', 'gossip', '--seed', '4']);
    expect(out).to.match(/^\d seeds? \(nodes? 0/).and.match(/ ms {2}node \d is registered with node \d, in life 1\n/).and.match(/\nAccuracy, completeness and agreement of all lists held: /);
    expect(code).to.equal(0);
  });

  it('tries many', async () => {
    const { out, code } = await here(['simulate', '--protocol', 'gossip', '--schedules', '20', '--members', '8']);
    expect(out).to.match(/^Accuracy, completeness and agreement of all lists held in 20 schedules of [\d,]+ events\.\n$/);
    expect(code).to.equal(0);
  });
});
