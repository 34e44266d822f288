import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { SYSTEMS } from '../../src/systems.ts';
import { figure } from '../../src/core/figures.ts';
import { nodeId } from '../../src/core/node.ts';
import { decidedAt } from '../../src/web/nodes/agreement.ts';
import { evidenceLines, fateOf } from '../../src/web/nodes/evidence.ts';
import { heldAt, linksAt, reachAt, sayingAt, viewsAt } from '../../src/web/nodes/gossip.ts';
import { cutsAt, flightsAt, isGone, later, nextIn, stateAt, wayOf } from '../../src/web/nodes/moment.ts';
import { changeAt, standingAt } from '../../src/web/nodes/replicas.ts';
import { runFor, simulated, type RunNews, type Seeded, type SimulatedPart } from '../../src/web/nodes/simulated.ts';
import { happeningAt, latelyOf } from '../../src/web/nodes/telling.ts';
import { Reading, watchedIn } from '../../src/web/nodes/reading.ts';
import { ended, linesOfRun, type Special, type Watched } from '../../src/web/nodes/watched.ts';
import { consensusAt, matrixAt, treeAt } from '../../src/web/nodes/words.ts';
import { wholePage } from '../../src/web/server/files.ts';
import { crowdTrace } from '../support/crowds.ts';
import { browserUnavailable, openBrowser, watch, type Watched as Seen } from '../support/browser.ts';
import { startingFiles } from '../../src/cli/starting-files.ts';
import { generals, here } from '../support/run.ts';
import { skip } from '../support/skip.ts';

const watched = (system: string, n: number, seed: number): Watched => watchedIn(simulated({ system, n, seed }).text);

/** What a run has of its own, which must be of that type. */
function specialOf<Type extends Special['type']>({ special }: Watched, type: Type): Special & { readonly type: Type } {
  expect(special?.type).to.equal(type);
  return special as Special & { readonly type: Type };
}

/** What was told of a run, part by part. */
const partsOf = (news: readonly RunNews[]): SimulatedPart[] => news.flatMap((one) => ('trace' in one && one.trace !== undefined ? [one.trace] : []));

/** The same, each with all before it. */
function wholeTexts(news: readonly RunNews[]): string[] {
  let whole = '';
  return partsOf(news).map(({ before, text }) => (whole = whole.slice(0, before) + text));
}

