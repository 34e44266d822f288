import { ORDERS, type Order } from '../generals/order.ts';
import { CRASH_MODES, type CrashMode } from '../generals/run-spec.ts';
import { nameOf, nodeId } from '../core/node.ts';
import type { Member, Outcome } from '../generals/outcome.ts';
import { parseId, parseWhole } from '../core/parse.ts';
import { UserError, quoted } from '../core/user-error.ts';
import { SAYINGS, SILENCE } from '../generals/faults/dictated.ts';
import { FORGED } from '../generals/faults/out-of-turn.ts';
import { DEFAULT_STRATEGY, STRATEGIES } from '../generals/faults/registry.ts';
import { protocolIn, sayingsIn, strategyIn } from '../generals/arguments.ts';
import { PROTOCOLS, protocolNamed } from '../generals/protocols/registry.ts';
import { trivialAgreement, trivialValidity } from '../generals/trivial.ts';
import type { CheckResult } from '../generals/check/result.ts';
import { factsOf } from '../generals/trace/facts.ts';
import { stepsOf } from '../generals/trace/steps.ts';
import { explain } from '../generals/trace/why.ts';
import { GROUPS, formOf, type Command, type Parameter, type Result, type Session } from './command.ts';
import { performed } from './demos.ts';
import { OPENING, scriptOf } from './journal.ts';
import { nearest } from './nearest.ts';
import type { Question } from './person.ts';
import { pace, searchPace } from './progress.ts';
import { nextSaying } from './sayings.ts';
import { topicKinds, topics } from './topics.ts';

const ID: Parameter = { name: 'id', words: ({ army }) => army.members().map(({ id }) => nameOf(id)) };
const ORDER: Parameter = {
  name: 'attack|retreat',
  words: () => ORDERS,
  ask: ({ army }) => ({ type: 'list', message: `What does ${primaryOf(army)} order?`, choices: ORDERS.map((word) => ({ word })) }),
};
const TRACES = ['on', 'off', 'last'] as const;
const STATES = ['faulty', 'non-faulty'] as const;
const STATE: Parameter = {
  name: STATES.join('|'),
  words: () => STATES,
  ask: ({ army }, [id = '']) => ({
    type: 'list',
    message: `What shall ${presentIn(army, id)} be?`,
    choices: [{ word: 'faulty', summary: 'a traitor' }, { word: 'non-faulty', summary: 'loyal' }],
  }),
};
const STRATEGY: Parameter = {
  name: 'strategy',
  words: () => STRATEGIES.map(({ name }) => name),
  ask: (_session, [, state]) => (state !== 'faulty' ? undefined : { type: 'list', message: 'How does it betray?', choices: STRATEGIES.map(({ name, summary }) => ({ word: name, summary })) }),
};
const PROTOCOL: Parameter = { name: 'name', words: () => PROTOCOLS.map(({ name }) => name) };
const DEMO: Parameter = {
  name: 'name',
  words: ({ demos }) => {
    try {
      return demos().map(({ name }) => name);
    } catch {
      // That they cannot be read is told to who runs one.
      return [];
    }
  },
};

/** What each way of breaking down is. */
const BREAKDOWN_SUMMARIES: Readonly<Record<CrashMode, string>> = {
  throw: 'an error that nothing catches ends its thread',
  exit: 'its thread ends by itself',
  hang: 'its thread never answers again, and is given up after a while',
};

