import { counted, figure } from '../../core/figures.ts';
import { nameOf, nodeId } from '../../core/node.ts';
import type { AnyRoundsProtocol } from '../protocol.ts';
import { ORDERS } from '../order.ts';
import type { CheckResult, Proven, Violation } from './result.ts';
import { inWords, liesIn } from './words.ts';

/** What a search showed, in sentences; the first names how much it is worth. Behind them stands what symbolic runs proved. */
export function sentencesOf(result: CheckResult, protocol: AnyRoundsProtocol): string[] {
  const { limits } = protocol;
  const aside = result.aside === undefined ? [] : [`(the structure of OM was not used: ${result.aside})`];
  return [...verdictOf(result, protocol), ...proofOf(result), ...aside, ...(result.type === 'violated' || limits === undefined ? [] : [`(${limits})`])];
}

/** `all are proven by symbolic runs that fold to a constant:`, and a line for each kind of sets: `a loyal commander with at most 2 traitorous lieutenants`. */
function proofOf({ proven, engine }: CheckResult): string[] {
  if (proven === undefined) return [];
  const treasons = engine === 'symbolic' ? 'all are proven' : `${counted(proven.treasons, 'treason is', 'treasons are')} proven harmless`;
  const how = proven.cases === 0 ? '' : `, or by ${counted(proven.cases, 'case')}`;
  return [`${treasons} by symbolic runs that fold to a constant${how}:`, ...[...setsIn(proven, 'loyal'), ...setsIn(proven, 'traitor')].map((sets) => `  ${sets}`)];
}

/** Sets of traitors in words: neighbouring sizes in one, and the order where not both were proven. */
function setsIn({ sets }: Proven, commander: 'loyal' | 'traitor'): string[] {
  const alike = sets.filter((one) => one.commander === commander);
  const sizes = [...new Set(alike.map(({ lieutenants }) => lieutenants))].toSorted((a, b) => a - b);
  const ordersOf = (size: number): string => ORDERS.filter((order) => alike.some((one) => one.lieutenants === size && one.order === order)).join(' or ');
  const ranges: { from: number; to: number; orders: string }[] = [];
  for (const size of sizes) {
    const last = ranges.at(-1);
    if (last?.to === size - 1 && last.orders === ordersOf(size)) last.to = size;
    else ranges.push({ from: size, to: size, orders: ordersOf(size) });
  }
  return ranges.map(({ from, to, orders }) => {
    const count = from === to ? `${to}` : from === 0 ? `at most ${to}` : `${from} to ${to}`;
    const lieutenants = to === 0 ? '' : ` with ${count} traitorous lieutenant${to === 1 ? '' : 's'}`;
    return `a ${commander === 'loyal' ? 'loyal' : 'traitorous'} commander${lieutenants}${orders === ORDERS.join(' or ') ? '' : `, to ${orders}`}`;
  });
}

/** Who covered it: what was run on symbols is the protocol's own code, so it is named. */
const byWhom = ({ engine }: CheckResult, { name }: AnyRoundsProtocol): string => (engine === 'symbolic' ? `symbolic run of ${name}` : engine);

function verdictOf(result: CheckResult, protocol: AnyRoundsProtocol): string[] {
  const { legend } = protocol;
  switch (result.type) {
    case 'holds':
      return [`holds: ${result.treasons === 1n ? 'the only treason' : `all ${figure(result.treasons)} treasons`} covered (${byWhom(result, protocol)})`];
    case 'unknown': {
      const { covered, treasons, engine, liesCovered, reason } = result;
      return [
        `unknown: covered ${treasons === undefined ? '' : `${figure(covered)} of `}${counted(treasons ?? covered, 'treason')} (${engine}), none of which breaks anything`,
        ...(liesCovered === undefined || liesCovered === 0 ? [] : [`nor does any treason break anything in which at most ${counted(liesCovered, 'message is', 'messages are')} tampered with`]),
        ...(reason === 'too large' ? ['the search outgrew the memory that it allows itself: with fewer generals or traitors, or for one order alone, it takes less'] : []),
      ];
    }
    case 'violated': {
      const { violation, isSmallest, covered, engine } = result;
      const { lies, property, traitors, order } = violation;
      const count = `${counted(lies.length, 'message is', 'messages are')} tampered with`;
      const told = liesIn(violation);
      return [
        `violated: ${property}; ${count}, ${isSmallest ? 'and with fewer nothing breaks' : `fewer may do, the search was stopped at ${counted(covered, 'treason')}`} (${engine})`,
        `order ${order}, ${traitors.length === 0 ? 'no traitors' : `${traitors.length === 1 ? 'traitor' : 'traitors'} ${traitors.map(nameOf).join(', ')}`}:`,
        ...(told.length === 0 ? ['  nobody lies'] : told.map((sentence) => `  ${sentence}`)),
        `so ${violation.witness}`,
        ...(legend !== undefined && lies.some(({ path }) => path !== undefined && path.length > 1) ? [`(${legend})`] : []),
      ];
    }
    default:
      return result satisfies never;
  }
}

/** The same as one JSON object, in the format `v: 1`. Numbers of treasons are strings, for they may be larger than JSON's numbers. */
export function checkJson(result: CheckResult, protocol: AnyRoundsProtocol): object {
  const proven = result.proven === undefined ? null : { by: 'symbolic', ...(result.proven.cases === 0 ? {} : { cases: result.proven.cases }), treasons: String(result.proven.treasons), sets: result.proven.sets };
  const shared = { v: 1, type: 'check', verdict: result.type, engine: result.engine, proven, limits: protocol.limits ?? null, ...(result.aside === undefined ? {} : { aside: result.aside }) };
  switch (result.type) {
    case 'holds':
      return { ...shared, treasons: String(result.treasons) };
    case 'unknown':
      return { ...shared, reason: result.reason, covered: String(result.covered), treasons: result.treasons === undefined ? null : String(result.treasons), lies: result.liesCovered ?? null };
    case 'violated': {
      const { choices, ...violation } = result.violation;
      const words = Object.fromEntries([...choices].map(([id, said]) => [nameOf(id), said]));
      return { ...shared, covered: String(result.covered), smallest: result.isSmallest, sentence: inWords(result.violation), violation: { ...violation, choices: words }, script: scriptOf(result.violation) };
    }
    default:
      return result satisfies never;
  }
}

/** With how many generals a script begins, where nothing else is asked for. */
const MUSTERED = 4;

/**
 * A violation as a script that repeats it, whatever the seed. Who is no member is struck off only when the commander has been
 * elected, so that nobody is elected by chance.
 */
export function scriptOf(violation: Violation): string[] {
  const { protocol, members, commander, m, order, traitors, choices } = violation;
  const last = Math.max(MUSTERED, ...members);
  const everybody = Array.from({ length: last }, (_, index) => nodeId(index + 1));
  return [
    ...liesIn(violation).map((sentence) => `# ${sentence}`),
    `# so ${violation.witness}`,
    ...(last > MUSTERED ? [`g-add ${last - MUSTERED}`] : []),
    `g-elect ${commander}`,
    ...everybody.filter((id) => !members.includes(id)).map((id) => `g-kill ${id}`),
    `g-protocol ${protocol} ${m}`,
    ...traitors.map((id) => `g-state ${id} faulty`),
    ...traitors.filter((id) => (choices.get(id) ?? []).length > 0).map((id) => `choose ${id} ${choices.get(id)!.join(' ')}`),
    `actual-order ${order} anyway`,
    'g-why',
  ];
}
