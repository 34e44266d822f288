import { expect } from 'chai';
import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { apart } from '../support/apart.ts';
import { run } from '../support/mocha.ts';
import { FOR_EVER, edited, ownFolder } from '../support/own.ts';
import { generals, here, projectPath, type Exit } from '../support/run.ts';

interface Graded {
  readonly points: number;
  readonly of: number;
  readonly answers: readonly { readonly question: string; readonly verdict: 'yes' | 'no' | 'open'; readonly found: readonly string[]; readonly commands: readonly string[] }[];
}

/** OM(1) that stands one traitor at the most, and says so. */
const ONE = edited('refuses: () => undefined', "refuses: (_members, faults) => (faults > 1 ? 'mine stands one traitor' : undefined)");
const without = (words: string, by: string): string => edited(words, by, ONE);

/** With objects for messages, and a class. */
const BY_CLASS = `class Mine {
  name = 'mine'; summary = 'a class'; timing = 'rounds'; shots = 'single'; #traitors = 1;
  membersNeeded(faults) { return 3 * faults + this.#traitors - 1 + 1; }
  faultsByDefault(n) { return n > 3 ? this.#traitors : 0; }
  refuses(_n, m) { return m > this.#traitors ? 'too many' : undefined; }
  rounds() { return 2; }
  messages({ members }) { return (members.length - 1) ** 2; }
  parse(input) {
    if (typeof input !== 'object' || input === null || Object.keys(input).length !== 1) return undefined;
    return input.says === 'attack' || input.says === 'retreat' ? { says: input.says } : undefined;
  }
  lies(_context, { says }) { return [{ says: says === 'attack' ? 'retreat' : 'attack' }]; }
  describe(_setting, { says }) { return says; }
  begin() { return { heard: [] }; }
  step({ self, commander, lieutenants }, state, event) {
    if (event.type === 'input') { state.heard.push(event.input); return []; }
    if (self === commander) {
      const [order] = state.heard;
      return event.round === 1 ? [{ type: 'output', output: order }, { type: 'send', to: lieutenants, messages: [{ says: order }] }] : [];
    }
    const word = (id) => event.inbox.find(({ from }) => from === id)?.messages[0].says ?? 'retreat';
    const others = lieutenants.filter((id) => id !== self);
    if (event.round === 2) { state.heard.push(word(commander)); return [{ type: 'send', to: others, messages: [{ says: state.heard[0] }] }]; }
    if (event.round !== 3) return [];
    for (const id of others) state.heard.push(word(id));
    return [{ type: 'output', output: state.heard.filter((one) => one === 'attack').length > state.heard.length / 2 ? 'attack' : 'retreat' }];
  }
}
export default new Mine();
`;

/** With a map for its state, words in sentences, and nothing from 'generals'. */
const BY_MAP = `const other = { attack: 'retreat', retreat: 'attack' };
const said = (input) => (typeof input === 'string' ? /^i say (attack|retreat)$/.exec(input)?.[1] : undefined);
export const protocol = {
  name: 'mine', summary: 'a map', timing: 'rounds', shots: 'single',
  membersNeeded: (m) => 3 * m + 1,
  faultsByDefault: (n) => (n >= 4 ? 1 : 0),
  refuses: (n, m) => (m > 1 ? 'one at the most' : undefined),
  rounds: () => 2,
  speaks: ({ commander }, round, from, to) => (round === 1 ? from === commander : from !== commander && to !== commander),
  messages: ({ members: { length: n } }) => (n - 1) * (n - 1),
  parse: (input) => (said(input) === undefined ? undefined : input),
  lies: (_context, message) => ['i say ' + other[said(message)]],
  begin: () => new Map(),
  step({ self, commander, lieutenants }, votes, event) {
    const peers = lieutenants.filter((id) => id !== self);
    if (event.type === 'input') { votes.set(self, event.input); return []; }
    for (const { from, messages } of event.inbox) if (!votes.has(from)) votes.set(from, said(messages[0]));
    if (self === commander) return event.round === 1 ? [{ type: 'send', to: peers, messages: ['i say ' + votes.get(self)] }, { type: 'output', output: votes.get(self) }] : [];
    if (event.round === 2) return [{ type: 'send', to: peers, messages: ['i say ' + (votes.get(commander) ?? 'retreat')] }];
    if (event.round !== 3) return [];
    const attack = [commander, ...peers].filter((id) => votes.get(id) === 'attack').length;
    return [{ type: 'output', output: 2 * attack > lieutenants.length ? 'attack' : 'retreat' }];
  },
};
`;

