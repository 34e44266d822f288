import { expect } from 'chai';
import { UNSEEN } from '../../../src/generals/grade/answers.ts';
import { gradedAll, wrongIn } from '../../support/graded.ts';
import { edited } from '../../support/own.ts';
import { CORRECT, ONE, mistaken } from '../../support/students.ts';
import type { Graded, Program } from './probe.ts';

/** What goes wrong in a program, the question that finds it, and the smallest run that shows it. */
interface Planted extends Program {
  readonly what: string;
  readonly question: RegExp;
  readonly found: RegExp;
  /** What its commands show at the prompt, or why there are none. */
  readonly seen?: RegExp;
}

const DECIDES = "[{ type: 'output', output: majority([state.order, ...others.map(said)]) }]";
const one = (what: string, words: string, by: string, question: RegExp, found: RegExp, seen?: RegExp): Planted => ({ what, text: edited(words, by, ONE), question, found, ...(seen === undefined ? {} : { seen }) });
const of = (name: string, against: string) => (what: string, words: string, by: string, question: RegExp, found: RegExp): Planted => ({ what, text: mistaken(name, words, by), against, question, found });
const [om, sm, king] = [of('oral', 'oral'), of('signed', 'signed'), of('king', 'king')];

const SEARCH = /^no treason of 1 traitor among/;
const MIX = /^no mix of our strategies/;
const STRAY = /^nothing that is said out of turn/;

