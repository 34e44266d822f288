import { expect } from 'chai';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS } from '../src/repl/commands.ts';
import { PROTOCOLS, protocolNamed } from '../src/generals/protocols/registry.ts';
import { STRATEGIES } from '../src/generals/faults/registry.ts';
import { check } from '../src/generals/check/check.ts';
import { sentencesOf } from '../src/generals/check/report.ts';
import { factsOf } from '../src/generals/trace/facts.ts';
import { chartOf } from '../src/generals/trace/chart.ts';
import { transcriptOf as toldOf } from '../src/generals/trace/transcript.ts';
import { linesOfFacts, parseTrace } from '../src/generals/trace/jsonl.ts';
import { chartOf as chartOfNodes } from '../src/trace/nodes/chart.ts';
import { REPLICAS } from '../src/replicas/trace/lines.ts';
import { within } from '../src/trace/nodes/run.ts';
import { foldedStoryOf } from '../src/trace/nodes/story.ts';
import { transcriptOf as toldOfNodes } from '../src/trace/nodes/transcript.ts';
import { MEMBERS } from '../src/runtime/virtual/lines.ts';
import { diagramOf } from '../src/trace/diagram.ts';
import { mermaidOf } from '../src/trace/mermaid.ts';
import { readRuns } from '../src/trace/read.ts';
import { Army } from '../src/index.ts';
import { PROMPT } from '../src/repl/theme.ts';
import { DOCUMENTS, EXERCISES, proseOf } from './support/documents.ts';
import { generals, here, projectPath, refusal, transcriptOf } from './support/run.ts';

/** A longer sentence is read twice. */
const WORDS_MAX = 25;

const OLD_TRACE = projectPath('test/trace/files/pbft-1.jsonl');
const NODES_TRACE = projectPath('test/trace/files/bracha-2.jsonl');

