import { expect } from 'chai';
import fc from 'fast-check';
import { nodeId } from '../../../src/core/node.ts';
import type { Trace } from '../../../src/generals/fact.ts';
import { Army, UserError, type Outcome } from '../../../src/index.ts';
import { PROTOCOLS } from '../../../src/generals/protocols/registry.ts';
import { factsOf } from '../../../src/generals/trace/facts.ts';
import { chartOf } from '../../../src/generals/trace/chart.ts';
import { linesOfFacts, parseTrace } from '../../../src/generals/trace/jsonl.ts';
import { arrowsOf, liesAsHeard } from '../../../src/generals/trace/messages.ts';
import type { ProtocolName } from '../../../src/generals/protocols/registry.ts';
import { storyOf } from '../../../src/generals/trace/story.ts';
import { transcriptOf } from '../../../src/generals/trace/transcript.ts';
import * as diagram from '../../../src/trace/diagram.ts';
import * as mermaid from '../../../src/trace/mermaid.ts';
import * as shiviz from '../../../src/trace/shiviz.ts';
import * as svg from '../../../src/trace/svg.ts';
import { anyChange, expectInside, expectMermaid, expectRefusedOrShown, holesIn, loggedEvents, unclosed } from '../../support/pictures.ts';
import { soaked } from '../../support/trials.ts';

/** An order among so many, of which every third general is a traitor. */
async function ordered(protocol: ProtocolName, members: number): Promise<Outcome> {
  const army = await Army.muster(members, { host: 'sim', seed: 5, protocol });
  try {
    await army.elect(1);
    for (let id = 3; id <= members; id += 3) await army.corrupt(id, id % 2 === 0 ? 'coin' : 'arbitrary');
    return await army.order('attack', { anyway: true });
  } finally {
    await army.disband();
  }
}

const diagramOf = (trace: Trace, options?: diagram.DiagramOptions): string => diagram.diagramOf(chartOf(trace), options);
const mermaidOf = (trace: Trace): string => mermaid.mermaidOf(storyOf(trace));
const shivizOf = (trace: Trace): string => shiviz.shivizOf(storyOf(trace));
const svgOf = (traces: readonly Trace[]): string => svg.svgOf(traces.map(chartOf));

const traceOf = (outcome: Outcome): Trace => parseTrace(linesOfFacts(factsOf(outcome)))[0]!;

describe('a trace', () => {
  for (const { name } of PROTOCOLS) {
    it(`of ${name} tells every message that was sent, decision and ballot, and is read back as it was written`, async () => {
      const outcome = await ordered(name, 5);
      const facts = factsOf(outcome);
      const { ordered: first, facts: between, judged } = traceOf(outcome);
      expect([first, ...between, judged].map((fact) => ({ ...fact, v: undefined }))).to.deep.equal(facts.map((fact) => ({ ...fact, v: undefined })));
      expect(facts.filter(({ type }) => type === 'heard')).to.have.length(outcome.messages);
      expect(facts.filter(({ type }) => type === 'decided')).to.have.length(5);
    });
  }

  it('cut off anywhere gives whole orders or one clear line, and never anything else', async () => {
    const text = linesOfFacts(factsOf(await ordered('exchange', 4)));
    const whole = text + text;
    for (let length = 0; length < whole.length; length += 1) {
      try {
        expect(parseTrace(whole.slice(0, length)).length, `cut at ${length}`).to.be.within(1, 2);
      } catch (error) {
        expect(error, `cut at ${length}`).to.be.instanceOf(UserError);
        expect((error as UserError).message, `cut at ${length}`).not.to.include('\n');
      }
    }
  });

  it('of another version, or no trace at all, is refused in one line', () => {
    const line = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.record({ type: fc.constantFrom('ordered', 'heard', 'tampered', 'judged', 'decided', '__proto__', 'constructor'), v: fc.constantFrom(1, 2), round: fc.anything(), from: fc.integer() }).map((fact) => JSON.stringify(fact)));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), (lines) => {
        expect(() => parseTrace(lines.join('\n'))).to.throw(UserError).with.property('message').that.does.not.match(/\p{Cc}/u);
      }),
      { numRuns: soaked(5000, 100) },
    );
    expect(() => parseTrace('{"v":2,"type":"ordered"}')).to.throw(UserError, 'version 2,');
    expect(() => parseTrace('{"v":{"toString":null},"type":"ordered"}')).to.throw(UserError, 'version "{\\"toString\\":null}"');
    expect(() => parseTrace('')).to.throw(UserError, 'empty');
  });
});

