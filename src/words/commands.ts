import { UserError, quoted } from '../core/user-error.ts';
import { parseAddress, type Address } from './address.ts';
import { LIES } from './liar.ts';
import { WORDS, isText, TEXT_MAX } from './messages.ts';

/** What people can say to a peer, a line each. */
export type Command =
  | { readonly type: 'peers' | 'current' | 'truth' | 'why' | 'counts' | 'help' | 'exit' }
  | { readonly type: 'consensus'; readonly index: number; readonly isMeant: boolean }
  | { readonly type: 'lie'; readonly percent: number; readonly strategy: string | undefined }
  | { readonly type: 'set'; readonly index: number; readonly word: string }
  | { readonly type: 'query'; readonly peer: string };

interface Definition {
  readonly form: string;
  readonly summary: string;
  read(words: readonly string[]): Command;
}

/** Each by its name, with the form that a refusal shows. */
export const COMMANDS: Readonly<Record<Command['type'], Definition>> = {
  peers: plain('peers', 'who else is there'),
  current: plain('current', 'its five words'),
  consensus: {
    form: 'consensus <index>',
    summary: 'settle a word with all others by Oral Messages',
    read: ([index, meant, ...more]) => {
      if (more.length > 0 || (meant !== undefined && meant !== '--yes')) throw wrong('consensus', 'takes one index');
      return { type: 'consensus', index: indexIn('consensus', index), isMeant: meant === '--yes' };
    },
  },
  lie: {
    form: 'lie [percent] [strategy]',
    summary: 'lie to each receiver, in so many of 100 messages; in all if not told otherwise',
    read: ([first, second, ...more]) => {
      const [percent, strategy] = first !== undefined && /^\d/.test(first) ? [first, second] : ['100', first];
      if (more.length > 0 || (percent !== first && second !== undefined)) throw wrong('lie', 'takes a percentage and a strategy');
      if (!/^\d{1,3}%?$/.test(percent) || Number.parseInt(percent, 10) > 100) throw wrong('lie', `takes 0 to 100, not ${quoted(percent)}`);
      if (strategy !== undefined && LIES.every(({ name }) => name !== strategy)) throw wrong('lie', `knows no strategy ${quoted(strategy)}, but ${LIES.map(({ name }) => name).join(', ')}`);
      return { type: 'lie', percent: Number.parseInt(percent, 10), strategy };
    },
  },
  truth: plain('truth', 'tell the truth again'),
  set: {
    form: 'set <index> <word>',
    summary: 'give a word another value, here alone',
    read: ([index, ...words]) => {
      const place = indexIn('set', index);
      const word = words.join(' ');
      if (word === '') throw wrong('set', 'needs a word');
      if (!isText(word)) throw wrong('set', `takes a word of at most ${TEXT_MAX} characters that can be seen, not ${quoted(word)}`);
      return { type: 'set', index: place, word };
    },
  },
  query: {
    form: 'query <peer>',
    summary: 'ask another peer, by its address or name, for its words',
    read: (words) => {
      const peer = words.join(' ');
      if (peer === '') throw wrong('query', 'needs a peer');
      return { type: 'query', peer };
    },
  },
  why: plain('why', 'who said what in the last consensus, as a tree'),
  counts: plain('counts', 'what was dropped, and why'),
  help: plain('help', 'this list'),
  exit: plain('exit', 'end this session; the peer goes on'),
};

/** What a line asks for. @throws UserError that shows the right form */
export function parseCommand(line: string): Command {
  const [name = '', ...words] = line.trim().split(/\s+/);
  const known = name.toLowerCase();
  const definition = isName(known) ? COMMANDS[known] : undefined;
  if (definition === undefined) throw new UserError(`there is no command ${quoted(name)} – ${Object.keys(COMMANDS).join(', ')}`);
  return definition.read(words);
}

/** All of them, as people read them. */
export function helpLines(): string[] {
  const width = Math.max(...Object.values(COMMANDS).map(({ form }) => form.length));
  return Object.values(COMMANDS).map(({ form, summary }) => `${form.padEnd(width)}  ${summary}`);
}

const isName = (name: string): name is Command['type'] => Object.hasOwn(COMMANDS, name);

function plain(type: (Command & { readonly type: 'peers' | 'current' | 'truth' | 'why' | 'counts' | 'help' | 'exit' })['type'], summary: string): Definition {
  return {
    form: type,
    summary,
    read(words) {
      if (words.length > 0) throw wrong(type, `stands alone, without ${quoted(words[0]!)}`);
      return { type };
    },
  };
}

function indexIn(name: 'consensus' | 'set', word: string | undefined): number {
  if (word === undefined) throw wrong(name, 'needs an index');
  if (!/^\d{1,9}$/.test(word) || Number(word) >= WORDS) throw wrong(name, `takes an index from 0 to ${WORDS - 1}, not ${quoted(word)}`);
  return Number(word);
}

const wrong = (name: Command['type'], reason: string): UserError => new UserError(`${name} ${reason} – ${COMMANDS[name].form}`);

/** Whom people mean, by address or by name. @throws UserError if it is nobody */
export function peerNamed(word: string, peers: ReadonlyMap<Address, { readonly name: string }>): Address {
  const address = parseAddress(word) ?? [...peers].find(([, { name }]) => name === word)?.[0];
  if (address === undefined) throw new UserError(`no peer is called ${quoted(word)}, and it is no address such as 127.0.0.1:5000`);
  return address;
}
