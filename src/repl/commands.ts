import { counted } from '../core/figures.ts';
import { ORDERS, type Order } from '../core/order.ts';
import { BREAKDOWNS, type Breakdown } from '../core/mission.ts';
import { nameOf, nodeId } from '../core/node.ts';
import { parseId, parseWhole } from '../core/parse.ts';
import { Refusal, quoted } from '../core/refusal.ts';
import { SAYINGS } from '../faults/dictated.ts';
import { DEFAULT_STRATEGY, STRATEGIES } from '../faults/registry.ts';
import { protocolIn, sayingsIn, strategyIn } from '../hosts/arguments.ts';
import { PROTOCOLS, protocolNamed } from '../protocols/registry.ts';
import { trivialAgreement, trivialValidity } from '../core/trivial.ts';
import type { Member, Outcome } from '../core/outcome.ts';
import type { CheckResult } from '../sim/check/result.ts';
import { factsOf } from '../trace/facts.ts';
import { explain } from '../trace/why.ts';
import { formOf, type Command, type Parameter, type Result, type Session } from './command.ts';
import { pace } from './progress.ts';

const ID: Parameter = { name: 'id', words: ({ army }) => army.members().map(({ id }) => nameOf(id)) };
const ORDER: Parameter = { name: 'attack|retreat', words: () => ORDERS };
const TRACES = ['on', 'off', 'last'] as const;
const STATES = ['faulty', 'non-faulty'] as const;
const STATE: Parameter = { name: STATES.join('|'), words: () => STATES };
const STRATEGY: Parameter = { name: 'strategy', words: () => STRATEGIES.map(({ name }) => name) };
const PROTOCOL: Parameter = { name: 'name', words: () => PROTOCOLS.map(({ name }) => name) };

