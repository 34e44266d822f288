/** Whether the machine of a system is one at all: pure, alike from run to run, with a parse and lies of its own. */
import type { TypedVocabulary } from '../core/byzantine.ts';
import { choosesNothing } from '../core/choice.ts';
import type { AnyMachine, Machine } from '../core/machine.ts';
import type { NodeId } from '../core/node.ts';
import { symbolicSigner } from '../core/signer.ts';
import { YES, no, type Found, type Question } from '../generals/grade/answers.ts';
import { flawOf, parsesAll, text } from '../generals/grade/parsing.ts';
import { membersOf, type FaultPlan } from '../runtime/virtual/fault-plan.ts';
import { simulate } from '../runtime/virtual/simulate.ts';
import type { Fact, System } from '../runtime/virtual/system.ts';

type Own = Machine<TypedVocabulary, object>;

interface Said {
  readonly from: NodeId;
  readonly message: TypedVocabulary['message'];
}

export function conformanceOf(system: System, machine: Own, n: number): Question[] {
  const parse = (input: unknown): unknown => machine.parse(input);
  const said = (): unknown[] => messagesOf(system, n).map(({ message }) => message);
  const asked: readonly (readonly [question: string, ask: () => Found])[] = [
    ['two runs of the same are alike', () => alike(system, n)],
    ['its state is plain data, and a copy of it does the same', () => copied(system, n, machine)],
    ['parse takes anything, and makes of it a message or undefined', () => parsesAll(parse, said(), () => [])],
    ['each kind of message has a lie, which it parses', () => hasLies(system, n, machine)],
  ];
  return asked.map(([question, ask]) => ({ group: 'conformance', question, ask }));
}

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
    if (factsUnder(system, plan) === factsUnder(system, plan)) continue;
    return no([`under the plan of seed ${seed} the same, run again, came out otherwise`]);
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
      if (copy === undefined) return effects;
      const isAlike = JSON.stringify(machine.step(context, copy, event)) === JSON.stringify(effects);
      if (!isAlike) flaw ??= `a copy of the state of node ${context.self} did something else upon ${event.type}`;
      return effects;
    },
  };
  for (let seed = 1; seed <= FEW && flaw === undefined; seed += 1) {
    simulate(system, system.draw({ n, seed }), { loyal: watched as AnyMachine });
  }
  return flaw === undefined ? YES : no([flaw]);
}

/** What is said under a few plans, each word once. */
function messagesOf(system: System, n: number): readonly Said[] {
  const said = new Map<string, Said>();
  for (let seed = 1; seed <= FEW; seed += 1) {
    const plan = system.draw({ n, seed });
    simulate(system, { ...plan, traitors: new Map() }, {
      observe(fact) {
        const { type, from, message } = fact as Fact & Said;
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
      const flaw = flawOf(lie, message, (input) => machine.parse(input));
      if (flaw !== undefined) return no([flaw]);
      lied.add(message.type);
    }
  }
  const tame = said.find(({ message }) => !lied.has(message.type));
  if (tame === undefined) return YES;
  return no([`its lies know nothing to say in the place of ${text(tame.message)}, so traitors would be too tame`]);
}
