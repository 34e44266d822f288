import { nameOf, type NodeId } from '../../core/node.ts';
import { ORDERS, type Order } from '../order.ts';
import { orderIn } from '../values.ts';
import { evaluation } from '../symbolic/evaluate.ts';
import { ORDERED, again, tossOf, type Run } from '../symbolic/run.ts';
import type { Problem } from './request.ts';
import { decisionsOf, runnerOf, sampled } from './seeded.ts';
import { judgeOf } from './trial.ts';

/** Treasons that are run at a time: words hold so many orders. */
const WIDTH = 32;

/**
 * Where a run on symbols and the same code on orders differ, over seeded treasons of these traitors: in words, or undefined if they
 * never do. A protocol that promises to keep to the algebra and does not is found out so.
 * @param run in which traitors say anything
 */
export function differenceFromCode(problem: Problem, traitors: readonly NodeId[], order: Order | 'either', run: Run, draws: number): string | undefined {
  const wording = problem.protocol.wording!;
  const only: Problem = { ...problem, traitors, orders: order === 'either' ? ORDERS : [order] };
  const execute = runnerOf({ ...only, protocol: { ...only.protocol, claims: {} } });
  const lieutenants = [...run.decisions.keys()];
  const judge = judgeOf(only, traitors);
  const { tosses, of } = evaluation(run.words, [...run.decisions.values(), run.words.or(run.agreementViolated, run.validityViolated)]);
  const places = new Map(tosses.map((toss, place) => [toss, place]));
  const treasons = sampled(only, execute, draws);
  for (let [from, next] = [0, treasons.next()]; next.done !== true; from += WIDTH) {
    const shown = new Int32Array(tosses.length);
    const show = (toss: string, bit: number): void => {
      const place = places.get(toss);
      if (place !== undefined) shown[place]! |= 1 << bit;
    };
    const found: ReadonlyMap<NodeId, Order | undefined>[] = [];
    const isBroken: boolean[] = [];
    for (let bit = 0; bit < WIDTH && next.done !== true; bit += 1, next = treasons.next()) {
      const treason = next.value;
      if (order === 'either' && treason.order === 'attack') show(ORDERED, bit);
      let flaw: string | undefined;
      const result = execute(treason, (asked) => {
        const index = treason.decide(asked);
        const { now } = asked.alternatives[index]!;
        const label = wording.labelOf(asked.honest);
        for (let place = 0; place < now.length; place += 1) {
          const message = now[place];
          if (wording.labelOf(message) !== label) flaw = `a lie of ${nameOf(asked.question.from)} is about something else than the honest message`;
          const said = orderIn(wording.valueOf(message));
          if (places.size === 0 || said === undefined) continue;
          const toss = tossOf(asked.question);
          show(`${place === 0 ? toss : again(toss)} ${said}`, bit);
        }
        return index;
      });
      if (flaw !== undefined) return flaw;
      found.push(decisionsOf(only, result));
      isBroken.push(judge(treason.order, result) !== undefined);
    }
    const decided = of(shown);
    const judged = isBroken.findIndex((isSo, bit) => isSo !== (((decided[lieutenants.length]! >>> bit) & 1) === 1));
    if (judged >= 0) return `the judge makes something else of seeded treason ${from + judged}`;
    for (const [place, id] of lieutenants.entries()) {
      for (const [bit, decisions] of found.entries()) {
        const symbolic = ((decided[place]! >>> bit) & 1) === 1 ? 'attack' : 'retreat';
        if (decisions.get(id) !== symbolic) return `in seeded treason ${from + bit} ${nameOf(id)} decides ${decisions.get(id) ?? 'nothing'}, and on symbols ${symbolic}`;
      }
    }
  }
  return undefined;
}
