import { UserError, quoted } from '../core/user-error.ts';

/** What people say at the prompt of a network, and in a list of faults for one in virtual time. */
export type Word =
  | { readonly type: 'kill' | 'restart' | 'continue' | 'leave'; readonly names: readonly string[] }
  /** `for` so many ms; until it is continued, if undefined. */
  | { readonly type: 'stop'; readonly names: readonly string[]; readonly for: number | undefined }
  | { readonly type: 'join'; readonly count: number }
  | { readonly type: 'partition'; readonly sides: readonly (readonly string[])[] }
  | { readonly type: 'cut'; readonly from: string; readonly to: string }
  | { readonly type: 'loss'; readonly percent: number }
  | { readonly type: 'slow'; readonly names: readonly string[]; readonly by: number }
  | { readonly type: 'clock'; readonly names: readonly string[]; readonly by: number }
  | { readonly type: 'heal' }
  | { readonly type: 'views' | 'graph' | 'compare' | 'help' | 'exit' }
  /** Of all, if no name is said. */
  | { readonly type: 'members'; readonly names: readonly string[] }
  | { readonly type: 'say'; readonly name: string | undefined; readonly text: string }
  | { readonly type: 'why' | 'links' | 'log' | 'reach'; readonly name: string }
  | { readonly type: 'detector'; readonly name: string | undefined };

export interface WordForm {
  readonly name: Word['type'];
  readonly form: string;
  readonly does: string;
  /** Whether it is a fault, or mends one: what a list of faults may have. */
  readonly isFault: boolean;
}

/** As many as are added at once. */
const JOIN_MAX = 100;

/** All words, in the order of help. */
export const WORDS: readonly WordForm[] = [
  { name: 'members', form: 'members [<nodes>]', does: 'shows who is there, and how they fare', isFault: false },
  { name: 'views', form: 'views', does: 'shows who sees what: one view when all is quiet', isFault: false },
  { name: 'links', form: 'links <peer>', does: 'shows the neighbours of a peer', isFault: false },
  { name: 'graph', form: 'graph', does: 'shows all links', isFault: false },
  { name: 'why', form: 'why <peer>', does: 'tells how it came that a peer is where it is: who missed it, who voted', isFault: false },
  { name: 'log', form: 'log <peer>', does: 'shows the last lines that a node wrote', isFault: false },
  { name: 'reach', form: 'reach <peer>', does: 'has a peer say something, and shows whom it reaches, in how many hops', isFault: false },
  { name: 'say', form: 'say [<peer>:] <text>', does: 'has a peer say something to all', isFault: true },
  { name: 'kill', form: 'kill <peers>', does: 'ends nodes without a word, as SIGKILL does', isFault: true },
  { name: 'restart', form: 'restart <peers>', does: 'starts them again at the same address', isFault: true },
  { name: 'stop', form: 'stop <peers> [3s]', does: 'has nodes stand still, as SIGSTOP does', isFault: true },
  { name: 'continue', form: 'continue <peers>', does: 'has them go on', isFault: true },
  { name: 'leave', form: 'leave <peers>', does: 'has peers go, and say so', isFault: true },
  { name: 'join', form: 'join [<n>]', does: `adds peers, ${JOIN_MAX} at most`, isFault: true },
  { name: 'partition', form: 'partition 1-4 | 5-8', does: 'lets nothing through between the sides; who is on none is on all', isFault: true },
  { name: 'cut', form: 'cut 3→4', does: 'lets nothing through in one way', isFault: true },
  { name: 'loss', form: 'loss 20%', does: 'loses so many messages, up to 99.9 %, which come later then', isFault: true },
  { name: 'slow', form: 'slow <peers> 400ms', does: 'has what they say come later', isFault: true },
  { name: 'clock', form: 'clock <peers> +1h', does: 'sets their clocks wrong', isFault: true },
  { name: 'heal', form: 'heal', does: 'ends partitions, cuts, loss and slowness, and sets clocks right', isFault: true },
  { name: 'detector', form: 'detector [<name>]', does: 'shows or changes how peers notice deaths', isFault: false },
  { name: 'compare', form: 'compare', does: 'shows all detectors side by side, in virtual time', isFault: false },
  { name: 'help', form: 'help', does: 'shows these words', isFault: false },
  { name: 'exit', form: 'exit', does: 'has all leave, and ends', isFault: false },
];

/** @throws UserError that shows the right form */
export function parseWord(line: string): Word {
  const text = line.trim();
  const [first = '', ...rest] = text.split(/\s+/);
  const name = first.toLowerCase();
  const known = WORDS.find((word) => word.name === name) ?? (name === 'quit' ? WORDS.find((word) => word.name === 'exit') : undefined);
  if (known === undefined) throw new UserError(`there is no word ${quoted(first)}: ${WORDS.map((word) => word.name).join(', ')}`);
  const word = read(known, rest, text.slice(first.length).trim());
  if (word === undefined) throw new UserError(`${known.form}: ${known.does}`);
  return word;
}

