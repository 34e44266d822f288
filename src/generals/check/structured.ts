import { nodeId, type NodeId } from '../../core/node.ts';
import { counterpart, type Order } from '../order.ts';
import type { AnyRoundsProtocol } from '../protocol.ts';
import { exchange } from '../protocols/exchange.ts';
import { oral } from '../protocols/oral.ts';
import { pathIn } from './alternatives.ts';
import type { Problem } from './request.ts';
import { isProven } from '../symbolic/proof.ts';
import type { Instance } from '../symbolic/instance.ts';
import type { CheckResult, Coverage, ProvenSets } from './result.ts';
import { oralTree, type LieOnPath, type Pattern, type Subtree } from './tree.ts';
import { settingOf, violationBy, type Asked, type Decide } from './trial.ts';

/** Whether the proof in `tree.ts` is about this protocol. It is about its very code: a variant under the same name is another. */
export const isStructured = (protocol: AnyRoundsProtocol): boolean => protocol === oral || protocol === exchange;

/**
 * OM(m) through its structure, for the verdict, the number of treasons and the smallest lie that plain enumeration would
 * give. Sets of traitors are tried up to renaming of lieutenants (`tree.ts`, remark 1). A violation is run again by the
 * protocol's own code before anyone hears of it.
 * @param isFolding whether sets of traitors are left out of the search against which a symbolic run is a proof already
 */
export function* searchByStructure(campaign: Problem, { isFolding }: { readonly isFolding: boolean }): Generator<Coverage, CheckResult, boolean | undefined> {
  const levels = campaign.protocol === exchange ? 1 : campaign.m;
  const armies = armiesOf(campaign);
  const treasons = armies.reduce((sum, army) => sum + BigInt(campaign.orders.length) * treasonsOf(campaign, levels, army), 0n);
  const tree = oralTree();
  let covered = 0n;
  let proven = 0n;
  const sets: ProvenSets[] = [];
  let smallest: Goal | undefined;
  let fewest = Infinity;

  for (const army of armies) {
    for (const order of campaign.orders) {
      const alike = setsOf(campaign, army, order);
      if (isFolding && isProven(instanceOf(campaign, alike))) {
        sets.push(alike);
        proven += treasonsOf(campaign, levels, army);
        covered += treasonsOf(campaign, levels, army);
        if ((yield { covered, treasons }) === true) return stopped();
        continue;
      }
      for (const goal of goalsOf(campaign, levels, army, order)) {
        for (const _ of tree.fill(goal.subtree)) {
          if ((yield { covered, treasons }) === true) return stopped();
        }
        const lies = tree.fewestLies(goal.subtree, goal.pattern);
        if (lies >= fewest) continue;
        fewest = lies;
        smallest = goal;
      }
      covered += treasonsOf(campaign, levels, army);
    }
  }
  if (smallest !== undefined) return violated(smallest, true);
  return { type: 'holds', engine: proven === treasons ? 'symbolic' : 'structured', treasons, ...proofs() };

  function stopped(): CheckResult {
    return smallest === undefined ? { type: 'unknown', reason: 'stopped', engine: 'structured', covered, treasons, ...proofs() } : violated(smallest, false);
  }

  function violated({ traitors, order, subtree, pattern, receivers }: Goal, isSmallest: boolean): CheckResult {
    const lies = tree.liesFor(subtree, pattern, [campaign.commander], receivers);
    const violation = violationBy(campaign, traitors, order, fewest, telling(campaign, lies));
    return { type: 'violated', engine: 'structured', violation, isSmallest, covered, ...proofs() };
  }

  function proofs(): Pick<CheckResult, 'proven'> {
    return sets.length === 0 ? {} : { proven: { treasons: proven, sets } };
  }
}

/** A set of traitors, for all those that differ from it in the names of lieutenants. */
interface Army {
  readonly traitors: readonly NodeId[];
  /** How many sets it stands for. */
  readonly sets: bigint;
}

