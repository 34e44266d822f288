import { counted, figure } from '../core/figures.ts';
import { faultsTolerated } from '../core/quorum.ts';
import type { Address } from './address.ts';
import { QUESTIONS_MAX } from './consensus.ts';
import type { WordsState } from './state.ts';
import { decisionWords } from './told.ts';
import { longestWithin, usualWithin } from './patience.ts';
import { questionsIn } from './tree.ts';
import type { Decision, Output } from './vocabulary.ts';
import { byName, reasonLines } from './why.ts';

/** How a peer is called by another: by its name, and where it is. */
export const nameIn = ({ peers }: Pick<WordsState, 'peers'>, peer: Address): string => {
  const name = peers.get(peer)?.name ?? '';
  return name === '' || name === peer ? peer : name;
};

export function peerLines({ peers }: WordsState): string[] {
  if (peers.size === 0) return ['nobody else is there'];
  return [...peers].toSorted(([, a], [, b]) => byName(a.name, b.name)).map(([address, { name, isProven }]) => `${address}${name === '' ? '' : ` ${name}`}${isProven ? '' : ' (has not shown that it hears us)'}`);
}

export const wordLines = (database: readonly string[]): string[] => database.map((word, index) => `${index} ${JSON.stringify(word)}`);

/** What a consensus costs among those that are there. */
export interface Cost {
  /** How many ms it is waited for at most. */
  readonly within: number;
  /** Whether it is so much that whoever begins one has to say that it is meant. */
  readonly isMuch: boolean;
  /** Why it does not begin, though it is meant if somebody said so; undefined if it does. */
  readonly refusal: string | undefined;
  /** All that in a line for who meant it. */
  readonly words: string;
}

export function costOf({ peers }: Pick<WordsState, 'peers'>, isMeant: boolean, asked = 0): Cost {
  const n = peers.size + 1;
  const m = faultsTolerated(n);
  const questions = questionsIn(n, m);
  const within = asked === 0 ? usualWithin(n, m) : Math.min(longestWithin(n, m), asked);
  const words = `among ${counted(n, 'peer')}, with m = ${m}, a consensus takes ${figure(2 * questions)} datagrams`;
  const isTooMuch = questions > QUESTIONS_MAX;
  const isMuch = m > FAULTS_MAX;
  const refusal = isTooMuch ? `${words}: peers take part in one of at most ${figure(2 * QUESTIONS_MAX)}` : isMuch && !isMeant ? `${words}, and up to ${figure(Math.ceil(within / 1000))} s – consensus <index> --yes` : undefined;
  return { within, isMuch, refusal, words: `${words}, and up to ${figure(Math.ceil(within / 1000))} s` };
}

/** With more, whoever begins one has to say that it is meant. */
const FAULTS_MAX = 3;

/** What came of the last consensus, and of what. */
export function whyLines(state: WordsState, self: Address): string[] {
  const { last } = state;
  if (last === undefined) return ['no consensus has ended here yet'];
  const nameOf = (peer: Address): string => (peer === self ? 'this peer' : nameIn(state, peer));
  return [decisionWords(last.decision, nameOf), ...reasonLines(last, { self, nameOf })];
}

/** Something that happened to a peer, in a line; undefined for what is only counted. */
export function eventLine(state: WordsState, self: Address, output: Output): string | undefined {
  const nameOf = (peer: Address): string => (peer === self ? 'this peer' : nameIn(state, peer));
  switch (output.type) {
    case 'joined':
      return `${output.peer}${output.name === '' ? '' : ` ${output.name}`} is there`;
    case 'gone':
      return `${output.peer}${output.name === '' ? '' : ` ${output.name}`} is gone`;
    case 'decided':
      return decidedLine(output, nameOf);
    case 'answered':
    case 'proven':
    case 'dropped':
      return undefined;
    default:
      return output satisfies never;
  }
}

const decidedLine = (decision: Decision, nameOf: (peer: Address) => string): string => decisionWords(decision, nameOf);
