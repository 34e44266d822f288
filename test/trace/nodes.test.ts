import { expect } from 'chai';
import fc from 'fast-check';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { broadcast } from '../../src/broadcast/system.ts';
import { SYSTEMS } from '../../src/systems.ts';
import { UserError } from '../../src/core/user-error.ts';
import { gossip } from '../../src/gossip/sim/system.ts';
import { ORDERS } from '../../src/generals/trace/jsonl.ts';
import { randomised } from '../../src/randomised/system.ts';
import { REPLICAS } from '../../src/replicas/trace/lines.ts';
import type { FaultPlan } from '../../src/runtime/virtual/fault-plan.ts';
import { MEMBERS, describeOutcome, lineOfJudged } from '../../src/runtime/virtual/lines.ts';
import { simulate } from '../../src/runtime/virtual/simulate.ts';
import type { Fact as SimulatedFact, System } from '../../src/runtime/virtual/system.ts';
import { diagramOf } from '../../src/trace/diagram.ts';
import { mermaidOf } from '../../src/trace/mermaid.ts';
import { chartOf } from '../../src/trace/nodes/chart.ts';
import { lineOfFact } from '../../src/trace/nodes/kind.ts';
import { within, type Fact, type Run } from '../../src/trace/nodes/run.ts';
import { MESSAGES_MAX } from '../../src/trace/nodes/slices.ts';
import { foldedStoryOf, storyOf } from '../../src/trace/nodes/story.ts';
import { transcriptOf } from '../../src/trace/nodes/transcript.ts';
import { wordsOf } from '../../src/trace/nodes/words.ts';
import { readRuns, type TraceKind } from '../../src/trace/read.ts';
import { shivizOf } from '../../src/trace/shiviz.ts';
import { svgOf } from '../../src/trace/svg.ts';
import { greeters } from '../support/greeters.ts';
import { CLEAN_LINE, anyChange, expectInside, expectMermaid, expectRefusedOrShown, holesIn, loggedEvents, unclosed } from '../support/pictures.ts';
import { here, projectPath } from '../support/run.ts';

/** All kinds of runs of nodes that the program reads. */
const NODES = [REPLICAS, MEMBERS];

const runIn = (text: string): Run => readRuns(text, [MEMBERS])[0]!;

/** What was said while the plan of a seed happened, and its trace. */
function simulated(system: System, plan: FaultPlan): { readonly said: string; readonly facts: readonly SimulatedFact[]; readonly text: string } {
  const facts: SimulatedFact[] = [];
  const outcome = simulate(system, plan, { observe: (fact) => void facts.push(fact) });
  const lines = [`${system.describe(plan)}.`, ...facts.flatMap((fact) => system.inWords(fact) ?? []), describeOutcome(system, outcome)];
  return { said: lines.map((line) => `${line}\n`).join(''), facts, text: system.print(plan) + facts.map(lineOfFact).join('') + lineOfJudged(system, outcome) };
}

const ofType = <Type extends Fact['type']>({ facts }: Run, type: Type) => facts.filter((fact): fact is Extract<Fact, { type: Type }> => fact.type === type);

/** As all formats show it. */
const picturesOf = (run: Run): string[] => [transcriptOf(run, { messages: true }), diagramOf(chartOf(run)), mermaidOf(foldedStoryOf(run)), shivizOf(storyOf(run)), svgOf([chartOf(run)])];

