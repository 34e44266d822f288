import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completed } from '../../src/cli/words-group.ts';
import { start } from '../support/program.ts';
import { openPty, ptyUnavailable, type Pty } from '../support/pty.ts';
import { MAIN } from '../support/run.ts';
import { skip } from '../support/skip.ts';

const [UP, TAB, CTRL_D] = ['\u001b[A', '\t', '\u0004'];

describe('the word database at a terminal', () => {
  const opened: Pty[] = [];
  let folder: string;

  before(function () {
    if (ptyUnavailable !== undefined) skip(this, ptyUnavailable);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'generals-words-'));
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((pty) => pty.close()));
    rmSync(folder, { recursive: true });
  });

  function at(...args: readonly string[]): Pty {
    const pty = openPty([process.execPath, MAIN, ...args], { env: { NO_COLOR: '1', FORCE_COLOR: undefined, XDG_STATE_HOME: folder }, rows: 30, cols: 110 });
    opened.push(pty);
    return pty;
  }

  it('words --peers has a prompt that speaks to any of them, with completion; a mistake is a line', async () => {
    const pty = at('words', '--peers', '4');
    await pty.until(/^4 peers, at UDP ports \d+, \d+, \d+, \d+; @2 lie speaks to the second/);
    pty.type('@2 lie 100 lia\t\r');
    await pty.until('this peer lies in 100 of 100 messages, as liar');
    pty.type(`cons${TAB}1\r`);
    await pty.until('word 1 is "birch": holds (m = 1 among 4 peers)');
    pty.type('consensus 9\r');
    await pty.until('consensus takes an index from 0 to 4, not "9"');
    pty.type('exit\r');
    expect(await pty.exit).to.equal(0);
  });

  it('words --peers ends at once by SIGTERM, though its prompt is open', async () => {
    const pty = openPty(['sh', '-c', `echo "process $$"; exec '${process.execPath}' '${MAIN}' words --peers 2`], { env: { XDG_STATE_HOME: folder } });
    opened.push(pty);
    await pty.until('words>');
    process.kill(Number(/process (\d+)/.exec(pty.raw())![1]), 'SIGTERM');
    expect(await pty.exit).to.equal(143);
  });

  it('words-cli has the lines of earlier sessions, and says when the peer is gone', async () => {
    const peer = start(['words', '--json']);
    const cliPort = String((await peer.fact('listening'))['cliPort']);
    const first = at('words-cli', '127.0.0.1', cliPort);
    await first.until('help shows what can be said');
    first.type('set 3 zebra\r');
    await first.until('word 3 is "zebra"');
    first.type(CTRL_D);
    expect(await first.exit).to.equal(0);
    const second = at('words-cli', '127.0.0.1', cliPort);
    await second.until('help shows what can be said');
    second.type(UP);
    await second.until('> set 3 zebra');
    second.type('\r');
    await second.until('word 3 is "zebra"');
    await peer.end('SIGTERM');
    second.type('current\r');
    await second.until('the peer is gone');
    expect(await second.exit).to.equal(0);
  });

  it('completes commands, peers and strategies', () => {
    const offered = (before: string): readonly string[] => completed(before, 3).candidates;
    expect(offered('@')).to.deep.equal(['@1', '@2', '@3']);
    expect(offered('c')).to.deep.equal(['current', 'consensus', 'counts']);
    expect(offered('@2 tr')).to.deep.equal(['truth']);
    expect(offered('@2 @')).to.deep.equal([]);
    expect(offered('lie 50 two')).to.deep.equal(['two-faced']);
    expect(completed('set 1 x', 3)).to.deep.equal({ from: 6, candidates: [] });
  });
});
