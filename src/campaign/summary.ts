import type { ArmyCampaign } from './army.ts';
import { counted, figure } from '../core/figures.ts';
import { trivialAgreement, trivialValidity } from '../generals/trivial.ts';
import { ORDER } from './grid.ts';
import { wilson } from './interval.ts';
import { percent } from './table.ts';
import { undecidedIn } from './tally.ts';

/** A campaign of one army, as lines for people. */
export function summaryOf({ protocol, m, primary, members, traitors, seed, asked, tally }: ArmyCampaign): string[] {
  const isPrimaryLoyal = !traitors.some(({ name }) => name === primary);
  const agreement = trivialAgreement(members.length - traitors.length - (isPrimaryLoyal ? 1 : 0));
  const validity = trivialValidity(isPrimaryLoyal);
  const { orders, agreementViolated, validityViolated, attack, retreat, messages, violations } = tally;
  const who = traitors.length === 0 ? 'no traitors' : `${traitors.length === 1 ? 'traitor' : 'traitors'} ${traitors.map(({ name, strategy }) => `${name} (${strategy})`).join(', ')}`;
  const head = `${counted(orders, 'order')} of ${primary} to ${ORDER} among ${members.length}, ${who}; protocol ${protocol}, m=${m}`;
  if (orders === 0) return [`${head}; stopped before the first`];
  const line = (what: string, count: number): string => {
    const { rate, low, high } = wilson(count, orders);
    return `${what} ${percent(rate)}, 95 % interval ${percent(low)} to ${percent(high)}`;
  };
  const [first] = violations;
  return [
    `${head}${orders < asked ? `; PARTIAL, ${figure(asked)} ${asked === 1 ? 'was' : 'were'} asked for` : ''}`,
    agreement === undefined ? line('agreement held in', orders - agreementViolated) : `agreement ${agreement}`,
    validity === undefined ? line('validity held in', orders - validityViolated) : `validity ${validity}`,
    `verdicts: attack ${percent(attack / orders)}, retreat ${percent(retreat / orders)}, undecided ${percent(undecidedIn(tally) / orders)}`,
    `messages an order: ${figure(messages / orders, 1)}`,
    ...(first === undefined ? [] : [`${first.property} was broken first in order ${first.order}; to see it: g-seed ${seed} ${first.order}; actual-order ${ORDER} anyway`]),
  ];
}