describe('a run of nodes for a page', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'generals-nodes-'))));
  after(() => rmSync(folder, { recursive: true }));

  for (const { name, members } of SYSTEMS) {
    it(`is what simulate writes to a trace, line by line (${name})`, async () => {
      const file = join(folder, `${name}.jsonl`);
      expect((await here(['simulate', '--protocol', name, '--seed', '3', '--trace', file])).code).to.equal(0);
      expect(simulated({ system: name, n: members, seed: 3 })).to.deep.equal({ text: readFileSync(file, 'utf8'), missing: undefined });
    });
  }

  it('has the kind of traitor that was asked for', () => {
    expect(watchedIn(simulated({ system: 'bracha', n: 4, seed: 2, kind: 'liar' }).text).run.head.traitors).to.deep.equal([{ id: 3, kind: 'liar' }]);
  });

  it('refuses what there is not, in one line', () => {
    const ran = (seeded: Seeded): RunNews => {
      const news: RunNews[] = [];
      runFor(seeded, (one) => news.push(one), () => 0);
      return news.at(-1)!;
    };
    expect(ran({ system: 'raft', n: 4, seed: 1 })).to.deep.equal({ type: 'mistake', message: 'there is no protocol "raft"' });
    expect(ran({ system: 'pbft', n: 41, seed: 1 })).to.deep.equal({ type: 'mistake', message: 'a number of nodes is a whole number from 1 to 40 here' });
    expect(ran({ system: 'pbft', n: 4, seed: 1, kind: 'angry' })).to.deep.equal({ type: 'mistake', message: 'with pbft there is no Byzantine kind "angry"' });
  });

  it('keeps no more than a page can hold, says what is missing, and takes nothing for lost that it does not keep', () => {
    const whole = watched('bracha', 4, 1);
    const { text, missing } = simulated({ system: 'bracha', n: 4, seed: 1 }, { messages: 200, events: 5 });
    const part = watchedIn(text);
    expect(missing).to.match(/^From \d+ ms on [\d,]+ messages and [\d,]+ events are not kept: a page would grow too large\.$/);
    expect(part.run.judgement).to.deep.equal(whole.run.judgement);
    expect(part.flights.length).to.be.within(100, 200);
    expect(part.flights).to.deep.equal(whole.flights.slice(0, part.flights.length));
  });

  for (const { name, members } of SYSTEMS)
    it(`can be looked at while it goes on, and is then as if nobody had looked (${name})`, () => {
      const seeded = { system: name, n: members, seed: 2 };
      const news: RunNews[] = [];
      let time = 0;
      runFor(seeded, (one) => news.push(one), () => (time += 1000));
      const end = news.pop()!;
      const whole = simulated(seeded);
      const texts = wholeTexts([...news, end]);
      expect([end.type, texts.at(-1)]).to.deep.equal(['ran', whole.text]);
      const parts = news.flatMap((one) => (one.type === 'running' && one.trace !== undefined ? [one.at] : [])).map((at, place) => ({ at, text: texts[place]! }));
      expect(parts.length, 'ever more seldom').to.be.within(1, 6);
      expect(news.length).to.be.greaterThan(parts.length);
      for (const { at, text } of parts) {
        const part = watchedIn(text);
        expect(whole.text.startsWith(text.slice(0, text.lastIndexOf('{'))), 'it is how that begins').to.equal(true);
        expect([part.end >= at, part.isViolated, part.run.judgement.text]).to.deep.equal([true, false, `Unknown: only its first ${figure(at)} ms have run.`]);
      }
    });

  it('is told no more than it keeps: what comes after that is not looked at while it runs', () => {
    const news: RunNews[] = [];
    let time = 0;
    runFor({ system: 'gossip', n: 8, seed: 1 }, (one) => news.push(one), () => (time += 1000), { messages: 300, events: 50 });
    const isFull = (one: RunNews): boolean => one.type === 'running' && / messages and .* events /.test(one.trace?.missing ?? '');
    expect(news.filter(isFull)).to.have.length(1);
    const after = news.slice(news.findIndex(isFull) + 1);
    const full = news.find(isFull)!;
    const end = news.at(-1)!;
    if (full.type !== 'running' || end.type !== 'ran') throw new Error('it was cut short');
    const reading = new Reading();
    const [before] = partsOf(news).slice(0, -1).map((part) => ended(reading.take(part))).slice(-1);
    const same = ended(reading.take(end.trace));
    expect([same.flights === before!.flights, same.run.judgement.text]).to.deep.equal([true, watchedIn(wholeTexts(news).at(-1)!).run.judgement.text]);
    expect(after.slice(0, -1).every((one) => one.type === 'running' && one.trace === undefined) && after.length > 1).to.equal(true);
  });

  it('is read piece by piece, and on from where that was: each time what it is when it is read whole', () => {
    const news: RunNews[] = [];
    let time = 0;
    runFor({ system: 'gossip', n: 8, seed: 1 }, (one) => news.push(one), () => (time += 400));
    const texts = wholeTexts(news);
    expect(texts.length).to.be.greaterThan(2);
    const reading = new Reading();
    const looks = (one: Watched): unknown[] => [
      ...(['run', 'flights', 'lives', 'cuts', 'steps', 'happenings', 'special', 'end', 'isViolated', 'types'] as const).map((part) => one[part]),
      one.text(), one.told.shown({}).transcript(),
    ];
    const read = partsOf(news).map((part) => {
      const work = reading.take(part);
      let pieces = 1;
      for (;;) {
        const { done, value } = work.next();
        if (done === true) return { pieces, watched: value, looks: looks(value) };
        pieces += 1;
      }
    });
    for (const [place, { pieces, watched: one, looks: own }] of read.entries()) {
      expect(pieces).to.be.greaterThan(4);
      expect(own).to.deep.equal(looks(watchedIn(texts[place]!)));
      expect(looks(one), 'reading on changes nothing of what was read').to.deep.equal(own);
    }
  });

  it('is found in a file of several', () => {
    const texts = [1, 2, 3].map((seed) => simulated({ system: 'ben-or', n: 6, seed }).text);
    expect([0, 1, 2].map((index) => linesOfRun(texts.join('\n'), index))).to.deep.equal(texts);
  });
});

