import type { NodeId } from '../../core/node.ts';
import { toldBy } from '../../runs.ts';
import { lineOfFact } from '../../trace/nodes/kind.ts';
import { factIn, type Fields } from '../../trace/sound.ts';
import { watchedOf, type Watched } from '../nodes/watched.ts';
import type { Recent } from './recent.ts';

/** In ms, for how long a message is shown at least: on one machine most take less than one. */
export const FLASH = 450;

/** What is kept of nodes that really run, made ready to be looked at, as a run in virtual time is. @param now in ms since they began */
export function watching(recent: Recent, now: number): Watched {
  const facts = recent.facts();
  const plan = { ...factIn<object>(recent.head['plan']), partitions: partitionsIn(facts), views: facts.filter((fact) => fact['type'] === 'views') };
  const head = { ...recent.head, plan };
  const own = numbered(facts.filter((fact) => fact['type'] !== 'views' && fact['type'] !== 'mishaps'), head);
  const judged = { type: 'judged', verdict: 'unknown', reason: 'it goes on', events: recent.taken, time: now, promises: 'What is promised', progress: '', view: 0, places: 0 };
  const told = toldBy([head, ...own, judged]);
  const { begin } = recent;
  return watchedOf({ told, run: told.run!, head, facts: own, text: () => [head, ...own, judged].map(lineOfFact).join(''), least: FLASH, begin });
}

/** Messages are numbered from 1 on where they are read; what arrives of those that are not kept is left out, and so is who is not there. */
function numbered(facts: readonly Fields[], head: Fields): Fields[] {
  const { members, clients } = factIn<{ readonly members: readonly NodeId[]; readonly clients: readonly NodeId[] }>(head);
  const known: ReadonlySet<unknown> = new Set([...members, ...clients]);
  const numbers = new Map<unknown, number>();
  return facts.flatMap((fact): Fields[] => {
    if (fact['type'] === 'sent') {
      const { id, from, to } = factIn<{ readonly id: number; readonly from: NodeId; readonly to: readonly NodeId[] }>(fact);
      if (!known.has(from) || !to.every((one) => known.has(one))) return [];
      numbers.set(id, numbers.size + 1);
      return [{ ...fact, id: numbers.size }];
    }
    if (fact['type'] !== 'heard') return [fact];
    const id = numbers.get(fact['id']);
    return id === undefined ? [] : [{ ...fact, id }];
  });
}

interface Mishaps {
  readonly at: number;
  readonly cuts: readonly { readonly from: readonly NodeId[]; readonly to: readonly NodeId[] }[];
}

/** Who was cut off from whom, for how long: two cuts of both ways are one. */
function partitionsIn(facts: readonly Fields[]): object[] {
  const all = facts.filter((fact) => fact['type'] === 'mishaps').map((fact) => factIn<Mishaps>(fact));
  return all.flatMap(({ at: from, cuts }, place) => {
    const until = all[place + 1]?.at ?? Number.MAX_SAFE_INTEGER;
    const isBack = (one: Mishaps['cuts'][number], other: Mishaps['cuts'][number]): boolean => one.from.join() === other.to.join() && one.to.join() === other.from.join();
    return cuts.flatMap((cut, index) => {
      const back = cuts.findIndex((other) => isBack(cut, other));
      if (back >= 0 && back < index) return [];
      return [{ from, until, side: cut.from, others: cut.to, ...(back < 0 ? { way: 'out' } : {}) }];
    });
  });
}
