import { counted, figure } from '../../core/figures.ts';
import type { Step, Story } from '../story.ts';
import { nodesIn, shortNames } from './names.ts';
import { arrivalsOf, type Run } from './run.ts';
import { foldedText, isTooMuch, slicesOf } from './slices.ts';

/** A run of nodes step by step: each message when it is sent and when it arrives, and all that nodes do. */
export function storyOf(run: Run): Story {
  const nameOf = shortNames(run.head);
  const arrivals = arrivalsOf(run);
  const messages = new Map<number, { readonly at: number; readonly words: string }>();
  const steps = run.facts.flatMap((fact): Step[] => {
    const { at } = fact;
    if (fact.type === 'sent') {
      messages.set(fact.id, { at, words: fact.words });
      const [from, to] = [nameOf(fact.from), fact.to.map(nameOf).join(', ') || 'nobody'];
      // What did not arrive, or of which nothing is told, has no other place than where it was sent.
      const lost = fact.to.filter((node) => arrivals(fact.id, node).length === 0);
      return [
        { type: 'sent', id: fact.id, lane: from, text: `${at} ms: sends ${fact.words} to ${to}` },
        ...lost.map((node): Step => ({ type: 'arrow', from, to: nameOf(node), label: `${fact.words} (${at} ms${run.head.hasArrivals ? ', did not arrive' : ''})`, isCrossed: run.head.hasArrivals })),
      ];
    }
    if (fact.type === 'heard') {
      const { at: left, words } = messages.get(fact.id)!;
      const [from, to] = [nameOf(fact.from), nameOf(fact.to)];
      return [
        { type: 'heard', id: fact.id, lane: to, text: `${at} ms: hears ${words} from ${from}` },
        { type: 'arrow', from, to, label: `${words} (${left} to ${at} ms)`, isCrossed: false },
      ];
    }
    return [{ type: 'event', lane: nameOf(fact.node), label: `${fact.words} (${at} ms)`, text: `${at} ms: ${fact.words}` }];
  });
  return { lanes: nodesIn(run).map(nameOf), steps };
}

/** The same for a sequence diagram, in which what nobody could read is counted. */
export function foldedStoryOf(run: Run): Story {
  if (!isTooMuch(run)) return storyOf(run);
  const nameOf = shortNames(run.head);
  const steps = slicesOf(run).flatMap(({ head, events, talks }): Step[] => [
    { type: 'part', head },
    ...events.map(({ node, words }): Step => ({ type: 'event', lane: nameOf(node), label: words, text: words })),
    ...talks.flatMap(({ from, to }) =>
      [...to].map(([node, { sent, arrived }]): Step => {
        const label = run.head.hasArrivals ? `${figure(arrived)} of ${counted(sent, 'message')} arrived` : counted(sent, 'message');
        return { type: 'arrow', from: nameOf(from), to: nameOf(node), label, isCrossed: run.head.hasArrivals && arrived === 0 };
      }),
    ),
  ]);
  return { lanes: nodesIn(run).map(nameOf), steps: [{ type: 'remark', text: foldedText(run) }, ...steps] };
}