/** All commands, in the order in which help lists them. Parsing, help, completion and the table of docs/prompt.md come from here. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'actual-order',
    group: 'Orders',
    forms: [[ORDER], [ORDER, { name: 'anyway', isLiteral: true, words: () => ['anyway'] }]],
    summary: 'have the primary give an order',
    details: 'Where the traitors are too many for a decision it is not given; `anyway` has it given all the same.',
    example: 'actual-order attack',
    matters: always,
    async run(session, [order = '', anyway]) {
      const parsed = oneOf(ORDERS, order, 'an order');
      if (anyway !== undefined) oneOf(['anyway'], anyway, 'a second word');
      return give(session, parsed, anyway !== undefined);
    },
  },
  {
    name: 'choose',
    group: 'Orders',
    forms: [[general('Whose words are to be fixed?', isTraitor, 'only traitors can be told what to say, and there is none'), { name: SAYINGS.join('|'), isMany: true, words: () => SAYINGS, ask: nextSaying }]],
    summary: 'fix what a traitor says in the next order',
    details: 'There is a word for each of its messages, in the order in which it sends them. `silence` sends none; `both` sends the honest one, then a lie; `nothing` is for neither order, as in a proposal of king.',
    example: 'choose 1 attack retreat attack',
    matters: always,
    async run({ army }, [id = '', ...words]) {
      const traitor = idOf(id);
      const parsed = sayingsIn(words.map((word) => word.toLowerCase()));
      await army.dictate(traitor, parsed);
      return { type: 'dictation', general: nameOf(nodeId(traitor)), words: parsed };
    },
  },
  {
    name: 'g-tell',
    group: 'Orders',
    forms: [[
      general('Who is to speak out of turn?', isTraitor, 'only traitors can be told what to say, and there is none'),
      { name: 'round', ask: () => ({ type: 'text', message: 'In which round?', fallback: '1', fault: countFault }) },
      general('Whom is it to tell?'),
      { name: 'silence|message', isMany: true, words: () => [SILENCE, FORGED], ask: askMessage },
    ]],
    summary: 'have a traitor speak out of turn in the next order',
    details: 'It says the message beside what it has to say there, or with `silence` nothing at all. It is one that it knows, as g-why tells of it, or one as it is written. `forged` before it is for one with the order turned round under the old signatures. In all else that choose does not fix it is honest.',
    example: 'g-tell 3 2 1 retreat',
    matters: always,
    async run({ army }, [id = '', round = '', to = '', ...words]) {
      const [traitor, receiver] = [idOf(id), idOf(to)];
      const deed = { round: numberOf(round, 'a round'), to: receiver, words: words.join(' ') };
      await army.tell(traitor, deed);
      return { type: 'telling', general: nameOf(nodeId(traitor)), round: deed.round, to: nameOf(nodeId(receiver)), words: deed.words };
    },
  },
  {
    name: 'g-break',
    group: 'Orders',
    forms: [[general('Which general is to break down?', isLiving), { name: CRASH_MODES.join('|'), words: () => CRASH_MODES, ask: askBreakdown }]],
    summary: 'have a general break down in the next order',
    details: 'When the order reaches it, its thread throws an error, exits, or hangs for ever. The others are to agree without it.',
    example: 'g-break 3 hang',
    matters: always,
    async run({ army }, [id = '', how = '']) {
      const crashMode: CrashMode = oneOf(CRASH_MODES, how, 'a way to break down');
      await army.injectCrash(idOf(id), crashMode);
      return { type: 'breakdown', general: nameOf(nodeId(idOf(id))), crashMode };
    },
  },
  {
    name: 'g-state',
    group: 'Generals',
    forms: [[], [ID, STATE], [ID, STATE, STRATEGY]],
    summary: 'show all generals, or make one a traitor or loyal',
    details: 'F is a traitor, NF is loyal. A traitor tosses coins if no other strategy is named; g-strategies lists them.',
    example: 'g-state 3 faulty',
    matters: withWords,
    async run({ army }, [id, state = '', strategy]) {
      if (id === undefined) return roster(army);
      const which = idOf(id);
      const parsed = oneOf(strategy === undefined ? STATES : ['faulty'], state, 'a state');
      if (parsed === 'faulty') await army.corrupt(which, strategy === undefined ? DEFAULT_STRATEGY.name : strategyIn(strategy.toLowerCase()));
      else await army.makeLoyal(which);
      return roster(army);
    },
  },
  {
    name: 'g-add',
    group: 'Generals',
    forms: [[{ name: 'count', ask: () => ({ type: 'text', message: 'How many loyal generals are to be added?', fallback: '1', fault: countFault }) }]],
    summary: 'add that many loyal generals',
    example: 'g-add 3',
    matters: always,
    async run({ army }, [count = '']) {
      await army.add(numberOf(count, 'a number of generals'));
      return roster(army);
    },
  },
  {
    name: 'g-kill',
    group: 'Generals',
    forms: [[general('Which general is to be killed?')], [ID, { name: 'round' }]],
    summary: 'end a general, at once or in the next order',
    details: 'With a round, it dies in the middle of that round of the next order: only the first half of the others hear it. If it was primary, another is elected by the seed.',
    example: 'g-kill 2',
    matters: always,
    async run({ army }, [id = '', word]) {
      const victim = idOf(id);
      const round = word === undefined ? undefined : numberOf(word, 'a round');
      await army.kill(victim, round === undefined ? {} : { round });
      return round === undefined ? roster(army) : { type: 'doom', general: nameOf(nodeId(victim)), round };
    },
  },
  {
    name: 'g-elect',
    group: 'Generals',
    forms: [[general('Which general is to be primary?', isElectable)]],
    summary: 'make a general primary',
    example: 'g-elect 1',
    matters: always,
    async run({ army }, [id = '']) {
      await army.elect(idOf(id));
      return roster(army);
    },
  },
  {
    name: 'g-muster',
    group: 'Generals',
    forms: [[{ name: 'count', ask: () => ({ type: 'text', message: 'How many loyal generals are to be mustered?', fallback: '4', fault: countFault }) }]],
    summary: 'begin anew with that many loyal generals',
    details: 'All others are ended. The seed and the protocol stay as they are, and orders are counted from 1 again.',
    example: 'g-muster 7',
    matters: always,
    async run(session, [count = '']) {
      const before = session.army;
      session.army = await session.muster(numberOf(count, 'a number of generals'), { seed: before.seed, protocol: before.protocol.name });
      session.outcome = undefined;
      await before.disband();
      return roster(session.army);
    },
  },
  {
    name: 'g-protocol',
    group: 'Generals',
    forms: [[], [PROTOCOL], [PROTOCOL, { name: 'm' }]],
    summary: 'show the protocols, or set the one to follow',
    details: 'm is the number of traitors that it is run to stand; the most that so many generals can stand, if not given.',
    example: 'g-protocol exchange',
    matters: withWords,
    async run({ army }, [name, m]) {
      if (name !== undefined) {
        await army.setProtocol(protocolIn(name.toLowerCase()).name, m === undefined ? undefined : numberOf(m, 'a number of traitors'));
      }
      const protocols = name === undefined ? PROTOCOLS.map(({ name: known, summary }) => ({ name: known, summary })) : [];
      return { type: 'protocol', current: army.protocol.name, faults: army.m, members: army.members().length, protocols };
    },
  },
  {
    name: 'g-strategies',
    group: 'Generals',
    forms: [[]],
    summary: 'list the ways of being a traitor',
    example: 'g-strategies',
    run: async () => ({ type: 'strategies', strategies: STRATEGIES.map(({ name, summary }) => ({ name, summary })) }),
  },
  {
    name: 'g-why',
    group: 'What happened',
    forms: [[], [ID]],
    summary: 'explain the last order, or one general in it',
    details: 'It tells who said what to whom, what was tampered with, how each general and the quorum decided.',
    example: 'g-why 3',
    async run(session, [id]) {
      const about = id === undefined ? undefined : nodeId(idOf(id));
      const outcome = lastOf(session);
      if (about !== undefined && !outcome.roster.some((member) => member.id === about))
        throw new UserError(`${nameOf(about)} had no part in the last order`);
      return { type: 'why', explanation: explain(outcome, protocolNamed(outcome.protocol)!, (one) => session.army.signerOf(outcome, one), about) };
    },
  },
  {
    name: 'g-show',
    group: 'What happened',
    forms: [[], [{ name: 'round' }]],
    summary: 'draw the last order, or one round of it',
    details: 'A column for each general, a row for each thing said; time runs down.',
    example: 'g-show',
    async run(session, [word]) {
      const outcome = lastOf(session);
      const round = word === undefined ? undefined : numberOf(word, 'a round');
      if (round !== undefined) mustBeRound(outcome, round);
      return { type: 'show', outcome, round };
    },
  },
  {
    name: 'g-step',
    group: 'What happened',
    forms: [[]],
    summary: 'go through the last order round by round',
    details: 'Each round has all inboxes, and what they changed. At a terminal the arrow keys and space go forward and back, q leaves; a script prints all rounds.',
    example: 'g-step',
    async run(session) {
      const outcome = lastOf(session);
      return { type: 'steps', outcome, steps: stepsOf(outcome, protocolNamed(outcome.protocol)!, (one) => session.army.signerOf(outcome, one)) };
    },
  },
  {
    name: 'g-trace',
    group: 'What happened',
    forms: [[], [{ name: 'on|off|last', words: () => TRACES }]],
    summary: 'show the facts of orders as JSON lines',
    details: 'With `on` they follow each order, with `off` they do not; `last` shows those of the last order.',
    example: 'g-trace last',
    matters: ([word]) => word !== undefined && word.toLowerCase() !== 'last',
    async run(session, [word]) {
      const parsed = word === undefined ? undefined : oneOf(TRACES, word, 'a way to trace');
      if (parsed === 'last') return { type: 'facts', facts: factsOf(lastOf(session)) };
      if (parsed !== undefined) session.isTraced = parsed === 'on';
      return { type: 'trace', isOn: session.isTraced };
    },
  },
  {
    name: 'g-check',
    group: 'Chance and proof',
    forms: [[], [ORDER]],
    summary: 'try every treason of the traitors as they stand',
    details: 'It proves that none splits the loyal, or shows the smallest that does. Ctrl-C ends it with what was covered so far.',
    example: 'g-check attack',
    async run({ army, progress }, [order], signal) {
      const orders = order === undefined ? ORDERS : [oneOf(ORDERS, order, 'an order')];
      return { type: 'check', trivial: trivialOf(army.members()), result: await searched(army, orders, signal, progress), protocol: army.protocol };
    },
  },
  {
    name: 'g-campaign',
    group: 'Chance and proof',
    forms: [[], [{ name: 'count' }]],
    summary: 'give many orders, and count how often all agree',
    details: 'They are simulated, 10000 if no number is given, to the army as it stands; counted is how often the loyal agree. What choose, g-tell, g-break and g-kill have set for the next order waits for that.',
    example: 'g-campaign 1e5',
    async run({ army, progress }, [orders], signal) {
      const { ARMY_ORDERS, armyCampaign } = await import('../campaign/army.ts');
      const asked = orders === undefined ? ARMY_ORDERS : numberOf(orders, 'a number of orders');
      const start = performance.now();
      const counted = (count: number): void => progress({ share: count / asked, parts: pace(count, asked, 'orders', performance.now() - start) });
      return { type: 'campaign', campaign: await armyCampaign(army, asked, signal, counted) };
    },
  },
  {
    name: 'g-seed',
    group: 'Chance and proof',
    forms: [[], [{ name: 'n' }], [{ name: 'n' }, { name: 'order' }]],
    summary: 'show or set the seed that all chance follows from',
    details: 'What follows can then be repeated: from its first order on, or from a later one.',
    example: 'g-seed 42',
    matters: withWords,
    async run({ army }, [n, order = '1']) {
      if (n !== undefined) await army.reseed(numberOf(n, 'a seed'), numberOf(order, "an order's number"));
      return { type: 'seed', seed: army.seed };
    },
  },
  {
    name: 'demo',
    group: 'Sessions',
    forms: [[], [DEMO]],
    summary: 'list the demos, or run one in a camp of its own',
    details: 'Your own generals stay as they are.',
    example: 'demo traitor-among-four',
    async run(session, [name], signal, execute) {
      if (name === undefined) return { type: 'demos', demos: session.demos().map(({ name: known, summary }) => ({ name: known, summary })) };
      return performed(session, name, signal, execute);
    },
  },
  {
    name: 'save',
    group: 'Sessions',
    forms: [[{ name: 'file', ask: () => ({ type: 'text', message: 'To which file?', fallback: 'session.txt', fault: (word) => (/\S/.test(word) ? undefined : 'a file has a name') }) }]],
    summary: 'write the session as a script that repeats it',
    details: 'The script has the seed, and each command that changed something or gave an order; generals run <file> runs it.',
    example: 'save session.txt',
    async run(session, [file = '']) {
      session.write(file, scriptOf(session.journal, session.army.deadline), OPENING);
      return { type: 'saved', file, commands: session.journal.lines.length };
    },
  },
  {
    name: 'help',
    aliases: ['?'],
    group: 'Sessions',
    forms: [[], [{ name: 'topic', isMany: true, words: () => [...COMMANDS.map(({ name }) => name), ...topics().map(({ name }) => name)] }]],
    summary: 'list the commands, or explain a command or a word',
    details: 'It also knows the protocols, the strategies, and words such as quorum, round and validity.',
    example: 'help quorum',
    run: async (_session, words) => (words.length === 0 ? overview() : explained(words.join(' '))),
  },
  {
    name: 'version',
    group: 'Sessions',
    forms: [[]],
    summary: 'show the version of this program',
    example: 'version',
    run: async ({ version }) => ({ type: 'version', version: version() }),
  },
  {
    name: 'clear',
    group: 'Sessions',
    forms: [[]],
    summary: 'clear the screen',
    example: 'clear',
    run: async () => ({ type: 'clear' }),
  },
  {
    name: 'exit',
    aliases: ['quit'],
    group: 'Sessions',
    forms: [[]],
    summary: 'leave',
    example: 'exit',
    run: async () => ({ type: 'farewell' }),
  },
];

/** The command of that name, in any letter case. */
export function commandNamed(word: string): Command | undefined {
  const name = word.toLowerCase();
  return COMMANDS.find((command) => command.name === name || command.aliases?.includes(name) === true);
}