const PLANTED: readonly Planted[] = [
  // The exchange.
  one('decides by its own word, and asks nobody', DECIDES, "[{ type: 'output', output: state.order }]", SEARCH, /^agreement is broken by 1 lie/),
  one('counts its own word twice', 'majority([state.order,', 'majority([state.order, state.order,', SEARCH, /^agreement is broken by 1 lie/),
  one('wants all to say the same', 'majority([state.order, ...others.map(said)])', "[state.order, ...others.map(said)].every((word) => word === 'attack') ? 'attack' : 'retreat'", SEARCH, /is broken by 1 lie/),
  one('wants more than half of all generals', 'majority([state.order, ...others.map(said)])', "[state.order, ...others.map(said)].filter((word) => word === 'attack').length > (lieutenants.length + 1) / 2 ? 'attack' : 'retreat'", SEARCH, /^agreement is broken by 1 lie/),
  one('leaves out who is silent', '...others.map(said)', '...event.inbox.map(({ messages }) => messages[0]!)', MIX, /^agreement: G\d decided/),
  one('stays with its own word at a tie', 'majority([state.order, ...others.map(said)])', "2 * [state.order, ...others.map(said)].filter((word) => word === 'attack').length === lieutenants.length ? state.order : majority([state.order, ...others.map(said)])", MIX, /^agreement: G\d decided/),
  one('counts all that a general says, and not its first word', '...others.map(said)', '...event.inbox.flatMap(({ messages }) => messages)', MIX, /^agreement: G\d decided/),
  one('does not count what it heard itself', 'majority([state.order, ...others.map(said)])', 'majority(others.map(said))', SEARCH, /^agreement is broken by 1 lie/),
  one('says that two traitors fewer are enough', '3 * faults + 1', '2 * faults + 1', SEARCH, /^validity is broken by 1 lie/),
  one('takes G1 for the commander', 'if (self === commander)', 'if (self === 1)', /^one to ten loyal generals/, /sent a message to itself/),
  one('turns retreat into attack', 'state.order = event.input', "state.order = 'attack'", /^one to ten loyal generals/, /^G1 ordered retreat among .*, and G1 decided attack/),
  one('decides nothing', 'if (event.round !== 3) return [];', 'if (event.round !== 4) return [];', /^one to ten loyal generals/, /decided nothing/),
  one('accuses the loyal', 'if (event.round !== 3) return [];', "if (event.round !== 3) return [];\n    if (others[0] !== undefined) return [{ type: 'accuse', kind: 'misbehaviour', suspect: others[0], evidence: 'a feeling' }, { type: 'output', output: state.order }];", /^one to ten loyal generals/, /accused .*, who is loyal: a feeling/),
  one('counts its messages wrongly', 'n - 1 + (n - 1)', 'n + (n - 1)', /^they send as many messages/, /^among 1 general, with m = 0, 0 messages were sent, and it says 1/),
  one('tosses coins', 'state.order = said(commander)', "state.order = Math.random() < 0.5 ? 'attack' : said(commander)", /^two runs of the same are alike/, /came out otherwise/),
  { what: 'keeps a function in its state', text: edited('interface State { order: Order }', 'interface State { order: Order; turn?: () => Order }', edited('state.order = said(commander);', 'state.order = said(commander);\n      state.turn = () => state.order;', ONE)), question: /^its state is plain data/, found: /a copy cannot be made of it/ },
  { what: 'remembers outside of its state', text: edited('export default', 'let orders = 0;\nexport default', edited('state.order = said(commander);', "state.order = (orders += 1) % 7 === 0 ? 'attack' : said(commander);", ONE)), question: /^two runs of the same are alike/, found: /came out otherwise/ },
  one('cannot parse what is no text', 'parse: parseOrder', "parse: (input) => ((input as string).startsWith('attack') ? 'attack' : parseOrder(input))", /^parse takes anything/, /^the protocol planted-\d+ threw/, /g-tell 1 1 2 .*[^]*the protocol planted-\d+ threw .* in parse/),
  one('names no lies', 'lies: (_context, honest) => [counterpart(honest)]', 'lies: () => []', /^every message has a word/, /a search would prove too much/, /g-state \d faulty liar[^]*"type":"heard"/),
  one('names the honest message as a lie', '[counterpart(honest)]', '[honest, counterpart(honest)]', /^it parses what it sends/, /as a lie in the place of itself/, /g-state \d faulty liar[^]*"type":"heard"/),
  { what: 'claims what it does not keep', text: edited('parse: parseOrder', 'parse: parseOrder,\n  claims: { isSteady: true, firstWordCounts: true, silenceIsTheDefault: true }', ONE).replace('?? DEFAULT_ORDER;', "?? 'attack';"), question: /^it keeps what it claims/, found: /it does not keep silenceIsTheDefault: silence did something else than retreat/, seen: /choose \d [^]*actual-order[^]*choose \d [^]*actual-order/ },
  one('throws at what comes in another round', 'const said = (from: number)', "if (event.round === 2 && event.inbox.some(({ from }) => from !== commander)) throw new Error('out of turn');\n    const said = (from: number)", /^it takes any message/, /^G\d orders (attack|retreat) among \d generals/, /g-tell[^]*the protocol planted-\d+ threw "out of turn" in round 2/),
  one('throws at what nobody can have it hear', 'const said = (from: number)', "if (event.round === 1 && event.inbox.length > 0) throw new Error('too early');\n    const said = (from: number)", /^it takes any message/, /^the protocol planted-\d+ threw "too early" in round 1/),
  one('parses to something else each time', 'parse: parseOrder', "parse: (input) => (input === 'charge' ? 'attack' : input === 'attack ' ? ('charge' as 'attack') : parseOrder(input))", /^parse takes anything/, /^it makes "charge" of "attack ", and something else of that/),
  one('has more traitors by default than it stands', 'Math.max(0, Math.floor((members - 1) / 3))', 'Math.max(0, Math.floor((members - 1) / 2))', /^it fits one to ten/, /for which it says that 4 are needed/, /g-protocol/),
  one('names a lie that is none', '[counterpart(honest)]', "['charge' as Order]", /^it parses what it sends/, /which its own parse takes for no message/, /g-state \d faulty liar[^]*charge/),
  one('throws where somebody is silent', 'event.inbox.find((heard) => heard.from === from)?.messages[0] ?? DEFAULT_ORDER', 'event.inbox.find((heard) => heard.from === from)!.messages[0]!', /^it takes any message/, /^the protocol planted-\d+ threw/),
  one('changes what others hear', 'if (event.round === 2) {', 'if (event.round === 2) {\n      (event.inbox as unknown[]).pop();', /^two runs of the same are alike/, /changed what it was given/),

  // OM(m).
  om('takes one majority over all leaves', 'return [{ type: \'output\', output: made([commander]) }];', "return [{ type: 'output', output: m === 0 ? heardOn([commander]) : majority(pathsOf(commander, others, m + 1).map(heardOn)) }];", SEARCH, /^agreement is broken by 1 lie/),
  om('puts its own word in the place of what it heard on each path', 'messages: paths.filter((path) => !path.includes(to)).map((path) => ({ order: heardOn(path),', 'messages: paths.filter((path) => !path.includes(to)).map((path) => ({ order: heardOn([commander]),', MIX, /^agreement: G\d decided/),
  om('knows no default, and waits for who is silent', "return [{ type: 'output', output: made([commander]) }];", "return round > 2 && inbox.length < others.length ? [] : [{ type: 'output', output: made([commander]) }];", SEARCH, /^termination is broken by 1 lie/),
  om('keeps one word of each sender, on whatever path', 'state.heard[keyOf(path)] ??= order;', 'for (const one of pathsOf(commander, others, round - 1)) if (one.at(-1) === from) state.heard[keyOf(one)] ??= order;', MIX, /^agreement: G\d decided/),
  om('makes a round too few', "path.length === m + 1) return heardOn(path)", "path.length === Math.max(1, m)) return heardOn(path)", SEARCH, /^agreement is broken by 1 lie/),
  om('leaves what it heard itself out of the majorities', 'return majority([heardOn(path), ...others', 'return majority([...others', SEARCH, /^agreement is broken by 1 lie/),
  om('takes a path for whose word it is, whoever sends it', 'path.at(-1) === from && ', '', STRAY, /^G\d orders (attack|retreat) among \d generals/),

  // SM(m).
  sm('does not look at signatures', ' || !isGenuine(context, message)) continue;', ') continue;', SEARCH, /^validity is broken by \d lie/),
  sm('passes on the first order alone', "return news.map((message)", "return (state.known.length > 1 ? [] : news).map((message)", SEARCH, /^agreement is broken by \d lie/),
  sm('decides for the first of two orders', 'state.known.length === 1 ? state.known[0]! : DEFAULT_ORDER', 'state.known[0] ?? DEFAULT_ORDER', SEARCH, /^agreement is broken by 1 lie/),
  sm('does not sign what it passes on', 'messages: [sign(context, message)] }));', 'messages: [message] }));', SEARCH, /^agreement is broken by 1 lie/),
  sm('ends a round too early', "if (round === m + 2) return [{ type: 'output'", "if (round === m + 1) return [{ type: 'output'", /^one to ten loyal generals/, /decided nothing|, and G\d decided/),
  {
    what: 'takes a chain whenever it comes', against: 'signed', question: STRAY, found: /^G\d orders (attack|retreat) among \d generals/,
    text: edited('signers.length !== round || ', '', mistaken('signed', "  speaks: ({ commander }, round, from, to) => (round === 1 ? from === commander : from !== commander && to !== commander),\n", '')),
  },
  {
    what: 'takes a chain whenever it comes, which two traitors need', against: 'signed', question: STRAY, found: /^G\d orders (attack|retreat) among 4 generals/, seen: /(g-tell \d [123] \d .*\n)+/,
    text: mistaken('signed', 'signers.length !== round || ', ''),
  },

  // Phase king.
  king('proposes what a majority says', "countOf(state.value, 'value', order) >= n - m", "2 * countOf(state.value, 'value', order) > n", MIX, /^(agreement|validity): /),
  king('is sure with m + 1 proposals', 'state.isSure = certain !== undefined;', 'state.isSure = likely !== undefined;', SEARCH, /^agreement is broken by \d lies/),
  king('has one king too few', 'if (phase > m) return round === 2 + 3 * (m + 1)', 'if (phase >= Math.max(1, m)) return round === 2 + 3 * Math.max(1, m)', SEARCH, /^agreement is broken by \d lies?/),
  king('obeys any king', 'if (!state.isSure && king !== self)', 'if (king !== self)', SEARCH, /^agreement is broken by \d lies?/),
  king('obeys no king', "if (!state.isSure && king !== self) state.value = orderOf(king, 'king');", '', SEARCH, /^agreement is broken by \d lies?/),
];

