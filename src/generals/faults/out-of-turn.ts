/**
 * A traitor that speaks out of turn. What a protocol names as lies is what may be said in the place of an honest message; whoever wrote it
 * may have forgotten what else can be said. Such a traitor keeps back what it had to say, or says beside it what it heard, in another
 * round or to somebody else, or the same with the order turned round under the old signatures. Where nothing is signed, it says anything.
 */
import { nameOf, type NodeId } from '../../core/node.ts';
import { UserError, quoted } from '../../core/user-error.ts';
import { counterpart, type Order } from '../order.ts';
import { inWords, maySpeak } from '../protocol.ts';
import type { AnyRoundsProtocol, Context, OrderVocabulary, RoundsEffect, Setting } from '../protocol.ts';
import { SILENCE } from './dictated.ts';

/** One thing that a traitor does to one receiver in one round. */
export interface Deed {
  readonly round: number;
  readonly to: NodeId;
  /** `silence` where it keeps back what it had to say; else what it says beside that. */
  readonly words: string;
}

/** The word before those of a message that was changed under its old signatures. */
export const FORGED = 'forged';

/** What one traitor does out of turn in one order. */
export interface Telling {
  readonly deeds: readonly Deed[];
  /** Told of each deed when its turn has come: why it could not be done, or nothing. */
  readonly reached: (deed: Deed, obstacle?: string) => void;
  /** @throws UserError if one was not done */
  finish(): void;
}

export function telling(general: NodeId, deeds: readonly Deed[]): Telling {
  const obstacles = new Map<Deed, string | undefined>();
  return {
    deeds,
    reached: (deed, obstacle) => obstacles.set(deed, obstacle),
    finish() {
      for (const deed of deeds) {
        const { round, to, words } = deed;
        const obstacle = obstacles.has(deed) ? obstacles.get(deed) : 'there is no such round, or nobody of that name beside it';
        if (obstacle === undefined) continue;
        throw new UserError(`${nameOf(general)} cannot tell ${nameOf(to)} ${quoted(words)} in round ${round}: ${obstacle}`, 'unfit-words');
      }
    },
  };
}

/** What a general that speaks out of turn may draw on. */
export class Known {
  readonly #protocol: AnyRoundsProtocol;
  readonly #setting: Setting;
  /** By its words: the first that reads so. */
  readonly #messages = new Map<string, unknown>();

  constructor(protocol: AnyRoundsProtocol, setting: Setting) {
    this.#protocol = protocol;
    this.#setting = setting;
  }

