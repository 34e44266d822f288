import type { Address } from './address.ts';
import { DEFAULT_WORD } from './messages.ts';
import { keyOf, type Told, type WordsState } from './state.ts';
import { treeLines, type Way } from './tree.ts';
import type { Output } from './vocabulary.ts';

/** Who tells of a consensus, and what is known of it beside what that peer heard. */
export interface Telling {
  readonly self: Address;
  readonly nameOf: (peer: Address) => string;
  /** What whoever says something on a way should have said; undefined where that is not known. */
  readonly honest?: (way: Way) => string | undefined;
  /** What a peer took itself in the end, and so should have answered. */
  readonly took?: (peer: Address) => string | undefined;
}

/** Why a consensus ended as it did for one peer: who said what, as a tree; and to whoever began it, who answered what. */
export function reasonLines({ decision, heard, answers }: Told, { self, nameOf, honest = () => undefined, took = () => undefined }: Telling): string[] {
  const { commander, m } = decision;
  const lieutenants = decision.lieutenants.toSorted((a, b) => byName(nameOf(a), nameOf(b)));
  if (commander === self) {
    const told = lieutenants.map((peer) => {
      const answer = answers.get(peer);
      if (answer === undefined) return `  ${nameOf(peer)}: no answer`;
      const own = took(peer);
      const lie = own === undefined || own === answer.value ? '' : ` (took ${JSON.stringify(own)})`;
      return `  ${nameOf(peer)}: ${JSON.stringify(answer.value)}${lie}${answer.unsure === true ? ', but it missed something' : ''}`;
    });
    return [`${nameOf(self)} began it, and was answered:`, ...told];
  }
  const tree = { commander, lieutenants, self, m, heard: (way: Way) => heard.get(keyOf(way))?.word ?? undefined };
  const remark = (way: Way): string => {
    const one = heard.get(keyOf(way));
    const own = one === undefined || one.isSilent ? undefined : honest(way);
    const lie = own === undefined || own === one!.word ? '' : way.length === 1 ? ` (began with ${JSON.stringify(own)})` : ` (had heard ${JSON.stringify(own)})`;
    return one?.isSilent === true ? ' (silent)' : `${one?.isMissed === true ? ' (missed, as it says)' : ''}${lie}`;
  };
  return treeLines(tree, nameOf, remark);
}

/** `@2` before `@10`. */
export const byName = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : 1);

/** The same as somebody tells it who sees all peers, and so who lied; undefined for what is no decision. @param stateOf that of a peer, if there is such a one */
export function reasonsSeen(output: Output, self: Address, nameOf: Telling['nameOf'], stateOf: (peer: Address) => WordsState | undefined): string[] | undefined {
  const told = stateOf(self)?.last;
  return output.type === 'decided' && told?.decision.key === output.key ? reasonLines(told, { self, nameOf, ...honestIn(stateOf, output.key) }) : undefined;
}

/** What only who sees all peers can tell of a consensus: what each should have said. */
function honestIn(stateOf: (peer: Address) => WordsState | undefined, key: string): Required<Pick<Telling, 'honest' | 'took'>> {
  const took = (peer: Address): string | undefined => {
    const state = stateOf(peer);
    return state?.last?.decision.key === key ? state.last.decision.word : state?.instances.get(key)?.decision?.word;
  };
  return {
    took,
    honest(way) {
      const speaker = way.at(-1)!;
      const state = stateOf(speaker);
      const instance = state?.instances.get(key);
      if (way.length === 1) return instance?.order ?? took(speaker);
      const heard = (instance?.heard ?? (state?.last?.decision.key === key ? state.last.heard : undefined))?.get(keyOf(way.slice(0, -1)));
      return heard === undefined ? undefined : (heard.word ?? DEFAULT_WORD);
    },
  };
}
