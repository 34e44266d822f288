import { expect } from 'chai';
import { readFileSync, readdirSync } from 'node:fs';
import { readDemos } from '../../src/repl/demo-files.ts';
import { version } from '../../src/repl/version.ts';
import { PROMPT } from '../../src/repl/theme.ts';
import { Lab } from '../../src/web/lab.ts';
import type { Ask, Beginning, News } from '../../src/web/news.ts';
import { projectPath } from '../support/run.ts';

const BEGINNING: Beginning = { count: 4, seed: 1, protocol: 'exchange', lines: [] };

/** A laboratory, and all that it told. */
function labOf(): { readonly news: News[]; readonly ask: (ask: Ask) => Promise<void>; readonly run: (...lines: readonly string[]) => Promise<void> } {
  const news: News[] = [];
  const lab = new Lab({ tell: (one) => news.push(structuredClone(one)), demos: readDemos(), version: version(), pause: () => new Promise(setImmediate) });
  const ask = (one: Ask): Promise<void> => lab.ask(one);
  return { news, ask, run: async (...lines) => { for (const line of lines) await ask({ type: 'line', line }); } };
}

/** The last news of a type. */
const last = <Type extends News['type']>(news: readonly News[], type: Type): News & { readonly type: Type } => news.findLast((one): one is News & { readonly type: Type } => one.type === type)!;

