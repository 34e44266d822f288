import type { TypedVocabulary } from '../core/byzantine.ts';
import type { BroadcastState } from '../broadcast/bracha.ts';
import type { BroadcastVocabulary } from '../broadcast/messages.ts';
import { reliableBroadcast } from '../broadcast/system.ts';
import type { Definition } from '../runtime/virtual/members.ts';
import { consensus } from './consensus.ts';
import type { Problem } from './problem.ts';

/** The judge looks into the state of who is restarted, and with reliable links nobody is. */
const broadcasting = (judge: Definition<BroadcastVocabulary, BroadcastState>['judge']): Problem<BroadcastVocabulary>['judge'] => (plan, loyal) => {
  const one = judge(plan, loyal);
  return {
    get violation() {
      return one.violation;
    },
    set violation(violation) {
      one.violation = violation;
    },
    output: (by, output) => one.output(by, output),
    restarted: () => undefined,
    isDone: () => one.isDone(new Map()),
    end: () => one.end(new Map()),
    figures: () => one.figures(),
    progress: () => one.progress(),
  };
};

const broadcast: Problem<BroadcastVocabulary> = { ...reliableBroadcast, judge: broadcasting(reliableBroadcast.judge), name: 'reliable-broadcast', title: 'reliable broadcast, Bracha 1987, §3' };

/** What a machine of one's own can be held to, by name. A problem knows its own inputs and outputs, and no other. */
export const PROBLEMS: readonly Problem<TypedVocabulary>[] = [broadcast as Problem<TypedVocabulary>, consensus as Problem<TypedVocabulary>];

export const problemNamed = (name: string): Problem<TypedVocabulary> | undefined => PROBLEMS.find((problem) => problem.name === name);
