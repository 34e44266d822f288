import { expect } from 'chai';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { GROUPS, formOf } from '../src/repl/command.ts';
import { COMMANDS } from '../src/repl/commands.ts';
import { nodeId } from '../src/core/node.ts';
import { STRATEGIES } from '../src/generals/faults/registry.ts';
import { PROTOCOLS } from '../src/generals/protocols/registry.ts';
import { SYSTEMS } from '../src/systems.ts';
import { MET } from '../src/trace/nodes/met.ts';
import { REPLICA_FAULTS } from '../src/replicas/faults/registry.ts';
import { COMMANDS as WORD_COMMANDS } from '../src/words/commands.ts';
import { DOCUMENTS, EXERCISES } from './support/documents.ts';
import { projectPath } from './support/run.ts';
import { ids } from './support/trials.ts';

/** What all that is about generals speaks of: orders, rounds, what becomes of them. */
const VOCABULARY = ['fact', 'findings', 'first-words', 'host', 'limit', 'majority', 'run-spec', 'order', 'outcome', 'protocol', 'strategy', 'trivial', 'values'].map((name) => `src/generals/${name}.ts`);

/** The machines of the gossip network, and what they speak of. */
const GOSSIP = ['src/gossip/detectors', ...['address', 'clocks', 'context', 'messages', 'outputs', 'peer', 'peer-state', 'roster', 'seed', 'settings', 'statements', 'view', 'vocabulary', 'words'].map((name) => `src/gossip/${name}.ts`)];

