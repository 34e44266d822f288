/**
 * What code that was brought is given, and may not change: generals share it. The first times it is frozen, so that the very line that
 * changes it throws. Loops over frozen lists take ten times as long: later it is compared with what it was.
 */
import type { Context, RoundsEvent, OrderVocabulary } from '../protocol.ts';

/** So many steps of a thread see what they are given frozen. */
const FROZEN = 1000;

type Inbox = Extract<RoundsEvent<OrderVocabulary>, { readonly type: 'round' }>['inbox'];

/** The lists of what is given, before something is done with it. */
export class Unchanged {
  #left = FROZEN;
  #isFrozen = true;
  #members = NOBODY;
  #lieutenants = NOBODY;
  /** Who said what, from general to general. */
  readonly #heard: unknown[] = [];
  #length = 0;

  /** To be called before something is done with these. */
  before(context: Context, inbox: Inbox): void {
    Object.freeze(context);
    this.#isFrozen = this.#left > 0;
    if (this.#isFrozen) {
      this.#left -= 1;
      Object.freeze(context.members);
      Object.freeze(context.lieutenants);
      return freezeInbox(inbox);
    }
    // All contexts of an order share them.
    if (this.#members.list !== context.members) this.#members = { list: context.members, copy: [...context.members] };
    if (this.#lieutenants.list !== context.lieutenants) this.#lieutenants = { list: context.lieutenants, copy: [...context.lieutenants] };
    this.#length = this.#keep(inbox);
  }

  /** Whether something of it was changed since, where it was not frozen. */
  isChanged(inbox: Inbox): boolean {
    return !this.#isFrozen && !(isAlike(this.#members) && isAlike(this.#lieutenants) && this.#isKept(inbox));
  }

  #keep(inbox: Inbox): number {
    const kept = this.#heard;
    let place = 0;
    for (let index = 0; index < inbox.length; index += 1) {
      const { messages, from } = inbox[index]!;
      kept[place++] = from;
      kept[place++] = messages;
      for (let number = 0; number < messages.length; number += 1) {
        const message: unknown = messages[number];
        if (typeof message === 'object') freezeDeep(message);
        kept[place++] = message;
      }
    }
    return place;
  }

  #isKept(inbox: Inbox): boolean {
    const kept = this.#heard;
    let place = 0;
    for (let index = 0; index < inbox.length; index += 1) {
      const { messages, from } = inbox[index]!;
      if (kept[place++] !== from || kept[place++] !== messages) return false;
      for (let number = 0; number < messages.length; number += 1) if (kept[place++] !== messages[number]) return false;
    }
    return place === this.#length;
  }
}

interface Kept {
  readonly list: readonly unknown[];
  readonly copy: readonly unknown[];
}

const NOBODY: Kept = { list: [], copy: [] };

function isAlike({ list, copy }: Kept): boolean {
  if (list.length !== copy.length) return false;
  for (let place = 0; place < list.length; place += 1) if (list[place] !== copy[place]) return false;
  return true;
}

function freezeInbox(inbox: Inbox): void {
  if (Object.isFrozen(inbox)) return;
  for (const heard of inbox) {
    if (Object.isFrozen(heard)) continue;
    Object.freeze(heard);
    Object.freeze(heard.messages);
    for (const message of heard.messages) freezeDeep(message);
  }
  Object.freeze(inbox);
}

function freezeDeep(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freezeDeep(part);
}