describe('the laboratory behind a page', () => {
  for (const file of readdirSync(projectPath('test/transcripts')).filter((name) => name.endsWith('.txt') && name !== 'sessions.txt')) {
    it(`says what the prompt says: ${file}`, async () => {
      const text = readFileSync(projectPath(`test/transcripts/${file}`), 'utf8');
      const commands = text.split('\n').filter((line) => line.startsWith(PROMPT)).map((line) => line.slice(PROMPT.length));
      const { news, ask, run } = labOf();
      await ask({ type: 'begin', beginning: BEGINNING });
      const told = news.length;
      await run(...commands);
      const entries = news.slice(told).flatMap((one) => (one.type === 'entry' ? [one.entry] : []));
      const said = entries.map(({ line, text: answer, isMistake }) => `${PROMPT}${line.trim()}\n${isMistake ? `! line : ${answer}\n` : answer}`).join('');
      // Scripts name the line that a mistake is in.
      expect(said).to.equal(text.slice(text.search(/^(?!#)/m)).replaceAll(/^! line \d+: /gm, '! line : '));
    });
  }

  it('tells an order with its facts, what each leaned to, and why, as the prompt does', async () => {
    const { news, ask, run } = labOf();
    await ask({ type: 'begin', beginning: BEGINNING });
    await run('g-elect 1', 'g-state 3 faulty', 'actual-order attack', 'g-why 2');
    const order = news.flatMap((one) => (one.type === 'camp' && one.last ? [one.last] : [])).at(-1)!;
    expect(order).to.deep.include({ rounds: 2 });
    expect(order.leanings.map(({ id, after }) => [id, after.at(-1)])).to.deep.equal([[2, 'attack'], [3, 'attack'], [4, 'attack']]);
    await ask({ type: 'why', id: 2 });
    expect(last(news, 'why').why.text).to.equal(last(news, 'entry').entry.text);
  });

  it('tells an order once, and not again with every line that follows', async () => {
    const { news, ask, run } = labOf();
    await ask({ type: 'begin', beginning: BEGINNING });
    await run('actual-order attack', 'g-state 2 faulty', 'g-state', 'actual-order attack', 'g-muster 3');
    expect(news.flatMap((one) => (one.type === 'camp' ? [one.last === undefined ? 'as before' : (one.last?.trace.ordered.number ?? 'none')] : []))).to.deep.equal(['none', 1, 'as before', 'as before', 2, 'none']);
  });

  it('begins anew with lines, and is then where they lead', async () => {
    const { news, ask, run } = labOf();
    await ask({ type: 'begin', beginning: BEGINNING });
    await run('g-state 2 faulty', 'actual-order attack');
    const { camp, last: order } = last(news, 'camp');
    const again = labOf();
    await again.ask({ type: 'begin', beginning: camp });
    expect(last(again.news, 'camp')).to.deep.equal({ type: 'camp', camp, last: order });
    expect(last(again.news, 'begun').entries.map(({ line }) => line)).to.deep.equal(['g-state 2 faulty', 'actual-order attack']);
  });

  it('changes one message of the last order, and nothing before it', async () => {
    const { news, ask, run } = labOf();
    await ask({ type: 'begin', beginning: { ...BEGINNING, protocol: 'oral' } });
    await run('g-elect 1', 'actual-order attack');
    await ask({ type: 'fork', change: { round: 2, from: 2, to: 3, index: 0, word: 'silence' } });
    const { order, lines } = last(news, 'fork');
    expect(lines).to.deep.equal(['g-elect 1', 'g-state 2 faulty', 'choose 2 silence attack', 'actual-order attack anyway']);
    const lies = order.trace.facts.filter((fact) => fact.type === 'tampered');
    expect(lies).to.have.length(1);
    expect(lies[0]).to.deep.include({ round: 2, from: 2, to: 3, said: [] });
    // The army itself is as it was.
    expect(last(news, 'camp').camp.members.every(({ state }) => state.type === 'loyal')).to.equal(true);
  });

  it('says where a message cannot be changed, and changes nothing', async () => {
    const { news, ask, run } = labOf();
    await ask({ type: 'begin', beginning: { ...BEGINNING, protocol: 'oral' } });
    await ask({ type: 'fork', change: { round: 1, from: 1, to: 2, index: 0, word: 'silence' } });
    expect(last(news, 'mistake').message).to.equal('no order was given yet');
    await run('g-elect 1', 'g-state 1 faulty late', 'actual-order attack');
    await ask({ type: 'fork', change: { round: 1, from: 1, to: 2, index: 0, word: 'silence' } });
    expect(last(news, 'mistake').message).to.match(/^that message of G1 cannot be changed/);
    expect(news.some(({ type }) => type === 'fork')).to.equal(false);
  });

  it('counts the odds as a campaign does, row by row, beside exact values', async () => {
    const { news, ask } = labOf();
    await ask({ type: 'begin', beginning: BEGINNING });
    await ask({ type: 'odds', strategy: 'coin', orders: 400 });
    const { odds } = last(news, 'odds');
    expect(odds.isOver).to.equal(true);
    expect(odds.rows.map(({ faults, orders }) => [faults, orders])).to.deep.equal([[0, 400], [1, 400], [2, 400], [3, 400]]);
    for (const { agreement: { counted, of, exact, low, high } } of odds.rows) expect(exact, 'of the cells of exchange').to.be.within(low - 0.1, high + 0.1).and.be.closeTo(counted / of, 0.1);
    await ask({ type: 'odds', strategy: 'nobody', orders: 1 });
    expect(last(news, 'mistake').message).to.include('nobody');
  });

  it('stops what takes long when it is told so, with what it has', async () => {
    const { news, ask } = labOf();
    await ask({ type: 'begin', beginning: { ...BEGINNING, count: 7 } });
    const counting = ask({ type: 'odds', strategy: 'coin', orders: 1_000_000 });
    await new Promise(setImmediate);
    await ask({ type: 'stop' });
    await counting;
    expect(last(news, 'odds').odds.isOver).to.equal(true);
    expect(last(news, 'odds').odds.rows[0]!.orders).to.be.lessThan(1_000_000);
  });

  it('hands over the file that save would write', async () => {
    const { news, ask, run } = labOf();
    await ask({ type: 'begin', beginning: BEGINNING });
    await run('g-state 2 faulty', 'save mine.txt');
    expect(last(news, 'entry').entry.file).to.deep.equal({ name: 'mine.txt', text: `${last(news, 'camp').camp.script.join('\n')}\n` });
  });

  it('tells what it cannot do in one line, and goes on', async () => {
    const { news, ask, run } = labOf();
    await ask({ type: 'line', line: 'g-state' });
    expect(last(news, 'mistake').message).to.equal('no session has begun');
    for (const beginning of [{ ...BEGINNING, count: 0 }, { ...BEGINNING, count: 257 }, { ...BEGINNING, protocol: 'nothing' }, { ...BEGINNING, seed: -1 }]) {
      const before = news.length;
      await ask({ type: 'begin', beginning });
      expect(news.slice(before).map(({ type }) => type), JSON.stringify(beginning)).to.deep.equal(['mistake']);
    }
    await ask({ type: 'begin', beginning: BEGINNING });
    await ask({ type: 'why', id: 9 });
    expect(last(news, 'mistake').message).to.equal('no order was given yet that it had part in');
    await run('nonsense');
    expect(last(news, 'entry').entry.isMistake).to.equal(true);
  });
});
