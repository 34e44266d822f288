/**
 * What a system is worth that somebody brought: whether its machine is one at all, what it does among loyal nodes, and whether it stands
 * each way of being Byzantine, under plans of faults drawn from seeds. Each answer that is no comes with the smallest plan that shows it.
 */
import type { TypedVocabulary } from '../core/byzantine.ts';
import { choosesNothing } from '../core/choice.ts';
import { counted } from '../core/figures.ts';
import type { AnyMachine, Machine } from '../core/machine.ts';
import type { NodeId } from '../core/node.ts';
import { inShell } from '../core/shell.ts';
import { symbolicSigner } from '../core/signer.ts';
import { YES, no, parsesAll, text, type Found, type Question } from '../generals/grade/grade.ts';
import { membersOf, type FaultPlan } from '../runtime/virtual/fault-plan.ts';
import { describeOutcome } from '../runtime/virtual/lines.ts';
import { systemOf, type Definition } from '../runtime/virtual/members.ts';
import { partsOfFaults, shrink } from '../runtime/virtual/shrink.ts';
import { simulate } from '../runtime/virtual/simulate.ts';
import type { Fact, System } from '../runtime/virtual/system.ts';

type Own = Machine<TypedVocabulary, object>;
type Message = TypedVocabulary['message'];

export interface SystemRequest {
  readonly definition: Definition<TypedVocabulary, object>;
  /** Milliseconds since some time, or of a processor. */
  readonly clock: () => number;
  /** For how many milliseconds schedules are tried, in all. */
  readonly patience: number;
  /** What names it in a command line. */
  readonly file: string;
}

/** How many seeds are tried for each question, at most. */
const SEEDS = 200;

/** All that is asked of a system, in the order in which it is asked. */
export function questionsOfSystem(request: SystemRequest): readonly Question[] {
  const { definition } = request;
  const { machine, members: n } = definition;
  const system: System = systemOf(definition);
  const until = shares(request, 2 + system.strategies.length);
  /** A plan with none of its faults but those. */
  const left = (plan: FaultPlan, isKept: (part: string) => boolean): FaultPlan => {
    const faults = new Set(partsOfFaults(plan));
    return system.only(plan, new Set(system.parts(plan).filter((part) => !faults.has(part) || isKept(part))));
  };
  const ask = (asked: Asked) => () => stands(request.file, system, asked, until());
  return [
    { group: 'conformance', question: 'two runs of the same are alike', ask: () => alike(system, n) },
    { group: 'conformance', question: 'its state is plain data, and a copy of it does the same', ask: () => copied(system, n, machine) },
    { group: 'conformance', question: 'parse takes anything, and makes of it a message or undefined', ask: () => parsesAll((input) => machine.parse(input), messagesOf(system, n).map(({ message }) => message)) },
    { group: 'conformance', question: 'each kind of message has a lie, which it parses', ask: () => hasLies(system, n, machine) },
    { group: 'loyal nodes', question: 'without faults all comes about that it promises', ask: ask({ sizes: [1, 2, n, n + 1], reduced: (plan) => left(plan, () => false) }) },
    { group: 'loyal nodes', question: 'so it does without traitors, whatever becomes of messages', ask: ask({ sizes: [n, n + 1], reduced: (plan) => left(plan, (part) => !part.startsWith('traitor')) }) },
    ...system.strategies.map(({ name, summary }): Question => ({ group: 'treason', question: `it stands ${name}: ${summary}`, ask: ask({ sizes: [n, n + 1], kind: name, reduced: (plan) => plan }) })),
  ];
}

/** Each question has its share of what is left of the time. */
function shares({ clock, patience }: SystemRequest, questions: number): () => () => boolean {
  let end: number | undefined;
  let left = questions;
  return () => {
    end ??= clock() + patience;
    const until = clock() + Math.max(200, (end - clock()) / Math.max(1, left));
    left -= 1;
    return () => clock() > until;
  };
}

interface Asked {
  readonly sizes: readonly number[];
  /** The only Byzantine kind. */
  readonly kind?: string;
  /** What of a plan happens. */
  readonly reduced: (plan: FaultPlan) => FaultPlan;
}

