/**
 * The problem that a view change solves: nodes that may each be given a value agree on one. It is asked of nodes with reliable links, whose
 * messages are late at first, so that who leads may be given up too soon.
 */
import type { TypedVocabulary } from '../core/byzantine.ts';
import { counted } from '../core/figures.ts';
import { nodeId, type NodeId } from '../core/node.ts';
import { faultsTolerated } from '../core/quorum.ts';
import { staying } from '../runtime/virtual/fault-plan.ts';
import type { Judge, MemberPlan } from '../runtime/virtual/members.ts';
import type { Finding, Violation } from '../runtime/virtual/system.ts';
import type { Problem } from './problem.ts';

export interface ConsensusVocabulary extends TypedVocabulary {
  /** What its user would have all decide. */
  readonly input: { readonly value: string };
  readonly output: { readonly type: 'decided'; readonly value: string };
}

/** Whether loyal nodes agree as it goes, and whether all have decided in the end. */
class ConsensusJudge implements Judge<ConsensusVocabulary, object> {
  violation: Violation | undefined;
  /** Who has to decide. */
  readonly #staying: readonly NodeId[];
  /** What may be decided; undefined where a traitor may have proposed what it likes. */
  readonly #given: ReadonlySet<string> | undefined;
  readonly #decided = new Map<NodeId, string>();

  constructor(plan: MemberPlan<ConsensusVocabulary['input']>, loyal: readonly NodeId[]) {
    // A decision is due where all loyal nodes are given something.
    const isDue = loyal.every((id) => plan.inputs.some(({ node }) => node === id));
    this.#staying = isDue ? staying(loyal, plan) : [];
    this.#given = loyal.length < plan.n ? undefined : new Set(plan.inputs.map(({ input }) => input.value));
  }

  output(by: NodeId, { value }: ConsensusVocabulary['output']): void {
    if (this.#decided.has(by)) this.#break('no duplication', `node ${by} decided twice`);
    for (const [other, before] of this.#decided) if (before !== value) this.#break('agreement', `node ${by} decided ${JSON.stringify(value)}, and node ${other} ${JSON.stringify(before)}`);
    this.#decided.set(by, value);
    if (this.#given?.has(value) === false) this.#break('validity', `node ${by} decided ${JSON.stringify(value)}, which nobody was given`);
  }

  restarted(): void {
    // With reliable links nobody is.
  }

  #break(property: string, witness: string): void {
    this.violation ??= { property, witness };
  }

  isDone(): boolean {
    return this.#staying.every((id) => this.#decided.has(id));
  }

  end(): Finding {
    const late = this.#staying.find((id) => !this.#decided.has(id));
    return late === undefined ? { type: 'holds' } : { type: 'violated', property: 'termination', witness: `node ${late} did not decide` };
  }

  figures(): Readonly<Record<string, number>> {
    return { decided: this.#decided.size };
  }

  progress(): string {
    return `${counted(this.#decided.size, 'node')} decided`;
  }
}

export const consensus: Problem<ConsensusVocabulary> = {
  name: 'consensus',
  title: 'consensus, once the network is stable: n > 3f',
  promises: 'Agreement, validity and termination',
  members: 4,
  tolerates: faultsTolerated,
  inputs: (draw, n, bursts) => Array.from({ length: n }, (_, id) => ({ at: bursts[0]! + draw(21, id, 30), node: nodeId(id), input: { value: `value ${id}` } })),
  judge: (plan, loyal) => new ConsensusJudge(plan, loyal),
  words: {
    asked: (inputs) => `${counted(inputs.length, 'value')} given`,
    input: ({ value }) => `is given ${JSON.stringify(value)}`,
    output: ({ value }) => `decided ${JSON.stringify(value)}`,
  },
};