for (const [system, seed] of [[broadcast, 3], [broadcast, 7], [randomised, 3], [randomised, 7], [greeters, 1]] as const) {
  describe(`a trace of ${system.name} under seed ${seed}, whose reader knows nothing of that`, () => {
    let told: ReturnType<typeof simulated>;
    let run: Run;
    let part: Run;
    before(() => {
      told = simulated(system as System, system.draw({ n: system.members, seed }));
      run = runIn(told.text);
      const sent = ofType(run, 'sent');
      part = within(run, { to: sent[Math.min(sent.length, MESSAGES_MAX - 30) - 1]!.at });
    });

    it('is told by the sentences that were said while it went', () => {
      expect(transcriptOf(run)).to.equal(told.said);
      expect(told.said).to.match(/ ms {2}node \d is .*\n[^]* held: /);
    });

    it('with all messages, if asked to, by their types', () => {
      const text = transcriptOf(run, { messages: true });
      const count = (type: string): number => told.facts.filter((fact) => fact.type === type).length;
      expect(text.match(/ sends (?:initial|echo|ready|report|proposal|behind|greeting) /g)).to.have.length(count('sent'));
      expect(text.match(/ hears (?:initial|echo|ready|report|proposal|behind|greeting) /g)).to.have.length(count('heard'));
    });

    it('as a diagram fits a terminal of 80 columns, and has a row for each message and event, or says that it is folded', () => {
      const diagram = diagramOf(chartOf(run));
      for (const line of diagram.split('\n')) expect(line.length, line).to.be.at.most(80);
      expect(diagram).to.include('N0').and.include('N0 is node 0\n');
      expect(diagram.includes('Folded: ')).to.equal(ofType(run, 'sent').length > MESSAGES_MAX);
      const rows = diagramOf(chartOf(part), { width: 1000 }).split('\n').filter((line) => line.startsWith('  '));
      expect(rows.filter((line) => line.includes('●'))).to.have.length(ofType(part, 'sent').length);
      expect(rows.filter((line) => line.includes('◆'))).to.have.length(ofType(part, 'event').length);
    });

    it('in Mermaid keeps to its grammar, with an arrow for each message, crossed where it did not arrive', () => {
      const arrows = expectMermaid(mermaidOf(foldedStoryOf(part)));
      const heard = ofType(part, 'heard');
      const copies = ofType(part, 'sent').reduce((sum, { to }) => sum + to.length, 0);
      expect(arrows.filter((line) => line.includes('->>'))).to.have.length(heard.length);
      expect(arrows.filter((line) => line.includes('-x'))).to.have.length(copies - new Set(heard.map(({ id, to }) => `${id} ${to}`)).size);
      expectMermaid(mermaidOf(foldedStoryOf(run)));
    });

    it('for ShiViz has vector clocks that count on', () => {
      expect(loggedEvents(shivizOf(storyOf(run)))).to.have.length(run.facts.length);
    });

    it('as SVG is well-formed, lies within its edges, and has title and verdict', () => {
      for (const one of [run, part]) {
        const svg = svgOf([chartOf(one)]);
        expect(unclosed(svg)).to.deep.equal([]);
        expectInside(svg);
        const text = svg.replaceAll(/<title>.*?<\/title>/g, '').replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
        for (const said of [`${system.name} among ${system.members}, seed ${seed}`, 'N0 is node 0.', ' held: ']) expect(text).to.include(said);
      }
    });
  });
}

describe('a trace of any system that can be simulated', () => {
  for (const system of SYSTEMS) {
    it(`is told as it was said while it went (${system.name})`, () => {
      for (const seed of [1, 2, 5]) {
        const { said, text } = simulated(system, system.draw({ n: system.members, seed }));
        expect(transcriptOf(readRuns(text, NODES)[0]!)).to.equal(said);
      }
    });
  }

  it('is read where something was said over a link that was closed by then: to nobody', () => {
    const { text } = simulated(gossip as System, gossip.draw({ n: 8, seed: 15 }));
    const run = readRuns(text, NODES)[0]!;
    expect(run.facts.some((fact) => fact.type === 'sent' && fact.to.length === 0)).to.equal(true);
    expect(transcriptOf(run, { messages: true })).to.match(/ sends \S[^\n]* to nobody\n/);
  });
});

describe('a trace of a system that the program does not know', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'generals-nodes-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('is shown by generals trace in every format all the same', async () => {
    expect(SYSTEMS.some(({ name }) => name === greeters.name)).to.equal(false);
    const file = join(folder, 'greeters.jsonl');
    const { said, text } = simulated(greeters as System, greeters.draw({ n: 3, seed: 1 }));
    writeFileSync(file, text);
    expect(await here(['trace', file])).to.deep.include({ code: 0, err: '', out: said });
    const formats = { '--diagram': /^greeters among 3, seed 1\n[^]* ms is to say that it is "number 0" +◆/, '--mermaid': /^sequenceDiagram\n[^]*N0->>N1: greeting f0 "number 0" /, '--shiviz': /^N\d {"N\d":1}\n\d+ ms: is to say/, '--messages': / hears greeting f0 "number 0" from node 0\n/ };
    for (const [format, words] of Object.entries(formats)) expect((await here(['trace', file, format])).out, format).to.match(words);
    const svg = join(folder, 'greeters.svg');
    expect(await here(['trace', file, '--svg', svg])).to.deep.include({ code: 0, out: '' });
    expect(readFileSync(svg, 'utf8')).to.match(/^<svg .*\n<\/svg>\n$/s);
  });

  it('refuses what is for orders', async () => {
    const { err, code } = await here(['trace', projectPath('test/trace/files/bracha-2.jsonl'), '--order', '1']);
    expect([err.split(' – ')[0], code]).to.deep.equal(['generals: --order is for a trace of orders, and this is of a run of nodes', 2]);
  });
});

