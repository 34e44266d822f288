/** What came of some orders: sums, and the first few that broke a property. */
export interface Tally {
  readonly orders: number;
  /** Those with a loyal commander: all that validity asks about. */
  readonly commanderLoyal: number;
  readonly agreementViolated: number;
  readonly validityViolated: number;
  /** The quorum's verdicts; the rest is undecided. */
  readonly attack: number;
  readonly retreat: number;
  /** Messages that generals sent each other, in all orders together. */
  readonly messages: number;
  /** At most `VIOLATIONS_KEPT`, by number. */
  readonly violations: readonly Violation[];
}

export interface Violation {
  /** The order's number in its cell. */
  readonly order: number;
  readonly property: 'agreement' | 'validity';
}

export const VIOLATIONS_KEPT = 5;

export const EMPTY: Tally = { orders: 0, commanderLoyal: 0, agreementViolated: 0, validityViolated: 0, attack: 0, retreat: 0, messages: 0, violations: [] };

export const undecidedIn = ({ orders, attack, retreat }: Tally): number => orders - attack - retreat;

/** Both together. What comes of it does not depend on who is added to whom. */
export const added = (a: Tally, b: Tally): Tally => ({
  orders: a.orders + b.orders,
  commanderLoyal: a.commanderLoyal + b.commanderLoyal,
  agreementViolated: a.agreementViolated + b.agreementViolated,
  validityViolated: a.validityViolated + b.validityViolated,
  attack: a.attack + b.attack,
  retreat: a.retreat + b.retreat,
  messages: a.messages + b.messages,
  violations: [...a.violations, ...b.violations].toSorted((x, y) => x.order - y.order).slice(0, VIOLATIONS_KEPT),
});