/**
 * Which folder may import what, beside its own files: the wings of the design, top first, and in each its layers. A module of Node
 * or a package is named as it is imported. A folder inside a folder may import what that may, if it has no line of its own.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'src/main.ts': ['src/cli'],
  'src/index.ts': ['src/browser.ts', 'src/own', 'src/campaign', 'src/generals', 'src/runtime/compiled.ts'],
  // What of the library needs nothing of Node.
  'src/browser.ts': ['src/authoring.ts', 'src/systems.ts', 'src/generals', 'src/runtime/virtual', 'src/trace', 'src/core'],
  'src/testing.ts': ['src/own', 'src/generals', 'src/runtime', 'src/core'],
  // What code that somebody brings is bundled with: it touches nothing that is not plain.
  'src/authoring.ts': [...VOCABULARY, 'src/own/system.ts', 'src/runtime/virtual/members.ts', 'src/core'],
  // Traces of all kinds of runs.
  'src/runs.ts': ['src/generals/trace', 'src/generals/fact.ts', 'src/replicas/trace', 'src/runtime/virtual/lines.ts', 'src/trace'],
  // All that can be simulated.
  'src/systems.ts': ['src/broadcast/system.ts', 'src/gossip/sim', 'src/randomised/system.ts', 'src/replicas/sim', 'src/words/sim', 'src/runtime/virtual'],
  // Systems that somebody brings.
  'src/own': ['src/systems.ts', 'src/generals', 'src/broadcast', 'src/runtime', 'src/core'],
  'src/own/system.ts': ['src/own/consensus.ts', 'src/broadcast/messages.ts', 'src/runtime/virtual', 'src/core'],
  workers: ['src/campaign', 'src/generals/threads', 'src/replicas/http', 'src/gossip/tcp', 'node:worker_threads'],
  'src/cli': ['src/web', 'src/own', 'src/runs.ts', 'src/systems.ts', 'src/repl', 'src/campaign', 'src/generals', 'src/replicas', 'src/broadcast', 'src/randomised', 'src/gossip', 'src/words', 'src/trace', 'src/runtime', 'src/core', 'node:', 'cli-progress'],
  'src/web': ['src/own/admit.ts', 'src/repl', 'src/campaign', 'src/generals', 'src/trace', 'src/core'],
  // Runs of nodes: simulated, and read for what is drawn.
  'src/web/nodes': ['src/runs.ts', 'src/systems.ts', 'src/words/address.ts', 'src/words/tree.ts', 'src/words/words.ts', 'src/runtime/virtual', 'src/trace', 'src/core'],
  // Nodes that really run, for who looks on in a browser.
  'src/web/live': ['src/web/nodes', 'src/runs.ts', 'src/trace', 'src/core'],
  // What runs in a browser: what is drawn of facts, and nothing of a protocol.
  'src/web/page': ['src/web', 'src/runs.ts', 'src/repl/command.ts', 'src/generals/trace', 'src/generals/protocols/registry.ts', ...VOCABULARY, 'src/trace', 'src/core', 'preact'],
  'src/web/server': ['src/web', 'src/trace', 'src/runtime/http', 'src/core', 'node:', 'hono', '@hono/node-server'],
  'src/repl': ['src/campaign', 'src/generals', 'src/runtime', 'src/core', 'node:', '@inquirer/core', 'inquirer', 'chalk', 'leven'],
  'src/campaign': ['src/generals', 'src/runtime', 'src/core', 'node:', 'piscina', 'cli-progress', 'vega'],
  // Where campaigns go to many machines; the packages are there only if somebody has installed them.
  'src/campaign/many/queue': ['src/campaign', 'src/generals', 'src/runtime', 'src/core', 'node:', 'bullmq', 'ioredis'],

  'src/generals': ['src/runtime', 'src/core', 'node:crypto'],
  'src/generals/threads': ['src/generals/brought', 'src/generals/general.ts', 'src/generals/keys.ts', 'src/generals/synchronizer.ts', ...VOCABULARY, 'src/runtime', 'src/core', 'node:'],
  'src/generals/check': ['src/generals/sim', 'src/generals/symbolic', 'src/generals/general.ts', 'src/generals/judge', 'src/generals/faults', 'src/generals/protocols', ...VOCABULARY, 'src/core'],
  'src/generals/sim': ['src/runtime/virtual', 'src/generals/general.ts', 'src/generals/synchronizer.ts', 'src/generals/faults', ...VOCABULARY, 'src/core'],
  'src/generals/symbolic': ['src/generals/protocols', ...VOCABULARY, 'src/core'],
  'src/generals/general.ts': ['src/generals/synchronizer.ts', 'src/generals/faults', 'src/generals/protocols', ...VOCABULARY, 'src/core'],
  'src/generals/trace': ['src/generals/protocols', ...VOCABULARY, 'src/trace', 'src/core'],
  'src/generals/judge': [...VOCABULARY, 'src/core'],
  'src/generals/faults': [...VOCABULARY, 'src/core'],
  // The one bridge between wings: PBFT, run in rounds among generals.
  'src/generals/protocols/pbft.ts': ['src/replicas/pbft', ...VOCABULARY, 'src/core'],
  'src/generals/protocols': [...VOCABULARY, 'src/core'],

  'src/broadcast': ['src/runtime/virtual', 'src/core'],
  'src/randomised': ['src/runtime/virtual', 'src/core'],

  'src/gossip': ['src/core'],
  'src/gossip/sim': ['src/gossip/judge', 'src/gossip/faults', ...GOSSIP, 'src/runtime/virtual', 'src/core'],
  'src/gossip/judge': [...GOSSIP, 'src/runtime/virtual', 'src/core'],
  'src/gossip/tcp': ['src/gossip', 'src/runtime', 'src/core', 'node:'],
  'src/gossip/dialects': ['src/gossip/address.ts', 'src/gossip/messages.ts', 'src/gossip/parse.ts', 'src/gossip/statements.ts'],

  // The word database runs OM(m) as it is among generals, over words, with the traitors that are there.
  'src/words/tree.ts': ['src/generals/protocols', ...VOCABULARY, 'src/core', 'src/words'],
  'src/words/values.ts': ['src/generals/protocols', ...VOCABULARY, 'src/core', 'src/words'],
  'src/words/liar.ts': ['src/generals/faults', ...VOCABULARY, 'src/core', 'src/words'],
  'src/words/udp': ['src/words', 'src/runtime', 'src/trace', 'src/core', 'node:'],
  'src/words/sim': ['src/words', 'src/runtime/virtual', 'src/core'],
  'src/words/judge.ts': ['src/words', 'src/runtime/virtual', 'src/core'],
  'src/words': ['src/core'],

  'src/replicas/http': ['src/replicas/faults', 'src/replicas/pbft', 'src/replicas/command.ts', 'src/runtime', 'src/core', 'node:', 'ajv', 'undici'],
  'src/replicas/sim': ['src/replicas/judge', 'src/replicas/faults', 'src/replicas/pbft', 'src/replicas/command.ts', 'src/replicas/trace/lines.ts', 'src/runtime/virtual', 'src/trace', 'src/core'],
  'src/replicas/trace': ['src/replicas/sim/facts.ts', 'src/trace', 'src/core'],
  'src/replicas/faults': ['src/replicas/pbft', 'src/core'],
  'src/replicas/judge': ['src/core'],
  'src/replicas/pbft': ['src/replicas/command.ts', 'src/core'],
  'src/replicas': ['src/core'],

  'src/runtime/http': ['src/core', 'src/runtime/signer.ts', 'node:', 'hono', '@hono/node-server', 'undici', 'ajv', 'prom-client'],
  'src/runtime/virtual': ['src/trace', 'src/core'],
  'src/runtime': ['src/core', 'node:', 'canonicalize', 'esbuild'],
  'src/trace': ['src/core'],
  'src/core': [],
};

/** Narrower than a folder: who else imports one of these is to be asked why. */
const ONLY_BY: Readonly<Record<string, readonly string[]>> = {
  chalk: ['src/repl/theme.ts', 'src/repl/render.ts', 'src/repl/picture.ts'],
  'node:worker_threads': ['src/generals/threads/', 'src/replicas/http/', 'src/runtime/', 'workers/'],
  'node:crypto': ['src/generals/keys.ts', 'src/replicas/http/', 'src/gossip/tcp/', 'src/words/udp/', 'src/web/server/', 'src/runtime/'],
};