const DECIDES = '[{ type: \'output\', output: majority([state.order, ...others.map(said)]) }]';

/** What goes wrong in programs that people write, each with the question that finds it, and what is found. */
const MISTAKES: readonly (readonly [what: string, text: string, question: RegExp, found: RegExp])[] = [
  ['decides by its own word, and asks nobody', without(DECIDES, "[{ type: 'output', output: state.order }]"), /^no treason of 1 traitor among 4/, /^agreement is broken by 1 lie/],
  ['counts its own word twice', without('majority([state.order,', 'majority([state.order, state.order,'), /^no treason of 1 traitor among 4/, /is broken by \d lies?/],
  ['wants all to say the same', without(`majority([state.order, ...others.map(said)])`, "[state.order, ...others.map(said)].every((one) => one === 'attack') ? 'attack' : 'retreat'"), /^no treason of 1 traitor among 4/, /is broken by 1 lie/],
  ['leaves out who is silent', without('...others.map(said)', '...event.inbox.map(({ messages }) => messages[0]!)'), /^no mix of our strategies/, /^agreement: G\d decided/],
  ['does not count what it heard itself', without('majority([state.order, ...others.map(said)])', 'majority(others.map(said))'), /^no treason of 1 traitor among 4/, /is broken by \d lies?/],
  ['says that two traitors fewer are enough', without('3 * faults + 1', '2 * faults + 1'), /^no treason of 1 traitor among 3/, /^validity is broken by 1 lie/],
  ['takes G1 for the commander', without('if (self === commander)', 'if (self === 1)'), /^one to ten loyal generals/, /sent a message to itself/],
  ['turns retreat into attack', without('state.order = event.input', "state.order = 'attack'"), /^one to ten loyal generals/, /^G1 ordered retreat among .*, and G1 decided attack/],
  ['decides nothing', without("if (event.round !== 3) return [];", 'if (event.round !== 4) return [];'), /^one to ten loyal generals/, /decided nothing/],
  ['accuses the loyal', without("if (event.round !== 3) return [];", "if (event.round !== 3) return [];\n    if (others[0] !== undefined) return [{ type: 'accuse', kind: 'misbehaviour', suspect: others[0], evidence: 'a feeling' }, { type: 'output', output: state.order }];"), /^one to ten loyal generals/, /accused .*, who is loyal: a feeling/],
  ['counts its messages wrongly', without('n - 1 + (n - 1)', 'n + (n - 1)'), /^they send as many messages/, /^among 1 general, with m = 0, 0 messages were sent, and it says 1/],
  ['tosses coins', without('state.order = said(commander)', "state.order = Math.random() < 0.5 ? 'attack' : said(commander)"), /^two runs of the same are alike/, /came out otherwise/],
  ['keeps a function in its state', edited('interface State { order: Order }', 'interface State { order: Order; turn?: () => Order }', without('state.order = said(commander);', 'state.order = said(commander);\n      state.turn = () => state.order;')), /^its state is plain data/, /a copy cannot be made of it/],
  ['remembers outside of its state', edited('export default', 'let orders = 0;\nexport default', without('state.order = said(commander);', "state.order = (orders += 1) % 7 === 0 ? 'attack' : said(commander);")), /^two runs of the same are alike/, /came out otherwise/],
  ['cannot parse what is no text', without('parse: parseOrder', "parse: (input) => ((input as string).startsWith('attack') ? 'attack' : parseOrder(input))"), /^parse takes anything/, /^the protocol mine threw/],
  ['names no lies', without('lies: (_context, honest) => [counterpart(honest)]', 'lies: () => []'), /^every message has a word/, /a search would prove too much/],
  ['names the honest message as a lie', without('[counterpart(honest)]', '[honest, counterpart(honest)]'), /^it parses what it sends/, /as a lie in the place of itself/],
  ['claims what it does not keep', without('parse: parseOrder', 'parse: parseOrder,\n  claims: { isSteady: true, firstWordCounts: true, silenceIsTheDefault: true }').replace('?? DEFAULT_ORDER;', "?? 'attack';"), /^it keeps what it claims/, /seeded treasons show/],
  ['throws where somebody is silent', without('event.inbox.find((heard) => heard.from === from)?.messages[0] ?? DEFAULT_ORDER', 'event.inbox.find((heard) => heard.from === from)!.messages[0]!'), /^it takes any message/, /^the protocol mine threw/],
  ['changes what others hear', without('if (event.round === 2) {', 'if (event.round === 2) {\n      (event.inbox as unknown[]).pop();'), /^two runs of the same are alike/, /changed what it was given/],
];

