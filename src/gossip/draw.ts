import { chooseBelow } from '../core/choice.ts';
import type { LinksState, Turn } from './links.ts';

/** A whole number below `count`, by chance. @param about tells it from other draws of the same moment */
export function draw({ context, state }: Turn<LinksState>, about: string, count: number): number {
  state.draws += 1;
  return chooseBelow(context.choose, `${about}, ${state.draws}`, count);
}

/** The same in another order. */
export function shuffled<Item>(turn: Turn<LinksState>, about: string, items: readonly Item[]): Item[] {
  const rest = [...items];
  for (let i = rest.length - 1; i > 0; i -= 1) {
    const j = draw(turn, about, i + 1);
    [rest[i], rest[j]] = [rest[j]!, rest[i]!];
  }
  return rest;
}

/** One of them, each as often as its weight says; undefined if there is none with any. */
export function weighted<Item>(turn: Turn<LinksState>, about: string, items: readonly Item[], weightOf: (item: Item) => number): Item | undefined {
  let total = 0;
  const sums = items.map((item) => (total += weightOf(item)));
  if (total === 0) return undefined;
  const drawn = draw(turn, about, total);
  return items[sums.findIndex((sum) => drawn < sum)];
}
