import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { openPty, ptyUnavailable, type Pty } from '../support/pty.ts';
import { MAIN, cleanEnvironment } from '../support/run.ts';
import { skip } from '../support/skip.ts';

const CTRL_C = '\u0003';
const CTRL_L = '\u000c';
const CTRL_Z = '\u001a';

describe('generals network at a terminal', () => {
  const opened: Pty[] = [];

  before(function () {
    if (ptyUnavailable !== undefined) skip(this, ptyUnavailable);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((pty) => pty.close()));
  });

  function start(rows: number, ...args: readonly string[]): Pty {
    const pty = openPty([process.execPath, MAIN, 'network', ...args], { env: { NO_COLOR: '1', FORCE_COLOR: undefined }, rows, cols: 110 });
    opened.push(pty);
    return pty;
  }

  it('has a table above, what happens below it, and a prompt last; a death is told by why, and repeated in virtual time', async () => {
    const pty = start(40, '--peers', '5');
    await pty.until(/^5 alive {3}seeds 3\/3, quorum 2 {3}views: 1 /);
    expect(pty.screen()[2]).to.match(/^peer {2}state /);
    pty.type('kill 3\r');
    await pty.until('P3 is killed: peers should miss it within seconds. Undo: restart P3');
    await pty.until(/counted 2 of 3 votes: P3 is removed/);
    await pty.until(/^4 alive, 1 dead {3}/);
    expect(pty.screen().find((row) => row.startsWith('P3 '))).to.match(/^P3 {4}✗ dead /);
    pty.type('why p3\r');
    await pty.until(/S\d counted 2 of 3 seeds: it is off the list/);
    pty.type('restart 3\r');
    await pty.until(/^5 alive {3}.*views: 1 /);
    pty.type('detector timeout\r');
    await pty.until(/^5 alive .* detector swim, from now on timeout$/m);
    pty.type('kil 2\r');
    await pty.until('there is no word "kil"');
    pty.type('exit\r');
    expect(await pty.exit).to.equal(0);
    // Lines that were longer than the window go on in the next row.
    const said = pty.screen().join('');
    expect(said).to.match(/To let the same go wrong in virtual time: generals network --simulate --seeds 3 --peers 5 --faults '[\d.]+s kill ?P3; [\d.]+s restart ?P3'/);
    expect(said).to.match(/3 seeds and 5 peers, .*; removed P3 \(127/);
    // What it suggests can be typed.
    const [, line] = /in virtual time: (generals [^\r\n]+)/.exec(pty.raw())!;
    const { status, stdout } = spawnSync('sh', ['-c', line!], { env: cleanEnvironment(), encoding: 'utf8' });
    expect(status).to.equal(0);
    expect(stdout).to.match(/ s {2}> kill P3\n[^]*1 removal, 0 of somebody alive; 1 view in the end; /);
  });

  it('names in the line that repeats it all that is the same in virtual time', async () => {
    const pty = start(24, '--peers', '4', '--byzantine', '1', '--kind', 'silent', '--detector', 'misses', '--trust', 'old', '--speed', '2');
    await pty.until(/^4 alive/);
    pty.type('kill 1\r');
    await pty.until('P1 is killed');
    pty.type('exit\r');
    await pty.exit;
    expect(pty.raw()).to.match(/virtual time: generals network --simulate --seeds 3 --peers 4 --trust old --detector misses --byzantine 1 --kind silent --faults '[\d.]+s kill P1'/);
  });

  it('leaves the window whole when it ends, and never clears it or its history', async () => {
    const pty = start(30, '--peers', '3');
    await pty.until(/^3 alive /);
    pty.type(CTRL_C);
    await pty.until(/leave\?|Leave|exit/i);
    pty.type('y\r');
    expect(await pty.exit).to.be.oneOf([0, 130]);
    for (const clear of ['2J', '3J']) expect(pty.raw()).not.to.include(`\u001b[${clear}`);
    // The scroll region is given back.
    expect(pty.raw().lastIndexOf('\u001b[r')).to.be.greaterThan(pty.raw().lastIndexOf(';30r'));
  });

  it('clears what is below the table at Ctrl-L, and nothing else', async () => {
    const pty = start(24, '--peers', '2');
    await pty.until(/^2 alive /);
    pty.type('links 1\r');
    await pty.until('P1 – P2');
    pty.type(`mem${CTRL_L}`);
    await pty.until((screen) => screen.findIndex((row) => row.startsWith('network> mem')) === 6);
    const [head, , names, one, two, rule] = pty.screen();
    expect([head!.slice(0, 8), names!.slice(0, 4), one!.slice(0, 3), two!.slice(0, 3), rule!.slice(0, 3)]).to.deep.equal(['2 alive ', 'peer', 'P1 ', 'P2 ', '───']);
    expect(pty.screen()).to.have.length(7);
    expect(pty.raw()).not.to.include('\u001b[2J');
    pty.type('bers\r');
    await pty.until(/P2 +peer +\S+ +up, for others alive/);
  });

  it('gives the window back while it is stopped by Ctrl-Z, and shows the table when it goes on', async () => {
    const pty = openPty(['bash', '-mc', `'${process.execPath}' '${MAIN}' network --peers 2; echo stopped; read -r; fg %1`], { rows: 24, cols: 110 });
    opened.push(pty);
    await pty.until(/^2 alive /);
    const [region, whole] = ['\u001b[7;24r', '\u001b[r\u001b8'];
    expect(pty.raw()).to.include(region).and.not.include(whole);
    pty.type(CTRL_Z);
    await pty.until('stopped');
    expect(pty.raw().lastIndexOf(whole)).to.be.greaterThan(pty.raw().lastIndexOf(region));
    pty.type('\n');
    await pty.until((screen) => pty.raw().lastIndexOf(region) > pty.raw().lastIndexOf(whole) && screen[0]!.startsWith('2 alive ') && screen.at(-1)!.startsWith('network>'));
  });

  for (const [how, status] of [['SIGTERM', 143], ['SIGINT', 130], ['--for', 0]] as const) {
    it(`ends by ${how} with a summary, in a window that is whole`, async () => {
      const pty = openPty(['sh', '-c', `echo "process $$"; exec '${process.execPath}' '${MAIN}' network --peers 3 ${how === '--for' ? '--for 3' : ''}`], { rows: 30, cols: 110 });
      opened.push(pty);
      await pty.until(/^3 alive /);
      pty.type('half a wo');
      await pty.until('network> half a wo');
      if (how !== '--for') process.kill(Number(/process (\d+)/.exec(pty.raw())![1]), how);
      expect(await pty.exit).to.equal(status);
      expect(pty.raw().lastIndexOf('\u001b[r\u001b8')).to.be.greaterThan(pty.raw().lastIndexOf(';30r'));
      const said = pty.screen().filter((row) => row !== '');
      expect(said.at(-1)).to.equal('All that is promised held.');
      expect(said.slice(-7).join('\n')).to.match(/(?:^|\n)network> half a wo\n(?:P\d has left\n){3}3 seeds and 3 peers, /);
    });
  }

  it('follows the window when that becomes smaller', async () => {
    const pty = start(40, '--peers', '20');
    await pty.until(/^20 alive /);
    await pty.resize(90, 20);
    await pty.until(/… and \d+ alive/);
    await pty.until((screen) => screen[0]!.startsWith('20 alive') && screen.at(-1)!.startsWith('network>'));
  });

  it('has log lines where there is no room for a table', async () => {
    const pty = start(12, '--peers', '2', '--for', '2');
    expect(await pty.exit).to.equal(0);
    // What came first is no more on so small a screen.
    expect(pty.raw()).to.include('Successfully registered with seed').and.not.include('network>');
  });
});
