/** Whether a parse is one: total, and steady on what it makes. */
import { CodeFault } from '../../core/code-fault.ts';
import { UNSEEN, YES, no, type Found } from './answers.ts';

/**
 * Whether a parse makes of anything, and of all that is nearly one of these messages, a message that it parses to itself, or nothing.
 * @param commandsFor gives those by which it gets an input that it throws at, if there are any
 */
export function parsesAll(parse: (input: unknown) => unknown, messages: readonly unknown[], commandsFor: (input: unknown) => readonly string[]): Found {
  let thrown: Found | undefined;
  for (const input of [...ODD, ...messages.flatMap(nearTo)]) {
    try {
      const message = parse(input);
      if (message === undefined) continue;
      const again = JSON.stringify(parse(message));
      if (again !== JSON.stringify(message)) return no([`it makes ${text(message)} of ${text(input)}, and something else of that`, UNSEEN.twice]);
    } catch (error) {
      if (!(error instanceof CodeFault) || /did not come back|of memory/.test(error.message)) throw error;
      const commands = commandsFor(input);
      if (commands.length > 0) return no([error.message, `it was given ${text(input)}`], commands);
      thrown ??= no([error.message, `it was given ${text(input)}`, UNSEEN.wire]);
    }
  }
  return thrown ?? YES;
}

/** What a wire may hold. */
const ODD: readonly unknown[] = [
  undefined, null, true, 0, -1, 1.5, Number.NaN, Infinity, 10n,
  '', ' ', 'attack', 'retreat', 'Attack', 'charge', 'attack ', 'attack 1 2', 'attack:1', 'order attack', 'toString', '__proto__', '\ud800',
  'x'.repeat(10_000),
  [], ['attack'], [[]], {}, { type: 'attack' }, { order: 'attack', path: [1, 1, 1] }, { order: {}, from: 'G1' }, Object.create(null),
  new Date(0), new Map(), new Uint8Array(4), Symbol('odd'), () => 'attack',
];

/** A message, with a part of it changed. */
function nearTo(message: unknown): unknown[] {
  if (typeof message === 'string') return [`${message}x`, message.slice(1), message.toUpperCase(), message.replace(/\d/, '0'), [message]];
  if (typeof message !== 'object' || message === null) return [[message], String(message)];
  const instead = (key: string, value: unknown): unknown =>
    Array.isArray(message) ? (message as readonly unknown[]).with(Number(key), value) : { ...message, [key]: value };
  return Object.keys(message).flatMap((key) => [null, {}, [], -1, 'x', undefined].map((value) => instead(key, value)));
}

/** A value as it is told of, in few words. */
export function text(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  const isOpaque = typeof value === 'function' || typeof value === 'symbol';
  const whole = isOpaque ? `a ${typeof value}` : (JSON.stringify(value) ?? 'undefined');
  return whole.length > 60 ? `${whole.slice(0, 60).toWellFormed()}…` : whole;
}

/**
 * What is wrong with a lie, if anything is: it is to be a message, and another one than that in whose place it stands.
 */
export function flawOf(lie: unknown, honest: unknown, parse: (input: unknown) => unknown): string | undefined {
  if (parse(lie) === undefined) return `it names the lie ${text(lie)}, which its own parse takes for no message`;
  return JSON.stringify(lie) === JSON.stringify(honest) ? `it names ${text(lie)} as a lie in the place of itself` : undefined;
}
