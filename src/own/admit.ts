import type { TypedVocabulary } from '../core/byzantine.ts';
import { UserError, quoted } from '../core/user-error.ts';
import { systemOf, type Definition } from '../runtime/virtual/members.ts';
import { registerSystem, systemNamed } from '../systems.ts';
import { guardedMachine } from './guard.ts';
import { problemNamed } from './problems.ts';

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
 * @param given what has the shape of one (`shape.ts`)
 * @param placeOf tells in which line of it something was thrown
 * @returns its name @throws UserError in one line, if it has a name that there is already
 */
export function admitSystem(given: unknown, placeOf: (error: unknown) => string | undefined): string {
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