describe('a message in a few words', () => {
  const messages: readonly (readonly [message: Readonly<Record<string, unknown>>, words: string])[] = [
    [{ type: 'ready', origin: 2, number: 1, value: 'x' }, 'ready o2 n1 "x"'],
    [{ type: 'proposal', round: 3, value: null, share: 0.5 }, 'proposal r3'],
    [{ type: 'a word\n', 7: 7 }, String.raw`"a word\n" 7`],
    [{ type: 'put', value: 'y'.repeat(100), nested: { number: 1 }, list: [1] }, `put "${'y'.repeat(16)}…"`],
    [{ type: 'much', a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7 }, 'much a1 b2 c3 d4 e5 f6 …'],
  ];
  for (const [message, words] of messages) it(`is ${words}`, () => expect(wordsOf(message)).to.equal(words));
});

const file = (name: string): string => readFileSync(projectPath(`test/trace/files/${name}`), 'utf8');

describe('a trace of version 2', () => {
  it('is still told as it was said when it was written', () => {
    expect(transcriptOf(runIn(file('bracha-2.jsonl')))).to.equal(file('bracha-2.txt'));
  });
});

const begin = '{"v":2,"type":"planned","protocol":"bracha","seed":1,"members":[0,1,2,3],"clients":[],"traitors":[{"id":1,"kind":"liar"}],"about":"4 nodes"}';
const sent = '{"at":5,"type":"sent","id":1,"from":0,"to":[1,2],"message":{"type":"ready"}}';
const end = '{"type":"judged","verdict":"holds","events":1,"time":9,"promises":"Agreement","progress":"1 delivered"}';