describe('a trace that no run has written', () => {
  const begin = '{"v":1,"type":"ordered","number":1,"commander":1,"order":"attack","protocol":"exchange","m":1,"seed":1,"members":[1,2],"traitors":[]}';
  const end = '{"type":"judged","verdict":"execute","order":"attack","votes":1,"messages":1,"findings":null}';
  const refused: readonly [what: string, begin: string, fact: string][] = [
    ['a stranger', begin, '{"type":"heard","round":1,"from":1,"to":3,"message":"attack"}'],
    ['a decision of a stranger', begin, '{"type":"decided","by":7,"decision":"attack"}'],
    ['a round beyond all measure', begin, '{"type":"heard","round":1000000000,"from":1,"to":2,"message":"attack"}'],
    ['a message that commands the terminal', begin, String.raw`{"type":"heard","round":1,"from":1,"to":2,"message":"\u001b[2J"}`],
    ['a lie instead of nothing', begin, '{"type":"tampered","round":1,"from":1,"to":2,"said":[],"late":[]}'],
    ['a commander that is not there', begin.replace('[1,2]', '[2,3]'), ''],
    ['a general twice', begin.replace('[1,2]', '[1,2,2]'), ''],
    ['no general', begin.replace('[1,2]', '[]'), ''],
  ];
  for (const [what, head, fact] of refused) {
    it(`with ${what} is refused in one line`, () => {
      expect(() => parseTrace([head, fact, end].join('\n'))).to.throw(UserError).with.property('message').that.matches(/^line \d: \P{Cc}+$/u);
    });
  }

  it('is read where nothing is wrong with it', () => {
    expect(parseTrace([begin, end].join('\n'))).to.have.length(1);
  });
});

describe('a trace in which something was changed by hand', () => {
  function shown(traces: readonly Trace[]): string[] {
    const texts = [...traces.flatMap((trace) => [transcriptOf(trace), diagramOf(trace), mermaidOf(trace), shivizOf(trace)]), svgOf(traces)];
    // Who is no member.
    for (const text of texts) expect(text).not.to.include('G99');
    return texts;
  }

  for (const { name } of PROTOCOLS) {
    let lines: readonly string[];
    before(async () => (lines = linesOfFacts(factsOf(await ordered(name, 4))).trimEnd().split('\n')));

    it(`is refused in one clean line, or can be shown in every way, and quickly (${name})`, () => {
      fc.assert(
        fc.property(anyChange, (one) => void expectRefusedOrShown(lines, one, parseTrace, shown)),
        { numRuns: soaked(15_000, 25) },
      );
    });

    it(`is so wherever something is null, or left out (${name})`, () => {
      for (const one of holesIn(lines)) expectRefusedOrShown(lines, one, parseTrace, shown);
    });
  }
});