function overview(): Result {
  const { protocols, strategies, words } = topicKinds();
  return {
    type: 'help',
    groups: GROUPS.map((title) => ({ title, lines: COMMANDS.filter(({ group }) => group === title).map((command) => [formOf(command), command.summary] as const) })),
    notes: [
      `help <command> tells more. It also explains the protocols (${protocols.join(', ')}), the strategies (${strategies.join(', ')}) and these words: ${words.join(', ')}.`,
    ],
  };
}

function explained(words: string): Result {
  const command = commandNamed(words);
  if (command !== undefined) {
    const { summary, details, aliases, example } = command;
    const also = aliases === undefined ? [] : [`Also: ${aliases.join(', ')}.`];
    return { type: 'help', groups: [{ title: undefined, lines: [[formOf(command), summary], ['for example', example]] }], notes: [...(details === undefined ? [] : [details]), ...also] };
  }
  const name = words.toLowerCase();
  const topic = topics().find((one) => one.name === name || one.aliases?.includes(name) === true);
  if (topic === undefined) {
    const near = nearest(name, [...COMMANDS, ...topics()].flatMap((one) => [one.name, ...(one.aliases ?? [])]));
    throw new UserError(`there is no help on ${quoted(words)}${near === undefined ? '' : `, did you mean ${near}?`}`);
  }
  return { type: 'topic', name: topic.name, text: topic.text, paper: topic.paper, example: topic.example };
}