function read({ name }: WordForm, words: readonly string[], rest: string): Word | undefined {
  switch (name) {
    case 'kill':
    case 'restart':
    case 'continue':
    case 'leave':
      return withNames(words, (names) => ({ type: name, names }));
    case 'members':
      return words.length === 0 ? { type: name, names: [] } : withNames(words, (names) => ({ type: name, names }));
    case 'stop': {
      const time = words.length > 1 ? parseTime(words.at(-1)!) : undefined;
      return withNames(time === undefined ? words : words.slice(0, -1), (names) => ({ type: name, names, for: time }));
    }
    case 'join': {
      const count = words.length === 0 ? 1 : parseCount(words[0]!);
      return words.length > 1 || count === undefined || count < 1 || count > JOIN_MAX ? undefined : { type: name, count };
    }
    case 'partition': {
      const sides = rest.split('|').map((side) => namesOf(side.trim().split(/\s+/)));
      return sides.length < 2 || sides.some((side) => side === undefined) ? undefined : { type: name, sides: sides as readonly string[][] };
    }
    case 'cut': {
      const found = /^(\w+)\s*(?:→|->|>)\s*(\w+)$/.exec(rest);
      const [from, to] = [nameOf(found?.[1] ?? ''), nameOf(found?.[2] ?? '')];
      return from === undefined || to === undefined || from === to ? undefined : { type: name, from, to };
    }
    case 'loss': {
      const percent = Number(/^(\d{1,2}(?:\.\d)?)\s*%?$/.exec(rest)?.[1] ?? 'none');
      return Number.isNaN(percent) ? undefined : { type: name, percent };
    }
    case 'slow': {
      const by = parseTime(words.at(-1) ?? '');
      return by === undefined ? undefined : withNames(words.slice(0, -1), (names) => ({ type: name, names, by }));
    }
    case 'clock': {
      const found = /^([+-])(.*)$/.exec(words.at(-1) ?? '');
      const by = parseTime(found?.[2] ?? '');
      return by === undefined ? undefined : withNames(words.slice(0, -1), (names) => ({ type: name, names, by: found![1] === '-' ? -by : by }));
    }
    case 'say': {
      const found = /^(\w+):\s*(.*)$/.exec(rest);
      const speaker = found === null ? undefined : nameOf(found[1]!);
      const text = speaker === undefined ? rest : found![2]!;
      return text === '' ? undefined : { type: name, name: speaker, text };
    }
    case 'why':
    case 'links':
    case 'log':
    case 'reach': {
      const one = nameOf(rest);
      return one === undefined ? undefined : { type: name, name: one };
    }
    case 'detector':
      return words.length > 1 ? undefined : { type: name, name: words[0] };
    case 'heal':
    case 'views':
    case 'graph':
    case 'compare':
    case 'help':
    case 'exit':
      return words.length > 0 ? undefined : { type: name };
    default:
      return name satisfies never;
  }
}

function withNames(words: readonly string[], make: (names: readonly string[]) => Word): Word | undefined {
  const names = namesOf(words);
  return names === undefined ? undefined : make(names);
}

/** `3`, `P3`, `S1`, `2-4`, `1,3`: the nodes that are meant. */
function namesOf(words: readonly string[]): string[] | undefined {
  const names: string[] = [];
  for (const part of words.flatMap((word) => word.split(',')).filter((word) => word !== '')) {
    // To the second name the letter of the first goes, if it has none.
    const range = /^([ps]?)(\d{1,5})-(?:\1)?(\d{1,5})$/i.exec(part);
    const one = nameOf(part);
    if (range !== null) {
      const [from, to] = [Number(range[2]), Number(range[3])];
      if (from > to || to - from > RANGE_MAX) return undefined;
      for (let id = from; id <= to; id += 1) names.push(`${range[1]!.toUpperCase() || 'P'}${id}`);
    } else if (one !== undefined) names.push(one);
    else return undefined;
  }
  return names.length === 0 ? undefined : [...new Set(names)];
}

const RANGE_MAX = 10_000;

function nameOf(word: string): string | undefined {
  const found = /^([ps]?)(\d{1,5})$/i.exec(word);
  return found === null ? undefined : `${found[1]!.toUpperCase() || 'P'}${Number(found[2])}`;
}

const parseCount = (word: string): number | undefined => (/^\d{1,5}$/.test(word) ? Number(word) : undefined);

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

/** `400ms`, `3s`, `1.5m`, `1h`, in ms; undefined if it is none, or is more than some weeks. */
export function parseTime(word: string): number | undefined {
  const found = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|min|h)$/i.exec(word);
  const time = found === null ? Infinity : Math.round(Number(found[1]) * UNITS[found[2]!.toLowerCase()]!);
  return time > TIME_MAX ? undefined : time;
}

/** More milliseconds than that no timer can wait for: it would fire at once. */
const TIME_MAX = 2 ** 31 - 1;

/** `3s`, `1h`, `1500ms`. */
export const spellTime = (ms: number): string => (ms > 0 && ms % 3_600_000 === 0 ? `${ms / 3_600_000}h` : ms > 0 && ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`);

/** A word as it is typed. */
export function spell(word: Word): string {
  switch (word.type) {
    case 'kill':
    case 'restart':
    case 'continue':
    case 'leave':
      return `${word.type} ${word.names.join(',')}`;
    case 'stop':
      return `stop ${word.names.join(',')}${word.for === undefined ? '' : ` ${spellTime(word.for)}`}`;
    case 'members':
      return ['members', ...word.names].join(' ');
    case 'join':
      return `join ${word.count}`;
    case 'partition':
      return `partition ${word.sides.map((side) => side.join(',')).join(' | ')}`;
    case 'cut':
      return `cut ${word.from}->${word.to}`;
    case 'loss':
      return `loss ${word.percent}%`;
    case 'slow':
      return `slow ${word.names.join(',')} ${spellTime(word.by)}`;
    case 'clock':
      return `clock ${word.names.join(',')} ${word.by < 0 ? '-' : '+'}${spellTime(Math.abs(word.by))}`;
    case 'say':
      return `say ${word.name === undefined ? '' : `${word.name}: `}${word.text}`;
    case 'why':
    case 'links':
    case 'log':
    case 'reach':
      return `${word.type} ${word.name}`;
    case 'detector':
      return word.name === undefined ? 'detector' : `detector ${word.name}`;
    default:
      return word.type;
  }
}