  /** All that it can say by what it heard and had to say itself, a traitor's lies among it. */
  get messages(): readonly unknown[] {
    return [...this.#messages.values()];
  }

  /** Takes note of a message, and of the same with the order turned round. */
  add(message: unknown): void {
    this.#note('', message);
    const other = turned(this.#protocol, message);
    if (other !== undefined) this.#note(`${FORGED} `, other);
  }

  #note(mark: string, message: unknown): void {
    const words = `${mark}${this.#read(message)}`;
    if (this.#messages.size < KNOWN_MAX && !this.#messages.has(words)) this.#messages.set(words, message);
  }

  #read(message: unknown): string {
    return plain(this.#protocol.describe === undefined ? formOf(message) : inWords(this.#protocol, this.#setting, message));
  }

  /** The message that these words stand for: one that it knows, or one that is written as it is. */
  messageOf(words: string): unknown {
    const asked = plain(words);
    const known = [...this.#messages].find(([candidate]) => candidate.toLowerCase() === asked.toLowerCase())?.[1];
    return known ?? this.#protocol.parse(words) ?? this.#protocol.parse(jsonIn(words));
  }

  /** Words that stand for this message; undefined where there are none. */
  wordsFor(message: unknown): string | undefined {
    const form = JSON.stringify(message);
    const known = [...this.#messages].find(([, candidate]) => JSON.stringify(candidate) === form)?.[0];
    const candidates = [known, this.#read(message), formOf(message)].filter((words) => words !== undefined);
    return candidates.find((words) => JSON.stringify(this.messageOf(words)) === form);
  }
}

/** So many messages are remembered: more are never said among so few. */
const KNOWN_MAX = 1_000;

const plain = (words: string): string => words.trim().replaceAll(/\s+/g, ' ');

/** A message as it is written. */
const formOf = (message: unknown): string => (typeof message === 'string' ? message : JSON.stringify(message));

function jsonIn(words: string): unknown {
  try {
    return JSON.parse(words);
  } catch {
    return undefined;
  }
}

/** The same message with each order in it turned into the other, and all signatures as they were; undefined if that is none. */
function turned(protocol: AnyRoundsProtocol, message: unknown): unknown {
  const form = JSON.stringify(message);
  const text = outsideOfTerms(form, (part) => part.replaceAll(/attack|retreat/g, (order) => counterpart(order as Order)));
  return text === form ? undefined : protocol.parse(JSON.parse(text));
}

/** Changes a text but for the signatures in it that say what is signed, as symbolic ones do: `3(chain:7:attack:1:3)`. */
function outsideOfTerms(text: string, change: (part: string) => string): string {
  let [changed, from] = ['', 0];
  for (const { 0: opening, index } of text.matchAll(/\d+\(/g)) {
    if (index < from) continue;
    let [end, open] = [index + opening.length, 1];
    for (; end < text.length && open > 0; end += 1) open += text[end] === '(' ? 1 : text[end] === ')' ? -1 : 0;
    changed += change(text.slice(from, index)) + text.slice(index, end);
    from = end;
  }
  return changed + change(text.slice(from));
}

/** Where one general may do something out of turn. */
export interface Occasion {
  readonly context: Context;
  readonly round: number;
  readonly to: NodeId;
  /** What it has to say in its turn. */
  readonly honest: readonly unknown[];
  readonly known: Known;
}

/** What it does there. */
export interface Strayed {
  readonly isKept: boolean;
  /** What it says beside. */
  readonly beside: readonly unknown[];
}

/** The protocol as one runs it that speaks out of turn. @param decide chooses what it does in each round to each of the others */
export function outOfTurn(protocol: AnyRoundsProtocol, decide: (occasion: Occasion) => Strayed): AnyRoundsProtocol {
  return {
    ...protocol,
    begin: (context) => ({ inner: protocol.begin(context), known: new Known(protocol, context) }),
    step(context, state, event) {
      const { inner, known } = state as { readonly inner: unknown; readonly known: Known };
      const effects = protocol.step(context, inner, event);
      if (event.type !== 'round') return effects;
      const { round, inbox } = event;
      const own = effects.flatMap((effect) => (effect.type === 'send' ? effect.messages : []));
      // What it may say under its own name it may say in another round as well.
      const heard = inbox.flatMap(({ messages }) => messages);
      const lies = own.flatMap((message) => protocol.lies(context, message));
      for (const message of [...heard, ...own, ...lies]) known.add(message);
      const others = context.members.filter((id) => id !== context.self);
      const occasions = others.map((to): Occasion => ({ context, round, to, honest: toldTo(to, effects), known }));
      const sent = occasions.flatMap((occasion) => sendings(protocol, occasion, decide(occasion)));
      return [...effects.filter(({ type }) => type !== 'send'), ...sent];
    },
  };
}

const toldTo = (to: NodeId, effects: readonly RoundsEffect<OrderVocabulary>[]): readonly unknown[] =>
  effects.flatMap((effect) => (effect.type === 'send' && effect.to.includes(to) ? effect.messages : []));

/** What is sent to one, and what is noted of it for the trace: nothing honest is to be said out of turn. */
function sendings(protocol: AnyRoundsProtocol, occasion: Occasion, { isKept, beside }: Strayed): RoundsEffect<OrderVocabulary>[] {
  const { context, round, to, honest } = occasion;
  const messages = [...(isKept ? [] : honest), ...beside];
  const note = (instead: unknown, said: readonly unknown[]): RoundsEffect<OrderVocabulary> => {
    const forged = said.filter((message) => protocol.forged?.(context, message) !== undefined);
    const tampered = { type: 'tampered', round, from: context.self, to, honest: instead, said, late: [] } as const;
    return { type: 'note', fact: forged.length === 0 ? tampered : { ...tampered, forged } };
  };
  return [
    ...(messages.length === 0 ? [] : [{ type: 'send', to: [to], messages } as const]),
    ...(isKept ? honest.map((message) => note(message, [])) : []),
    ...beside.map((message) => note(null, [message])),
  ];
}

/** The protocol as one runs it that does what it was told beforehand, and all else as an honest general does. */
export function asTold(protocol: AnyRoundsProtocol, { deeds, reached }: Telling): AnyRoundsProtocol {
  return outOfTurn(protocol, ({ context, round, to, honest, known }) => {
    if (round > protocol.rounds(context)) return { isKept: false, beside: [] };
    const isHeard = maySpeak(protocol, context, round, context.self, to);
    let isKept = false;
    const beside: unknown[] = [];
    for (const deed of deeds) {
      if (deed.round !== round || deed.to !== to) continue;
      if (deed.words === SILENCE) {
        isKept ||= honest.length > 0;
        reached(deed, isKept ? undefined : 'it has nothing to say there');
        continue;
      }
      const message = isHeard ? known.messageOf(deed.words) : undefined;
      if (message !== undefined) beside.push(message);
      reached(deed, !isHeard ? 'nobody listens to it there' : message === undefined ? 'it knows no such message by then' : undefined);
    }
    return { isKept, beside };
  });
}

/** The commands of the prompt that have a traitor do that. */
export const linesThatTell = (traitor: NodeId, deeds: readonly Deed[]): string[] =>
  deeds.map(({ round, to, words }) => `g-tell ${traitor} ${round} ${to} ${words}`);
