import type { OrderView } from '../news.ts';
import type { State } from './store.ts';

/** The order of an opened file that is looked at. */
export const openedOrder = ({ opened, view }: State): OrderView | undefined =>
  view === 'army' && opened?.type === 'trace' ? opened.watched : undefined;

/** The order that is looked at: of an opened file, with a message changed, or the army’s last. */
export const shownOrder = (state: State): OrderView | undefined => openedOrder(state) ?? state.fork?.order ?? state.order;