describe('a program that somebody wrote', () => {
  let graded: readonly Graded[];

  before(async () => {
    // Each mistake is looked for by the question that finds it; by all of them in a soak. What is beyond the bound is no fault, and takes time.
    const isSoak = process.env['SOAK'] === '1';
    const programs: readonly Program[] = [
      ...PLANTED.map(({ text: program, against, question }) => ({ text: program, against, ...(isSoak ? {} : { asked: question.source }) })),
      ...CORRECT.map(({ text: program, against }) => ({ text: program, against, ...(isSoak ? {} : { asked: '^(?!the smallest lie)' }) })),
    ];
    graded = await gradedAll(programs);
  });

  PLANTED.forEach(({ what, question, found, seen }, index) => {
    it(`is found out if it ${what}`, () => {
      const { answers, replayed, cpu } = graded[index]!;
      const answer = answers.find((candidate) => question.test(candidate.question));
      expect(answer?.verdict, wrongIn(graded[index]!)).to.equal('no');
      expect(answer!.found[0]).to.match(found);
      // What is told can be seen at the prompt.
      const text = replayed[answer!.question];
      const property = /(?:^|^so )(agreement|validity|termination)/m.exec(answer!.found.join('\n'))?.[1];
      if (answer!.commands.length === 0) expect(Object.values(UNSEEN), 'no commands').to.include(answer!.found.at(-1));
      if (answer!.group === 'treason') expect(answer!.commands, 'commands').not.to.deep.equal([]);
      if (seen !== undefined) expect([...answer!.commands, text].join('\n')).to.match(seen);
      if (text !== undefined && property !== undefined) expect(text.toLowerCase()).to.include(`${property} violated`);
      expect(cpu).to.be.below(20);
    });
  });

  CORRECT.forEach(({ style }, index) => {
    it(`is not found fault with if it is well, ${style}`, () => {
      const one = graded[PLANTED.length + index]!;
      expect(wrongIn(one)).to.equal('');
      expect(one.cpu).to.be.below(20);
    });
  });
});
