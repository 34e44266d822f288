import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { here, transcriptOf } from '../support/run.ts';

interface Cells {
  readonly cells: readonly { readonly id: string; readonly seed: number; readonly violations: readonly { readonly order: number; readonly property: string }[] }[];
}

describe('generals replay', () => {
  let folder = '';
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'generals-replay-'));
    const { code, err } = await here(['campaign', '--protocol', 'exchange,signed', '--members', '4..5', '--faults', '2', '--orders', '100', '--seed', '4', '--out', folder]);
    expect(code, err).to.equal(0);
  });
  after(() => rmSync(folder, { recursive: true }));
  const file = (): string => join(folder, 'results.json');
  const broken = (): Cells['cells'][number] => (JSON.parse(readFileSync(file(), 'utf8')) as Cells).cells.find(({ violations }) => violations.length > 1)!;

  it('shows an order that a campaign counted as broken, and that it was, with the reasons', async () => {
    const { id, violations } = broken();
    for (const { order, property } of violations) {
      const { code, out, err } = await here(['replay', file(), '--cell', id, '--order', `${order}`]);
      expect(code, err).to.equal(0);
      expect(out).to.include(`cell ${id}, order ${order}`).and.to.include('round 1').and.to.include(`${property.charAt(0).toUpperCase()}${property.slice(1)} violated: `).and.to.include('because').and.to.include('The quorum: ');
    }
  });

  it('finds the cell by its seed, and the first violation by itself', async () => {
    const { id, seed, violations } = broken();
    const byName = await here(['replay', file(), '--cell', id, '--order', `${violations[0]!.order}`]);
    expect((await here(['replay', file(), '--seed', `${seed}`])).out).to.equal(byName.out);
    expect(await here(['replay', file()])).to.deep.equal(byName);
  });

  it('shows every order that a campaign of kernels names, however few orders it has', async () => {
    const out = join(folder, 'kernels');
    await here(['campaign', '--members', '7', '--faults', '2', '--orders', '60', '--seed', '3', '--engine', 'kernel', '--out', out]);
    const [cell] = (JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Cells).cells;
    expect(cell!.violations).not.to.deep.equal([]);
    for (const { order, property } of cell!.violations) {
      expect(order).to.be.at.most(60);
      expect((await here(['replay', join(out, 'results.json'), '--order', `${order}`])).out).to.include(`${property.charAt(0).toUpperCase()}${property.slice(1)} violated: `);
    }
  });

  it('reads what --json printed just as well', async () => {
    const { out } = await here(['campaign', '--members', '5', '--faults', '2', '--orders', '20', '--seed', '3', '--json']);
    writeFileSync(join(folder, 'printed.json'), out);
    const { code, err } = await here(['replay', join(folder, 'printed.json')]);
    expect(code, err).to.equal(0);
  });

  it('says how to give the order again at the prompt, and there it comes to the same', async () => {
    const { out } = await here(['replay', file()]);
    const traitors = /traitors (.*); protocol (\w+)/.exec(out)!;
    const again = /To repeat it with the same generals: (.*)/.exec(out)![1]!.split('; ');
    const count = Number(/among (\d+)/.exec(out)![1]);
    const script = ['g-elect 1', ...traitors[1]!.split(', ').map((name) => `g-state ${name} faulty`), ...again].join('\n');
    const transcript = await transcriptOf(script, { host: 'sim' }, count);
    const verdict = out.split('\n').find((line) => line.startsWith('Execute order'))!;
    expect(transcript).to.include(verdict);
  });

  it('refuses what the campaign does not have, in one line', async () => {
    const { id } = broken();
    for (const [words, says] of [
      [['--cell', 'exchange-m1-n9-f2-coin'], 'the campaign has no cell "exchange-m1-n9-f2-coin": it has exchange-m1-n4-f2-coin'],
      [['--seed', '1'], 'the campaign has no cell with the seed 1'],
      [['--cell', id, '--order', '101'], 'has orders 1 to 100, not 101'],
      [['--order', '0'], '--order is a whole number from 1'],
    ] as const) {
      const { code, err, out } = await here(['replay', file(), ...words]);
      expect(err).to.include(says);
      expect(err.trimEnd().split('\n')).to.have.lengthOf(1);
      expect([code, out]).to.deep.equal([2, '']);
    }
    expect((await here(['replay'])).err).to.include('generals replay <results.json>');
  });
});
