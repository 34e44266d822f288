import { set } from './store.ts';

/** What the first view of a page does without. */
export type More = typeof import('./more.ts');

let more: More | undefined;
let coming: Promise<More> | undefined;

/** It, if it is there. */
export const moreNow = (): More | undefined => more;

/** It, when it is there. */
export const withMore = (): Promise<More> =>
  (coming ??= import('./more.ts').then((all) => {
    more = all;
    set({});
    return all;
  }));
