import type { NodeId } from '../../core/node.ts';
import { factIn, type Fields } from '../../trace/sound.ts';

/** What nodes that agree on values were given, and hand on. */
export interface Agreement {
  readonly type: 'agreement';
  readonly said: readonly Said[];
}

interface Said {
  readonly at: number;
  readonly node: NodeId;
  readonly isInput: boolean;
  readonly words: string;
  readonly value: string;
}

export const agreementOf = (facts: readonly Fields[]): Agreement => ({
  type: 'agreement',
  said: facts.flatMap((fact) => {
    if (fact['type'] !== 'input' && fact['type'] !== 'output') return [];
    const { at, node, words, input, output } = factIn<Handed>(fact);
    return [{ at, node, isInput: input !== undefined, words, value: String((output ?? input)?.value ?? '') }];
  }),
});

interface Handed extends Pick<Said, 'at' | 'node' | 'words'> {
  readonly input?: Valued;
  readonly output?: Valued;
}

/** What nodes are given and hand on has a value: a bit, or a text. */
interface Valued {
  readonly value?: string | number;
}

interface Decided extends Pick<Said, 'value' | 'words'> {
  readonly count: number;
}

/** The last value that each node handed on by then, and how many in all. */
export function decidedAt({ said }: Agreement, at: number): ReadonlyMap<NodeId, Decided> {
  const decided = new Map<NodeId, Decided>();
  for (const one of said) {
    if (one.at > at) break;
    if (!one.isInput) decided.set(one.node, { value: one.value, words: one.words, count: 1 + (decided.get(one.node)?.count ?? 0) });
  }
  return decided;
}
