/**
 * What callers of the library give, checked: programs in JavaScript, and a prompt, may give anything. Each function returns the value, or
 * throws a `UserError` of one line.
 */
import { figure } from '../core/figures.ts';
import { CRASH_MODES, type CrashMode } from './run-spec.ts';
import { nameOf, nodeId, type NodeId } from '../core/node.ts';
import { ORDERS, type Order } from './order.ts';
import { UserError, quoted } from '../core/user-error.ts';
import { SAYINGS, SILENCE, type Saying } from './faults/dictated.ts';
import type { Deed } from './faults/out-of-turn.ts';
import { DEFAULT_STRATEGY, STRATEGIES, type StrategyName } from './faults/registry.ts';
import { PROTOCOLS, type NamedProtocol } from './protocols/registry.ts';

export const HOSTS = ['threads', 'sim'] as const;

/** Where generals live: one worker thread each, or virtual time. */
export type HostName = (typeof HOSTS)[number];

/** Who is a traitor: ids, each a traitor of the default strategy, or the strategy of each by its id. */
export type Traitors = readonly number[] | Readonly<Record<number, StrategyName>>;

export const orderIn = (value: unknown): Order => wordIn(value, ORDERS, 'is not an order');
export const hostIn = (value: unknown): HostName => wordIn(value, HOSTS, 'is not a host');
export const crashModeIn = (value: unknown): CrashMode => wordIn(value, CRASH_MODES, 'is not a way to break down');

export const protocolIn = (value: unknown): NamedProtocol => namedIn(value, PROTOCOLS, 'protocol');
export const strategyIn = (value: unknown): StrategyName => namedIn(value, STRATEGIES, 'strategy').name;

export function sayingsIn(value: unknown): readonly Saying[] {
  if (!Array.isArray(value)) throw invalid(`words for a traitor are a list, not ${shown(value)}`);
  return value.map((word) => wordIn(word, SAYINGS, 'is nothing that a traitor says'));
}

/** What a traitor is told to do out of turn. */
export function deedIn(value: unknown): Deed {
  const { round, to, words } = optionsIn(value as Partial<Deed>, 'tell', ['round', 'to', 'words']);
  if (typeof words !== 'string' || words.trim() === '') throw invalid(`what a traitor tells out of turn is a text, not ${shown(words)}`);
  return { round: wholeIn(round, 'a round', 1), to: idIn(to), words: words.trim().toLowerCase() === SILENCE ? SILENCE : words };
}

/** @param what whose number it is, as a sentence about it begins */
export function wholeIn(value: unknown, what: string, min: number, max = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw invalid(`${what} is a whole number from ${figure(min)} to ${figure(max)}, not ${shown(value)}`);
}

export const idIn = (value: unknown): NodeId => nodeId(wholeIn(value, 'the id of a general', 1));

export function flagIn(value: unknown, what: string): boolean {
  if (typeof value !== 'boolean') throw invalid(`${what} is true or false, not ${shown(value)}`);
  return value;
}

export function functionIn<Function extends (...given: never) => unknown>(value: Function, what: string): Function {
  if (typeof value !== 'function') throw invalid(`${what} is a function, not ${shown(value)}`);
  return value;
}

/** @param count ids run from 1 to it */
export function traitorsIn(value: unknown, count: number): ReadonlyMap<NodeId, StrategyName> {
  const entries = Array.isArray(value)
    ? value.map((id: unknown) => [id, DEFAULT_STRATEGY.name])
    : Object.entries(objectIn(value, 'traitors, if no list of ids,')).map(([id, strategy]) => [/^\d{1,15}$/.test(id) ? Number(id) : id, strategy]);
  return new Map(entries.map(([id, strategy]) => [musteredIn(id, count), strategyIn(strategy)]));
}

/** An id of one of the generals that are to be mustered. */
export function musteredIn(value: unknown, count: number): NodeId {
  const id = idIn(value);
  if (id > count) throw new UserError(`there will be no general ${nameOf(id)} among ${count}`, 'unknown-general');
  return id;
}

/** @param names the options that there are */
export function optionsIn<Options extends object>(value: Options, of: string, names: readonly (keyof Options & string)[]): Options {
  const stranger = Object.keys(objectIn(value, `what follows in ${of}`)).find((name) => !names.some((known) => known === name));
  if (stranger !== undefined) throw new UserError(`${of} has no option ${quoted(stranger)}: ${names.join(', ')}`, 'unknown-option');
  return value;
}

function objectIn(value: unknown, what: string): object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(`${what} is an object, not ${shown(value)}`);
  return value;
}

function wordIn<Word extends string>(value: unknown, words: readonly Word[], isNot: string): Word {
  const found = words.find((word) => word === value);
  if (found === undefined) throw invalid(`${shown(value)} ${isNot}: ${words.slice(0, -1).join(', ')} or ${words.at(-1)!}`);
  return found;
}

function namedIn<Named extends { readonly name: string }>(value: unknown, known: readonly Named[], what: string): Named {
  const found = known.find(({ name }) => name === value);
  if (found === undefined) throw invalid(`there is no ${what} ${shown(value)}: ${known.map(({ name }) => name).join(', ')}`);
  return found;
}

const invalid = (message: string): UserError => new UserError(message, 'invalid-argument');

/** Anything, in a few words: what it is, and for a word or a number, which. */
function shown(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
    case 'bigint':
      return figure(value, 20);
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'object':
      return value === null ? 'null' : Array.isArray(value) ? 'a list' : 'an object';
    default:
      return `a ${typeof value}`;
  }
}