/** All commands, in the order in which help lists them. Parsing, help, completion and the README's table come from here. */
export const COMMANDS: readonly Command[] = [
  {
    name: 'actual-order',
    forms: [[ORDER], [ORDER, { name: 'anyway', isLiteral: true, words: () => ['anyway'] }]],
    summary: 'have the primary give an order; with `anyway` even if the traitors are too many for a decision',
    example: 'actual-order attack',
    async run(session, [order = '', anyway]) {
      const parsed = oneOf(ORDERS, order, 'an order');
      if (anyway !== undefined) oneOf(['anyway'], anyway, 'a second word');
      return give(session, parsed, anyway !== undefined);
    },
  },
  {
    name: 'g-state',
    forms: [[], [ID, STATE], [ID, STATE, STRATEGY]],
    summary: 'show all generals, or make one a traitor or loyal again',
    example: 'g-state 3 faulty',
    async run({ army }, [id, state = '', strategy]) {
      if (id === undefined) return roster(army);
      const general = idOf(id);
      const parsed = oneOf(strategy === undefined ? STATES : ['faulty'], state, 'a state');
      if (parsed === 'faulty') await army.corrupt(general, strategy === undefined ? DEFAULT_STRATEGY.name : strategyIn(strategy.toLowerCase()));
      else await army.pardon(general);
      return roster(army);
    },
  },
  {
    name: 'g-add',
    forms: [[{ name: 'count' }]],
    summary: 'add that many loyal generals',
    example: 'g-add 3',
    async run({ army }, [count = '']) {
      await army.add(numberOf(count, 'a number of generals'));
      return roster(army);
    },
  },
  {
    name: 'g-kill',
    forms: [[ID], [ID, { name: 'round' }]],
    summary: 'end a general at once, or in the middle of that round of the next order; if it was primary, another is elected',
    example: 'g-kill 2',
    async run({ army }, [id = '', word]) {
      const general = idOf(id);
      const round = word === undefined ? undefined : numberOf(word, 'a round');
      await army.kill(general, round === undefined ? {} : { round });
      return round === undefined ? roster(army) : { type: 'doom', general: nameOf(nodeId(general)), round };
    },
  },
  {
    name: 'g-elect',
    forms: [[ID]],
    summary: 'make a general primary',
    example: 'g-elect 1',
    async run({ army }, [id = '']) {
      await army.elect(idOf(id));
      return roster(army);
    },
  },
  {
    name: 'g-protocol',
    forms: [[], [PROTOCOL], [PROTOCOL, { name: 'm' }]],
    summary: 'show the protocols, or set the one to follow, and m, the traitors it shall stand',
    example: 'g-protocol exchange',
    async run({ army }, [name, m]) {
      if (name !== undefined) {
        await army.follow(protocolIn(name.toLowerCase()).name, m === undefined ? undefined : numberOf(m, 'a number of traitors'));
      }
      const protocols = name === undefined ? PROTOCOLS.map(({ name: known, summary }) => ({ name: known, summary })) : [];
      return { type: 'protocol', current: army.protocol.name, faults: army.faults, members: army.members().length, protocols };
    },
  },
  {
    name: 'g-strategies',
    forms: [[]],
    summary: 'list the ways of being a traitor',
    example: 'g-strategies',
    run: async () => ({ type: 'strategies', strategies: STRATEGIES.map(({ name, summary }) => ({ name, summary })) }),
  },
  {
    name: 'g-why',
    forms: [[], [ID]],
    summary: 'explain the last order: who said what to whom, what was tampered with, how each general and the quorum decided',
    example: 'g-why 3',
    async run(session, [id]) {
      const about = id === undefined ? undefined : nodeId(idOf(id));
      const outcome = lastOf(session);
      if (about !== undefined && !outcome.roster.some((member) => member.id === about))
        throw new Refusal(`${nameOf(about)} had no part in the last order`);
      return { type: 'why', explanation: explain(outcome, protocolNamed(outcome.protocol)!, (general) => session.army.keyring(outcome, general), about) };
    },
  },
  {
    name: 'g-trace',
    forms: [[], [{ name: 'on|off|last', words: () => TRACES }]],
    summary: 'show whether orders are followed by their facts as JSON lines; turn that on or off; or show the facts of the last order',
    example: 'g-trace last',
    async run(session, [word]) {
      const parsed = word === undefined ? undefined : oneOf(TRACES, word, 'a way to trace');
      if (parsed === 'last') return { type: 'facts', facts: factsOf(lastOf(session)) };
      if (parsed !== undefined) session.isTraced = parsed === 'on';
      return { type: 'trace', isOn: session.isTraced };
    },
  },
  {
    name: 'g-check',
    forms: [[], [ORDER]],
    summary: 'try every treason of the traitors as they stand, and prove that none splits the loyal, or show the smallest that does',
    example: 'g-check attack',
    async run({ army, progress }, [order], signal) {
      const orders = order === undefined ? ORDERS : [oneOf(ORDERS, order, 'an order')];
      return { type: 'check', trivial: trivialOf(army.members()), result: await searched(army, orders, signal, progress), protocol: army.protocol };
    },
  },
  {
    name: 'g-campaign',
    forms: [[], [{ name: 'count' }]],
    summary: 'simulate that many orders (1e4) to the army as it stands, and count how often its loyal agree. What choose, g-break and g-kill have set for the next order waits for that',
    example: 'g-campaign 1e5',
    async run({ army, progress }, [orders], signal) {
      const { ARMY_ORDERS, armyCampaign } = await import('../campaign/army.ts');
      const asked = orders === undefined ? ARMY_ORDERS : numberOf(orders, 'a number of orders');
      const start = performance.now();
      const counted = (count: number): void => progress({ share: count / asked, text: pace(count, asked, 'orders', performance.now() - start) });
      return { type: 'campaign', campaign: await armyCampaign(army, asked, signal, counted) };
    },
  },
  {
    name: 'g-seed',
    forms: [[], [{ name: 'n' }], [{ name: 'n' }, { name: 'order' }]],
    summary: 'show the seed that all chance follows from, or set it to repeat its orders, from the first or from that one on',
    example: 'g-seed 42',
    async run({ army }, [n, order = '1']) {
      if (n !== undefined) await army.reseed(numberOf(n, 'a seed'), numberOf(order, "an order's number"));
      return { type: 'seed', seed: army.seed };
    },
  },
  {
    name: 'g-break',
    forms: [[ID, { name: BREAKDOWNS.join('|'), words: () => BREAKDOWNS }]],
    summary: 'make a general break down when the next order reaches it: its thread throws, exits, or hangs for ever',
    example: 'g-break 3 hang',
    async run({ army }, [id = '', how = '']) {
      const breakdown: Breakdown = oneOf(BREAKDOWNS, how, 'a way to break down');
      await army.sabotage(idOf(id), breakdown);
      return { type: 'breakdown', general: nameOf(nodeId(idOf(id))), breakdown };
    },
  },
  {
    name: 'choose',
    forms: [[ID, { name: SAYINGS.join('|'), isMany: true, words: () => SAYINGS }]],
    summary: 'fix what a traitor says in the next order: a word for each of its messages, in the order in which it sends them',
    example: 'choose 1 attack retreat attack',
    async run({ army }, [id = '', ...words]) {
      const general = idOf(id);
      const parsed = sayingsIn(words.map((word) => word.toLowerCase()));
      await army.dictate(general, parsed);
      return { type: 'dictation', general: nameOf(nodeId(general)), words: parsed };
    },
  },
  {
    name: 'help',
    forms: [[], [{ name: 'command', words: () => COMMANDS.map(({ name }) => name) }]],
    summary: 'list the commands, or explain one',
    example: 'help actual-order',
    async run(_session, [name]) {
      if (name === undefined) return { type: 'help', lines: COMMANDS.map((command) => [formOf(command), command.summary]) };
      const command = COMMANDS.find((candidate) => candidate.name === name.toLowerCase());
      if (command === undefined) throw new Refusal(`there is no command ${quoted(name)}`);
      return { type: 'help', lines: [[formOf(command), command.summary], ['for example', command.example]] };
    },
  },
  {
    name: 'exit',
    forms: [[]],
    summary: 'leave',
    example: 'exit',
    run: async () => ({ type: 'farewell' }),
  },
];

