import type { OrderView } from '../news.ts';
import { orderOf } from './open.ts';
import type { State } from './store.ts';

/** The order of an opened file that is looked at. */
export function openedOrder({ opened, view }: State): OrderView | undefined {
  const trace = view === 'army' && opened?.type === 'trace' && opened.isWatched ? opened.runs[opened.index]?.trace : undefined;
  if (trace === undefined) return undefined;
  const known = views.get(trace) ?? orderOf(trace);
  views.set(trace, known);
  return known;
}

const views = new WeakMap<object, OrderView>();

/** The order that is looked at: of an opened file, with a message changed, or the army’s last. */
export const shownOrder = (state: State): OrderView | undefined => openedOrder(state) ?? state.fork?.order ?? state.order;