describe('a moment of a run of nodes', () => {
  it('has nodes as the plan has them: down, stopped, absent, gone', () => {
    const one = watched('bracha', 4, 1);
    // Node 1 is down from 2 to 287 ms, and stands still from 675 to 1292 ms.
    expect([1, 2, 286, 287, 674, 675, 1291, 1292].map((at) => stateAt(one, nodeId(1), at))).to.deep.equal(['up', 'down', 'down', 'up', 'up', 'paused', 'paused', 'up']);
    const other = watched('gossip', 8, 1);
    expect([0, 1980, 1981, 28_524, 28_525].map((at) => stateAt(other, nodeId(3), at))).to.deep.equal(['away', 'away', 'up', 'up', 'down']);
  });

  it('has cuts while they last, with their side and their way', () => {
    const one = watched('bracha', 4, 1);
    expect([310, 311, 376, 497, 743].map((at) => cutsAt(one, at).map(({ side, way }) => `${way} ${side.join(' ')}`))).to.deep.equal([[], ['in 2 3'], ['in 2', 'in 2 3'], ['in 2 3'], []]);
  });

  it('has each message under way from when it is sent until it arrives, and what is lost ends half-way', () => {
    const one = watched('bracha', 4, 1);
    const [first] = one.flights;
    expect(first).to.deep.include({ id: 1, words: 'initial o2 n2 "value 2"', from: 2, to: 0, at: 301, until: 302, fate: 'arrives' });
    expect(flightsAt(one, 300)).to.deep.equal([]);
    expect(flightsAt(one, 301).map(({ to, type }) => `${type} ${to}`)).to.include.members(['initial 0', 'initial 3', 'echo 3']);
    expect(flightsAt(one, 302).some(({ id, to }) => id === 1 && to === 0)).to.equal(false);
    const lost = one.flights.find(({ fate }) => fate === 'lost')!;
    expect([0, 0.25, 0.6, 1].map((share) => wayOf(lost, lost.at + share * (lost.until - lost.at)))).to.deep.equal([0, 0.25, 0.5, 0.5]);
    expect([isGone(lost, lost.at), isGone(lost, (lost.at + lost.until) / 2), isGone(first!, 302)]).to.deep.equal([false, true, false]);
    const heard = one.run.facts.filter((fact) => fact.type === 'heard').length;
    expect(one.flights.filter(({ fate }) => fate === 'arrives').length).to.equal(heard);
  });

  it('is followed by the next at which anything happens, and comes after the one before', () => {
    const { steps, happenings, end } = watched('ben-or', 6, 1);
    const forth: number[] = [];
    for (let at: number | undefined = -1; at !== undefined; at = nextIn(steps, at, 1)) forth.push(at);
    const back: number[] = [];
    for (let at: number | undefined = end + 1; at !== undefined; at = nextIn(steps, at, -1)) back.push(at);
    expect(forth.slice(1)).to.deep.equal(steps);
    expect(back.slice(1)).to.deep.equal(steps.toReversed());
    expect(happenings.every((at) => steps.includes(at)) && happenings.length < steps.length).to.equal(true);
  });

  it('comes sooner where nothing happens before it, and never goes beyond the end', () => {
    const one = watched('words', 4, 1);
    // From 10 s on little is said: an hour of gossip in a moment.
    const quiet = one.steps.find((at, index) => (one.steps[index + 1] ?? at) - at > 1000)!;
    expect(later(one, quiet, one.typical)).to.be.greaterThan(quiet + 200);
    expect(later(one, 0, 10 ** 9)).to.equal(one.end);
  });

  it('is told in the words of the trace: what happens then, and what a node did and heard before', () => {
    const one = watched('ben-or', 6, 1);
    expect(happeningAt(one, 303)).to.deep.equal(['node 4 is given 1', 'node 4 sends report r1 v1 to node 0, node 1, node 2, node 3, node 5']);
    expect(happeningAt(one, 304)).to.deep.equal([]);
    expect(latelyOf(one, undefined, 910, 2).map(({ at, text }) => `${at} ${text}`)).to.deep.equal(['910 node 2 decided 0 in round 4', '787 node 2 is restarted']);
    expect(latelyOf(one, nodeId(4), 309, 10).map(({ text }) => text)).to.deep.equal(['node 4 sends report r1 v1 to node 0, node 1, node 2, node 3, node 5', 'node 4 is given 1']);
    expect(latelyOf(one, nodeId(0), 10 ** 6, 3).length).to.equal(3);
  });
});

