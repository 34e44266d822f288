import type { Run } from '../../generals/symbolic/run.ts';
import { inputsOf, withSums } from '../../generals/symbolic/adder.ts';
import type { Gate, Signal, Circuitry } from '../../generals/symbolic/words.ts';

/** The gates that a run's results need, each after those that it needs itself: what both back ends write down. */
export interface Program {
  readonly words: Circuitry;
  /** The results to be counted, in the order of `RESULTS`. */
  readonly results: readonly Signal[];
  readonly order: readonly Signal[];
  /** The tosses in the order in which they are drawn. */
  readonly tosses: readonly string[];
  /** How often each gate is used, by other gates and as a result. */
  readonly uses: ReadonlyMap<Signal, number>;
}

/** What is counted, and where. */
export const RESULTS = ['agreementViolated', 'validityViolated', 'executedAttack', 'executedRetreat'] as const;

/** What is not needed is left out; what is needed comes as late as may be, so that few words are held at a time. */
export function programOf(run: Run): Program {
  const { words, results } = withSums(run.words, RESULTS.map((name) => run[name]));
  const order: Signal[] = [];
  const uses = new Map<Signal, number>();
  for (const result of results) need(result);
  const tosses = order.flatMap((word) => tossesOf(words.gate(word)));
  return { words, results, order, tosses, uses };

  function need(word: Signal): void {
    const before = uses.get(word) ?? 0;
    uses.set(word, before + 1);
    if (before > 0) return;
    for (const input of inputsOf(words.gate(word))) need(input);
    order.push(word);
  }
}

const tossesOf = (gate: Gate): string[] => (gate.type === 'coin' ? [gate.toss] : []);