describe('a trace of nodes that no run has written', () => {
  it('may tell of all that nodes of any system meet, under either name of the node; so may one of replicas', () => {
    const types = ['fell', 'came-back', 'paused', 'went-on', 'joined', 'left', 'clock-jumped'];
    const met = types.map((type, index) => JSON.stringify({ at: 10 + index, type, [index % 2 === 0 ? 'node' : 'replica']: 3 }));
    const run = runIn([begin, ...met, end].join('\n'));
    expect(transcriptOf(run).split('\n').slice(1, -2).map((line) => line.slice(11))).to.deep.equal([
      'node 3 crashes', 'node 3 is restarted', 'node 3 stops in its tracks', 'node 3 goes on', 'node 3 joins', 'node 3 leaves for good', 'node 3 has its clock jump',
    ]);
    expect(ofType(run, 'event').map(({ words }) => words)).to.deep.equal(['crashes', 'is restarted', 'stops', 'goes on', 'joins', 'leaves', 'clock jumps']);
    const scheduled = [begin.replace('planned', 'scheduled'), ...met, '{"type":"judged","verdict":"holds","events":1,"view":0,"places":1,"time":9}'].join('\n');
    expect(transcriptOf(readRuns(scheduled, [REPLICAS])[0]!)).to.match(/ms {2}replica 3 crashes\n.*replica 3 is restarted\n[^]*replica 3 joins\n.*replica 3 leaves for good\n/);
  });

  it('says in a picture no more of what a node was asked than has room there, cut off between words', () => {
    const told = ['is given 1', 'is to broadcast "something lon", its number 2', 'delivered-a-word-that-no-picture-could-have-room-for'];
    const run = runIn([begin, ...told.map((words) => JSON.stringify({ at: 5, type: 'input', node: 0, words, input: 1 })), end].join('\n'));
    expect(ofType(run, 'event').map(({ words }) => words)).to.deep.equal(['is given 1', 'is to broadcast "something lon" …', 'delivered-a-word-that-no-picture …']);
    for (const words of told) expect(transcriptOf(run)).to.include(`node 0 ${words}\n`);
  });

  it('says in sentences and pictures what was violated, and what is not known', () => {
    for (const [verdict, sentence, isBad] of [['"violated","witness":"nodes 0 and 2 differ"', 'Violated: nodes 0 and 2 differ.', true], ['"unknown","reason":"coins fell"', 'Unknown: coins fell.', false]] as const) {
      const run = runIn([begin, end.replace('"holds"', verdict)].join('\n'));
      expect(transcriptOf(run)).to.match(new RegExp(`\\n${sentence}\\n$`));
      expect(diagramOf(chartOf(run))).to.include(`\n${sentence}\n`);
      expect(svgOf([chartOf(run)]).includes(` class="lied">${sentence}<`)).to.equal(isBad);
    }
  });

  const refused: readonly (readonly [what: string, lines: readonly string[], flaw: RegExp])[] = [
    ['time that runs backwards', [begin, sent, '{"at":4,"type":"fell","replica":2}', end], /^line 3: time runs backwards: /],
    ['an arrival at another', [begin, sent, '{"at":6,"type":"heard","id":1,"from":0,"to":3}', end], /^line 3: the arrival of a message that was not sent there before: /],
    ['messages without numbers', [begin, sent.replace('"id":1,', ''), end], /^line 2: not a fact of a trace: /],
    ['a stranger who is asked', [begin, '{"at":4,"type":"input","node":9,"words":"is given 1"}', end], /^line 2: a node that is not in this run: /],
    ['a stranger who joins', [begin, '{"at":4,"type":"joined","node":9}', end], /^line 2: a node that is not in this run: /],
    ['a stranger who is accused', [begin, '{"at":4,"type":"accused","by":0,"suspect":9,"evidence":"noise"}', end], /^line 2: a node that is not in this run: /],
    ['nobody who falls', [begin, '{"at":4,"type":"fell"}', end], /^line 2: not a fact of a trace: /],
    ['an output without words', [begin, '{"at":4,"type":"output","node":0,"output":1}', end], /^line 2: not a fact of a trace: /],
    ['words that command the terminal', [begin, String.raw`{"at":4,"type":"output","node":0,"words":"\u001b[2J"}`, end], /^line 2: not a fact of a trace: /],
    ['a fact of replicas', [begin, '{"at":4,"type":"entered","by":0,"view":1}', end], /^line 2: not a fact of a trace: /],
    ['a violation without a witness', [begin, end.replace('holds', 'violated')], /^line 2: not a fact of a trace: /],
    ['an unknown without a reason', [begin, end.replace('holds', 'unknown')], /^line 2: not a fact of a trace: /],
    ['a verdict without promises', [begin, end.replace('"promises":"Agreement",', '')], /^line 2: not a fact of a trace: /],
    ['a node twice', [begin.replace('[0,1,2,3]', '[0,1,1]'), end], /^line 1: not a fact of a trace: /],
    ['a traitor that is not there', [begin.replace('"id":1', '"id":8'), end], /^line 1: not a fact of a trace: /],
    ['an older version', [begin.replace('"v":2', '"v":1'), end], /^line 1: a trace of version 1, and this program reads version 2$/],
    ['a run of replicas behind it', [begin, end, begin.replace('planned', 'scheduled'), end], /^line 3: one of the runs of replicas in a trace of runs of nodes, and a trace has one kind of run only$/],
    ['no beginning', [sent, end], /^line 1: a trace begins with what was ordered, scheduled or planned, not with "sent"$/],
    ['no end', [begin, sent], /^line 2: the trace is truncated, the run of seed 1 has no end$/],
  ];
  const kinds: readonly TraceKind<unknown>[] = [ORDERS, REPLICAS, MEMBERS];
  for (const [what, lines, flaw] of refused) {
    it(`with ${what} is refused in one line`, () => {
      expect(() => readRuns(lines.join('\n'), kinds)).to.throw(UserError).with.property('message').that.matches(flaw).and.matches(CLEAN_LINE);
    });
  }
});

describe('a trace of nodes in which something was changed by hand', () => {
  it('is refused in one clean line, or can be shown in every way, and quickly', () => {
    const lines = file('bracha-2.jsonl').trimEnd().split('\n');
    let shown = 0;
    fc.assert(
      fc.property(anyChange, (change) => {
        if (expectRefusedOrShown(lines, change, runIn, (run) => [run, within(run, { to: 700 })].flatMap(picturesOf))) shown += 1;
      }),
      { numRuns: 300 },
    );
    expect(shown).to.be.above(0);
  });

  it('is so wherever something is null, or left out', () => {
    const lines = file('bracha-2.jsonl').trimEnd().split('\n');
    for (const hole of holesIn(lines)) expectRefusedOrShown(lines, hole, runIn, (run) => picturesOf(run));
  });
});