/** In the order of `traitorSets`, so that the smallest lie is found in the same set. */
function armiesOf({ traitors, commander, lieutenants, faults }: Problem): Army[] {
  if (traitors !== undefined) return [{ traitors, sets: 1n }];
  const armies: Army[] = [];
  for (let size = 0; size <= faults; size += 1) {
    if (size > 0) armies.push({ traitors: [commander, ...lieutenants.slice(0, size - 1)], sets: choose(lieutenants.length, size - 1) });
    if (size <= lieutenants.length) armies.push({ traitors: lieutenants.slice(0, size), sets: choose(lieutenants.length, size) });
  }
  return armies;
}

function setsOf({ commander }: Problem, { traitors }: Army, order: Order): ProvenSets {
  const isTraitor = traitors.includes(commander);
  return { commander: isTraitor ? 'traitor' : 'loyal', lieutenants: traitors.length - (isTraitor ? 1 : 0), order };
}

/** One of these sets, all generals being renamed so that G1 commands (`tree.ts`, remark 1). */
function instanceOf({ protocol, members, m }: Problem, { commander, lieutenants, order }: ProvenSets): Instance {
  const traitors = Array.from({ length: lieutenants }, (_, index) => nodeId(index + 2));
  return { protocol, members: members.length, m, traitors: commander === 'traitor' ? [nodeId(1), ...traitors] : traitors, order };
}

/** How many sets of k there are among n. */
function choose(n: number, k: number): bigint {
  let count = 1n;
  for (let taken = 0; taken < k; taken += 1) count = (count * BigInt(n - taken)) / BigInt(taken + 1);
  return count;
}

/** For one order: each message of a traitor is honest or a lie. */
function treasonsOf({ commander, members: { length: n } }: Problem, levels: number, { traitors, sets }: Army): bigint {
  let ofLieutenant = 0;
  for (let length = 2, paths = 1; length <= levels + 1; paths *= n - length, length += 1) ofLieutenant += paths * (n - length);
  const messages = traitors.reduce((sum, id) => sum + (id === commander ? n - 1 : ofLieutenant), 0);
  return sets << BigInt(messages);
}

/** Something that must not come about. */
interface Goal {
  readonly traitors: readonly NodeId[];
  readonly order: Order;
  /** The whole tree. */
  readonly subtree: Subtree;
  readonly receivers: readonly NodeId[];
  readonly pattern: Pattern;
}

/** That one loyal lieutenant attacks and one retreats; and, the commander being loyal, that one disobeys it. */
function goalsOf({ commander, lieutenants }: Problem, levels: number, { traitors }: Army, order: Order): Goal[] {
  const loyal = lieutenants.filter((id) => !traitors.includes(id));
  const betraying = lieutenants.filter((id) => traitors.includes(id));
  const isCommanderLoyal = !traitors.includes(commander);
  const goal = (watched: number, pattern: Pattern): Goal => ({
    traitors,
    order,
    pattern,
    receivers: [...loyal, ...betraying],
    subtree: {
      speaker: isCommanderLoyal ? 'loyal' : 'traitor',
      heard: order,
      watched,
      loyal: loyal.length - watched,
      traitors: betraying.length,
      levels,
    },
  });
  return [
    ...(loyal.length >= 2 ? [goal(2, ONE_ATTACKS)] : []),
    ...(loyal.length >= 1 && isCommanderLoyal ? [goal(1, counterpart(order) === 'attack' ? ONE_ATTACKS : NONE_ATTACKS)] : []),
  ];
}

const ONE_ATTACKS: Pattern = 1;
const NONE_ATTACKS: Pattern = 0;

/** Tells these lies, and is honest otherwise. */
function telling(campaign: Problem, lies: readonly LieOnPath[]): Decide {
  const told = new Set(lies.map(({ path, to }) => `${path.join(' ')} to ${to}`));
  return (asked) => (told.has(`${pathOfMessage(campaign, asked).join(' ')} to ${asked.question.to}`) ? 1 : 0);
}

/** The exchange leaves out the paths of its messages, as its rounds tell them. */
function pathOfMessage(campaign: Problem, { honest, question }: Asked): readonly NodeId[] {
  const { protocol, commander } = campaign;
  if (protocol === exchange) return question.round === 1 ? [commander] : [commander, question.from];
  const path = pathIn(settingOf(campaign), honest);
  if (path === undefined) throw new Error(`the message ${JSON.stringify(honest)} has no path`);
  return path;
}
