/** Does work, and ends it by force where it takes too long. */
type Limit = <T>(work: () => T) => T;

let limit: Limit | undefined;

/** Has all work that may run code which somebody brought ended so, from now on. A thread has one such limit. */
export const limitBy = (one: Limit): unknown => (limit = one);

/** Does a piece of such work, of which there is no other inside. */
export const limited: Limit = (work) => (limit === undefined ? work() : limit(work));
