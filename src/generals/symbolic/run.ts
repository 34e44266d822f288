import { nodeId, QUORUM, type NodeId, type Quorum } from '../../core/node.ts';
import { strictMajority } from '../../core/quorum.ts';
import { atLeast, majorities } from './adder.ts';
import { CIRCUITS } from './circuits.ts';
import type { Instance } from './instance.ts';
import { TRUE, FALSE, Circuitry, type Signal } from './words.ts';

/** One symbolic run: for each property that is counted, the word of the orders in which it came about. */
export interface Run {
  readonly words: Circuitry;
  readonly agreementViolated: Signal;
  readonly validityViolated: Signal;
  readonly executedAttack: Signal;
  readonly executedRetreat: Signal;
}

/** The name of the coin that settles what the last general of a path says to another, and of a traitor's ballot. */
export const tossOf = (path: readonly NodeId[], to: NodeId | Quorum): string => `${path.join(' ')} to ${to}`;

/** An army with more messages than this takes too long to be run on words: up to here it is some tens of milliseconds. */
const MESSAGES_MAX = 60_000;

/** Whether a situation can be run on words: its protocol has a circuit, takes so many generals and m, and is not too large. */
export function canRun({ protocol, members: n, m }: Instance): boolean {
  if (!CIRCUITS.has(protocol) || n < 1 || protocol.refuses(n, m) !== undefined) return false;
  const commander = nodeId(1);
  const members = Array.from({ length: n }, (_, index) => nodeId(index + 1));
  return protocol.messages({ commander, members, m }) <= MESSAGES_MAX;
}

/**
 * Runs a protocol on words. A traitor by `coin` says the honest order or its counterpart, each with probability ½:
 * x xor a fair coin is a fair coin, independent of x, so what it should have said is not computed.
 * @throws Error if the protocol has no circuit
 */
export function runOf({ protocol, members, m, traitors, order }: Instance): Run {
  const words = new Circuitry();
  const commander = nodeId(1);
  const lieutenants = Array.from({ length: members - 1 }, (_, index) => nodeId(index + 2));
  const faulty = new Set(traitors);
  const isTraitor = (id: NodeId): boolean => faulty.has(id);
  const said = (path: readonly NodeId[], to: NodeId, honest: () => Signal): Signal => (isTraitor(path.at(-1)!) ? words.coin(tossOf(path, to)) : honest());
  const ordered = order === 'attack' ? TRUE : FALSE;

  const circuit = CIRCUITS.get(protocol);
  if (circuit === undefined) throw new Error(`'${protocol.name}' has no circuit`);
  const decisions = circuit({ commander, lieutenants, m, order: ordered, isTraitor, said, majorities: (tallies) => majorities(words, tallies) });
  return { words, ...broken(words, decisions, isTraitor(commander) ? undefined : ordered), ...verdict() };

  /** As `verdictOf` in the judge: strictly more than half of the secondaries' ballots; a primary without secondaries decides alone. */
  function verdict(): Pick<Run, 'executedAttack' | 'executedRetreat'> {
    const loyal = lieutenants.filter((id) => !isTraitor(id));
    const ballots = [...decisions, ...lieutenants.filter(isTraitor).map((id) => words.coin(tossOf([id], QUORUM)))];
    if (loyal.length !== decisions.length) throw new Error(`${decisions.length} decisions of ${loyal.length} loyal lieutenants`);
    const voters = ballots.length === 0 ? [ordered] : ballots;
    const needed = strictMajority(voters.length);
    const [executedAttack, tooManyAttack] = [needed, voters.length - needed + 1].map((threshold) => atLeast(words, [voters], threshold)[0]!);
    return { executedAttack: executedAttack!, executedRetreat: words.not(tooManyAttack!) };
  }
}

/** As `findingsOf` in the judge. @param ordered what a loyal commander ordered */
function broken(words: Circuitry, decisions: readonly Signal[], ordered: Signal | undefined): Pick<Run, 'agreementViolated' | 'validityViolated'> {
  const some = decisions.reduce((a, b) => words.or(a, b), FALSE);
  const all = decisions.reduce((a, b) => words.and(a, b), TRUE);
  const disobeyed = ordered === TRUE ? words.not(all) : some;
  return { agreementViolated: decisions.length === 0 ? FALSE : words.andNot(some, all), validityViolated: ordered === undefined ? FALSE : disobeyed };
}