describe('what runs of a system have of their own', () => {
  it('replicas: the view and its primary, the places of the log, and the votes for them', () => {
    const one = watched('pbft', 4, 12);
    const replicas = specialOf(one, 'replicas');
    expect(standingAt(replicas, 0, 6)).to.deep.include({ view: 0, primary: 0, places: [] });
    const { rows, places } = standingAt(replicas, one.end, 6);
    expect(rows.every(({ upTo }) => upTo === 10)).to.equal(true);
    expect(places.map(({ sequence }) => sequence)).to.deep.equal([5, 6, 7, 8, 9, 10]);
    expect(places[0]).to.deep.include({ prepares: 3, isSplit: false });
    expect([...places[0]!.by.keys()]).to.have.members([0, 1, 2, 3]);
    expect(places.map(({ digests }) => digests.length)).to.deep.equal([1, 1, 1, 1, 1, 1]);
    expect(new Set(places.flatMap(({ digests }) => digests)).size).to.equal(6);
    // In seed 1 views change before anything is executed.
    const changing = specialOf(watched('pbft', 4, 1), 'replicas');
    expect([0, 316, 1037].map((at) => { const { view, primary } = standingAt(changing, at, 0); return `${view} ${primary}`; })).to.deep.equal(['0 0', '1 1', '2 2']);
  });

  it('replicas: the digests of a place, of which there are two where a replica signs for another than was proposed', () => {
    const one = watched('pbft', 4, 2);
    expect(one.run.head.traitors).to.deep.equal([{ id: 3, kind: 'equivocate' }]);
    const digestsAt = (at: number): readonly string[] => standingAt(specialOf(one, 'replicas'), at, 99).places[0]?.digests ?? [];
    expect([510, 511].map((at) => digestsAt(at).length)).to.deep.equal([1, 2]);
  });

  it('replicas: votes of the latest view alone, as those before it count no more', () => {
    const one = watched('pbft', 4, 1);
    const replicas = specialOf(one, 'replicas');
    const counts = one.steps.map((at) => standingAt(replicas, at, 99).places[0]?.prepares ?? 0);
    expect(counts.some((count, index) => index > 0 && count < counts[index - 1]!)).to.equal(true);
  });

  it('replicas: who asked for another view, and who began it', () => {
    const replicas = specialOf(watched('pbft', 4, 5), 'replicas');
    expect([1065, 1066, 1090, 1113, 1114].map((at) => changeAt(replicas, at))).to.deep.equal([
      undefined,
      { view: 1, asked: [1], begun: undefined },
      { view: 1, asked: [1, 3], begun: undefined },
      { view: 1, asked: [1, 3, 2], begun: undefined },
      { view: 1, asked: [1, 3, 2], begun: 1 },
    ]);
  });

  it('gossip: what was held against who was removed, as far as it is told by then', () => {
    const [removal] = specialOf(watched('gossip', 8, 1), 'gossip').removals;
    const lines = (at: number): string[] => evidenceLines('P3', removal!.evidence, at, (id) => `N${id}`);
    expect(lines(removal!.suspectedAt - 1)).to.deep.equal([]);
    expect(lines(removal!.suspectedAt)[0]).to.equal('P3 is taken for dead');
    expect(lines(removal!.suspectedAt)[1]).to.equal('  suspected by');
    const all = lines(Infinity);
    for (const part of ['  suspected by', '  agreed on by', '  reported to seeds by', '  decided by']) expect(all).to.include(part);
    expect(all.at(-1)).to.match(/^ {4}[\d.]+ s N0: 1 of 1 votes, it is off the list$/);
  });

  it('gossip: what became of who was suspected, in words, and nothing of who was only asked about', () => {
    const removal = specialOf(watched('gossip', 8, 1), 'gossip').removals.find(({ node }) => node === 3)!;
    expect([28_658, 28_659, 29_793, 30_410, Infinity].map((at) => fateOf(removal, at))).to.deep.equal([
      undefined,
      'suspected at 28.7 s by 1',
      'suspected at 28.7 s by 4, agreed on at 29.8 s',
      'suspected at 28.7 s by 4, agreed on at 29.8 s, removed at 30.4 s, known to 1',
      'suspected at 28.7 s by 4, agreed on at 29.8 s, removed at 30.4 s, known to 7',
    ]);
    // A liar may have seeds vote on somebody whom nobody misses yet.
    const [suspecting] = removal.evidence;
    const asked = (['voted', 'decided'] as const).map((type) => ({ ...suspecting!, at: 4752, type, ok: false }));
    const kept = { ...removal, agreedAt: undefined, removedAt: undefined, knownTo: new Map(), evidence: [...asked, suspecting!] };
    expect([4752, Infinity].map((at) => fateOf(kept, at))).to.deep.equal([undefined, 'suspected at 28.7 s by 1, kept by seeds']);
  });

  it('gossip: links as both ends have them, how far a word came, and each removal', () => {
    const one = watched('gossip', 8, 1);
    const gossip = specialOf(one, 'gossip');
    expect(gossip.seeds).to.equal(1);
    // Node 2 has it first.
    expect([971, 972, 979].map((at) => linksAt(gossip, at).filter(({ a, b }) => a === 2 && b === 4))).to.deep.equal([[], [{ a: 2, b: 4, isHalf: true }], [{ a: 2, b: 4, isHalf: false }]]);
    const saying = sayingAt(gossip, 28_000)!;
    expect([saying.by, saying.text]).to.deep.equal([7, 'word 1']);
    expect([...saying.reached.keys()]).to.have.members([2, 3, 4, 5, 7]);
    expect([saying.at - 1, saying.at, Infinity].map((at) => reachAt(saying, at))).to.deep.equal([[], [1], [1, 3, 4, 5]]);
    expect(gossip.removals.map(({ node, suspectedAt, agreedAt, removedAt }) => ({ node, suspectedAt, agreedAt, removedAt }))).to.deep.equal([{ node: 3, suspectedAt: 28_659, agreedAt: 29_793, removedAt: 30_410 }]);
    expect(linksAt(gossip, one.end).some(({ a, b, isHalf }) => isHalf || a === 3 || b === 3)).to.equal(false);
  });

  it('gossip: how many different views there are, which become one', () => {
    const one = watched('gossip', 12, 1);
    const gossip = specialOf(one, 'gossip');
    expect([0, 1805, 1827, 19_460, one.end].map((at) => viewsAt(gossip, at))).to.deep.equal([0, 1, 2, 4, 1]);
    // Who holds which, the view of most first: what each loyal peer told last, of those who are there.
    for (const at of [0, 1805, 1827, 19_460, one.end]) {
      const held = heldAt(gossip, at);
      expect(held.length, `${at} ms`).to.equal(viewsAt(gossip, at));
      expect(new Set(held.flat()).size).to.equal(held.flat().length);
      expect(held.map((ids) => ids.length)).to.deep.equal(held.map((ids) => ids.length).toSorted((a, b) => b - a));
    }
    const present = one.nodes.filter((id) => id >= gossip.seeds && stateAt(one, id, one.end) === 'up' && one.run.head.traitors.every((traitor) => traitor.id !== id));
    expect(heldAt(gossip, one.end)[0]).to.have.members(present);
  });

  it('words: the words of each peer, and a consensus as its tree that grows', () => {
    const one = watched('words', 4, 2);
    const words = specialOf(one, 'words');
    expect(matrixAt(words, 0)[0]!.cells.map(({ word }) => word)).to.deep.equal(['apple', 'birch', 'cloud', 'delta', 'ember']);
    const consensus = consensusAt(words, one.end)!;
    const self = consensus.lieutenants[0]!;
    const name = (id: number): string => `N${id}`;
    const before = treeAt(consensus, self, consensus.at, name)!;
    const after = treeAt(consensus, self, one.end, name)!;
    expect([before.length, after.length]).to.deep.equal([3, 3]);
    expect(before[0]).to.match(/^N\d: nothing, so "retreat"/);
    expect(after[0]).to.match(/^N\d: "/);
  });

  it('words: a live group’s as well, whose addresses say nothing of who is who', () => {
    const { text } = simulated({ system: 'words', n: 4, seed: 2 });
    const port = (id: string): number => 50_000 + 7 * Number(id);
    const live = text.replaceAll(/10\.0\.0\.(\d):6000/g, (_, id: string) => `127.0.0.1:${port(id)}`).replaceAll(/"host":"10\.0\.0\.(\d)","port":6000/g, (_, id: string) => `"host":"127.0.0.1","port":${port(id)}`);
    expect(specialOf(watchedIn(live), 'words').consensuses).to.deep.equal(specialOf(watchedIn(text), 'words').consensuses);
  });

  it('agreement: what each was given, and has decided', () => {
    const one = watched('ben-or', 6, 1);
    const agreement = specialOf(one, 'agreement');
    expect(decidedAt(agreement, 909).size).to.equal(0);
    expect(decidedAt(agreement, 910)).to.deep.equal(new Map([[2, { value: '0', words: 'decided 0 in round 4', count: 1 }]]));
  });
});

/** What the ring shows, as text: every node and message with its place. */
const picture = (page: Page): Promise<string> => page.locator('svg.nodes-ring').innerHTML();

describe('the view of nodes in a browser', () => {
  let browser: Browser;
  let folder: string;
  let seen: Seen;

  before(async function () {
    if (browserUnavailable !== undefined) skip(this, browserUnavailable);
    browser = await openBrowser();
    folder = mkdtempSync(join(tmpdir(), 'generals-nodes-'));
    writeFileSync(join(folder, 'lab.html'), wholePage());
  });

  after(async () => {
    await browser?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  afterEach(async () => {
    const { wrong } = seen;
    await seen.close();
    expect(wrong).to.deep.equal([]);
  });

  const open = async (fields: string, options: Parameters<typeof watch>[2] = { offline: true }): Promise<Page> => {
    seen = await watch(browser, `file://${join(folder, 'lab.html')}#view=nodes${fields}`, options);
    await seen.page.locator('svg.nodes-ring').waitFor();
    // What takes long is shown while it goes on.
    await seen.page.getByText('It goes on:').waitFor({ state: 'detached' });
    return seen.page;
  };

  for (const { name, members, promises } of SYSTEMS) {
    it(`shows ${name}: its nodes, its plan and its verdict, to the end`, async () => {
      const page = await open(`&system=${name}&seed=2`);
      expect(await page.locator('[data-node]').count()).to.be.at.least(members);
      expect(await page.locator('[data-panel="verdict"] .judged').innerText()).to.match(new RegExp(`^✓ ${promises} held`));
      await page.keyboard.press('End');
      expect(await page.locator('[data-panel="lately"] li').count()).to.be.greaterThan(0);
      const small = await page.locator('#view :not(svg, svg *)').evaluateAll((all) => all.filter((one) => parseFloat(getComputedStyle(one).fontSize) < 16).map((one) => one.outerHTML.slice(0, 80)));
      expect(small, 'to be read from the last row').to.deep.equal([]);
      expect((await page.screenshot()).length, 'a blank picture would be smaller').to.be.greaterThan(20_000);
    });
  }

  it('shows systems of somebody’s own as ours, and says how to repeat a run, and what went wrong in one', async () => {
    const { text } = startingFiles('system', 'mine')[0]!;
    const [mine = '', bad = '', endless = '', out = ''] = ['mine.ts', 'bad.ts', 'endless.ts', 'own.html'].map((name) => join(folder, name));
    writeFileSync(mine, text);
    const instead = (name: string, step: string): string => text.replaceAll("'mine'", `'${name}'`).replace('  step(', `  step(..._words: unknown[]): never {\n    ${step}\n  },\n  old(`);
    writeFileSync(bad, instead('bad', "throw new Error('boom');"));
    writeFileSync(endless, instead('endless', 'for (;;);'));
    expect(await generals(['web', '--out', out, '--protocol', `${mine},${bad},${endless}`])).to.include({ code: 0, err: '' });
    seen = await watch(browser, `file://${out}#view=nodes&system=mine&n=5&seed=2`, { offline: true, hasClock: true });
    const { page } = seen;
    await page.locator('svg.nodes-ring').waitFor();
    expect(await page.locator('[data-node]').count()).to.equal(5);
    expect(await page.locator('[data-panel="verdict"] .judged').innerText()).to.match(/^✓ Agreement, validity and totality held/);
    await page.getByText('Repeat it at a terminal').click();
    const line = await page.locator('.repeat pre').innerText();
    expect(line).to.equal(`generals simulate --protocol ${mine} --members 5 --seed 2`);
    expect((await generals(line.split(' ').slice(1))).out).to.include('Agreement, validity and totality held');
    await page.getByLabel('runs').selectOption('bad');
    await page.getByRole('alert').getByText('the system bad threw "boom"').waitFor();
    await page.getByLabel('runs').selectOption('endless');
    await page.clock.fastForward(11_000);
    await page.getByRole('alert').getByText('the run was ended, as code of your own did not come back for 10 s').waitFor();
    await page.getByLabel('runs').selectOption('mine');
    // Among four now, as it has them if not told otherwise.
    await page.locator('[data-node]').nth(4).waitFor({ state: 'detached' });
  });

  it('goes forward and back, and back shows the very same picture', async () => {
    const page = await open('&system=bracha&n=4&seed=1&at=300');
    const pictures = [await picture(page)];
    for (let step = 1; step <= 8; step += 1) {
      await page.keyboard.press('ArrowRight');
      pictures.push(await picture(page));
    }
    // Where only a clock jumps there is nothing to be seen.
    expect(new Set(pictures).size).to.be.at.least(6);
    for (let step = 7; step > 0; step -= 1) {
      await page.keyboard.press('ArrowLeft');
      expect(await picture(page), `step ${step}`).to.equal(pictures[step]);
    }
    await page.keyboard.press('Home');
    const first = await picture(page);
    await page.keyboard.press('End');
    await page.keyboard.press('Home');
    expect(await picture(page)).to.equal(first);
  });

  it('shows the moment that a link names, and names the moment that it shows', async () => {
    const page = await open('&system=pbft&n=4&seed=1&at=1480&who=2');
    expect(await page.locator('[data-panel="node"] h2').innerText()).to.match(/^R2/);
    expect(await page.locator('[data-panel="lately"] li').first().innerText()).to.equal('1,480 ms hears pre-prepare v5 n7 from replica 1');
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => location.hash.includes('at=1481'));
    const link = page.url();
    const before = await picture(page);
    await seen.close();
    const again = await open(link.slice(link.indexOf('&')));
    expect(await picture(again)).to.equal(before);
  });

  it('marks what is lost, who is Byzantine, down, stopped or absent, and who is cut off, by shape as well', async () => {
    const page = await open('&system=bracha&n=4&seed=1&at=400');
    expect(await page.locator('.hull.one-way').count()).to.equal(2);
    expect(await page.locator('.cut-text').allTextContents()).to.deep.equal(['nothing gets from the others to N2', 'nothing gets from the others to N2, N3']);
    expect(await page.locator('[data-node="0"]').getAttribute('aria-label')).to.equal('node 0, crashed, Byzantine (forgetful), has handed on value 2');
    expect(await page.locator('[data-node="0"] .cross').count()).to.equal(1);
    await page.goto(`${page.url().replace(/at=\d+/, 'at=700')}`);
    await page.locator('[data-node="1"] .bars').waitFor();
    await page.locator('.message.gone').first().waitFor();
  });

  it('plays by itself, from one happening to the next, and holds', async () => {
    const page = await open('&system=ben-or&n=6&seed=1', { offline: true, reducedMotion: 'no-preference' });
    const first = await picture(page);
    await page.keyboard.press('Shift+ArrowRight');
    expect(await page.locator('.sentence').innerText()).to.match(/^303 ms of [\d,]+ ms node 4 is given 1/);
    await page.getByRole('button', { name: 'Play' }).click();
    await page.waitForFunction(() => document.querySelectorAll('.message').length > 3);
    await page.getByRole('button', { name: 'Hold' }).click();
    expect(await picture(page)).to.not.equal(first);
  });

  it('runs another seed or system by a click, and says the command that repeats it', async () => {
    const page = await open('&system=bracha&n=4&seed=1');
    await page.getByRole('button', { name: 'Next seed' }).click();
    await page.waitForFunction(() => location.hash.includes('seed=2'));
    await page.locator('[data-panel="plan"] select').first().selectOption('gossip');
    await page.locator('[data-panel="gossip"]').waitFor();
    await page.getByText('Repeat it at a terminal').click();
    expect(await page.locator('[data-panel="verdict"] pre').innerText()).to.equal('generals simulate --protocol gossip --members 8 --seed 2');
  });

  it('draws over how many hops a word came to how many peers, and where the bound lies, at the same measure', async () => {
    const page = await open('&system=gossip&n=20&seed=1');
    await page.keyboard.press('End');
    await page.locator('.views figcaption', { hasText: '2 different views' }).waitFor();
    expect(await page.locator('.blocks li').allInnerTexts(), 'three of thirteen have not told of the last').to.deep.equal(['10', '3']);
    const curve = page.locator('[data-panel="coverage"] svg');
    expect(await curve.getAttribute('aria-label')).to.equal('Peers that have it over 0, 1, 2 … hops: 1, 9, 13 of 13; 3·⌈log2 13⌉ = 12 hops');
    expect(await curve.locator('.bound-text').textContent()).to.equal('3·⌈log2 13⌉ = 12');
    // The bound stands where the axis says 12, and the curve rises where it says 1 and 2.
    const at = async (hops: string): Promise<number> => Number(await curve.locator('g text', { hasText: new RegExp(`^${hops}$`) }).getAttribute('x'));
    const [none, nine, twelve] = [await at('0'), await at('9'), await at('12')];
    const bound = Number(/^M([\d.]+) /.exec((await curve.locator('.bound').getAttribute('d'))!)![1]);
    expect(bound).to.equal(twelve);
    const rises = [...(await curve.locator('.reached').getAttribute('d'))!.matchAll(/H([\d.]+)V/g)].map(([, x]) => Number(x));
    expect(rises.map((x) => Math.round((9 * (x - none)) / (nine - none)))).to.deep.equal([1, 2]);
    expect(await page.locator('[data-panel="coverage"] figcaption').innerText()).to.equal('N2 said “all is well at 40500”: 13 of 13 have it, over 2 hops, after 3 ms');
  });

  it('folds what is too much for a picture', async () => {
    const page = await open('&system=bracha&n=16&seed=1&at=1000');
    for (let tries = 0; tries < 80 && (await page.locator('.message.folded').count()) === 0; tries += 1) await page.keyboard.press('ArrowRight');
    expect(await page.locator('.message').count()).to.be.within(1, 200);
    expect(await page.locator('.message.folded').first().getAttribute('aria-label')).to.match(/: \d+ messages?, most of them /);
  });

  it('ends what takes long, and runs something else', async () => {
    const page = await open('&system=bracha&n=4&seed=1');
    await page.locator('[data-panel="plan"] select').first().selectOption('words');
    await page.locator('[data-panel="words"]').waitFor();
    const nodes = page.locator('[data-panel="plan"] input').first();
    await nodes.fill('16');
    await nodes.press('Enter');
    await page.getByRole('button', { name: 'Stop' }).click();
    await nodes.fill('5');
    await nodes.press('Enter');
    await page.locator('[data-node="4"]').waitFor();
  });

  it('shows the first seconds of what takes long while it goes on, and where a link leads once that has run', async () => {
    const page = await open('&system=pbft&n=4&seed=1');
    await page.evaluate(() => { location.hash = '#view=nodes&system=gossip&n=1000&seed=1&at=13000'; });
    await page.locator('.crowd canvas').waitFor();
    await page.locator('.judged', { hasText: /Unknown: only its first [\d,]+ ms have run/ }).waitFor();
    await page.locator('[data-panel="plan"] [role="status"]', { hasText: /It goes on: [\d,]+ ms have run so far/ }).waitFor();
    expect(page.url()).to.include('at=13000');
    await page.locator('.sentence', { hasText: /^13,000 ms/ }).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Next seed' }).waitFor();
    expect(page.url()).to.include('at=13000');
  });

  it('says why a peer of the word database decided so', async () => {
    const page = await open('&system=words&n=4&seed=2&at=54500&who=0');
    await page.getByText('Why?').first().click();
    const file = join(folder, 'words.jsonl');
    await here(['simulate', '--protocol', 'words', '--seed', '2', '--trace', file]);
    const { out } = await here(['trace', file, '--why', '0']);
    const [, first] = / 54500 ms  node 0 decided .*\n +(.*)\n/.exec(out) ?? [];
    expect(await page.locator('[data-panel="why"]').first().innerText()).to.include(first);
  });

  it('draws what goes on around the moment as a space-time diagram, and saves what is seen', async () => {
    const page = await open('&system=pbft&n=4&seed=12&at=220');
    await page.getByText('As a space-time diagram').click();
    const source = await page.locator('.around img').getAttribute('src');
    expect(decodeURIComponent(source!)).to.match(/^data:image\/svg\+xml,<svg [^]*pbft among 4, seed 12[^]*220 ms gets /);
    await page.getByText('Save it').click();
    for (const [button, begin] of [['Picture', '<svg '], ['SVG', '<svg '], ['Mermaid', 'sequenceDiagram'], ['ShiViz', 'R0 {"R0":1}'], ['JSON lines', '{"v":2,"type":"scheduled"']] as const) {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: button, exact: true }).click()]);
      expect(readFileSync(await download.path(), 'utf8'), button).to.include(begin);
    }
  });

  it('opens a trace that simulate wrote', async () => {
    const file = join(folder, 'collector.jsonl');
    const { out } = await here(['simulate', '--protocol', 'collector', '--seed', '5', '--trace', file]);
    seen = await watch(browser, `file://${join(folder, 'lab.html')}`, { offline: true });
    const { page } = seen;
    await page.getByRole('tab', { name: 'Files' }).click();
    await page.locator('input[type="file"]').setInputFiles(file);
    await page.getByRole('button', { name: 'Watch it' }).click();
    await page.locator('svg.nodes-ring').waitFor();
    expect(await page.locator('[data-panel="verdict"]').innerText()).to.include(out.trimEnd().split('\n').at(-1));
    await page.keyboard.press('End');
    expect(await page.locator('[data-panel="log"] .filled').count()).to.be.greaterThan(0);
    // What could be run beside it is of something else.
    expect(await page.locator('[data-panel="plan"]').isVisible()).to.equal(false);
    await page.getByText('Run something instead').click();
    expect(await page.locator('[data-panel="plan"]').getByRole('combobox', { name: 'runs' }).inputValue()).to.equal('pbft');
  });

  it('draws a thousand peers on a canvas, where any can be chosen, and says what is left out', async () => {
    const file = join(folder, 'crowd.jsonl');
    writeFileSync(file, crowdTrace(1000));
    seen = await watch(browser, `file://${join(folder, 'lab.html')}`, { offline: true });
    const { page } = seen;
    await page.getByRole('tab', { name: 'Files' }).click();
    await page.locator('input[type="file"]').setInputFiles(file);
    await page.getByText('Of more than 60 nodes no diagram is drawn here.').waitFor();
    await page.getByRole('button', { name: 'Watch it' }).click();
    const canvas = page.locator('.crowd canvas');
    await canvas.waitFor();
    await page.keyboard.press('End');
    expect(await canvas.getAttribute('aria-label')).to.match(/^1,000 nodes, 4 crashed; \d+ messages under way$/);
    expect(await page.locator('.crowd figcaption').innerText()).to.include('Names and what each decided are left out.');
    const colours = await canvas.evaluate((element: HTMLCanvasElement) => new Set(new Uint32Array(element.getContext('2d')!.getImageData(0, 0, element.width, element.height).data.buffer)).size);
    expect(colours, 'dots, lines and what is between them').to.be.greaterThan(50);
    // The first is in the middle.
    const { width, height } = (await canvas.boundingBox())!;
    await canvas.click({ position: { x: width / 2 + 10, y: height / 2 } });
    const panel = page.locator('[data-panel="node"] h2');
    await panel.waitFor();
    const clicked = await panel.innerText();
    expect(clicked).to.match(/^N[0-4]\b/);
    await page.locator('.crowd select').selectOption('700');
    expect(await panel.innerText()).to.match(/^N700 crashed/);
  });

  it('leaves the army as it was', async () => {
    const page = await open('&system=bracha&n=4&seed=1');
    await page.getByRole('tab', { name: 'Army' }).click();
    await page.getByRole('button', { name: 'Attack!' }).click();
    await page.getByText('Agreement holds.').waitFor();
    await page.getByRole('tab', { name: 'Nodes' }).click();
    await page.keyboard.press('ArrowRight');
    await page.getByRole('tab', { name: 'Army' }).click();
    expect(await page.locator('.verdict-panel .first').innerText()).to.include('attack');
    expect(page.url()).to.include('do=actual-order');
  });
});