function always(): boolean {
  return true;
}

function withWords(words: readonly string[]): boolean {
  return words.length > 0;
}

/** A general's id that is asked for where it is missing. @param none what to say where nobody fits */
function general(message: string, fits: (member: Member) => boolean = () => true, none = 'there is no general for that'): Parameter {
  return {
    ...ID,
    ask({ army }) {
      const choices = army.members().filter(fits).map((member) => ({ word: String(member.id), name: nameOf(member.id), summary: `${member.role}, ${stateOf(member)}` }));
      if (choices.length === 0) throw new UserError(none);
      return { type: 'list', message, choices };
    },
  };
}

function isTraitor({ state }: Member): boolean {
  return state.type === 'faulty';
}

function isLiving({ state }: Member): boolean {
  return state.type !== 'lost';
}

function isElectable(member: Member): boolean {
  return isLiving(member) && member.role !== 'primary';
}

function stateOf({ state }: Member): string {
  return state.type === 'faulty' ? `a traitor (${state.strategy})` : state.type;
}

function askBreakdown({ army }: Session, [id = '']: readonly string[]): Question {
  return { type: 'list', message: `How does ${presentIn(army, id)} break down?`, choices: CRASH_MODES.map((word) => ({ word, summary: BREAKDOWN_SUMMARIES[word] })) };
}

