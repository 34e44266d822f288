import type { NodeId } from '../../core/node.ts';
import { inWords, type AnyRoundsProtocol, type Setting } from '../protocol.ts';
import { say, type Action } from '../strategy.ts';
import { isOralMessage, pathOf } from '../protocols/oral-paths.ts';
import type { Word } from './result.ts';

/**
 * What may become of a traitor's message, the honest message first: each lie that the protocol knows, silence, and the honest
 * message together with a lie; without those of which it is proved that another one does the same with no more lies.
 * Of two smallest lies the first is shown, so where lies may be forgeries that come to nothing, silence is before them.
 *
 * What else may become of one message (it is late, garbled, or said once more) is dropped by all of our protocols. For
 * the exchange, OM and the phase king that is all that traitors can do, since there every message that a receiver
 * looks at is one that its sender was to send. In SM traitors could also sign in each other's names, or keep a chain back for
 * a later round: neither is tried here, for the reasons that `generals/protocols/signed.ts` gives. In PBFT, which knows no rounds, what
 * is late counts too, and is not tried; a verdict about these two says what it leaves out.
 */
export function alternativesTo<Message>({ name }: AnyRoundsProtocol, honest: Message, lies: readonly Message[]): Action<Message>[] {
  const told = lies.map((lie) => say(lie));
  const silence = SILENCE_IS_AN_ORDER.has(name) ? [] : [say<Message>()];
  if (FIRST_WORD_COUNTS.has(name)) return [say(honest), ...told, ...silence];
  return [say(honest), ...silence, ...told, ...lies.map((lie) => say(honest, lie))];
}

/**
 * Where a general waits for certain messages, each one of the two orders, and puts an order in the place of a missing
 * one, either the honest message or its lie does what silence would do. (The phase king waits so too, but counts a
 * missing value for neither order.)
 */
const SILENCE_IS_AN_ORDER: ReadonlySet<string> = new Set(['exchange', 'oral']);

/** Where only the first of two messages in the same place counts, nothing is gained by sending both. */
const FIRST_WORD_COUNTS: ReadonlySet<string> = new Set(['exchange', 'oral', 'king']);

/**
 * Whether a traitor has equally many messages to send, with equally many alternatives, whatever was said before: then treasons
 * can be counted without a search.
 */
export const isSteady = ({ name }: AnyRoundsProtocol): boolean => STEADY.has(name);

const STEADY: ReadonlySet<string> = new Set(['exchange', 'oral', 'king']);

/**
 * What an action comes to in one word: the word of its message, `silence`, or `both` for the honest message and a lie.
 * Undefined for what no checker tries: the same twice, or something late.
 */
export function wordOf(protocol: AnyRoundsProtocol, setting: Setting, { now, late }: Action<unknown>): Word | undefined {
  const [first, second] = now;
  if (late.length > 0 || now.length > 2 || (now.length === 2 && first === second)) return undefined;
  if (second !== undefined) return 'both';
  if (first === undefined) return 'silence';
  return WORD.exec(inWords(protocol, setting, first))?.[0] as Word | undefined;
}

/** In words a message is an order, alone or with its path, its chain of signatures, or its kind. A king's may propose nothing. */
const WORD = /attack|retreat|nothing/;

/** Through whom a message's order came, the commander first and its sender last; undefined where messages have no path. */
export const pathIn = (setting: Setting, message: unknown): readonly NodeId[] | undefined => (isOralMessage(message) ? pathOf(setting, message) : undefined);

/** What a verdict about this protocol leaves out, in words; undefined if nothing. */
export const limitsOf = ({ name }: AnyRoundsProtocol): string | undefined => LIMITS.get(name);

const LIMITS: ReadonlyMap<string, string> = new Map([
  ['signed', 'traitors that sign in each other’s names, or keep a chain back for a later round, are not among them'],
  ['pbft', 'traitors that say something late are not among them; of what no honest replica would sign, only votes and proposals for the other order or none are'],
]);
