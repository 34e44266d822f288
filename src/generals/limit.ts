/** What ends work by force where it takes too long. */
export interface Limit {
  readonly limited: <T>(work: () => T) => T;
  /** Whether such work is being done, so that what is inside of it is ended with it. */
  readonly isWithin: () => boolean;
  /** Milliseconds since some time. */
  readonly now: () => number;
}

let limit: Limit | undefined;

/** Has all work that may run code which somebody brought ended so, from now on. A thread has one such limit. */
export const limitBy = (one: Limit): unknown => (limit = one);

/** Does a piece of such work, of which there is no other inside. */
export const limited = <T>(work: () => T): T => (limit === undefined ? work() : limit.limited(work));

/** To begin what can be ended takes a tenth of a millisecond, and steps may be shorter: so many milliseconds of them are one piece of work. */
const PIECE = 50;

/** Each is told whether to stop. */
type Steps<Step, Result> = Generator<Step, Result, boolean | undefined>;

/** Steps of such work, each of which comes to an end. Where several are made at one go, it yields what the last of them does. */
export function* limitedSteps<Step, Result>(steps: Steps<Step, Result>, by = limit): Steps<Step, Result> {
  for (let isStopped: boolean | undefined = false; ; ) {
    const isPlain = by === undefined || by.isWithin();
    const step: IteratorResult<Step, Result> = isPlain ? steps.next(isStopped) : severalIn(by, steps, isStopped);
    if (step.done === true) return step.value;
    isStopped = yield step.value;
  }
}

function severalIn<Step, Result>(by: Limit, steps: Steps<Step, Result>, isStopped: boolean | undefined): IteratorResult<Step, Result> {
  const { limited, now } = by;
  return limited(() => {
    for (const end = now() + PIECE; ; ) {
      const step = steps.next(isStopped);
      if (step.done === true || now() >= end) return step;
    }
  });
}
