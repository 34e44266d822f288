/**
 * Code that somebody brought, a protocol or a strategy, did what none may do: it threw, did not come back, or put out what is nothing.
 * That is a finding about it, and neither our bug nor a mistake of whoever typed a command.
 */
export class CodeFault extends Error {
  override readonly name = 'CodeFault';
  /** The same, said of the general that is lost by it. */
  readonly loss: string;
  /** What it was made of: an error does not go from thread to thread as it is. */
  readonly of: string;
  readonly fault: Fault;

  /** @param of whose fault it is, such as `the protocol mine` */
  constructor(of: string, fault: Fault) {
    const { did, when, at, place, why } = fault;
    const [during, behind] = [when === undefined ? '' : ` ${when}`, `${place === undefined ? '' : ` (${place})`}${why === undefined ? '' : `: ${why}`}`];
    super(`${of} ${did}${during}${at === undefined ? '' : ` at ${at}`}${behind}`);
    this.of = of;
    this.fault = fault;
    this.loss = `${did}${during}${behind}`;
  }
}

export interface Fault {
  /** `threw "boom"`. */
  readonly did: string;
  /** `in round 2`. */
  readonly when?: string | undefined;
  readonly at?: string | undefined;
  /** `mine.ts:12`. */
  readonly place?: string | undefined;
  /** What is wrong with that. */
  readonly why?: string | undefined;
}