/** A message ends the words that are asked for. */
function askMessage(_session: Session, words: readonly string[]): Question | undefined {
  if (words.length > 3) return undefined;
  return { type: 'text', message: 'What is it to say?', fallback: SILENCE, fault: (word) => (/\S/.test(word) ? undefined : 'a message, or silence') };
}

/** The name of a general that is there. */
function presentIn(army: Session['army'], word: string): string {
  const name = nameOf(nodeId(idOf(word)));
  if (!army.members().some(({ id }) => nameOf(id) === name)) throw new UserError(`there is no general ${name}`);
  return name;
}

function countFault(word: string): string | undefined {
  const count = parseWhole(word);
  return count === undefined || count < 1 ? 'a whole number from 1 on' : undefined;
}

function primaryOf(army: Session['army']): string {
  const primary = army.members().find(({ role }) => role === 'primary');
  if (primary === undefined) throw new UserError('there is no general to give the order');
  return nameOf(primary.id);
}

function mustBeRound(outcome: Outcome, round: number): void {
  const protocol = protocolNamed(outcome.protocol)!;
  const rounds = protocol.rounds({ ...outcome, members: outcome.roster.map(({ id }) => id) });
  if (round < 1 || round > rounds) throw new UserError(`the last order had ${rounds} rounds, and ${round} is none of them`);
}

