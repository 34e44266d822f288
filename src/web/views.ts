import { exactBy } from '../campaign/exact.ts';
import { cellOf, type Cell } from '../campaign/grid.ts';
import { wilson } from '../campaign/interval.ts';
import { EMPTY, added, type Tally } from '../campaign/tally.ts';
import { simulated } from '../campaign/trials.ts';
import { asksNothing, isTrivial } from '../campaign/trivial.ts';
import { isProved, type Worst } from '../campaign/worst.ts';
import type { Army } from '../generals/army.ts';
import type { Outcome } from '../generals/outcome.ts';
import { nodeId } from '../core/node.ts';
import { protocolNamed, type ProtocolName } from '../generals/protocols/registry.ts';
import { strategyIn } from '../generals/arguments.ts';
import { causesInWords, explain } from '../generals/trace/why.ts';
import { stepsOf, traceOf } from '../generals/trace/steps.ts';
import type { Answer, Session } from '../repl/command.ts';
import { scriptOf } from '../repl/journal.ts';
import { linesThatRepeat, render } from '../repl/render.ts';
import type { Theme } from '../repl/theme.ts';
import type { Camp, Entry, Odds, OrderView, Share, Why } from './news.ts';

/** The army of a session. */
export function campOf({ army, journal }: Session): Camp {
  const { seed, count, protocol, lines } = journal;
  return {
    count, seed, protocol, lines: [...lines], members: army.members(), now: army.seed, follows: army.protocol.name, m: army.m,
    script: scriptOf(journal, army.deadline).trimEnd().split('\n'),
  };
}

/** The last order of a session. */
export function orderIn({ army, outcome }: Session, looks: Theme): OrderView | undefined {
  if (outcome === undefined) return undefined;
  const known = views.get(outcome) ?? orderOf(outcome, army, looks);
  views.set(outcome, known);
  return known;
}

const views = new WeakMap<Outcome, OrderView>();

function orderOf(outcome: Outcome, army: Army, looks: Theme): OrderView {
  const protocol = protocolNamed(outcome.protocol)!;
  const steps = stepsOf(outcome, protocol, (id) => army.signerOf(outcome, id));
  const lieutenants = steps[0]?.lieutenants ?? [];
  return {
    trace: traceOf(outcome),
    rounds: steps.length,
    leanings: lieutenants.map(({ id, before }, place) => ({ id, after: [before ?? null, ...steps.map((step) => step.lieutenants[place]!.after ?? null)] })),
    legend: protocol.legend,
    text: render({ type: 'outcome', outcome, primary: undefined, facts: [] }, looks),
  };
}

/** Why a general decided as it did in the last order. */
export function whyOf({ army, outcome }: Session, id: number, looks: Theme): Why | undefined {
  if (outcome === undefined || !outcome.roster.some((member) => member.id === id)) return undefined;
  const explanation = explain(outcome, protocolNamed(outcome.protocol)!, (one) => army.signerOf(outcome, one), nodeId(id));
  const [reasons] = explanation.reasons;
  return {
    order: outcome.number, id: nodeId(id), text: render({ type: 'why', explanation }, looks),
    sentences: causesInWords(reasons!), causes: reasons!.causes ?? [], evidence: reasons!.evidence,
  };
}

/** A line and its answer. */
export function entryOf(line: string, answer: Exclude<Answer, { type: 'nothing' }>, looks: Theme): Entry {
  if (answer.type === 'mistake') return { line, text: answer.message, isMistake: true };
  const { result } = answer;
  const text = render(result, looks);
  if (result.type !== 'check') return { line: answer.line ?? line, text, isMistake: false };
  const found = result.result;
  return { line, text, isMistake: false, proof: { type: found.type, lines: found.type === 'violated' ? linesThatRepeat(found.violation) : [] } };
}

/** Orders that are simulated before somebody else may have a turn. */
const CHUNK = 200;

/** The most generals whose odds are counted at once: more rows nobody reads. */
const ROWS_MAX = 13;

/** Counts the odds of the army’s size and protocol for each number of traitors, row by row; each yield is how far it has come. */
export function* oddsOf(army: Army, word: string, orders: number): Generator<Odds, Odds> {
  const strategy = strategyIn(word);
  const [n, { m, seed }, protocol] = [army.members().length, army, army.protocol.name];
  const cells = Array.from({ length: Math.min(n, ROWS_MAX) }, (_, faults) => cellOf(protocol satisfies ProtocolName, m, n, faults, strategy));
  const tallies = cells.map(() => EMPTY);
  const odds = (isOver: boolean): Odds => ({
    protocol, m, members: n, strategy, seed, asked: orders, isOver,
    rows: cells.flatMap((cell, row) => (tallies[row]!.orders === 0 ? [] : [{ faults: cell.faults, orders: tallies[row]!.orders, ...sharesOf(cell, tallies[row]!) }])),
  });
  for (const [row, cell] of cells.entries()) {
    while (tallies[row]!.orders < orders) {
      const done = tallies[row]!.orders;
      tallies[row] = added(tallies[row]!, simulated(cell, seed, { from: done + 1, count: Math.min(CHUNK, orders - done) }));
      yield odds(false);
    }
  }
  return odds(true);
}

/** @param worst what a search of every treason came to, where there was one: what it proved is exact, whoever computes it otherwise */
export function sharesOf(cell: Cell, { orders, commanderLoyal, agreementViolated, validityViolated }: Tally, worst?: Worst): { readonly agreement: Share; readonly validity: Share } {
  const exact = isProved(cell, worst) ? { agreement: 1, validity: 1 } : exactBy(cell).values;
  return {
    agreement: shareOf(orders - agreementViolated, orders, exact?.agreement ?? null, isTrivial(cell)),
    validity: shareOf(commanderLoyal - validityViolated, commanderLoyal, exact?.validity ?? null, asksNothing(cell)),
  };
}

const shareOf = (counted: number, of: number, exact: number | null, isWithout: boolean): Share => {
  const { low, high } = wilson(counted, of);
  return { counted, of, low, high, exact, isTrivial: isWithout };
};
