import type { NodeId } from '../../core/node.ts';
import { accusedText, metText, type AccusedFact, type MetFact } from '../../trace/nodes/met.ts';
import { atTime } from '../../trace/nodes/sentences.ts';

/** What happened among members, `at` so many ms of virtual time. A trace has one a line (`lines.ts`). */
export type MemberFact = { readonly at: number } & (
  /** A node is asked something; words say what, so that who reads a trace need not know the system. */
  | { readonly type: 'input'; readonly node: NodeId; readonly words: string; readonly input: unknown }
  /** A node hands something on; `why` says in lines for people how that came about, where somebody can tell. */
  | { readonly type: 'output'; readonly node: NodeId; readonly words: string; readonly output: unknown; readonly why?: readonly string[] | undefined }
  | { readonly type: 'sent'; readonly id: number; readonly from: NodeId; readonly to: readonly NodeId[]; readonly message: unknown }
  | { readonly type: 'heard'; readonly id: number; readonly from: NodeId; readonly to: NodeId }
  | AccusedFact
  | MetFact
);

/** A fact in one line for people; undefined for what they would see too much of. */
export function describeFact(fact: MemberFact): string | undefined {
  const words = inWords(fact);
  return words === undefined ? undefined : atTime(fact.at, words);
}

function inWords(fact: MemberFact): string | undefined {
  switch (fact.type) {
    case 'input':
    case 'output':
      return `node ${fact.node} ${fact.words}`;
    case 'accused':
      return accusedText(fact);
    case 'fell':
    case 'came-back':
    case 'paused':
    case 'went-on':
    case 'joined':
    case 'left':
    case 'clock-jumped':
      return metText('node', fact);
    case 'sent':
    case 'heard':
      return undefined;
    default:
      return fact satisfies never;
  }
}