describe('generals grade', function () {
  this.timeout(60_000);
  const folder = ownFolder();
  after(folder.remove);

  const elsewhere = apart();
  after(() => elsewhere.end());
  let count = 0;

  /** In a thread that keeps what it took, so that there each has a name of its own. */
  const graded = async (text: string, ...words: string[]): Promise<Graded & Exit> => {
    const name = `mine-${(count += 1)}`;
    const exit = await elsewhere.generals(['grade', folder.write(`${name}.ts`, edited(/(?<=name(:| =) ')mine(?=')/, name, text)), '--json', ...words]);
    expect(exit.err).to.equal('');
    return { ...exit, ...(JSON.parse(exit.out.replaceAll(name, 'mine')) as Graded) };
  };

  for (const [what, text, question, found] of MISTAKES) {
    it(`finds a protocol that ${what}`, async () => {
      const { code, answers, points, of } = await graded(text);
      expect(code).to.equal(3);
      expect(points).to.be.below(of);
      const answer = answers.find((one) => question.test(one.question));
      expect(answer?.verdict, answers.filter(({ verdict }) => verdict === 'no').map((one) => `${one.question}: ${one.found.join('; ')}`).join('\n')).to.equal('no');
      expect(answer?.found[0]).to.match(found);
    });
  }

  for (const [style, text] of [['as ours are', ONE], ['as a class, with objects for messages', BY_CLASS], ['with a map and sentences, without a type', BY_MAP]] as const) {
    it(`finds nothing wrong with one that is written ${style}, by itself and by the paper`, async () => {
      for (const words of [[], ['--against', 'exchange']]) {
        const { code, answers, points, of } = await graded(text, ...words);
        expect(answers.filter(({ verdict }) => verdict !== 'yes')).to.deep.equal([]);
        expect([code, points]).to.deep.equal([0, of]);
      }
    });
  }

  it('shows the smallest run as commands, which a script repeats', async () => {
    const file = folder.write('mine.ts', without('majority([state.order,', 'majority([state.order, state.order,'));
    const { code, out } = await generals(['grade', file]);
    expect(code).to.equal(3);
    expect(out).to.include('✗ no treason of 1 traitor among 4 breaks it').and.include(`to see it: generals run --host sim --protocol ${file} -`).and.match(/\d+ of \d+ points$/m);
    const [, broken = '', script = ''] = /among 4 breaks it\n {6}(\w+) is broken[^]*?to see it: .*\n((?: {6}.*\n)+)/.exec(out) ?? [];
    const run = await generals(['run', '--host', 'sim', '--protocol', file, '-'], script);
    expect(run.err).to.equal('');
    expect(run.out.toLowerCase()).to.include(`${broken} violated`);
  });

  it('holds a protocol to a paper that promises more', async () => {
    const { code, answers } = await graded(ONE, '--against', 'oral');
    expect(code).to.equal(3);
    expect(answers.filter(({ verdict }) => verdict === 'no').map(({ question }) => question)).to.include('it says that it stands 2 traitors among 7');
  });

  it('asks nothing more of one that never comes back, and ends', async () => {
    const { code, answers } = await graded(without('if (event.round === 2) {', `if (event.round === 2) {\n      if (self === 3) ${FOR_EVER};`));
    expect(code).to.equal(3);
    expect(answers.filter(({ verdict }) => verdict === 'no').map(({ found }) => found[0])).to.deep.equal(['the protocol mine did not come back from step in round 2 at G3: it was waited for 10 s']);
  });

  it('writes what builds read, with a failure for each that is wrong', async () => {
    const junit = join(folder.path, 'grade.xml');
    await graded(without(DECIDES, "[{ type: 'output', output: state.order }]"), '--junit', junit);
    const text = readFileSync(junit, 'utf8').replaceAll(/mine-\d+/g, 'mine');
    const [, tests, failures] = /<testsuite name="mine" tests="(\d+)" failures="(\d+)"/.exec(text) ?? [];
    expect(text.match(/<testcase /g)).to.have.length(Number(tests));
    expect(text.match(/<failure /g)).to.have.length(Number(failures));
    expect(text).to.include('<testcase classname="mine.treason" name="no treason of 1 traitor among 4 breaks it"><failure message="agreement is broken by 1 lie');
  });

  it('refuses what is no protocol with status 2', async () => {
    for (const words of [['grade'], ['grade', 'nothing'], ['grade', './nowhere.ts'], ['grade', 'oral', '--against', 'nobody']]) expect((await elsewhere.generals(words)).code, words.join(' ')).to.equal(2);
  });
});

