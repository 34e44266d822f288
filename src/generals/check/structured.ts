import type { NodeId } from '../../core/node.ts';
import { counterpart, type Order } from '../order.ts';
import type { Problem } from './request.ts';
import { classesOf, type ProofOf, type TraitorClass } from './proven.ts';
import type { CheckResult, Coverage } from './result.ts';
import { oralTree, type LieOnPath, type Pattern, type Subtree } from './tree.ts';
import { settingOf, violationBy, type Asked, type Decide } from './trial.ts';

/**
 * OM(m) through its structure, for the verdict, the number of treasons and the smallest lie that plain enumeration would
 * give. Sets of traitors are tried up to renaming of lieutenants (`tree.ts`, remark 1). Whoever calls this has compared the
 * protocol's code with that structure (`tree-model.ts`). A violation is run again by the code before anyone hears of it.
 * @param proof what need not be searched
 */
export function* searchByStructure(campaign: Problem, proof: ProofOf): Generator<Coverage, CheckResult, boolean | undefined> {
  const levels = campaign.protocol.tree!.levels(settingOf(campaign));
  const armies = classesOf(campaign);
  const treasons = armies.reduce((sum, army) => sum + BigInt(campaign.orders.length) * treasonsOf(campaign, levels, army), 0n);
  const tree = oralTree();
  let covered = 0n;
  let smallest: Goal | undefined;
  let fewest = Infinity;

  for (const army of armies) {
    for (const order of campaign.orders) {
      if (proof.isProven(army.traitors, order)) {
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
  return { type: 'holds', engine: 'structured', treasons, ...proofs() };

  function stopped(): CheckResult {
    return smallest === undefined ? { type: 'unknown', reason: 'stopped', engine: 'structured', covered, treasons, ...proofs() } : violated(smallest, false);
  }

  function violated({ traitors, order, subtree, pattern, receivers }: Goal, isSmallest: boolean): CheckResult {
    const lies = tree.liesFor(subtree, pattern, [campaign.commander], receivers);
    const violation = violationBy(campaign, traitors, order, fewest, telling(campaign, lies));
    return { type: 'violated', engine: 'structured', violation, isSmallest, covered, ...proofs() };
  }

  function proofs(): Pick<CheckResult, 'proven'> {
    return proof.proven === undefined ? {} : { proven: proof.proven };
  }
}

/** For one order: each message of a traitor is honest or a lie. */
function treasonsOf({ commander, members: { length: n } }: Problem, levels: number, { traitors, sets }: TraitorClass): bigint {
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
function goalsOf({ commander, lieutenants }: Problem, levels: number, { traitors }: TraitorClass, order: Order): Goal[] {
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

function pathOfMessage(campaign: Problem, { honest, question }: Asked): readonly NodeId[] {
  const path = campaign.protocol.tree!.pathOf(settingOf(campaign), question.round, question.from, honest);
  if (path === undefined) throw new Error(`the message ${JSON.stringify(honest)} has no path`);
  return path;
}
