import { nameOf } from '../../core/node.ts';
import type { Step, Story } from '../../trace/story.ts';
import type { Trace } from '../fact.ts';
import { arrowsOf, decisionsOf, lastRound, type Arrow } from './messages.ts';

/** An order step by step: in each round all speak before anyone hears, as rounds have it; then they decide. */
export function storyOf(trace: Trace): Story {
  const arrows = arrowsOf(trace).map((arrow, id) => ({ ...arrow, id }));
  const steps: Step[] = [];
  for (let round = 1; round <= lastRound(trace); round += 1) {
    const said = arrows.filter((arrow) => arrow.round === round);
    if (said.length > 0) steps.push({ type: 'part', head: `round ${round}` });
    for (const arrow of said) steps.push({ type: 'sent', id: arrow.id, lane: nameOf(arrow.from), text: `round ${round}: tells ${nameOf(arrow.to)} ${toldOf(arrow)}` });
    for (const arrow of said) {
      const [from, to] = [nameOf(arrow.from), nameOf(arrow.to)];
      steps.push(
        { type: 'heard', id: arrow.id, lane: to, text: `round ${round}: hears ${arrow.text}${arrow.isForged ? ' (forged)' : ''} from ${from}` },
        { type: 'arrow', from, to, label: toldOf(arrow), isCrossed: arrow.honest !== undefined },
      );
    }
  }
  for (const [id, decision] of decisionsOf(trace)) steps.push({ type: 'event', lane: nameOf(id), label: decision, text: `decides ${decision}` });
  return { lanes: trace.ordered.members.map(nameOf), steps };
}

const toldOf = ({ text, honest, isForged }: Arrow): string => (honest === undefined ? text : `${text} (${isForged ? 'forged; ' : ''}honest: ${honest})`);
