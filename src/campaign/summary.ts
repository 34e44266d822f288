import type { ArmyCampaign } from './army.ts';
import { ORDER } from './grid.ts';
import { wilson } from './interval.ts';
import { percent } from './table.ts';
import { undecidedIn } from './tally.ts';

/** A campaign of one army, as lines for people. */
export function summaryOf({ protocol, m, primary, members, traitors, seed, asked, tally }: ArmyCampaign): string[] {
  const { orders, agreementViolated, validityViolated, attack, retreat, messages, violations } = tally;
  const who = traitors.length === 0 ? 'no traitors' : `traitors ${traitors.map(({ name, strategy }) => `${name} (${strategy})`).join(', ')}`;
  const head = `${orders.toLocaleString('en')} orders of ${primary} to ${ORDER} among ${members.length}, ${who}; protocol ${protocol}, m=${m}`;
  if (orders === 0) return [`${head}; stopped before the first`];
  const line = (what: string, count: number): string => {
    const { rate, low, high } = wilson(count, orders);
    return `${what} ${percent(rate)}, 95 % interval ${percent(low)} to ${percent(high)}`;
  };
  const [first] = violations;
  return [
    `${head}${orders < asked ? `; PARTIAL, ${asked.toLocaleString('en')} were asked for` : ''}`,
    line('agreement held in', orders - agreementViolated),
    line('validity held in', orders - validityViolated),
    `verdicts: attack ${percent(attack / orders)}, retreat ${percent(retreat / orders)}, undecided ${percent(undecidedIn(tally) / orders)}`,
    `messages an order: ${(messages / orders).toLocaleString('en', { maximumFractionDigits: 1 })}`,
    ...(first === undefined ? [] : [`${first.property} was broken first in order ${first.order}; to see it: g-seed ${seed} ${first.order}; actual-order ${ORDER} anyway`]),
  ];
}
