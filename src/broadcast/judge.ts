import { counted } from '../core/figures.ts';
import type { NodeId } from '../core/node.ts';
import { staying } from '../runtime/virtual/fault-plan.ts';
import type { Judge, MemberPlan } from '../runtime/virtual/members.ts';
import type { Finding, Violation } from '../runtime/virtual/system.ts';
import type { BroadcastState } from './bracha.ts';
import type { BroadcastVocabulary } from './messages.ts';

type Delivered = Pick<BroadcastVocabulary['output'], 'origin' | 'number' | 'value'>;

/** Whether a broadcast is reliable: agreement, validity and no duplication as it goes; totality, and the rest of validity, in the end. */
export class BroadcastJudge implements Judge<BroadcastVocabulary, BroadcastState> {
  violation: Violation | undefined;
  readonly #loyal: readonly NodeId[];
  /** Those of them that are there in the end, and can be asked for what must come about. */
  readonly #staying: readonly NodeId[];
  /** What loyal nodes were asked to broadcast, by origin and number. */
  readonly #asked = new Map<string, string>();
  /** Which of these must come about, as who was asked is there in the end. */
  readonly #due: readonly string[];
  /** By broadcast, what each loyal node delivered. */
  readonly #delivered = new Map<string, Map<NodeId, string>>();

  constructor(plan: MemberPlan<BroadcastVocabulary['input']>, loyal: readonly NodeId[]) {
    const { inputs } = plan;
    this.#loyal = loyal;
    this.#staying = staying(loyal, plan);
    for (const { node, input } of inputs) if (loyal.includes(node)) this.#asked.set(keyOf({ origin: node, number: input.number }), input.value);
    this.#due = inputs.filter(({ node }) => this.#staying.includes(node)).map(({ node, input }) => keyOf({ origin: node, number: input.number }));
  }

  output(by: NodeId, output: Delivered): void {
    const before = this.#delivered.get(keyOf(output))?.get(by);
    if (before !== undefined) this.#break('no duplication', `node ${by} delivered ${named(output)} twice`);
    else this.#deliver(by, output);
  }

  restarted(by: NodeId, { broadcasts }: BroadcastState): void {
    for (const { origin, number, delivered } of broadcasts.values()) if (delivered !== undefined) this.#deliver(by, { origin, number, value: delivered });
  }

  #deliver(by: NodeId, one: Delivered): void {
    const key = keyOf(one);
    let values = this.#delivered.get(key);
    if (values === undefined) this.#delivered.set(key, (values = new Map()));
    for (const [other, value] of values) {
      if (value !== one.value) this.#break('agreement', `node ${by} delivered ${JSON.stringify(one.value)} as ${named(one)}, and node ${other} ${JSON.stringify(value)}`);
    }
    values.set(by, one.value);
    if (!this.#loyal.includes(one.origin)) return;
    const asked = this.#asked.get(key);
    if (asked !== one.value) this.#break('validity', `node ${by} delivered ${JSON.stringify(one.value)} as ${named(one)}, ${asked === undefined ? 'which there is not' : `which is ${JSON.stringify(asked)}`}`);
  }

  #break(property: string, witness: string): void {
    this.violation ??= { property, witness };
  }

  isDone(): boolean {
    return this.#missing() === undefined;
  }

  end(): Finding {
    const missing = this.#missing();
    return missing === undefined ? { type: 'holds' } : { type: 'violated', ...missing };
  }

  /** What some loyal node has yet to deliver. */
  #missing(): Violation | undefined {
    for (const [key, values] of this.#delivered) {
      const late = this.#staying.find((id) => !values.has(id));
      if (late !== undefined) return { property: 'totality', witness: `node ${late} did not deliver ${inWords(key)}, and node ${[...values.keys()][0]!} did` };
    }
    const lost = this.#due.find((key) => !this.#delivered.has(key));
    return lost === undefined ? undefined : { property: 'validity', witness: `nobody delivered ${inWords(lost)}` };
  }

  figures(): Readonly<Record<string, number>> {
    return { broadcasts: this.#delivered.size };
  }

  progress(): string {
    return `${counted(this.#delivered.size, 'broadcast')} delivered`;
  }
}

const keyOf = ({ origin, number }: Omit<Delivered, 'value'>): string => `${origin} ${number}`;

const inWords = (key: string): string => {
  const [origin, number] = key.split(' ');
  return `broadcast ${number} of node ${origin}`;
};

const named = (one: Omit<Delivered, 'value'>): string => inWords(keyOf(one));
