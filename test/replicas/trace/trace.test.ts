import { expect } from 'chai';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { UserError } from '../../../src/core/user-error.ts';
import { describeFact, type RunFact } from '../../../src/replicas/sim/facts.ts';
import { collector, pbft } from '../../../src/replicas/sim/system.ts';
import { describeOutcome, lineOfJudged } from '../../../src/runtime/virtual/lines.ts';
import { simulate } from '../../../src/runtime/virtual/simulate.ts';
import { chartOf } from '../../../src/trace/nodes/chart.ts';
import { lineOfFact } from '../../../src/trace/nodes/kind.ts';
import { REPLICAS } from '../../../src/replicas/trace/lines.ts';
import { within, type Fact, type Run } from '../../../src/trace/nodes/run.ts';
import { MESSAGES_MAX } from '../../../src/trace/nodes/slices.ts';
import { foldedStoryOf, storyOf } from '../../../src/trace/nodes/story.ts';
import { transcriptOf } from '../../../src/trace/nodes/transcript.ts';
import { diagramOf } from '../../../src/trace/diagram.ts';
import { mermaidOf } from '../../../src/trace/mermaid.ts';
import { readRuns } from '../../../src/trace/read.ts';
import { shivizOf } from '../../../src/trace/shiviz.ts';
import { svgOf } from '../../../src/trace/svg.ts';
import { CLEAN_LINE, anyChange, expectInside, expectMermaid, expectRefusedOrShown, holesIn, loggedEvents, unclosed } from '../../support/pictures.ts';
import { projectPath } from '../../support/run.ts';

const runIn = (text: string): Run => readRuns(text, [REPLICAS])[0]!;

/** What was told while a schedule happened, and its trace. */
function simulated(protocol: 'pbft' | 'collector', seed: number): { readonly facts: readonly RunFact[]; readonly judgement: string; readonly about: string; readonly text: string } {
  const system = { pbft, collector }[protocol];
  const plan = system.draw({ n: 4, seed });
  const facts: RunFact[] = [];
  const outcome = simulate(system, plan, { observe: (fact) => void facts.push(fact as RunFact) });
  const about = system.describe(plan);
  return { facts, judgement: describeOutcome(system, outcome), about, text: system.print(plan) + facts.map(lineOfFact).join('') + lineOfJudged(system, outcome) };
}

const ofType = <Type extends Fact['type']>({ facts }: Run, type: Type) => facts.filter((fact): fact is Extract<Fact, { type: Type }> => fact.type === type);

/** As all formats show it. */
const picturesOf = (run: Run): string[] => [transcriptOf(run, { messages: true }), diagramOf(chartOf(run)), mermaidOf(foldedStoryOf(run)), shivizOf(storyOf(run)), svgOf([chartOf(run)])];