async function give(session: Session, order: Order, anyway: boolean): Promise<Result> {
  const { army, journal } = session;
  let outcome: Outcome;
  try {
    outcome = await army.order(order, { anyway });
  } catch (error) {
    // What was chosen and did not fit is forgotten, so it is no part of what repeats the session.
    if (army.dictated.length === 0) forgetChoices(journal.lines);
    throw error;
  }
  session.outcome = outcome;
  session.record(outcome);
  const primary = army.members().find(({ role }) => role === 'primary');
  return { type: 'outcome', outcome, primary: primary === undefined ? undefined : nameOf(primary.id), facts: session.isTraced ? factsOf(outcome) : [] };
}

/** Takes out what was chosen since the last order. */
function forgetChoices(lines: string[]): void {
  for (let at = lines.length - 1; at >= 0 && !lines[at]!.startsWith('actual-order '); at -= 1) if (/^(choose|g-tell) /.test(lines[at]!)) lines.splice(at, 1);
}

/** Searches the army as it stands, leaving room for a Ctrl-C between the steps. */
async function searched(army: Session['army'], orders: readonly Order[], signal: AbortSignal, progress: Session['progress']): Promise<CheckResult> {
  const members = army.members();
  const primary = members.find(({ role }) => role === 'primary');
  const lost = members.find(({ state }) => state.type === 'lost');
  if (primary === undefined) throw new UserError('there is no general to give the order');
  if (lost !== undefined) throw new UserError(`${nameOf(lost.id)} is lost, and only the living can be checked: g-kill ${lost.id} strikes it off`);
  const traitors = members.filter(({ state }) => state.type === 'faulty').map(({ id }) => id);
  const { searchOf } = await import('../generals/check/check.ts');
  const search = searchOf({
    protocol: army.protocol,
    members: members.map(({ id }) => id),
    commander: primary.id,
    faults: traitors.length,
    traitors,
    m: army.m,
    orders,
  });
  for (let step = search.next(); ; step = search.next(signal.aborted)) {
    if (step.done === true) return step.value;
    const { covered, treasons } = step.value;
    progress({ share: treasons === undefined ? undefined : Number((covered * 1000n) / treasons) / 1000, parts: searchPace(step.value) });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What a check of these generals says nothing about, a sentence for each. */
function trivialOf(members: readonly Member[]): string[] {
  const loyal = members.filter(({ state }) => state.type === 'loyal');
  const secondaries = loyal.filter(({ role }) => role === 'secondary').length;
  const [agreement, validity] = [trivialAgreement(secondaries), trivialValidity(secondaries < loyal.length)];
  return [...(agreement === undefined ? [] : [`agreement ${agreement}`]), ...(validity === undefined ? [] : [`validity ${validity}`])];
}

function lastOf({ outcome }: Session): Outcome {
  if (outcome === undefined) throw new UserError('no order has been given yet');
  return outcome;
}

const roster = (army: Session['army']): Result => ({ type: 'roster', members: army.members() });

function idOf(word: string): number {
  const id = parseId(word);
  if (id === undefined) throw new UserError(`${quoted(word)} is not a general's id`);
  return id;
}

function numberOf(word: string, what: string): number {
  const value = parseWhole(word);
  if (value === undefined) throw new UserError(`${quoted(word)} is not ${what}`);
  return value;
}

function oneOf<Word extends string>(words: readonly Word[], word: string, what: string): Word {
  const found = words.find((candidate) => candidate === word.toLowerCase());
  if (found === undefined) throw new UserError(`${quoted(word)} is not ${what}: ${words.join(' or ')}`);
  return found;
}
