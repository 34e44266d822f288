import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wholePage } from '../../src/web/server/files.ts';
import { endAll, start } from '../support/program.ts';
import { generals } from '../support/run.ts';

describe('generals web', () => {
  let folder: string;

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'generals-web-'))));
  afterEach(() => {
    endAll();
    rmSync(folder, { recursive: true, force: true });
  });

  it('writes the page as one file, which names nothing outside of itself', async () => {
    const out = join(folder, 'lab.html');
    expect(await generals(['web', '--out', out])).to.deep.equal({ code: 0, out: `The laboratory is in ${out}: open it in a browser, it needs nothing else.\n`, err: '' });
    const page = readFileSync(out, 'utf8');
    expect(page).to.equal(wholePage());
    expect(page.replaceAll(/<script[^]*?<\/script>/g, '')).not.to.match(/\b(src|href)="(?!data:)|https?:/);
    expect(page).to.include("default-src 'none'");
  });

  it('serves the page until it is ended, and prints one URL', async () => {
    const program = start(['web']);
    const line = await program.line((text) => text.startsWith('The laboratory: '));
    const url = line.slice('The laboratory: '.length);
    expect(url).to.match(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[0-9a-f]{32}$/);
    expect((await fetch(url)).status).to.equal(200);
    expect((await fetch(new URL('/', url))).status).to.equal(403);
    expect(await program.end('SIGTERM')).to.equal(143);
    expect(program.errors()).to.equal('');
  });

  for (const [line, mistake] of [
    [['web', '8080'], 'web takes options only, not 8080: generals web --port 8080'],
    [['web', '--port', '65536'], '--port'],
    [['web', '--port', '80', '--out', 'x.html'], '--out writes a file and serves nothing'],
    [['web', '--out', '/nowhere/lab.html'], '/nowhere/lab.html'],
    [['run', '--web', 'x.txt'], '--web is for a prompt or a pipe'],
  ] as const) {
    it(`refuses ${line.join(' ')} in one line`, async () => {
      const { code, out, err } = await generals(line);
      expect(code).to.equal(2);
      expect(out).to.equal('');
      expect(err).to.include(mistake);
      expect(err.trim().split('\n')).to.have.length(1);
    });
  }

  it('shows an army that is commanded from a pipe', async () => {
    const { code, out, err } = await generals(['4', '--seed', '1', '--web'], 'g-elect 1\n');
    expect(code).to.equal(0);
    expect(out).to.match(/^G1, primary/);
    expect(err).to.match(/^The page: http:\/\/127\.0\.0\.1:\d+\/\?token=[0-9a-f]{32}\n$/);
  });
});