async function give(session: Session, order: Order, anyway: boolean): Promise<Result> {
  const outcome = await session.army.order(order, { anyway });
  session.outcome = outcome;
  session.record(outcome);
  const primary = session.army.members().find(({ role }) => role === 'primary');
  return { type: 'outcome', outcome, primary: primary === undefined ? undefined : nameOf(primary.id), facts: session.isTraced ? factsOf(outcome) : [] };
}

/** Searches the army as it stands, leaving room for a Ctrl-C between the steps. */
async function searched(army: Session['army'], orders: readonly Order[], signal: AbortSignal, progress: Session['progress']): Promise<CheckResult> {
  const members = army.members();
  const primary = members.find(({ role }) => role === 'primary');
  const lost = members.find(({ state }) => state.type === 'lost');
  if (primary === undefined) throw new Refusal('there is no general to give the order');
  if (lost !== undefined) throw new Refusal(`${nameOf(lost.id)} is lost, and only the living can be checked: g-kill ${lost.id} strikes it off`);
  const traitors = members.filter(({ state }) => state.type === 'faulty').map(({ id }) => id);
  const { searchOf } = await import('../sim/check/check.ts');
  const search = searchOf({
    protocol: army.protocol,
    members: members.map(({ id }) => id),
    commander: primary.id,
    faults: traitors.length,
    traitors,
    m: army.faults,
    orders,
  });
  for (let step = search.next(); ; step = search.next(signal.aborted)) {
    if (step.done === true) return step.value;
    const { covered, treasons } = step.value;
    progress({ share: treasons === undefined ? undefined : Number((covered * 1000n) / treasons) / 1000, text: `${counted(covered, 'treason')} covered` });
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
  if (outcome === undefined) throw new Refusal('no order has been given yet');
  return outcome;
}

const roster = (army: Session['army']): Result => ({ type: 'roster', members: army.members() });

function idOf(word: string): number {
  const id = parseId(word);
  if (id === undefined) throw new Refusal(`${quoted(word)} is not a general's id`);
  return id;
}

function numberOf(word: string, what: string): number {
  const value = parseWhole(word);
  if (value === undefined) throw new Refusal(`${quoted(word)} is not ${what}`);
  return value;
}

function oneOf<Word extends string>(words: readonly Word[], word: string, what: string): Word {
  const found = words.find((candidate) => candidate === word.toLowerCase());
  if (found === undefined) throw new Refusal(`${quoted(word)} is not ${what}: ${words.join(' or ')}`);
  return found;
}
