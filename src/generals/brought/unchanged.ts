/**
 * What code that was brought is given, and may not change: generals share it. Of some steps a copy is kept, what was given is compared
 * with it afterwards, and made again what it was. Neither is anything frozen there, nor is it the copy that is given: once a loop has
 * seen a frozen list, or a thing made otherwise than all others, V8 makes it slower for all of them.
 */
import type { Context, OrderVocabulary, RoundsEvent } from '../protocol.ts';

type Event = RoundsEvent<OrderVocabulary>;

/** So many steps are looked at where a thread begins, and so many more where it comes to other generals, another commander or another m. */
const FIRST = 1000;
const FIRST_OF_OTHERS = 250;

/** And one in so many after that, a power of 2. */
const ONE_IN = 2 ** 10;

/** Which steps are looked at: that hangs on nothing but how many there were. */
export class Sample {
  #left = FIRST;
  #seed = 1;
  #n = 0;
  #m = 0;
  #commander = 0;
  readonly #known = new Set<string>();

  takes({ members, commander, m }: Context): boolean {
    if (members.length !== this.#n || commander !== this.#commander || m !== this.#m) this.#turnTo(members.length, commander, m);
    if (this.#left > 0) {
      this.#left -= 1;
      return true;
    }
    // Not always after as many, which might be the same round of the same general each time.
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) | 0;
    return this.#seed >>> 22 === ONE_IN - 1;
  }

  #turnTo(n: number, commander: number, m: number): void {
    [this.#n, this.#commander, this.#m] = [n, commander, m];
    const key = `${n} ${commander} ${m}`;
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.#left = Math.max(this.#left, FIRST_OF_OTHERS);
  }
}

export const copyOfContext = (context: Context): Context =>
  ({ ...context, members: context.members.slice(), lieutenants: context.lieutenants.slice() });

export function copyOfEvent(event: Event): Event {
  if (event.type !== 'round') return { ...event };
  return { ...event, inbox: event.inbox.map(({ from, messages }) => ({ from, messages: messages.map(copyOf) })) };
}

/** Plain data once more. What is no plain data is given as it is. */
function copyOf<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as T;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, copyOf(part)])) as T;
}

/** What was given to a step, or as it began. */
export type Given = readonly [context: Context, event: Event | undefined];

/** Whether it is what a copy was made of. */
export function isUnchanged([context, event]: Given, [own, heard]: Given): boolean {
  if (own.self !== context.self || own.commander !== context.commander || own.m !== context.m) return false;
  if (!isAlike(own.members, context.members) || !isAlike(own.lieutenants, context.lieutenants)) return false;
  if (event?.type !== 'round' || heard?.type !== 'round') return isAlike(event, heard);
  // What hosts know of what was heard beside who said what is not in the copy.
  if (heard.round !== event.round || heard.inbox.length !== event.inbox.length) return false;
  return heard.inbox.every(({ from, messages }, place) => from === event.inbox[place]!.from && isAlike(messages, event.inbox[place]!.messages));
}

/** Whether it is the same all the way down. */
function isAlike(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return Number.isNaN(one) && Number.isNaN(other);
  if (Array.isArray(one)) {
    if (!Array.isArray(other) || one.length !== other.length) return false;
    for (let place = 0; place < one.length; place += 1) if (!isAlike(one[place], other[place])) return false;
    return true;
  }
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  for (const key of keys) if (!isAlike((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key])) return false;
  return true;
}

/** Makes it again what a copy was made of: others go on with it. @throws TypeError if it is frozen by now */
export function restore([context, event]: Given, [own, heard]: Given): void {
  const [members, lieutenants] = [restored(context.members, own.members), restored(context.lieutenants, own.lieutenants)];
  Object.assign(context, { ...own, members, lieutenants });
  if (event === undefined || heard === undefined) return;
  if (event.type !== 'round' || heard.type !== 'round') return void Object.assign(event, heard);
  // What hosts know of what was heard beside who said what is not in the copy, and stays.
  const inbox = heard.inbox.map((entry, place) => {
    const given = event.inbox[place];
    return Object.assign(given ?? {}, { ...entry, messages: restored(given?.messages, entry.messages) });
  });
  Object.assign(event, { ...heard, inbox: Object.assign(event.inbox, inbox, { length: inbox.length }) });
}

/** The same thing, if it can be, with what its copy has and nothing else. */
function restored(given: unknown, copy: unknown): unknown {
  if (typeof given !== 'object' || typeof copy !== 'object' || given === null || copy === null || Array.isArray(given) !== Array.isArray(copy)) return copy;
  if (Array.isArray(given)) given.length = (copy as readonly unknown[]).length;
  const parts = given as Record<string, unknown>;
  for (const key of Object.keys(parts)) if (!Object.hasOwn(copy, key)) delete parts[key];
  for (const [key, part] of Object.entries(copy)) parts[key] = restored(parts[key], part);
  return given;
}

/** Frozen all the way down, so that the very line that changes it throws. */
export function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || !(Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
