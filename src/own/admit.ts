import type { TypedVocabulary } from '../core/byzantine.ts';
import type { Machine } from '../core/machine.ts';
import { UserError, quoted } from '../core/user-error.ts';
import { systemOf, type Definition } from '../runtime/virtual/members.ts';
import { isLine } from '../generals/brought/shape.ts';
import { registerSystem, systemNamed } from '../systems.ts';
import { guardedMachine } from './guard.ts';
import { PROBLEMS, problemNamed } from './problems.ts';

/** A definition, and the problem that it is for, where it has no judge of its own. */
type AnyDefinition = Definition<TypedVocabulary, object> & { readonly problem?: string | undefined };

/** The definitions that were brought, by name. */
const definitions = new Map<string, AnyDefinition>();

/** How a system that was brought is made; undefined of ours. */
export const definitionNamed = (name: string): AnyDefinition | undefined => definitions.get(name);

/** What a module exports as a system. */
export const systemIn = (module: Readonly<Record<string, unknown>>): unknown => module['system'] ?? module['default'];

/**
 * Admits a system that was brought: from now on it is found by its name as ours are, and held to what ours are held to.
 * @param placeOf tells in which line of it something was thrown
 * @returns its name @throws UserError in one line, if it is none, or has a name that there is already
 */
export function admitSystem(given: unknown, placeOf: (error: unknown) => string | undefined): string {
  const problem = misshapen(given);
  if (problem !== undefined) throw new UserError(problem);
  const { problem: solved, ...rest } = given as Partial<AnyDefinition> & Pick<AnyDefinition, 'name' | 'summary' | 'machine'> & { readonly problem?: string };
  const { name } = rest;
  if (systemNamed(name) !== undefined) throw new UserError(`there is a system ${quoted(name)} already: give it another name`);
  // Where there is a judge, nothing that was brought has a say in what is asked and judged.
  const asked = solved === undefined ? rest : { ...problemNamed(solved)!, links: 'reliable' as const, name, summary: rest.summary };
  const definition = { settings: {}, ...asked, problem: solved, machine: guardedMachine(name, rest.machine, placeOf) } as AnyDefinition;
  registerSystem(systemOf(definition));
  definitions.set(name, definition);
  return name;
}

/** What is to be there of a machine, and of a system with a judge of its own, and how it is to look. */
const MACHINE: Readonly<Record<string, string>> = {
  begin: 'begin(context) gives the state, plain data',
  step: 'step(context, state, event) changes the state and gives a list of effects',
  parse: 'parse(input) gives the message that it is, an object with a type, or undefined',
};

const OWN: Readonly<Record<string, readonly [is: string, form: string]>> = {
  promises: ['string', "promises: 'Agreement and termination', what holds, as a sentence begins"],
  members: ['number', 'members: 4, how many nodes there are if not told otherwise'],
  tolerates: ['function', 'tolerates(n) gives how many Byzantine nodes it stands'],
  inputs: ['function', 'inputs(draw, n, bursts) gives a list of { at, node, input }'],
  judge: ['function', 'judge(plan, loyal) gives who watches what loyal nodes hand on'],
  words: ['object', 'words: { asked, input, output }'],
};

/** What is wrong with the shape of a system, in one line; undefined if nothing is. */
function misshapen(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return "it exports no system: wanted is export default defineSystem({ name, summary, problem: 'consensus', machine })";
  const given = value as Readonly<Record<string, unknown>>;
  const wanted = (key: string, form: string): string => `its ${key} is ${given[key] === undefined ? 'missing' : 'not as it should be'}: wanted is ${form}`;
  if (typeof given['name'] !== 'string' || !/^[a-z][a-z0-9-]{0,39}$/.test(given['name'])) return wanted('name', "name: 'my-system', of small letters, digits and hyphens");
  if (!isLine(given['summary'])) return wanted('summary', "summary: 'one line for people'");
  const machine = given['machine'] as Partial<Machine<TypedVocabulary, object>> | undefined;
  if (typeof machine !== 'object' || machine === null) return wanted('machine', 'machine: { begin, step, parse, lies }');
  for (const [key, form] of Object.entries(MACHINE)) if (typeof (machine as Readonly<Record<string, unknown>>)[key] !== 'function') return `the ${key} of its machine is missing: wanted is ${form}`;
  const { problem } = given;
  if (problem !== undefined) return PROBLEMS.some(({ name }) => name === problem) ? undefined : wanted('problem', `one of ${PROBLEMS.map(({ name }) => `'${name}'`).join(', ')}, or none, and a judge of its own`);
  for (const [key, [is, form]] of Object.entries(OWN)) if (typeof given[key] !== is) return wanted(key, form);
  return undefined;
}