for (const [protocol, seed] of [['pbft', 12], ['pbft', 9], ['collector', 12], ['collector', 51]] as const) {
  describe(`a trace of ${protocol} under seed ${seed}`, () => {
    let told: ReturnType<typeof simulated>;
    let run: Run;
    before(() => {
      told = simulated(protocol, seed);
      run = runIn(told.text);
    });

    it('is read as it was written, with messages in words', () => {
      expect(run.judgement).to.deep.equal({ text: told.judgement, isBad: false });
      expect(run.facts).to.have.length(told.facts.length);
      run.facts.forEach((fact, index) => {
        const written = told.facts[index]!;
        if (fact.type === 'event') {
          expect([fact.at, fact.name]).to.deep.equal([written.at, written.type]);
          expect(Object.values(written)).to.include(fact.node);
        } else expect({ ...fact, message: undefined, words: undefined }).to.deep.equal({ ...written, message: undefined, words: undefined });
      });
    });

    it('tells of each arrival whose message it was; none arrives before it was sent, and most arrive', () => {
      const sent = new Map(ofType(run, 'sent').map((fact) => [fact.id, fact]));
      const heard = ofType(run, 'heard');
      for (const { id, at, from, to } of heard) {
        expect(sent.get(id)?.from).to.equal(from);
        expect(sent.get(id)?.to).to.include(to);
        expect(at).to.be.above(sent.get(id)!.at);
      }
      const copies = [...sent.values()].reduce((sum, { to }) => sum + to.length, 0);
      expect(new Set(heard.map(({ id, to }) => `${id} ${to}`)).size).to.be.within(copies / 4, copies);
    });

    it('is told by the sentences that were said while it went', () => {
      const said = told.facts.flatMap((fact) => describeFact(fact) ?? []);
      expect(transcriptOf(run)).to.equal([`${told.about}.`, ...said, told.judgement, ''].join('\n'));
    });

    it('with all messages, if asked to', () => {
      const text = transcriptOf(run, { messages: true });
      expect(text.match(/ sends /g)).to.have.length(ofType(run, 'sent').length);
      expect(text.match(/ hears /g)).to.have.length(ofType(run, 'heard').length);
    });

    it('for ShiViz has vector clocks, and every message is heard after it was sent', () => {
      const events = loggedEvents(shivizOf(storyOf(run)));
      const sent = events.filter(({ event }) => /^\d+ ms: sends /.test(event));
      const heard = events.filter(({ event }) => /^\d+ ms: hears /.test(event));
      expect(sent).to.have.length(ofType(run, 'sent').length);
      expect(heard).to.have.length(ofType(run, 'heard').length);
      // Events stand in the order of the facts, so the two lists run in step.
      ofType(run, 'heard').forEach(({ id }, index) => {
        const { clock } = heard[index]!;
        const { host, clock: left } = sent[id - 1]!;
        expect(clock[host], heard[index]!.event).to.be.at.least(left[host]!);
        for (const [other, time] of Object.entries(left)) expect(clock[other]).to.be.at.least(time);
      });
    });

    it('as a diagram fits a terminal of 80 columns, and says that it is folded', () => {
      const diagram = diagramOf(chartOf(run));
      for (const line of diagram.split('\n')) expect(line.length, line).to.be.at.most(80);
      expect(diagram.replaceAll(/\s+/g, ' ')).to.include(`Folded: of ${ofType(run, 'sent').length} messages only counts are shown, as more than ${MESSAGES_MAX} nobody would read.`);
      const counts = [...diagramOf(chartOf(run), { width: 1000 }).matchAll(/(?<![\w(])(\d+)\/(\d+)/g)].slice(0, -1);
      expect(counts.reduce((sum, [, , all]) => sum + Number(all), 0)).to.equal(ofType(run, 'sent').reduce((sum, { to }) => sum + to.length, 0));
      expect(counts.reduce((sum, [, part]) => sum + Number(part), 0)).to.equal(new Set(ofType(run, 'heard').map(({ id, to }) => `${id} ${to}`)).size);
    });

    it('in part is a diagram with a row for each message, and when it reached whom', () => {
      const end = ofType(run, 'sent')[MESSAGES_MAX - 30]!.at;
      const part = within(run, { to: end });
      const sent = ofType(part, 'sent');
      expect(sent.length).to.be.within(MESSAGES_MAX - 30, MESSAGES_MAX);
      const rows = diagramOf(chartOf(part), { width: 1000 }).split('\n').filter((line) => line.startsWith('  '));
      const messages = rows.filter((line) => line.includes('●'));
      expect(messages).to.have.length(sent.length);
      messages.forEach((line, index) => {
        const { id, at, to } = sent[index]!;
        const heard = ofType(part, 'heard').filter((fact) => fact.id === id);
        expect([...line.matchAll(/\+(\d+)/g)].map(([, delay]) => at + Number(delay)), line).to.have.members(heard.map((fact) => fact.at));
        expect(line.match(/×/g)?.length ?? 0, line).to.equal(to.length - new Set(heard.map((fact) => fact.to)).size);
      });
      expect(rows.filter((line) => line.includes('◆'))).to.have.length(part.facts.filter(({ type }) => type !== 'sent' && type !== 'heard').length);
    });

    it('in Mermaid keeps to its grammar, with an arrow for each message, crossed where it did not arrive', () => {
      const part = within(run, { to: ofType(run, 'sent')[MESSAGES_MAX - 30]!.at });
      const arrows = expectMermaid(mermaidOf(foldedStoryOf(part)));
      const heard = ofType(part, 'heard');
      const copies = ofType(part, 'sent').reduce((sum, { to }) => sum + to.length, 0);
      expect(arrows.filter((line) => line.includes('->>'))).to.have.length(heard.length);
      expect(arrows.filter((line) => line.includes('-x'))).to.have.length(copies - new Set(heard.map(({ id, to }) => `${id} ${to}`)).size);
      const folded = mermaidOf(foldedStoryOf(run));
      expect(expectMermaid(folded).length).to.be.below(arrows.length * 4);
      expect(folded).to.match(/^ {2}Note over .*: Folded: of /m);
    });

    it('as SVG is well-formed, whole and in part, lies within its edges, and has title, legend and verdict', () => {
      for (const one of [run, within(run, { to: 450 }), within(run, { from: 1e6 })]) {
        const svg = svgOf([chartOf(one)]);
        expect(unclosed(svg)).to.deep.equal([]);
        expectInside(svg);
        const text = svg.replaceAll(/<title>.*?<\/title>/g, '').replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
        for (const said of [`${protocol} among 4, seed ${seed}`, 'R0', 'R3', 'R0 is replica 0, and C a client.', 'Safety and liveness held: ']) expect(text).to.include(said);
        if (one === run) for (const said of ['of nine messages, seven arrived', 'sends to the others', 'traitor']) expect(text).to.include(said);
      }
    });
  });
}

describe('a trace of a violated run', () => {
  it('says so in sentences and pictures', () => {
    const { text } = simulated('pbft', 14);
    const lines = text.trimEnd().split('\n').with(-1, '{"type":"judged","verdict":"violated","witness":"loyal replicas 0 and 1 differ","events":1,"view":0,"places":1,"time":1850}');
    const run = runIn(lines.join('\n'));
    expect(transcriptOf(run)).to.match(/\nViolated: loyal replicas 0 and 1 differ\.\n$/);
    expect(diagramOf(chartOf(run))).to.match(/\nViolated: loyal replicas 0 and 1 differ\.\n$/);
    expect(svgOf([chartOf(run)])).to.include(' class="lied">Violated: loyal replicas 0 and 1 differ.<');
  });
});

describe('a trace of version 1', () => {
  for (const name of ['pbft', 'accused', 'collector']) {
    const file = (end: string): string => readFileSync(projectPath(`test/trace/files/${name}-1.${end}`), 'utf8');

    it(`is still told as it was said when it was written (${name})`, () => {
      expect(transcriptOf(runIn(file('jsonl')))).to.equal(file('txt'));
    });

    it(`is still drawn, and the picture says what it does not know (${name})`, () => {
      const run = within(runIn(file('jsonl')), { to: 400 });
      for (const text of [diagramOf(chartOf(run)), svgOf([chartOf(run)]).replaceAll(/<[^>]*>/g, ' ')])
        expect(text.replaceAll(/\s+/g, ' ')).to.include('This trace is of version 1, which does not tell what arrived.').and.not.match(/[×]|did not arrive/);
      expectInside(svgOf([chartOf(run)]));
      expect(mermaidOf(storyOf(run))).not.to.match(/-x|arrive/);
      expect(loggedEvents(shivizOf(storyOf(run))).length).to.equal(run.facts.length);
    });
  }
});

describe('a trace of replicas that no run has written', () => {
  const begin = '{"v":2,"type":"scheduled","protocol":"pbft","seed":1,"members":[0,1,2,3],"clients":[4],"traitors":[{"id":1,"kind":"stale"}],"about":"4 replicas"}';
  const sent = '{"at":5,"type":"sent","id":1,"from":0,"to":[1,2],"message":{"type":"status"}}';
  const end = '{"type":"judged","verdict":"holds","events":1,"view":0,"places":1,"time":9}';

  it('is read where nothing is wrong with it', () => {
    expect(runIn([begin, sent, '{"at":6,"type":"heard","id":1,"from":0,"to":2}', end].join('\n')).facts).to.have.length(2);
  });

  const refused: readonly (readonly [what: string, lines: readonly string[], flaw: RegExp])[] = [
    ['time that runs backwards', [begin, sent, '{"at":4,"type":"fell","replica":2}', end], /^line 3: time runs backwards: /],
    ['an arrival before its message', [begin, '{"at":4,"type":"heard","id":1,"from":0,"to":2}', sent, end], /^line 2: the arrival of a message that was not sent there before: /],
    ['an arrival at another', [begin, sent, '{"at":6,"type":"heard","id":1,"from":0,"to":3}', end], /^line 3: the arrival of a message that was not sent there before: /],
    ['messages out of their order', [begin, sent.replace('"id":1', '"id":2'), end], /^line 2: a message out of its order, which would be number 1: /],
    ['a stranger', [begin, '{"at":4,"type":"fell","replica":9}', end], /^line 2: a node that is not in this run: /],
    ['a receiver who is a stranger', [begin, sent.replace('[1,2]', '[1,9]'), end], /^line 2: a node that is not in this run: /],
    ['a message without a type', [begin, sent.replace('{"type":"status"}', '{}'), end], /^line 2: not a fact of a trace: /],
    ['data that commands the terminal', [begin, String.raw`{"at":4,"type":"asked","client":4,"request":1,"data":"\u001b[2J"}`, end], /^line 2: not a fact of a trace: /],
    ['a violation without a witness', [begin, end.replace('holds', 'violated')], /^line 2: not a fact of a trace: /],
    ['a replica twice', [begin.replace('[0,1,2,3]', '[0,1,1]'), end], /^line 1: not a fact of a trace: /],
    ['a client that is a replica', [begin.replace('[4]', '[3]'), end], /^line 1: not a fact of a trace: /],
    ['a traitor that is not there', [begin.replace('"id":1', '"id":8'), end], /^line 1: not a fact of a trace: /],
    ['more replicas than a picture has lifelines', [begin.replace('[0,1,2,3]', JSON.stringify(Array.from({ length: 2000 }, (_, id) => id + 5))), end], /^line 1: not a fact of a trace: /],
    ['a version that is not known', [begin.replace('"v":2', '"v":3'), end], /^line 1: a trace of version 3, and this program reads versions 1 and 2 of those of runs of replicas$/],
    ['no version', [begin.replace('"v":2,', ''), end], /^line 1: a trace of version "undefined", /],
    ['no beginning', [sent, end], /^line 1: a trace begins with what was scheduled, not with "sent"$/],
    ['no end', [begin, sent], /^line 2: the trace is truncated, the run of seed 1 has no end$/],
    ['a beginning within', [begin, sent, begin, end], /^line 3: the run of seed 1 has no end, so the trace is damaged before this line$/],
  ];
  for (const [what, lines, flaw] of refused) {
    it(`with ${what} is refused in one line`, () => {
      expect(() => runIn(lines.join('\n'))).to.throw(UserError).with.property('message').that.matches(flaw).and.matches(CLEAN_LINE);
    });
  }

  it('says nothing of arrivals in version 1, and is refused where it does', () => {
    const old = readFileSync(projectPath('test/trace/files/accused-1.jsonl'), 'utf8').split('\n');
    expect(() => runIn(old.toSpliced(-2, 0, '{"at":999999,"type":"heard","id":1,"from":0,"to":1}').join('\n'))).to.throw(UserError, 'not a fact of a trace');
  });
});

describe('a trace of replicas in which something was changed by hand', () => {
  it('is refused in one clean line, or can be shown in every way, and quickly', () => {
    const news = simulated('pbft', 50).text.trimEnd().split('\n');
    const old = readFileSync(projectPath('test/trace/files/accused-1.jsonl'), 'utf8').trimEnd().split('\n');
    fc.assert(
      fc.property(anyChange, fc.boolean(), (change, isOld) => {
        expectRefusedOrShown(isOld ? old : news, change, runIn, (run) => [run, within(run, { to: 400 })].flatMap(picturesOf));
      }),
      { numRuns: 400 },
    );
  });

  it('is so wherever something is null, or left out', () => {
    const lines = simulated('pbft', 50).text.trimEnd().split('\n');
    for (const hole of holesIn(lines)) expectRefusedOrShown(lines, hole, runIn, (run) => picturesOf(run));
  });
});
