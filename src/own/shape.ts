import type { TypedVocabulary } from '../core/byzantine.ts';
import type { Machine } from '../core/machine.ts';
import { isLine } from '../generals/brought/shape.ts';
import { PROBLEMS } from './problems.ts';

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
export function misshapen(value: unknown): string | undefined {
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