/** Texts that people read, by where they come from. */
const SOURCES: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  'what the prompt prints and refuses, in every transcript': async () =>
    readdirSync(projectPath('test/transcripts')).flatMap((file) => readFileSync(projectPath(`test/transcripts/${file}`), 'utf8').split('\n').filter((line) => !line.startsWith(PROMPT))),

  'the documents': async () => [...DOCUMENTS, ...EXERCISES, 'src/README.md'].flatMap(proseOf),

  'the summaries of commands, protocols and strategies': async () => [...COMMANDS, ...PROTOCOLS, ...STRATEGIES].map(({ summary }) => summary),

  'what --help says': async () => (await generals(['--help'])).out.split('\n'),

  'what command lines are refused with': async () => {
    const lines = ['--nope', '0', '4 5', '--host moon', '--protocol nonsense', '--seed -1', 'run', 'run /nowhere', 'check --members x', 'check --faults 9', 'check --engine magic', 'check --protocol king --engine structured',
      'check --protocol pbft --members 3', 'campaign --members 0', 'campaign --orders 1e20', 'campaign --faults 9', 'campaign --until 2', 'campaign --resume /nowhere', 'campaign --out /proc/x', 'trace', 'trace /nowhere',
      'replay /nowhere', 'trace a --diagram --shiviz', 'trace a --from 2 --to 1', 'words moon', 'words 1 2', 'words --peers 4 --name x', 'words --join moon', 'words --host ::1', 'words-cli', 'words-cli 127.0.0.1 1', 'trace a --messages --svg b', `trace ${OLD_TRACE} --order 1`, `trace ${NODES_TRACE} --order 1`];
    const answers: string[] = [];
    for (const line of lines) answers.push((await refusal(line.split(' '))).err);
    return answers;
  },

  'what a group of the word database says to lines, right and wrong': async () => {
    const lines = ['help', 'peers', 'current', 'set 1 x', 'set', 'set 9 x', 'lie', 'lie 500', 'lie badly', 'truth', 'consensus 1', '@2 why', 'why', 'query @2', 'query', 'query moon', '@9 help', '@1', 'nonsense', 'consensus'];
    const { out, err } = await generals(['words', '--peers', '4'], lines.join('\n'));
    return [...out.split('\n').filter((line) => !line.startsWith('words> ') && !line.startsWith('127.')), ...err.split('\n')];
  },

  'why generals decided so, by each protocol': async () => {
    const texts: string[] = [];
    for (const { name } of PROTOCOLS) {
      for (const traitor of ['1 faulty arbitrary', '3 faulty liar', '2 faulty twins'])
        texts.push(await transcriptOf(`g-elect 1\ng-protocol ${name}\ng-state ${traitor}\nactual-order attack\ng-why\n${[1, 2, 3, 4, 5].map((id) => `g-why ${id}\n`).join('')}`, { host: 'sim', seed: 3 }, 5));
    }
    return texts.flatMap((text) => text.split('\n').filter((line) => !line.startsWith(PROMPT)));
  },

  'traces and diagrams of each protocol': async () => {
    const texts: string[] = [];
    for (const { name } of PROTOCOLS) {
      for (const traitors of [[], [1], [1, 2, 3]]) {
        await using army = await Army.muster(4, { host: 'sim', seed: 2, protocol: name, primary: 1, traitors });
        const [trace] = parseTrace(linesOfFacts(factsOf(await army.order('attack', { anyway: true }))));
        texts.push(toldOf(trace!), diagramOf(chartOf(trace!)));
      }
    }
    return texts.flatMap((text) => text.split('\n'));
  },

  'traces and diagrams of replicas and other nodes': async () => {
    const [run] = readRuns(readFileSync(OLD_TRACE, 'utf8'), [REPLICAS]);
    const [other] = readRuns(readFileSync(NODES_TRACE, 'utf8'), [MEMBERS]);
    const parts = [run!, within(run!, { to: 400 }), other!, within(other!, { to: 700 })];
    return parts.flatMap((part) => [toldOfNodes(part, { messages: true }), diagramOf(chartOfNodes(part)), mermaidOf(foldedStoryOf(part))])
      // Times are written as they are typed; and what was drawn, as simulate says it.
      .flatMap((text) => text.replaceAll(/(?:\d+ to )?\d+( ms|–)/g, '5$1').split('\n').filter((line) => !/^4 (?:replicas|nodes), /.test(line)));
  },

  'what checks found, and how much it is worth': async () => {
    const requests = [['exchange', 3, 1], ['exchange', 7, 2], ['oral', 3, 1], ['oral', 7, 2], ['oral', 6, 2], ['signed', 3, 1], ['king', 3, 1], ['king', 4, 1], ['exchange', 1, 0]] as const;
    return requests.flatMap(([name, members, faults]) => {
      const protocol = protocolNamed(name)!;
      return sentencesOf(check({ protocol, members, faults }), protocol);
    });
  },

  'what simulations and repairs say of numbers': async () => {
    const answers: string[] = [];
    for (const line of ['--seed 14', '--schedules 2', '--members 7 --seed 3 --protocol collector']) answers.push((await here(['simulate', ...line.split(' ')])).out);
    // The places of a log and milliseconds stand in columns.
    return answers.flatMap((out) => out.split('\n').filter((line) => !/^ +\d+ ms {2}/.test(line)).flatMap((line) => line.split('; ')));
  },

  'campaigns: tables, captions and the report': async () => {
    const folder = mkdtempSync(join(tmpdir(), 'generals-words-'));
    try {
      const { out, err } = await here(['campaign', '--protocol', 'exchange,oral,signed', '--members', '1..4', '--faults', '0,1,4', '--orders', '1e3', '--seed', '1', '--until', '0.1', '--out', folder]);
      const page = readFileSync(join(folder, 'report.html'), 'utf8').replace(/<style>[\s\S]*?<\/style>/g, '').replace(/<table>[\s\S]*<\/table>|<template[\s\S]*<\/template>/g, '');
      const lone = await transcriptOf('g-campaign 1\ng-state 1 faulty\ng-elect 1\ng-campaign 1e4\ng-kill 4\ng-kill 3\ng-campaign 1e4', { host: 'sim', seed: 1 });
      const paragraphs = page.replaceAll('\n', ' ').split(/<\/?(?:p|figcaption|h\d|li|text|title|figure|svg|g)\b[^>]*>/).map((text) => text.replace(/<[^>]*>/g, ''));
      return [...out.split('\n'), ...err.split('\n'), ...paragraphs, ...lone.split('\n').filter((line) => !line.startsWith(PROMPT))];
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

describe('sentences that people read', () => {

  for (const [source, collect] of Object.entries(SOURCES)) {
    describe(`(${source})`, () => {
      let texts: readonly string[] = [];
      before(async () => (texts = (await collect()).map(readable).filter((text) => text !== '')));

      it(`have at most ${WORDS_MAX} words`, () => {
        expect(texts.length).to.be.greaterThan(5);
        for (const sentence of texts.flatMap(sentencesIn)) expect(wordsIn(sentence), sentence).to.be.at.most(WORDS_MAX);
      });

      it('say 1 thing and 2 things, and 1,000 of them', () => {
        for (const text of texts) {
          expect(text).not.to.match(/(?<!\+ |\+|OM\(|replica |node )\b1 (?!ms\b|is\b|was\b|tells\b|\w*ous\b)[a-z-]{2,}s\b/);
          if (!source.includes('--help')) expect(text.replaceAll(NAMES, '')).not.to.match(/(?<![\w.])\d{4,}(?![\w.])/);
        }
      });

      it('say what depends on what, and speak of no faces', () => {
        for (const text of texts) expect(text).not.to.match(/\bhangs? on\b|\bfaces?\b/);
      });
    });
  }
});

/** A line without what is none of its sentences: JSON, the column of names before a summary, the drawing of a diagram. */
function readable(line: string): string {
  if (/^\s*[{│]|[─│]/.test(line)) return '';
  return line.replace(/^(?:! )?(?:generals: )?(?:line \d+: )?/, '').replace(/^.*\S {2,}(?=\S)/, '').trim();
}

/** Sentences end with a stop; behind a dash stands the right form of a command, and behind `To repeat it` commands stand. */
const sentencesIn = (text: string): string[] => text.replace(/(?:to repeat it|To repeat it|to see it)[^:]*: .*$/, '').split(/(?<=[.!?]\)?)\s+| – /);

const wordsIn = (sentence: string): number => sentence.split(/\s+/).filter((word) => /\w/.test(word)).length;

/** Numbers that are names: seeds and what is typed with them, years, ports. */
const NAMES = /\b127\.0\.0\.1[: ]\d+\b|(?:seed|g-seed) \d+(?: \d+)?|\b(?:198[2379]|1999)\b|\bRFC \d+\b|\bTypeScript [\d.]+|\b20\d\d-\d\d-\d\d\b|was broken in orders?.*$/g;