describe('generals new', function () {
  this.timeout(60_000);

  it('writes a protocol that runs at once, is worth all points, and a test that passes', async () => {
    await begun('protocol', async (inside) => {
      expect((await inside(['4', '--host', 'sim', '--protocol', './mine.ts'], 'g-elect 1\nactual-order attack\n')).out).to.include('Execute order: attack!');
      const { code, out } = await inside(['grade', './mine.ts', '--against', 'exchange']);
      expect(out).to.match(/^(\d+) of \1 points$/m);
      expect(code).to.equal(0);
    });
  });

  it('writes a strategy that runs at once, and a test that passes', async () => {
    await begun('strategy', async (inside) => {
      expect((await inside(['4', '--host', 'sim', '--strategy', './mine.ts'], 'g-elect 1\ng-state 3 faulty mine\n')).out).to.include('state=F (mine)');
    });
  });

  /** Begins one in a folder of its own, and runs the test of it by mocha. */
  async function begun(kind: string, work: (inside: (words: readonly string[], input?: string) => Promise<Exit>) => Promise<void>): Promise<string> {
    const folder = ownFolder();
    const before = process.cwd();
    process.chdir(folder.path);
    try {
      const { code, out, err } = await generals(['new', kind, 'mine']);
      expect({ code, err }).to.deep.equal({ code: 0, err: '' });
      expect(out).to.include('written: mine.ts, mine.test.mjs').and.include(`try: generals 4 --${kind} ./mine.ts`);
      const text = readFileSync('mine.ts', 'utf8');
      const again = await generals(['new', kind, 'mine']);
      expect(again.code).to.equal(2);
      expect(again.err).to.include('"mine.ts" is there already, and is left as it is');
      expect(readFileSync('mine.ts', 'utf8')).to.equal(text);
      await work(generals);
      // As npm links it.
      mkdirSync('node_modules');
      symlinkSync(projectPath(''), 'node_modules/generals');
      const tested = run(join(folder.path, 'mine.test.mjs'));
      expect(tested).to.match(/[1-9]\d* passing/).and.not.match(/failing/);
      return tested;
    } finally {
      process.chdir(before);
      folder.remove();
    }
  }

  it('refuses other kinds, names of ours, and what is no name', async () => {
    for (const words of [['new'], ['new', 'protocol'], ['new', 'poem', 'mine'], ['new', 'protocol', 'oral'], ['new', 'strategy', 'liar'], ['new', 'protocol', '../mine'], ['new', 'protocol', 'a', 'b']]) {
      const { code, out } = await here(words);
      expect([code, out], words.join(' ')).to.deep.equal([2, '']);
    }
    expect(existsSync('a.ts')).to.equal(false);
  });
});
