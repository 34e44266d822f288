import type { AnyRoundsProtocol } from '../protocol.ts';
import type { FaultStrategy } from '../strategy.ts';

/** What is to be there, and how it is to look. */
type Shape = Readonly<Record<string, { readonly is: 'text' | 'function' | 'object' | 'name' | readonly [word: string]; readonly form: string; readonly isOptional?: true }>>;

const PROTOCOL: Shape = {
  name: { is: 'name', form: "name: 'my-protocol', of small letters, digits and hyphens" },
  summary: { is: 'text', form: "summary: 'one line for people'" },
  timing: { is: ['rounds'], form: "timing: 'rounds'" },
  shots: { is: ['single'], form: "shots: 'single'" },
  membersNeeded: { is: 'function', form: 'membersNeeded(faults) gives the fewest generals among whom it stands that many traitors' },
  faultsByDefault: { is: 'function', form: 'faultsByDefault(members) gives the m that it runs with if none is asked for' },
  refuses: { is: 'function', form: 'refuses(members, faults) gives one line, or undefined where it can be run' },
  rounds: { is: 'function', form: 'rounds({ members, commander, m }) gives in how many rounds something is sent' },
  messages: { is: 'function', form: 'messages({ members, commander, m }) gives how many messages loyal generals send' },
  begin: { is: 'function', form: 'begin(context) gives the state, plain data' },
  step: { is: 'function', form: 'step(context, state, event) changes the state and gives a list of effects' },
  parse: { is: 'function', form: 'parse(input) gives the message that it is, or undefined' },
  lies: { is: 'function', form: 'lies(context, honest) gives what a traitor could say instead' },
  speaks: { is: 'function', form: 'speaks(setting, round, from, to) gives true or false', isOptional: true },
  wording: { is: 'object', form: 'wording: { write, labelOf, valueOf }', isOptional: true },
  claims: { is: 'object', form: 'claims: { silenceIsTheDefault, firstWordCounts, isSteady }', isOptional: true },
  limits: { is: 'text', form: 'limits: what a verdict leaves out', isOptional: true },
  tree: { is: 'object', form: 'tree: { levels, pathOf }', isOptional: true },
  path: { is: 'function', form: 'path(setting, message) gives the generals that it came through', isOptional: true },
  search: { is: 'object', form: 'search: { members, steps }', isOptional: true },
  effort: { is: 'object', form: 'effort: { few, many }', isOptional: true },
  describe: { is: 'function', form: 'describe(setting, message) gives words', isOptional: true },
  forged: { is: 'function', form: 'forged(context, message) gives whose signature is not genuine', isOptional: true },
  legend: { is: 'text', form: 'legend: how messages are to be read', isOptional: true },
  evidence: { is: 'function', form: 'evidence(context, heard) gives lines', isOptional: true },
  votes: { is: 'function', form: 'votes(context, heard) gives a list of { from, order, isAssumed }', isOptional: true },
} satisfies Record<keyof AnyRoundsProtocol, Shape[string]>;

const STRATEGY: Shape = {
  name: { is: 'name', form: "name: 'my-strategy', of small letters, digits and hyphens" },
  summary: { is: 'text', form: "summary: 'one line for people'" },
  says: { is: 'function', form: 'says({ honest, lies, … }) gives a list of { now: […], late: […] }, of which chance takes one' },
  dependsOn: { is: 'object', form: "dependsOn: ['round', 'receiver']", isOptional: true },
  wrap: { is: 'function', form: 'wrap(protocol) gives what is run in its place', isOptional: true },
} satisfies Record<keyof FaultStrategy, Shape[string]>;

export const SHAPES = { protocol: PROTOCOL, strategy: STRATEGY } as const;

/** What somebody may bring. */
export type Kind = keyof typeof SHAPES;

/** What is wrong with the shape of such a thing, and what is wanted, in one line; undefined if nothing is. */
export function misshapen(kind: Kind, value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return `it exports no ${kind}: wanted is export default define${kind === 'protocol' ? 'Protocol' : 'Strategy'}({ name, summary, … })`;
  const given = value as Readonly<Record<string, unknown>>;
  const wrong = Object.entries(SHAPES[kind]).filter(([key, shape]) => !fits(given[key], shape));
  const [first, ...others] = wrong;
  if (first === undefined) return undefined;
  const [key, { form }] = first;
  const also = others.length === 0 ? '' : `; so are ${others.map(([other]) => other).join(', ')}`;
  return `its ${key} is ${key in given && given[key] !== undefined ? 'not as it should be' : 'missing'}: wanted is ${form}${also}`;
}

function fits(value: unknown, { is, isOptional }: Shape[string]): boolean {
  if (value === undefined) return isOptional === true;
  if (typeof is !== 'string') return value === is[0];
  if (is === 'name') return typeof value === 'string' && /^[a-z][a-z0-9-]{0,39}$/.test(value);
  return is === 'text' ? isLine(value) : typeof value === is && value !== null;
}

/** Whether it is one line, which garbles no terminal. */
export const isLine = (value: unknown): boolean => typeof value === 'string' && /^[^\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]*$/u.test(value);
