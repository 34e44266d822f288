import type { Choose, MessageQuestion } from '../../core/choice.ts';
import type { RunResult } from '../host.ts';
import { symbolicSigner } from '../../core/signer.ts';
import type { NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';
import type { Findings } from '../findings.ts';
import type { Member } from '../outcome.ts';
import { contextOf, type AnyRoundsProtocol, type Context, type Setting } from '../protocol.ts';
import type { Action, FaultStrategy } from '../strategy.ts';
import { adversaryOf, traitorous } from '../faults/traitor.ts';
import { findingsOf } from '../judge/findings.ts';
import type { RoleInstance } from '../general.ts';
import { runInstances } from '../sim/rounds.ts';
import { alternativesTo, wordOf } from './alternatives.ts';
import type { Problem } from './request.ts';
import type { Lie, Violation, Word } from './result.ts';

/** One message of a traitor, and what might become of it, the honest message first. */
export interface Asked {
  readonly question: MessageQuestion;
  readonly honest: unknown;
  readonly alternatives: readonly Action<unknown>[];
}

/** Answers with the index of an alternative. */
export type Decide = (asked: Asked) => number;

/** A property that an order with certain traitors did not keep. */
export interface Breach {
  readonly property: keyof Findings;
  readonly witness: string;
}

/**
 * Runs and judges orders, by the code that runs and judges all others.
 * @returns a function that gives the first property that is violated, if any
 */
export function trials(campaign: Problem, traitors: readonly NodeId[]): (order: Order, decide: Decide) => Breach | undefined {
  const judge = judgeOf(campaign, traitors);
  const run = runsOf(campaign, traitors);
  return (order, decide) => judge(order, run(order, decide));
}

/** A run, and in which round the last loyal general decided: 0 where none is loyal, and never where one decides nothing. */
export interface Trial extends RunResult {
  readonly settledIn: number;
}

/** Runs orders, without judging them. */
export function runsOf(campaign: Problem, traitors: readonly NodeId[]): (order: Order, decide: Decide) => Trial {
  const { protocol, members } = campaign;
  const loyal = members.filter((id) => !traitors.includes(id));
  const undecided = new Set<NodeId>();
  let settledIn = 0;
  const watched: AnyRoundsProtocol = {
    ...protocol,
    step(context, state, event) {
      const effects = protocol.step(context, state, event);
      if (event.type === 'round' && effects.some(({ type }) => type === 'output') && undecided.delete(context.self) && undecided.size === 0) settledIn = event.round;
      return effects;
    },
  };
  let answer: Decide = () => 0;
  const betraying = traitorous(adversaryOf(protocol, { spec: { draw: 1 }, isNoted: false, ...chooserOf(protocol, (asked) => answer(asked)) }));
  const instances = members.map((self) =>
    traitors.includes(self) ? instanceOf(campaign, self, betraying, 'any') : instanceOf(campaign, self, watched),
  );
  return (order, decide) => {
    answer = decide;
    settledIn = loyal.length === 0 ? 0 : Infinity;
    for (const id of loyal) undecided.add(id);
    const run = runInstances(instances, order);
    return { ...run, settledIn };
  };
}

/** A strategy that allows all alternatives, and a chooser that tells `decide` of which message they are. */
function chooserOf(protocol: AnyRoundsProtocol, decide: Decide): { readonly strategy: FaultStrategy; readonly choose: Choose } {
  return {
    strategy: { name: 'any', summary: 'whatever a checker wants to try', dependsOn: [], says: ({ honest, lies }) => alternativesTo(protocol, honest, lies) },
    choose(question, options) {
      if (question.about !== 'message') throw new Error(`a checker was asked about a ${question.about}`);
      const alternatives = options as readonly Action<unknown>[];
      return options[decide({ question, honest: alternatives[0]!.now[0], alternatives })]!;
    },
  };
}

function instanceOf(campaign: Problem, self: NodeId, protocol: AnyRoundsProtocol, strategy?: string): RoleInstance {
  return {
    protocol,
    context: contextIn(campaign, self),
    ballot: (decision) => decision,
    report: ({ decision, heard, sent, tampered }) => ({ id: self, decision, ballot: decision, strategy, heard, tampered, sent }),
  };
}

export const settingOf = ({ members, commander, m }: Problem): Setting => ({ members, commander, m });

export const contextIn = (campaign: Problem, self: NodeId): Context => contextOf({ ...settingOf(campaign), number: 1 }, self, symbolicSigner(self));

/** The judge of all orders, for these traitors. */
export function judgeOf({ members, commander }: Problem, traitors: readonly NodeId[]): (order: Order, account: RunResult) => Breach | undefined {
  const roster = members.map(
    (id): Member => ({
      id,
      role: id === commander ? 'primary' : 'secondary',
      state: traitors.includes(id) ? { type: 'faulty', strategy: 'any' } : { type: 'loyal' },
    }),
  );
  return (order, account) => {
    const findings = findingsOf(order, roster, account);
    for (const property of PROPERTIES) {
      const finding = findings[property];
      if (finding.type === 'violated') return { property, witness: finding.witness };
    }
    return undefined;
  };
}

const PROPERTIES: readonly (keyof Findings)[] = ['agreement', 'validity', 'termination'];

/**
 * Runs a treason once more and writes it down.
 * @param expectedLies with how many lies, if whoever found it has counted them
 * @throws Error if no property is violated, or with another number of lies: then the engine that found this treason is wrong
 */
export function violationBy(campaign: Problem, traitors: readonly NodeId[], order: Order, expectedLies: number | undefined, decide: Decide): Violation {
  const choices = new Map<NodeId, Word[]>(traitors.map((id) => [id, []]));
  const lies: Lie[] = [];
  const breach = trials(campaign, traitors)(order, (asked) => {
    const index = decide(asked);
    choices.get(asked.question.from)!.push(known(wordOf(campaign.protocol, settingOf(campaign), asked.alternatives[index]!)));
    if (index > 0) lies.push(lieOf(campaign, asked, index));
    return index;
  });
  if (breach === undefined || (expectedLies !== undefined && lies.length !== expectedLies))
    throw new Error(`${expectedLies ?? 'some'} lies were found to break a property, but when run again ${lies.length} broke ${breach?.property ?? 'none'}`);
  const { protocol, members, commander, m } = campaign;
  return { protocol: protocol.name, members, commander, m, order, traitors, ...breach, lies, choices };
}

function lieOf(campaign: Problem, { question, honest, alternatives }: Asked, index: number): Lie {
  const { round, from, to } = question;
  const setting = settingOf(campaign);
  const say = (action: Action<unknown>): Word => known(wordOf(campaign.protocol, setting, action));
  return { round, from, to, index: question.index, path: campaign.protocol.path?.(setting, honest), honest: say(alternatives[0]!), said: say(alternatives[index]!) };
}

function known(word: Word | undefined): Word {
  if (word === undefined) throw new Error('a message has no word to write it down by');
  return word;
}