/** The folders that are free of I/O, of time and of chance. */
const PURE = [
  'src/core',
  'src/trace',
  'src/runtime/virtual',
  'src/broadcast',
  'src/randomised',
  ...['address', 'context', 'config', 'log-lines', 'messages', 'outputs', 'parse', 'settings', 'statements', 'vocabulary'].map((name) => `src/gossip/${name}.ts`),
  'src/words/sim',
  ...['address', 'answers', 'commands', 'consensus', 'context', 'judge', 'liar', 'membership', 'messages', 'parse', 'peer', 'print', 'state', 'told', 'tree', 'values', 'vocabulary', 'words'].map((name) => `src/words/${name}.ts`),
  'src/gossip/dialects',
  'src/gossip/judge',
  'src/gossip/sim',
  ...VOCABULARY,
  ...['general.ts', 'synchronizer.ts', 'protocols', 'faults', 'judge', 'trace', 'sim', 'check', 'symbolic'].map((part) => `src/generals/${part}`),
  ...['command.ts', 'pbft', 'faults', 'judge', 'sim', 'trace'].map((part) => `src/replicas/${part}`),
];

/** What would be I/O, time or chance, and needs no import. */
const IMPURE = /\b(Math\.random|Date\.now|new Date|Date\(|setTimeout|setInterval|setImmediate|queueMicrotask|performance\.|console\.|fetch\(|crypto\.|globalThis|require\(|import\.meta|navigator|Atomics\.|process\.)/;

const TABLE = 'the table MAY_IMPORT in test/tidy.test.ts';

describe('the project is tidy:', () => {
  const sources = [...filesIn('src'), ...filesIn('workers')].filter((path) => /\.tsx?$/.test(path));

  describe('imports point one way', () => {
    for (const path of sources) {
      it(`from ${path}`, () => {
        const line = lineFor(path);
        if (line === undefined) return expect.fail(`${path} lies in a folder without a line of its own: add one for ${dirname(path)} to ${TABLE}`);
        for (const target of importsOf(path)) {
          const isAllowed = isInside(target, line) || (MAY_IMPORT[line] ?? []).some((allowed) => isInside(target, allowed));
          expect(isAllowed, `${path} imports ${target}: move what it needs, or allow it in the line '${line}' of ${TABLE}`).to.equal(true);
          const few = ONLY_BY[target];
          expect(few === undefined || few.some((start) => path.startsWith(start)), `${path} imports ${target}, which is for ${few?.join(', ')} only: change ONLY_BY in test/tidy.test.ts if that is meant`).to.equal(true);
        }
      });
    }

    it('in a table that names only folders and files that import something, and has no circle', () => {
      for (const [line, targets] of Object.entries(MAY_IMPORT)) {
        for (const target of targets.filter((one) => one.startsWith('src/'))) {
          const back = MAY_IMPORT[target] ?? [];
          expect(back.includes(line), `${line} and ${target} may import each other`).to.equal(false);
        }
      }
    });
  });

  /** What one event of PBFT leads to the next by, and back: `replica.ts` says why. */
  const STEPS = ['catch-up', 'checkpoint', 'collector', 'execute', 'new-view', 'propose', 'requests', 'transfer', 'view-change', 'vote'];

  it('no file imports itself by way of others, but for the steps of PBFT, which call each other as one event leads to the next', () => {
    const imports = new Map(sources.map((path) => [path, importsOf(path).filter((target) => sources.includes(target))]));
    const isDone = new Set<string>();
    const visit = (path: string, way: readonly string[]): void => {
      const circle = way.slice(way.indexOf(path));
      expect(way.includes(path) && !circle.every((one) => STEPS.some((step) => one === `src/replicas/pbft/${step}.ts`)), [...circle, path].join(' imports ')).to.equal(false);
      if (way.includes(path) || isDone.has(path)) return;
      for (const target of imports.get(path)!) visit(target, [...way, path]);
      isDone.add(path);
    };
    for (const path of sources) visit(path, []);
  });

  describe('no I/O, time or chance', () => {
    for (const path of sources.filter((file) => PURE.some((folder) => isInside(file, folder)))) {
      it(`in ${path}`, () => {
        for (const target of importsOf(path)) expect(target, `${path} imports ${target}, but ${PURE.join(', ')} import no module of Node and no package`).to.match(/^src\//);
        codeLines(path).forEach((line, index) => {
          const found = IMPURE.exec(line)?.[0];
          expect(found, `${path}:${index + 1} uses ${found}`).to.equal(undefined);
        });
      });
    }
  });

  it('no clock decides anything in core, runtime and replicas, and what is drawn there is secret or a name', () => {
    /** What nobody may foresee, or two may not share. What a traitor chooses is neither, and follows from a seed. */
    const drawn: Readonly<Record<string, string>> = {
      'src/runtime/signer.ts': 'randomBytes',
      'src/replicas/http/gateway.ts': 'randomBytes',
      'src/replicas/http/cluster-config.ts': 'randomUUID',
      'src/replicas/http/replica.ts': 'randomInt',
    };
    for (const path of sources.filter((file) => ['src/core', 'src/runtime', 'src/replicas', 'src/broadcast', 'src/randomised'].some((folder) => isInside(file, folder)))) {
      codeLines(path).forEach((line, index) => {
        const found = /\b(Date\.now|new Date|Date\(|Math\.random|random(?!ised)\w+)/.exec(line)?.[0];
        if (found !== drawn[path]) expect(found, `${path}:${index + 1} uses ${found}`).to.equal(undefined);
      });
    }
  });

  it('workers are glue: few lines, and no rule', () => {
    for (const path of filesIn('workers')) expect(codeLines(path).filter((line) => line.trim() !== '').length, path).to.be.at.most(15);
  });

  it('nothing is left to do, marked as such in a comment', () => {
    const word = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b`);
    for (const folder of ['src', 'workers', 'test', 'bench', 'demo']) {
      for (const path of filesIn(folder)) {
        read(path).split('\n').forEach((line, index) => expect(word.test(line), `${path}:${index + 1} ${line}`).to.equal(false));
      }
    }
  });

  it('no type is evaded, and no test skipped or singled out for good', () => {
    const evasion = new RegExp(['\\bas an' + 'y\\b', '@ts-(ignore|expect-error|nocheck)', '\\b(describe|it)\\.on' + 'ly\\('].join('|'));
    for (const path of ['src', 'workers', 'test', 'bench'].flatMap(filesIn).filter((file) => /\.tsx?$/.test(file))) {
      read(path).split('\n').forEach((line, index) => expect(evasion.test(line), `${path}:${index + 1} ${line}`).to.equal(false));
    }
  });

  it('no type is cast twice, which would believe anything', () => {
    for (const path of sources) codeLines(path).forEach((line, index) => expect(line, `${path}:${index + 1}`).not.to.include('as unknown ' + 'as'));
  });

  for (const folder of ['demo', 'test/transcripts']) {
    it(`every script in ${folder} opens with a sentence`, () => {
      for (const path of filesIn(folder).filter((file) => file.endsWith('.txt'))) expect(read(path), path).to.match(/^# \p{Lu}.*[.!?]\n/u);
    });
  }

  it('docs/prompt.md has the table of commands that help has, and names every demo', () => {
    const rows = GROUPS.flatMap((group) => COMMANDS.filter((command) => command.group === group)).map((command) => [`\`${formOf(command).replaceAll('|', '\\|')}\``, command.summary]);
    expect(tableIn('docs/prompt.md', 'command'), 'docs/prompt.md, the table under Commands').to.deep.equal(rows);
    const demos = filesIn('demo').filter((path) => !path.endsWith('.svg')).map((path) => `\`${path}\``);
    expect(tableIn('docs/prompt.md', 'demo').map(([demo]) => demo)).to.have.members(demos);
  });

  it('docs/protocols.md has a row for each protocol and strategy, and docs/simulation.md one for each protocol, Byzantine kind and fact', () => {
    const quoted = (all: readonly { readonly name: string }[]): string[] => all.map(({ name }) => `\`${name}\``);
    const [protocols, strategies] = [tableIn('docs/protocols.md', 'name', 'paper'), tableIn('docs/protocols.md', 'name', 'what the traitor does')];
    expect(protocols.map(([name]) => name)).to.deep.equal(quoted(PROTOCOLS));
    expect(strategies.map(([name]) => name)).to.deep.equal(quoted(STRATEGIES));
    for (const protocol of PROTOCOLS) {
      const counts = [4, 7, 10].map((n) => protocol.messages({ members: ids(n), commander: nodeId(1), m: protocol.faultsByDefault(n) }));
      expect(protocols.find(([name]) => name === `\`${protocol.name}\``)![3]).to.match(new RegExp(`^${counts.map((count) => count.toLocaleString('en')).join(', ')}(?: \\(|$)`));
    }
    const facts = ['src/replicas/sim/facts.ts', 'src/runtime/virtual/facts.ts'].flatMap((path) => [...read(path).matchAll(/^  \| (?:\{ readonly type: '([\w-]+)'|(AccusedFact|MetFact)$)/gm)].flatMap(([, type, shared]) => (shared === undefined ? [type] : shared === 'MetFact' ? Object.keys(MET) : ['accused'])));
    expect(facts).to.include.members(['ended', 'output']);
    expect(tableIn('docs/simulation.md', 'type').flatMap(([types]) => [...types!.matchAll(/[\w-]+/g)].map(([type]) => type))).to.deep.equal([...new Set(facts)]);
    const rowsOf = (kinds: readonly { readonly name: string; readonly summary: string }[]): string[][] => kinds.map(({ name, summary }) => [`\`${name}\``, summary]);
    expect(tableIn('docs/simulation.md', 'Byzantine kind of a replica')).to.deep.equal(rowsOf(REPLICA_FAULTS));
    // Traitors of generals have a table of their own.
    const isElsewhere = ({ name, summary }: { readonly name: string; readonly summary: string }): boolean => REPLICA_FAULTS.some((fault) => fault.name === name) || STRATEGIES.some((one) => one.name === name && one.summary === summary);
    const others = new Map(SYSTEMS.flatMap((system) => system.strategies).filter((kind) => !isElsewhere(kind)).map((kind) => [kind.name, kind]));
    expect(tableIn('docs/simulation.md', 'Byzantine kind of the others')).to.have.deep.members(rowsOf([...others.values()]));
    expect(tableIn('docs/simulation.md', 'protocol').map(([name]) => name)).to.deep.equal(quoted(SYSTEMS));
  });

  it('the README has at most 120 lines, and its first screen is one sentence, the commands, and a real session', () => {
    const lines = read('README.md').trimEnd().split('\n');
    expect(lines.length).to.be.at.most(120);
    const screen = lines.slice(0, 30).join('\n');
    expect(screen).to.match(/^# generals\n\n[^\n]+\.\n/);
    expect(screen).to.include('npm ci && npm start -- 4').and.include('npm ci && npm test');
    expect(screen).to.include('generals> ');
  });

  it('every link in a document leads to a file, and to a title in it; and the README leads to every document', () => {
    for (const document of [...DOCUMENTS, ...EXERCISES, 'src/README.md']) {
      for (const [, link] of read(document).matchAll(/\]\(([^)]+)\)/g)) {
        if (link!.startsWith('https://')) continue;
        const [file = '', title] = link!.split('#');
        const target = file === '' ? document : normalize(join(dirname(document), file));
        expect(existsSync(projectPath(target)), `${document} has a link to ${target}`).to.equal(true);
        const titles = title === undefined ? [] : [...read(target).matchAll(/^#+ (.*)$/gm)].map(([, text]) => text!.toLowerCase().replaceAll(/[^\w -]/g, '').replaceAll(' ', '-'));
        if (title !== undefined) expect(titles, `${document} has a link to ${link}`).to.include(title);
      }
    }
    // The chapters of the guide are led to by its first page.
    const isChapter = (document: string): boolean => /^docs\/guide\/\d/.test(document);
    for (const document of [...DOCUMENTS.filter((one) => one !== 'README.md' && !isChapter(one)), 'exercises/README.md']) expect(read('README.md')).to.include(`](${document}`);
    for (const document of DOCUMENTS.filter(isChapter)) expect(read('docs/guide/README.md')).to.include(`](${document.slice('docs/guide/'.length)})`);
  });

  it('what documents call a file of the project is one', () => {
    for (const document of [...DOCUMENTS, ...EXERCISES, 'src/README.md']) {
      // What is to be written, by whoever follows the text.
      const own = [...read(document).matchAll(/<!-- your own: (.*) -->/g)].flatMap(([, paths]) => paths!.split(', '));
      for (const [, path] of read(document).matchAll(/`((?:src|test|docs|demo|scripts|bench|workers)\/[\w./-]*)`/g)) {
        if (!own.includes(path!)) expect(existsSync(projectPath(path!)), `${document} names ${path}`).to.equal(true);
      }
    }
  });

  it('what documents call by a name of the code is there', () => {
    const code = new Set(['src', 'test', 'workers'].flatMap(filesIn).filter((path) => /\.tsx?$/.test(path)).flatMap((path) => read(path).match(/\w+/g) ?? []));
    for (const document of ['CONTRIBUTING.md', 'docs/library.md', 'docs/writing-a-protocol.md', 'src/README.md']) {
      for (const [, name] of read(document).matchAll(/`(\w+)(?:: [^`]*|\([^`]*\))?`/g)) expect(code.has(name!), `${document} names ${name}`).to.equal(true);
    }
  });

  it('src/README.md has a line for every folder of src, and names none that is not there', () => {
    const folders = (place: string): string[] => readdirSync(projectPath(place), { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => `\`${name}/\``);
    const named = (heading: string): string[] => tableIn('src/README.md', heading).map(([place]) => place!).filter((place) => place.endsWith('/`'));
    expect(named('folder')).to.have.members(folders('src'));
    for (const wing of ['generals', 'replicas', 'gossip', 'words']) expect(named(`in \`${wing}/\``)).to.have.members(folders(`src/${wing}`).map((place) => `\`${wing}/${place.slice(1)}`));
  });

  it('src/README.md says where things are, and each is there', () => {
    const rows = tableIn('src/README.md', 'where is');
    expect(rows).to.have.length.above(8);
    for (const [what, places] of rows) {
      const named = [...places!.matchAll(/`([\w/-]+\.ts)`, `([\w#]+)`/g)];
      expect(named, what).to.have.length.above(0);
      for (const [, file, name] of named) expect(read(`src/${file!}`), `${file} has no ${name}`).to.match(new RegExp(`\\b(?:function|const|class) ${name!}\\b|\\b${name!}\\(`));
    }
  });

  it('docs/words.md has the table of commands that a peer of the word database has', () => {
    expect(tableIn('docs/words.md', 'command', 'what it does')).to.deep.equal(Object.values(WORD_COMMANDS).map(({ form, summary }) => [`\`${form}\``, summary]));
  });

  it('every command has a transcript', () => {
    const commands = filesIn('test/transcripts').flatMap((path) => read(path).split('\n').filter((line) => line.startsWith('generals> ')).map((line) => line.trim().split(/\s+/)[1]));
    for (const { name } of COMMANDS) expect(commands, `no transcript in test/transcripts shows ${name}`).to.include(name);
  });
});

/** The rows of the table whose first line begins with these titles, as lists of cells. */
function tableIn(document: string, ...titles: readonly string[]): string[][] {
  const lines = read(document).split('\n');
  const first = lines.findIndex((line) => line.startsWith(`| ${titles.join(' | ')} |`));
  expect(first, `${document} has no table of ${titles.join(', ')}`).not.to.equal(-1);
  const rows = lines.slice(first + 2);
  const end = rows.findIndex((line) => !line.startsWith('|'));
  return rows.slice(0, end === -1 ? rows.length : end).map((row) => row.slice(2, -2).split(' | '));
}

/** The line of the table that a file is under: its own, or that of the nearest folder above. */
function lineFor(path: string): string | undefined {
  for (let place = path; place !== '.'; place = dirname(place)) if (MAY_IMPORT[place] !== undefined) return place;
  return undefined;
}

/** Whether a target is the place itself or inside of it; `node:` holds all modules of Node. */
function isInside(target: string, place: string): boolean {
  return target === place || target.startsWith(place.endsWith(':') ? place : `${place}/`);
}

/** What a file imports, as paths from the top or names of packages. Types count too: they tie files as values do. */
function importsOf(path: string): string[] {
  const specifiers = [...read(path).matchAll(/^(?:import|export)\b[^;]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm)].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic!);
  return specifiers.map((specifier) => (specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : specifier));
}

/** A file's lines less its comments. */
const codeLines = (path: string): string[] =>
  read(path)
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '))
    .split('\n')
    .map((line) => line.replace(/(^|\s)\/\/.*$/, ''));

function filesIn(folder: string): string[] {
  return readdirSync(projectPath(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(projectPath('').length))
    .toSorted();
}

function read(path: string): string {
  return readFileSync(projectPath(path), 'utf8');
}
