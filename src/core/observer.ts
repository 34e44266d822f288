/** Is told of each fact of a run, as it happens. It is called in the middle of things, so it should be quick. */
export type Observe<Fact> = (fact: Fact) => void;

/** An observer as a run has it. */
export interface Guarded<Fact> {
  readonly tell: Observe<Fact>;
  /** What it threw, if it did. */
  readonly thrown: { readonly observerError?: unknown };
}

/**
 * Keeps a run from whoever watches it: what an observer throws ends no run and changes nothing in it. The observer is told no more from
 * then on, and what it threw is handed over with what came of the run.
 */
export function guarded<Fact>(observe: Observe<Fact>): Guarded<Fact> {
  let thrown: Guarded<Fact>['thrown'] = {};
  let isTold = true;
  return {
    tell(fact) {
      if (!isTold) return;
      try {
        observe(fact);
      } catch (error) {
        isTold = false;
        thrown = { observerError: error };
      }
    },
    get thrown() {
      return thrown;
    },
  };
}
