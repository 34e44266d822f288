import { expect } from 'chai';
import type { Fields } from '../../src/trace/sound.ts';
import { linksAt, type Gossip } from '../../src/web/nodes/gossip.ts';
import { cutsAt, stateAt } from '../../src/web/nodes/moment.ts';
import { nodeId } from '../../src/core/node.ts';
import type { LiveNews } from '../../src/web/live/news.ts';
import { FACTS_MAX, KEPT, Recent } from '../../src/web/live/recent.ts';
import { FLASH, watching } from '../../src/web/live/watching.ts';
import { MESSAGES_MAX, NodesPage } from '../../src/web/server/nodes.ts';

const HEAD: Fields = {
  v: 2, type: 'planned', protocol: 'gossip', seed: 0, members: [0, 1, 2], clients: [], traitors: [], about: 'three', names: { 0: 'S1', 1: 'P1', 2: 'P2' },
  plan: { seeds: 1, addresses: { a: 0, b: 1, c: 2 } },
};

const linked = (at: number, node: number, address: string, type: 'linked' | 'unlinked' = 'linked'): Fields => ({ at, type: 'output', node, words: type, output: { type, address } });
const sent = (at: number, id: number, from = 1, to = 2): Fields => ({ at, type: 'sent', id, from, to: [to], message: { type: 'gossip', hash: `h${id}` } });
const heard = (at: number, id: number, from = 1, to = 2): Fields => ({ at, type: 'heard', id, from, to });

describe('the last facts of nodes that really run', () => {
  it('are those of ten minutes, and of what came before what still stands', () => {
    const recent = new Recent(HEAD);
    for (const fact of [linked(1, 1, 'c'), linked(2, 2, 'b'), linked(3, 1, 'a'), sent(4, 1), linked(5, 1, 'a', 'unlinked')]) recent.take(fact);
    expect(recent.begin).to.equal(0);
    recent.take(sent(KEPT + 10, 2));
    expect(recent.facts()).to.deep.equal([linked(1, 1, 'c'), linked(2, 2, 'b'), sent(KEPT + 10, 2)]);
    expect(recent.begin).to.equal(KEPT + 10);
  });

  it('forget the links of who fell, and know that it fell', () => {
    const recent = new Recent(HEAD);
    for (const fact of [linked(1, 1, 'c'), { at: 2, type: 'fell', replica: 1 }, linked(3, 2, 'a'), sent(KEPT + 10, 1)]) recent.take(fact);
    expect(recent.facts().slice(0, -1)).to.deep.equal([{ at: 2, type: 'fell', replica: 1 }, linked(3, 2, 'a')]);
  });

  it('do not grow in a day', () => {
    const recent = new Recent(HEAD);
    for (let at = 0; at < 86_400_000; at += 400) {
      recent.take(at % 1200 === 0 ? linked(at, 1, at % 2400 === 0 ? 'b' : 'c', at % 3600 === 0 ? 'unlinked' : 'linked') : sent(at, at));
    }
    expect(recent.facts().length).to.be.at.most(FACTS_MAX + 2);
    expect(recent.taken).to.equal(216_000);
  });

  it('are looked at as runs are: messages are numbered anew, and shown as long as they can be seen', () => {
    const recent = new Recent(HEAD);
    for (const fact of [sent(1, 7), heard(2, 7), { at: 2, type: 'views', count: 2 }, linked(3, 1, 'c'), linked(3, 2, 'b')]) recent.take(fact);
    const watched = watching(recent, 10);
    expect(watched.flights).to.deep.equal([{ id: 1, type: 'gossip', words: 'gossip "h7"', from: 1, to: 2, at: 1, until: 1 + FLASH, fate: 'arrives' }]);
    expect(linksAt(watched.special as Gossip, 5)).to.deep.equal([{ a: 1, b: 2, isHalf: false }]);
    expect((watched.special as Gossip).views.map(({ count }) => count)).to.deep.equal([2]);
    expect(watched.shortName(nodeId(1))).to.equal('P1');
    expect(watched.run.facts.flatMap((fact) => (fact.type === 'event' ? [fact.line] : []))).to.deep.equal(['P1 linked', 'P2 linked']);
    expect(watched.text()).to.include('"type":"planned"').and.include('"type":"judged"');
  });

  it('say nothing of an arrival whose message is not kept, nor of who is not there', () => {
    const recent = new Recent(HEAD);
    for (const fact of [sent(1, 1), heard(KEPT + 5, 1), sent(KEPT + 6, 2, 1, 9), sent(KEPT + 7, 3), heard(KEPT + 8, 3)]) recent.take(fact);
    expect(watching(recent, KEPT + 9).flights.map(({ at, id }) => [at, id])).to.deep.equal([[KEPT + 7, 1]]);
  });

  it('have cuts as they are now: of both ways as one, and of one way with its direction, until they are healed', () => {
    const recent = new Recent(HEAD);
    const cuts = (at: number, ...all: object[]): Fields => ({ at, type: 'mishaps', cuts: all });
    for (const fact of [cuts(5, { from: [0], to: [1] }), cuts(10, { from: [0, 1], to: [2] }, { from: [2], to: [0, 1] }), cuts(20)]) recent.take(fact);
    const watched = watching(recent, 30);
    expect(cutsAt(watched, 6)).to.deep.include.members([{ from: 5, until: 10, side: [0], others: [1], way: 'out' }]);
    expect(cutsAt(watched, 12).map(({ side, others, way }) => ({ side, others, way }))).to.deep.equal([{ side: [0, 1], others: [2], way: undefined }]);
    expect(cutsAt(watched, 25)).to.deep.equal([]);
    expect(stateAt(watched, nodeId(1), 25)).to.equal('up');
  });
});

