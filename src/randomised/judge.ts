import { counted } from '../core/figures.ts';
import type { NodeId } from '../core/node.ts';
import { staying } from '../runtime/virtual/fault-plan.ts';
import type { Judge, MemberPlan, States } from '../runtime/virtual/members.ts';
import type { Finding, Violation } from '../runtime/virtual/system.ts';
import type { BenOrState } from './ben-or.ts';
import { BITS, type BenOrVocabulary, type Bit, type Decision } from './messages.ts';

/** So many rounds are waited for; where nothing was decided by then, coins may yet fall alike. */
export const ROUNDS_MAX = 100;

/** Whether loyal nodes agree, and on what they may, as it goes; and whether all have decided in the end. */
export class AgreementJudge implements Judge<BenOrVocabulary, BenOrState> {
  violation: Violation | undefined;
  /** Loyal nodes that are there in the end. */
  readonly #staying: readonly NodeId[];
  /** What the loyal may decide. */
  readonly #valid: readonly Bit[];
  /** Whether a decision is due: only where all loyal nodes are given something. */
  readonly #isDue: boolean;
  readonly #decisions = new Map<NodeId, Decision>();

  constructor(plan: MemberPlan<BenOrVocabulary['input']>, loyal: readonly NodeId[]) {
    const { inputs } = plan;
    const given = inputs.filter(({ node }) => loyal.includes(node));
    this.#staying = staying(loyal, plan);
    this.#isDue = loyal.every((id) => given.some(({ node }) => node === id));
    this.#valid = BITS.filter((bit) => given.some(({ input }) => input.value === bit));
  }

  output(by: NodeId, decision: Decision): void {
    if (this.#decisions.has(by)) this.#break('no duplication', `node ${by} decided twice`);
    this.#decide(by, decision);
  }

  restarted(by: NodeId, { decision }: BenOrState): void {
    if (decision !== undefined) this.#decide(by, decision);
  }

  #decide(by: NodeId, decision: Decision): void {
    for (const [other, { value }] of this.#decisions) {
      if (value !== decision.value) this.#break('agreement', `node ${by} decided ${decision.value}, and node ${other} ${value}`);
    }
    this.#decisions.set(by, decision);
    if (!this.#valid.includes(decision.value)) this.#break('validity', `node ${by} decided ${decision.value}, which no loyal node was given`);
  }

  #break(property: string, witness: string): void {
    this.violation ??= { property, witness };
  }

  isDone(states: States<BenOrState>): boolean {
    return !this.#isDue || this.#waiting().length === 0 || this.#isUndecided(states);
  }

  /** Loyal nodes that have not decided. */
  #waiting(): readonly NodeId[] {
    return this.#staying.filter((id) => !this.#decisions.has(id));
  }

  /** Whether rounds went by, but no coins fell alike. */
  #isUndecided(states: States<BenOrState>): boolean {
    return this.#decisions.size === 0 && this.#staying.every((id) => (states.get(id)?.round ?? 0) >= ROUNDS_MAX);
  }

  end(states: States<BenOrState>): Finding {
    const [first] = this.#waiting();
    if (first === undefined || !this.#isDue) return { type: 'holds' };
    if (this.#isUndecided(states)) return { type: 'unknown', reason: `in ${ROUNDS_MAX} rounds the coins of enough nodes did not fall alike, and they may yet` };
    return { type: 'violated', property: 'termination', witness: `node ${first} did not decide, and is in round ${states.get(first)?.round ?? 0}` };
  }

  figures(): Readonly<Record<string, number>> {
    return { rounds: Math.max(0, ...[...this.#decisions.values()].map(({ round }) => round)) };
  }

  progress(): string {
    const [decision] = this.#decisions.values();
    return decision === undefined ? 'nothing decided' : `${decision.value} decided in ${counted(this.figures()['rounds']!, 'round')}`;
  }
}