/** Whether it stands the plans of many seeds. */
function* stands(file: string, system: System, { sizes, kind, reduced }: Asked, isLate: () => boolean): Generator<undefined, Found> {
  let tried = 0;
  for (let seed = 1; seed <= SEEDS && !isLate(); seed += 1) {
    for (const n of sizes) {
      const plan = reduced(system.draw({ n, seed, ...(kind === undefined ? {} : { strategies: [kind] }) }));
      const outcome = simulate(system, plan);
      tried += 1;
      if (outcome.type !== 'violated') continue;
      const small = shrink(system, plan, outcome, (other) => simulate(system, other));
      return no([describeOutcome(system, small.outcome), system.describe(small.plan)], [commandOf(file, n, seed, kind, small.kept)]);
    }
    yield;
  }
  return { ...YES, found: [`in ${counted(tried, 'schedule')}`] };
}

/** The line that shows it again. */
const commandOf = (file: string, n: number, seed: number, kind: string | undefined, kept: readonly string[]): string =>
  ['simulate', '--protocol', inShell(file), '--members', n, '--seed', seed, ...(kind === undefined ? [] : ['--kind', kind]), '--keep', kept.join(',') || 'none'].join(' ');

/** How many plans are drawn where something is asked of each step. */
const FEW = 12;

/** All that happens, in one text. What code does that none may do is thrown. */
function factsUnder(system: System, plan: FaultPlan, loyal?: AnyMachine): string {
  const facts: Fact[] = [];
  simulate(system, plan, { loyal, observe: (fact) => facts.push(fact) });
  return JSON.stringify(facts);
}

function alike(system: System, n: number): Found {
  for (let seed = 1; seed <= FEW; seed += 1) {
    const plan = system.draw({ n, seed });
    if (factsUnder(system, plan) !== factsUnder(system, plan)) return no([`under the plan of seed ${seed} the same, run again, came out otherwise`]);
  }
  return YES;
}

/** At every step a copy of the state takes the same event. */
function copied(system: System, n: number, machine: Own): Found {
  let flaw: string | undefined;
  const watched: Own = {
    ...machine,
    step(context, state, event) {
      let copy: object | undefined;
      try {
        copy = structuredClone(state);
      } catch (error) {
        flaw ??= `a copy cannot be made of it: ${error instanceof Error ? error.message.split('\n')[0]! : 'it is no plain data'}`;
      }
      const effects = machine.step(context, state, event);
      if (copy !== undefined && JSON.stringify(machine.step(context, copy, event)) !== JSON.stringify(effects)) flaw ??= `a copy of the state of node ${context.self} did something else upon ${event.type}`;
      return effects;
    },
  };
  for (let seed = 1; seed <= FEW && flaw === undefined; seed += 1) simulate(system, system.draw({ n, seed }), { loyal: watched as AnyMachine });
  return flaw === undefined ? YES : no([flaw]);
}

/** What is said under a few plans, each word once. */
function messagesOf(system: System, n: number): readonly { readonly from: NodeId; readonly message: Message }[] {
  const said = new Map<string, { readonly from: NodeId; readonly message: Message }>();
  for (let seed = 1; seed <= FEW; seed += 1) {
    const plan = system.draw({ n, seed });
    simulate(system, { ...plan, traitors: new Map() }, {
      observe(fact) {
        const { type, from, message } = fact as Fact & { readonly from: NodeId; readonly message: Message };
        if (type === 'sent' && said.size < 300) said.set(`${from} ${JSON.stringify(message)}`, { from, message });
      },
    });
  }
  return [...said.values()];
}

function hasLies(system: System, n: number, machine: Own): Found {
  const lied = new Set<string>();
  const said = messagesOf(system, n);
  for (const { from, message } of said) {
    const context = { self: from, members: membersOf(n), signer: symbolicSigner(from), settings: {}, choose: choosesNothing };
    for (const lie of machine.lies?.(context, message) ?? []) {
      if (machine.parse(lie) === undefined) return no([`it names the lie ${text(lie)}, which its own parse takes for no message`]);
      if (JSON.stringify(lie) === JSON.stringify(message)) return no([`it names ${text(lie)} as a lie in the place of itself`]);
      lied.add(message.type);
    }
  }
  const tame = said.find(({ message }) => !lied.has(message.type));
  return tame === undefined ? YES : no([`its lies know nothing to say in the place of ${text(tame.message)}, so traitors would be too tame`]);
}