describe('the server of a page beside nodes', () => {
  let page: NodesPage;
  const lines: string[] = [];

  beforeEach(async () => {
    lines.length = 0;
    page = await NodesPage.open(0, { system: 'network', prompt: 'network>', commands: [], hint: '', again: '' }, HEAD, (line) => void lines.push(line));
  });
  afterEach(() => page.close());

  /** What a page is told that comes now. */
  async function snapshot(): Promise<LiveNews[]> {
    const { origin, search } = new URL(page.url);
    const ended = new AbortController();
    const { body } = await fetch(`${origin}/events${search}`, { signal: ended.signal });
    const news: LiveNews[] = [];
    let text = '';
    for await (const part of body!.pipeThrough(new TextDecoderStream())) {
      text += part;
      const events = text.split('\n\n');
      text = events.pop()!;
      news.push(...events.map((event) => JSON.parse(event.slice('data: '.length)) as LiveNews));
      if (news.at(-1)?.type === 'spoken') break;
    }
    ended.abort();
    return news;
  }

  it('tells who comes all that is kept, once', async () => {
    page.tell(linked(1, 1, 'c'));
    page.speak('kill P1', 'typed');
    const news = await snapshot();
    expect(news.map(({ type }) => type).slice(-3)).to.deep.equal(['live', 'recent', 'spoken']);
    const recent = news.at(-2) as LiveNews & { readonly type: 'recent' };
    expect(recent.facts).to.deep.equal([linked(1, 1, 'c')]);
    expect(news.at(-1)).to.deep.equal({ type: 'spoken', spoken: [{ text: 'kill P1', sort: 'typed' }], isAll: true });
  });

  it('counts what is more than anybody sees, with its arrivals, and says how much that is', async () => {
    for (let id = 1; id <= MESSAGES_MAX + 10; id += 1) page.tell(sent(5, id));
    for (let id = 1; id <= MESSAGES_MAX + 10; id += 1) page.tell(heard(6, id));
    page.tell(sent(1005, 5000));
    const recent = (await snapshot()).findLast((news) => news.type === 'recent') as LiveNews & { readonly type: 'recent' };
    expect(recent.left).to.equal(10);
    expect(recent.facts.filter(({ type }) => type === 'sent')).to.have.length(MESSAGES_MAX + 1);
    expect(recent.facts.filter(({ type }) => type === 'heard')).to.have.length(MESSAGES_MAX);
  });

  it('has time go forward, whatever threads tell', async () => {
    page.tell(linked(50, 1, 'c'));
    page.tell(linked(40, 2, 'b'));
    const recent = (await snapshot()).findLast((news) => news.type === 'recent') as LiveNews & { readonly type: 'recent' };
    expect(recent.facts.map(({ at }) => at)).to.deep.equal([50, 50]);
  });

  it('takes a line from who has the token, and from nobody else', async () => {
    const { origin, searchParams } = new URL(page.url);
    const ask = (token: string): Promise<Response> => fetch(`${origin}/ask`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-token': token }, body: '{"type":"line","line":"heal"}' });
    expect((await ask('0')).status).to.equal(403);
    expect((await ask(searchParams.get('token')!)).status).to.equal(204);
    expect(lines).to.deep.equal(['heal']);
    const html = await (await fetch(page.url)).text();
    expect(html).to.include('/live.js').and.not.match(/<script>|<style>/);
  });
});
