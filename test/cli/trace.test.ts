import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generals, here, projectPath } from '../support/run.ts';

const FILES = projectPath('test/trace/files');

const kept = (name: string): string => readFileSync(join(FILES, name), 'utf8');

describe('generals trace', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'generals-trace-'))));
  after(() => rmSync(folder, { recursive: true }));

  const formats: readonly (readonly [options: readonly string[], name: string])[] = [[[], 'orders-1.txt'], [['--diagram'], 'orders-1.diagram.txt'], [['--mermaid'], 'orders-1.mermaid.txt'], [['--shiviz'], 'orders-1.shiviz.txt']];
  for (const [options, name] of formats) {
    it(`shows orders as ever ${options.join(' ')}`, async () => {
      expect(await here(['trace', join(FILES, 'orders-1.jsonl'), ...options])).to.deep.include({ code: 0, err: '', out: kept(name) });
    });
  }

  it('draws orders as ever --svg', async () => {
    const file = join(folder, 'orders.svg');
    expect(await generals(['trace', join(FILES, 'orders-1.jsonl'), '--svg', file])).to.deep.include({ code: 0, err: '', out: '' });
    expect(readFileSync(file, 'utf8')).to.equal(kept('orders-1.svg'));
  });

  for (const protocol of ['bracha', 'ben-or']) {
    it(`tells what simulate --protocol ${protocol} --trace wrote as simulate told it, and draws it`, async () => {
      const file = join(folder, `${protocol}.jsonl`);
      const { out } = await here(['simulate', '--protocol', protocol, '--seed', '3', '--trace', file]);
      expect(await here(['trace', file])).to.deep.include({ code: 0, err: '', out });
      expect((await here(['trace', file, '--diagram', '--to', '540'])).out).to.match(new RegExp(`^${protocol} among \\d, seed 3\n`));
    });
  }

  it('tells what simulate --trace wrote of replicas as simulate told it', async () => {
    const file = join(folder, 'replicas.jsonl');
    const { out } = await here(['simulate', '--seed', '14', '--trace', file]);
    expect(await here(['trace', file])).to.deep.include({ code: 0, err: '', out });
    const part = await here(['trace', file, '--from', '1000', '--to', '1199']);
    expect(part.out.split('\n').filter((line) => / ms {2}/.test(line))).to.deep.equal(out.split('\n').filter((line) => /^ {2}1(0|1)\d\d ms {2}/.test(line)));
    const formats = { '--diagram': /^pbft among 4, seed 14\n/, '--mermaid': /^sequenceDiagram\n/, '--shiviz': /^C4 {"C4":1}\n301 ms: asks "get y"\n/, '--messages': / sends pre-prepare v0 n1 to replica 1, replica 2, replica 3\n/ };
    for (const [format, begin] of Object.entries(formats)) expect((await here(['trace', file, format])).out, format).to.match(begin);
    const svg = join(folder, 'replicas.svg');
    expect(await here(['trace', file, '--to', '450', '--svg', svg])).to.deep.include({ code: 0, out: '' });
    expect(readFileSync(svg, 'utf8')).to.match(/^<svg .*\n<\/svg>\n$/s);
  });

  const mistakes: readonly (readonly [args: readonly string[], line: RegExp])[] = [
    [['orders-1.jsonl', '--from', '3'], /^generals: --from is for a trace that simulate wrote, and this is a trace of orders – /],
    [['orders-1.jsonl', '--to', '3'], /^generals: --to is for a trace that simulate wrote/],
    [['orders-1.jsonl', '--messages'], /^generals: --messages is for a trace that simulate wrote/],
    [['orders-1.jsonl', '--why', '1'], /^generals: --why is for a trace that simulate wrote/],
    [['pbft-1.jsonl', '--why', '9'], /^generals: there is no node 9 in the trace: it has 0, 1, 2, 3 – /],
    [['pbft-1.jsonl', '--why', '1', '--diagram'], /^generals: --why stands for itself: it is in sentences, of one node/],
    [['pbft-1.jsonl', '--why', '1', '--messages'], /^generals: --why stands for itself: it is in sentences, of one node/],
    [['orders-1.jsonl', '--order', '99'], /^generals: there is no order 99 in the trace: it has 1, 2/],
    [['pbft-1.jsonl', '--order', '1'], /^generals: --order is for a trace of orders, and this is of a run of replicas/],
    [['pbft-1.jsonl', '--from', '5', '--to', '4'], /^generals: --from 5 is after --to 4/],
    [['pbft-1.jsonl', '--messages', '--diagram'], /^generals: --messages is for sentences: pictures have all messages/],
    [['pbft-1.txt'], /^generals: ".*", line 1: not JSON, so the file is no trace or is truncated here/],
  ];
  for (const [[name, ...options], line] of mistakes) {
    it(`${name!} ${options.join(' ')} is a mistake, told in one line`, async () => {
      const { err, out, code } = await here(['trace', join(FILES, name!), ...options]);
      expect([out, code]).to.deep.equal(['', 2]);
      expect(err).to.match(line);
      expect(err.trimEnd().split('\n')).to.have.length(1);
    });
  }

  it('reads no file that would not fit into memory', async () => {
    const file = join(folder, 'large.jsonl');
    writeFileSync(file, '');
    truncateSync(file, 300 * 2 ** 20);
    expect((await here(['trace', file])).err).to.match(/^generals: ".*large\.jsonl" is too large a trace: 300 MiB, and 256 MiB are read at most/);
  });
});
