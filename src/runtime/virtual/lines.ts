import type { NodeId } from '../../core/node.ts';
import { headIn, isHeadFact, kindOfNodes, lineOfFact, lineOfHead } from '../../trace/nodes/kind.ts';
import type { HeadFact } from '../../trace/nodes/run.ts';
import { sentenceOf, type Judgement } from '../../trace/nodes/sentences.ts';
import { wordsOf } from '../../trace/nodes/words.ts';
import { factIn, isCount, isList, isText } from '../../trace/sound.ts';
import type { Outcome, System } from './system.ts';

/** How runs of members begin in trace files, and the versions of their facts, which `facts.ts` describes. Nobody has read version 1. */
const PLANNED = { head: 'planned', versions: [2] } as const;

/** The first fact of a run, as a line of a trace file. @param plan all that was drawn, for programs */
export const lineOfPlanned = (fact: HeadFact, plan: object): string => lineOfHead(PLANNED, fact, plan);

/** The last fact of a run of any system: what came of it, and the parts of the sentence about that. */
export function lineOfJudged({ promises }: Pick<System, 'promises'>, { type: verdict, property, witness, reason, events, figures, progress, time }: Outcome): string {
  return lineOfFact({ type: 'judged', verdict, property, witness, reason, events, ...figures, time, promises, progress });
}

/** What came of a run, in one sentence. */
export const describeOutcome = ({ promises }: Pick<System, 'promises'>, { type: verdict, ...outcome }: Outcome): string => sentenceOf({ verdict, promises, ...outcome }).text;

/** Runs of members in trace files, whatever their machines: all that is particular to one stands in its facts in words. */
export const MEMBERS = kindOfNodes({
  ...PLANNED,
  runs: 'runs of nodes',
  isHead: isHeadFact,
  headOf: (fact) => headIn(fact, 'node'),
  hasArrivals: () => true,
  wordsOf,
  isOwn: ({ type, node, words, why }) => (type === 'input' || type === 'output') && isCount(node) && isText(words) && (why === undefined || (isList(why) && why.every(isText))),
  eventOf(fact) {
    const { at, type: name, node, words, why } = factIn<{ readonly at: number; readonly type: 'input' | 'output'; readonly node: NodeId; readonly words: string; readonly why?: readonly string[] }>(fact);
    return { at, type: 'event', name, node, words: shortened(words), repeated: REPEATED[name], line: `node ${node} ${words}`, isDetail: false, why };
  },
  isJudged: ({ verdict, promises, progress, witness, reason, events, time }) =>
    isCount(events) && isCount(time) && isText(promises) && isText(progress) &&
    (verdict === 'holds' || (verdict === 'violated' && isText(witness)) || (verdict === 'unknown' && isText(reason))),
  judgementOf: (judged) => sentenceOf(factIn<Judgement>(judged)),
});

const REPEATED = { input: 'is asked', output: 'hands on' } as const;

/** More characters of what a node is asked or hands on nobody reads in a picture. */
const WORDS_MAX = 32;

/** Cut off between two words, if there are several, and never within a letter. */
function shortened(words: string): string {
  if (words.length <= WORDS_MAX) return words;
  const end = words.lastIndexOf(' ', WORDS_MAX);
  const start = words.slice(0, end > 0 ? end : WORDS_MAX).replace(/[\ud800-\udbff]$/, '').replace(/[,;:]$/, '');
  return `${start} …`;
}
