import { expect } from 'chai';
import fc from 'fast-check';
import { mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HISTORY_LIMIT, historyPath, openHistory } from '../../src/repl/history.ts';

describe('the history', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'history-'));
    path = join(folder, 'state', 'generals', 'history');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('holds the newest line first, each once, and no blank one', () => {
    const history = openHistory(undefined);
    for (const line of ['one', 'two', ' ', '', 'two', 'one']) history.add(line);
    expect(history.lines).to.deep.equal(['one', 'two']);
  });

  it('keeps lines from session to session, in a file and a directory for their owner alone', () => {
    openHistory(path).add('one');
    openHistory(path).add('two');
    expect(openHistory(path).lines).to.deep.equal(['two', 'one']);
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    expect(statSync(join(folder, 'state')).mode & 0o777).to.equal(0o700);
  });

  it('makes no file before there is a line', () => {
    openHistory(path);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  it('appends what sessions at the same time enter', () => {
    const [first, second] = [openHistory(path), openHistory(path)];
    first.add('one');
    second.add('two');
    first.add('three');
    expect(first.lines).to.deep.equal(['three', 'one']);
    expect(openHistory(path).lines).to.deep.equal(['three', 'two', 'one']);
  });

  it(`holds ${HISTORY_LIMIT} lines, and shortens the file to them`, () => {
    const history = openHistory(path);
    for (let number = 1; number <= HISTORY_LIMIT + 500; number += 1) history.add(`line ${number}`);
    expect(history.lines).to.have.length(HISTORY_LIMIT);
    const { lines } = openHistory(path);
    expect(lines).to.have.length(HISTORY_LIMIT);
    expect(lines[0]).to.equal(`line ${HISTORY_LIMIT + 500}`);
    expect(readFileSync(path, 'utf8').split('\n')).to.have.length(HISTORY_LIMIT + 1);
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    expect(readdirSync(join(folder, 'state', 'generals'))).to.deep.equal(['history']);
  });

  it('does not keep a line that is very long, but remembers it', () => {
    const history = openHistory(path);
    history.add('x'.repeat(100_000));
    history.add('short');
    expect(history.lines).to.have.length(2);
    expect(openHistory(path).lines).to.deep.equal(['short']);
  });

  it('is in memory only where there can be no file', () => {
    writeFileSync(join(folder, 'state'), 'a file where a directory is wanted');
    mkdirSync(join(folder, 'directory'));
    for (const hopeless of [path, join(folder, 'directory'), '/dev/null', '/dev/zero', '/proc/version/history']) {
      const history = openHistory(hopeless);
      history.add('one');
      history.add('two');
      expect(history.lines, hopeless).to.deep.equal(['two', 'one']);
    }
  });

  it('gives nothing to the terminal but text, whatever the file holds', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const file = join(folder, 'bytes');
        writeFileSync(file, bytes);
        // oxlint-disable-next-line no-control-regex
        for (const line of openHistory(file).lines) expect(line).to.match(/^[^\u0000-\u001f\u007f-\u009f]+$/);
      }),
    );
  });

  it('lives where the XDG specification says', () => {
    expect(historyPath({ XDG_STATE_HOME: '/state', HOME: '/home/g' })).to.equal('/state/generals/history');
    expect(historyPath({ HOME: '/home/g' })).to.equal('/home/g/.local/state/generals/history');
    expect(historyPath({ XDG_STATE_HOME: '', HOME: '/home/g' })).to.equal('/home/g/.local/state/generals/history');
    expect(historyPath({ XDG_STATE_HOME: 'relative', HOME: '/home/g' })).to.equal('/home/g/.local/state/generals/history');
  });
});
