/**
 * Every treason, round by round, for any protocol: runs that have come to the same configuration are gone on with once.
 *
 * A configuration is, for each general, its state, what it would honestly say next, and what it has decided. Protocols
 * are pure, so what can come of a configuration does not depend on how it was come to; and what a general makes of a round
 * depends on its own inbox alone. So a round is worked out receiver by receiver: what the traitors may say to it, which
 * of its next states come of that, in how many ways, and with how many lies at the least. All combinations of the
 * receivers' next states are the next configurations, where ways multiply, lies add up, and alike configurations are merged, ways
 * being added and the fewest lies kept. At the end the ways to all configurations are as many as treasons, each counted
 * once, and the fewest lies to one that breaks a property are the smallest lie. This forgets nothing but the order of
 * sums: plain enumeration gives the same figures, as the tests show.
 *
 * A decision is final. So where no formula counts the treasons, a run is over once all loyal generals have decided, and treasons that
 * differ only after that are one.
 *
 * Configurations to which no way leads with few lies are left out at first, then fewer and fewer are, until a violation
 * is found or nothing was left out: a small lie is found long before all configurations would be.
 */
import type { Report, RunResult } from '../host.ts';
import type { NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';
import { brokenBySeeds, treasonIn, type Broken } from './broken.ts';
import { assertAll, countTreasons } from './count.ts';
import { Courses, ENDS, UNDECIDED, messageKey } from './courses.ts';
import { Layer, combine } from './layer.ts';
import { NO_PROOF, type ProofOf } from './proven.ts';
import { traitorSets, type Problem } from './request.ts';
import type { CheckResult, Coverage } from './result.ts';
import { judgeOf, violationBy, type Decide } from './trial.ts';

const BOUNDS: readonly number[] = [2, 4, 8, Infinity];

/** The most configurations after one round: what they take is memory, and a search that runs out of it would lose what it knows. */
const CONFIGURATIONS_MAX = 500_000;

/** For the same reason, what is known of courses is worked out anew where it is more than this. */
const COURSES_MAX = 1_000_000;

/** How many ways on are gone between two reports, a step of the code being as long as some of them: a few milliseconds. */
const WORK_MAX = 1000;
const WORK_OF_STEP = 30;

/** After so many of these a violation that a proof has shown is said, though a smaller one may be left: a quarter of a second. */
const STEPS_AFTER_PROOF = 200;

/** Whoever has spent so much of that on treasons of few lies does not come to the end of those with twice as many. */
const SHARE_OF_PASS = 1 / 4;

/** After so many more, a second, seeded treasons are asked whether the search is for a proof or for a violation. */
const STEPS_BEFORE_SEEDS = 1000;

/** And after so many, some seconds, what they have shown is said. */
const STEPS_AFTER_SEEDS = 2500;

/**
 * @param proof what need not be searched, and a treason that is known to break something
 * @param most configurations after one round
 */
export function* searchMerging(campaign: Problem, proof: ProofOf = NO_PROOF, most = CONFIGURATIONS_MAX): Generator<Coverage, CheckResult, boolean | undefined> {
  const treasons = countTreasons(campaign);
  let courses = new Courses(campaign);
  let covered = 0n;
  let liesCovered: number | undefined;
  let [work, steps, isAsked] = [0, 0, proof.broken !== undefined];
  let { broken } = proof;
  for (const bound of BOUNDS) {
    let inThisPass = proof.proven?.treasons ?? 0n;
    let isCut = false;
    let smallest: Found | undefined;
    for (const traitors of traitorSets(campaign)) {
      const judge = judgeOf(campaign, traitors);
      for (const order of campaign.orders) {
        if (proof.isProven(traitors, order)) continue;
        if (courses.size > COURSES_MAX) {
          work -= WORK_OF_STEP * courses.steps;
          courses = new Courses(campaign);
        }
        const army = new Army(campaign, courses, { traitors, order, isCounted: treasons !== undefined });
        for (; army.round <= courses.rounds; army.nextRound()) {
          for (let number = 0; number < army.layer.size; number += 1) {
            if (army.goOn(number, Math.min(bound, (smallest?.lies ?? Infinity) - 1))) isCut = true;
            const isTooLarge = army.next.size > most;
            const worked = army.work + WORK_OF_STEP * courses.steps;
            const isDue = worked - work > WORK_MAX;
            if (isDue) [work, steps] = [worked, steps + (worked - work) / WORK_MAX];
            if (!isAsked && smallest === undefined && (isTooLarge || steps > STEPS_BEFORE_SEEDS)) {
              isAsked = true;
              const seeds = brokenBySeeds(campaign);
              for (let step = seeds.next(); ; step = seeds.next()) {
                if (step.done === true) {
                  broken = step.value;
                  break;
                }
                if ((yield { covered, treasons }) === true) return unknown('stopped');
              }
            }
            if (broken !== undefined && smallest === undefined && (isTooLarge || steps > (broken === proof.broken ? STEPS_AFTER_PROOF : STEPS_AFTER_SEEDS))) return known(broken);
            if (!isTooLarge && !(isDue && (yield { covered, treasons }) === true)) continue;
            if (smallest !== undefined) return violated(smallest, false);
            return unknown(isTooLarge ? 'too large' : 'stopped');
          }
        }
        work -= army.work;
        for (const end of army.ends()) {
          inThisPass += end.ways;
          if (end.lies < (smallest?.lies ?? Infinity) && judge(order, accountOf(campaign, end)) !== undefined) smallest = { traitors, order, lies: end.lies, decide: army.leadingTo(end) };
        }
        if (inThisPass > covered) covered = inThisPass;
      }
    }
    if (smallest !== undefined) return violated(smallest, true);
    liesCovered = bound;
    if (isCut && broken !== undefined && broken === proof.broken && steps > SHARE_OF_PASS * STEPS_AFTER_PROOF) return known(broken);
    if (isCut) continue;
    assertAll(inThisPass, treasons);
    return { type: 'holds', engine: 'merging', treasons: inThisPass, ...proofs() };
  }
  throw new Error('the last search was to leave nothing out');

  function violated({ traitors, order, lies, decide }: Found, isSmallest: boolean): CheckResult {
    const violation = violationBy(campaign, traitors, order, lies, decide);
    return { type: 'violated', engine: 'merging', violation, isSmallest, covered, ...proofs() };
  }

  function unknown(reason: 'too large' | 'stopped'): CheckResult {
    return { type: 'unknown', reason, engine: 'merging', covered, treasons, ...(liesCovered === undefined ? {} : { liesCovered }), ...proofs() };
  }

  /** What is known to break something, where the search for less takes too long. */
  function known({ traitors, order, treason }: Broken): CheckResult {
    const violation = violationBy(campaign, traitors, order, undefined, treasonIn(treason));
    return { type: 'violated', engine: 'merging', violation, isSmallest: false, covered, ...proofs() };
  }

  function proofs(): Pick<CheckResult, 'proven'> {
    return proof.proven === undefined ? {} : { proven: proof.proven };
  }
}

interface Found {
  readonly traitors: readonly NodeId[];
  readonly order: Order;
  readonly lies: number;
  readonly decide: Decide;
}

/** How runs end: what the loyal decided. */
interface End {
  /** By member, one of `ENDS`; of traitors nothing is asked. */
  readonly decisions: readonly number[];
  readonly ways: bigint;
  readonly lies: number;
  /** In which round, and with the fewest lies from which configuration. */
  readonly round: number;
  readonly before: number;
}

/** Whatever may become of an army under one order, as far as it was gone through. */
class Army {
  /** Of the layer. */
  round = 1;
  /** The configurations in which the army may be in this round. */
  layer: Layer;
  /** Those of the next, as far as they are known. */
  next: Layer;
  /** How many ways on were gone. */
  work = 0;
  readonly #problem: Problem;
  readonly #courses: Courses;
  readonly #isTraitor: readonly boolean[];
  readonly #isCounted: boolean;
  /** By round. */
  readonly #layers: Layer[] = [];
  /** By the round in which nobody loyal has still to decide: by their decisions. */
  readonly #ends: Layer[];

  constructor(problem: Problem, courses: Courses, { traitors, order, isCounted }: { readonly traitors: readonly NodeId[]; readonly order: Order; readonly isCounted: boolean }) {
    const { members } = problem;
    this.#problem = problem;
    this.#courses = courses;
    this.#isTraitor = members.map((id) => traitors.includes(id));
    this.#isCounted = isCounted;
    this.#ends = Array.from({ length: courses.rounds + 2 }, () => new Layer(members.length));
    this.next = new Layer(members.length);
    this.#reach(0, courses.start(order), 1n, 0, 0);
    this.layer = this.next;
    // Rounds count from 1.
    this.#layers.push(this.layer, this.layer);
    this.next = new Layer(members.length);
  }

  nextRound(): void {
    this.round += 1;
    this.layer = this.next;
    this.#layers.push(this.layer);
    this.next = new Layer(this.#problem.members.length);
  }

  /** Adds what may come of a configuration. @returns whether something was left out for its many lies */
  goOn(number: number, bound: number): boolean {
    const { layer, round } = this;
    const states = layer.configurations.of(number);
    const prospects = this.#isTraitor.map((_, receiver) => this.#courses.prospectsOf(states, receiver, round, this.#isTraitor));
    return combine(prospects, { ways: layer.ways[number]!, lies: layer.lies[number]! }, bound, (after, ways, lies) => {
      this.work += 1;
      this.#reach(round, after, ways, lies, number);
    });
  }

  #reach(round: number, states: ArrayLike<number>, ways: bigint, lies: number, before: number): void {
    const isOver = round === this.#courses.rounds || (!this.#isCounted && this.#isTraitor.every((isSo, member) => isSo || this.#courses.endOf(states[member]!) !== UNDECIDED));
    if (isOver) this.#ends[round]!.add(this.#decisionsIn(states), ways, lies, before);
    else this.next.add(states, ways, lies, before);
  }

  #decisionsIn(states: ArrayLike<number>): number[] {
    return this.#isTraitor.map((isSo, member) => (isSo ? UNDECIDED : this.#courses.endOf(states[member]!)));
  }

  *ends(): Generator<End> {
    for (const [round, { size, configurations, ways, lies, before }] of this.#ends.entries()) {
      for (let number = 0; number < size; number += 1) yield { decisions: [...configurations.of(number)], ways: ways[number]!, lies: lies[number]!, round, before: before[number]! };
    }
  }

  /** The treason that leads to such an end, with the fewest lies. */
  leadingTo({ round: last, decisions, before }: End): Decide {
    const told = new Map<string, number>();
    let [number, isWanted] = [before, (state: number, member: number): boolean => this.#isTraitor[member]! || this.#courses.endOf(state) === decisions[member]];
    for (let round = last; round > 0; round -= 1) {
      const layer = this.#layers[round]!;
      const states = layer.configurations.of(number);
      this.#isTraitor.forEach((_, member) => {
        for (const { message, alternative } of this.#courses.toldFor(states, member, round, this.#isTraitor, (state) => isWanted(state, member))) told.set(message, alternative);
      });
      isWanted = (state, member) => state === states[member];
      number = layer.before[number]!;
    }
    return ({ question: { round, from, to, index } }) => told.get(messageKey(round, from, to, index)) ?? 0;
  }
}

/** What the judge asks of a run. */
function accountOf({ members }: Problem, { decisions }: End): RunResult {
  const reports = members.map((id, index): Report => {
    const decision = ENDS[decisions[index]!];
    return { id, decision, ballot: decision, strategy: undefined, heard: [], tampered: [], sent: 0 };
  });
  return { reports, losses: [], accusations: [] };
}