describe('the pictures of a trace', () => {
  for (const { name } of PROTOCOLS) {
    for (const members of [1, 2, 4, 7]) {
      // One general has nobody to speak to; the phase king and SM(m) are as long for four as for seven.
      if (members === 7 && name !== 'exchange') continue;
      describe(`${name} among ${members}`, () => {
        let trace: Trace;
        before(async () => (trace = traceOf(await ordered(name, members))));

        it('as sentences name every message and every lie', () => {
          const text = transcriptOf(trace);
          expect(text.match(/ → /g) ?? []).to.have.length(arrowsOf(trace).length);
          expect(text.match(/ → .*\((?:forged; )?honest: /g) ?? []).to.have.length(arrowsOf(trace).filter(({ honest }) => honest !== undefined).length);
        });

        it('as a diagram have on the lifeline of each general the letter of each message that it heard, or that was kept from it', () => {
          expect(heardIn(diagramOf(trace, { width: 1000 }), trace)).to.deep.equal(heardBy(trace));
        });

        it('as a diagram fit a terminal of 80 columns, and of 60, with all that was said', () => {
          const letters = (text: string): number => text.split('\n').filter((line) => /^ {2}.*[─●]/.test(line)).join('').replaceAll(/G\d+|[^ARN+–]/g, '').length;
          for (const width of [80, 60]) {
            const narrow = diagramOf(trace, { width });
            for (const line of narrow.split('\n')) expect(line.length, line).to.be.at.most(width);
            expect(letters(narrow)).to.equal(letters(diagramOf(trace, { width: 1000 })));
          }
        });

        it('in Mermaid keep to its grammar', () => {
          expect(expectMermaid(mermaidOf(trace))).to.have.length(arrowsOf(trace).length);
        });

        it('for ShiViz have vector clocks: each host counts on, and what is heard comes after what was said', () => {
          const events = loggedEvents(shivizOf(trace));
          const heard = events.filter(({ event }) => event.includes('hears'));
          expect(heard).to.have.length(arrowsOf(trace).length);
          for (const { clock, event } of heard) expect(clock[/ from (G\d+)$/.exec(event)![1]!], event).to.be.greaterThan(0);
        });

        it('as SVG are well-formed, with a mark for each message, whose shape, letter and colour tell what it says and whether it was tampered with', () => {
          const svg = svgOf([trace]);
          expect(unclosed(svg)).to.deep.equal([]);
          const marks = [...svg.matchAll(/<g><(circle|rect) class="(\w+)( lie)?"[^>]*\/><text[^>]*>(.)<\/text>(<text[^>]*class="lied">[!‡]<\/text>)?<title>G\d+ to G\d+: /g)];
          const silences = trace.facts.filter((fact) => fact.type === 'tampered' && fact.said.length === 0);
          expect(marks).to.have.length(arrowsOf(trace).length + silences.length);
          for (const [all, shape, word, lie, letter, mark] of marks) {
            expect([shape, letter], all).to.deep.equal({ attack: ['circle', 'A'], retreat: ['rect', 'R'], nothing: ['rect', 'N'], other: ['rect', '+'], silence: ['circle', '–'] }[word!]);
            expect(lie === undefined, all).to.equal(mark === undefined);
          }
          const lies = arrowsOf(trace).filter(({ honest }) => honest !== undefined).length + silences.length;
          expect(marks.filter(([, , , lie]) => lie !== undefined)).to.have.length(lies);
        });

        it('as SVG lie within their edges, and shrink to the width that there is', () => {
          expectInside(svgOf([trace]));
        });
      });
    }
  }

  it('say in each what signs mean, and what the verdict is', async () => {
    const trace = traceOf(await ordered('oral', 4));
    const [svg, diagram] = [svgOf([trace]).replaceAll(/<[^>]*>/g, ' '), diagramOf(trace)].map((text) => text.replaceAll(/\s+/g, ' '));
    for (const said of ['tampered with', 'traitor', 'G5 says that G3 says that G1 ordered attack', 'The quorum decided ', 'Agreement ', 'Validity ', 'Termination holds.']) {
      expect(diagram).to.include(said);
      expect(svg).to.include(said);
    }
  });

  it('say that validity asks nothing where the primary is a traitor, and that one loyal general agrees with itself', async () => {
    const army = await Army.muster(4, { host: 'sim', seed: 1, primary: 1, traitors: [1, 2, 3] });
    const trace = traceOf(await army.order('attack', { anyway: true }));
    for (const text of [transcriptOf(trace), diagramOf(trace), svgOf([trace]).replaceAll(/<[^>]*>/g, ' ')]) {
      expect(text).to.include('Validity asks nothing').and.not.to.include('Validity holds');
      expect(text).to.include('Agreement is trivial').and.not.to.include('Agreement holds');
    }
    await army.disband();
  });

  it('tell a chain under a forged signature from a lie that its sender may sign', async () => {
    const army = await Army.muster(4, { host: 'sim', seed: 1, protocol: 'signed', primary: 1 });
    try {
      await army.setProtocol('signed', 1);
      // A lieutenant that lies has no signature of the commander under it.
      await army.corrupt(3, 'liar');
      const forged = traceOf(await army.order('attack', { anyway: true }));
      expect(forged.facts.filter(({ type }) => type === 'tampered')).to.deep.equal([2, 4].map((to) => ({ type: 'tampered', round: 2, from: 3, to, honest: 'attack:1:3', said: ['retreat:1:3'], late: [], forged: ['retreat:1:3'] })));
      expect(transcriptOf(forged)).to.include('G3 → G2  retreat:1:3  (forged; honest: attack:1:3)').and.to.include('G2 → G3  attack:1:2\n');
      expect(diagramOf(forged)).to.include('R‡').and.to.include('‡ tampered with, and under a forged signature').and.not.to.match(/R!|! tampered/);
      expect(mermaidOf(forged)).to.include('forged');
      expect(shivizOf(forged)).to.include('hears retreat:1:3 (forged) from G3');
      expect(svgOf([forged])).to.include('class="lied">‡</text>').and.to.include('(forged; honest: attack:1:3)').and.not.to.include('class="lied">!</text>');
      // A commander signs what it likes.
      await army.makeLoyal(3);
      await army.corrupt(1, 'liar');
      const lied = traceOf(await army.order('attack', { anyway: true }));
      for (const text of [transcriptOf(lied), diagramOf(lied), mermaidOf(lied), shivizOf(lied), svgOf([lied])]) expect(text).not.to.match(/forged|‡/);
      expect(diagramOf(lied)).to.include('R!').and.to.include('! tampered with');
    } finally {
      await army.disband();
    }
  });

  it('say of the same chain, once forged and once genuine, which is which as often as it is so', () => {
    const lie = { honest: 'attack:1:3', said: ['retreat:1:3'], late: [], forged: ['retreat:1:3'], round: 2, from: nodeId(3), to: nodeId(2), type: 'tampered' } as const;
    const lieIn = liesAsHeard([lie], String);
    expect([1, 2].map(() => lieIn(2, nodeId(3), nodeId(2), 'retreat:1:3'))).to.deep.equal([{ honest: 'attack:1:3', isForged: true }, { honest: undefined, isForged: false }]);
  });

  it('of OM’s third round among seven have a row for each path, and of a larger one a row for each general with counts of all that it said', async () => {
    const rowsOf = (trace: Trace): string[] => diagramOf(trace, { width: 1000 }).split('round 3')[1]!.split('\n\n')[0]!.split('\n').slice(1);
    expect(rowsOf(traceOf(await ordered('oral', 7)))).to.have.length.at.least(30);
    const trace = traceOf(await ordered('oral', 10));
    const rows = rowsOf(trace);
    expect(rows).to.have.length(9);
    const counts = rows.flatMap((row) => [...row.matchAll(/(\d+)\/(\d+)/g)].map(([, attack, retreat]) => Number(attack) + Number(retreat)));
    expect(counts.reduce((sum, count) => sum + count, 0)).to.equal(arrowsOf(trace).filter(({ round }) => round === 3).length);
    expect(svgOf([trace]).match(/\d+\/\d+!?<\/text><rect class="retreat"/g) ?? []).to.have.length.at.least(counts.length);
  });

  it('follow the colours of their reader, light or dark', async () => {
    const svg = svgOf([traceOf(await ordered('exchange', 4))]);
    const [light = '', dark = ''] = /<style>([\s\S]*)<\/style>/.exec(svg)![1]!.split('@media (prefers-color-scheme:dark)');
    for (const kind of ['ground', 'attack', 'retreat', 'lie', 'traitor', 'line', 'life']) {
      expect(light).to.include(`.${kind}`);
      expect(dark).to.include(`.${kind}`);
    }
    expect(svg.replace(/<style>[\s\S]*<\/style>/, '')).not.to.match(/#[0-9a-f]{3,6}\b|(?:fill|stroke)="/);
  });
});

/** The letters in the cells of a diagram, by round, sender and receiver. */
function heardIn(diagram: string, { ordered: { members } }: Trace): Record<string, string> {
  const heard: Record<string, string> = {};
  let [round, from] = ['', ''];
  let columns: number[] = [];
  for (const line of diagram.split('\n')) {
    const head = /^round (\d+) /.exec(line);
    if (head !== null) {
      round = head[1]!;
      columns = members.map((id) => line.search(new RegExp(`\\bG${id}\\b`)));
    } else if (/^ {2}/.test(line) && /[─●]/.test(line)) {
      from = /^ {2}(G\d+)/.exec(line)?.[1] ?? from;
      members.forEach((id, index) => {
        const letters = /^[ARN+–!‡]+/.exec(line.slice(columns[index]))?.[0];
        if (letters !== undefined) heard[`${round} ${from} G${id}`] = sorted((heard[`${round} ${from} G${id}`] ?? '') + letters);
      });
    }
  }
  return heard;
}

/** The same by the facts. */
function heardBy(trace: Trace): Record<string, string> {
  const heard: Record<string, string> = {};
  const add = (round: number, from: number, to: number, letters: string): void => {
    const key = `${round} G${from} G${to}`;
    heard[key] = sorted((heard[key] ?? '') + letters);
  };
  const letterOf = (text: string): string => (/attack/.test(text) ? 'A' : /retreat/.test(text) ? 'R' : /nothing/.test(text) ? 'N' : '+');
  for (const { round, from, to, text, honest, isForged } of arrowsOf(trace)) add(round, from, to, `${letterOf(text)}${isForged ? '‡' : honest === undefined ? '' : '!'}`);
  for (const fact of trace.facts) if (fact.type === 'tampered' && fact.said.length === 0) add(fact.round, fact.from, fact.to, '–!');
  return heard;
}

const sorted = (letters: string): string => letters.split('').toSorted().join('');
