import { byzantineOf, type TypedVocabulary } from '../../core/byzantine.ts';
import { seededAt } from '../../core/choice.ts';
import { counted } from '../../core/figures.ts';
import type { AnyMachine, Machine, Settings } from '../../core/machine.ts';
import type { NodeId } from '../../core/node.ts';
import { symbolicSigner } from '../../core/signer.ts';
import { STRATEGIES } from '../../core/strategies.ts';
import { describeFact, type MemberFact } from './facts.ts';
import { describeLinks, describeOutages, describeTraitors, drawBursts, drawFaults, drawFrom, drawTraitors, membersOf, type Draw, type FaultPlan } from './fault-plan.ts';
import { lineOfPlanned } from './lines.ts';
import type { Network, SimNode } from './network.ts';
import { among, numbered, onlyFaults, partsOfFaults } from './shrink.ts';
import type { BeginOptions, Finding, Run, System, Violation } from './system.ts';

/** What a node is asked, and when; and once more when the network is stable, as its user cannot know whether it was taken. */
export interface PlannedInput<Input> {
  readonly at: number;
  readonly node: NodeId;
  readonly input: Input;
}

export interface MemberPlan<Input> extends FaultPlan {
  readonly inputs: readonly PlannedInput<Input>[];
}

/** Watches what loyal nodes hand on. */
export interface Judge<V extends TypedVocabulary, State> {
  output(by: NodeId, output: V['output']): void;
  /** A loyal node was restarted, and may have handed on what nobody heard. */
  restarted(by: NodeId, state: State): void;
  /** What was broken for good. */
  violation: Violation | undefined;
  isDone(states: States<State>): boolean;
  /** What has not come about. */
  end(states: States<State>): Finding;
  figures(): Readonly<Record<string, number>>;
  progress(): string;
}

/** The states of loyal nodes; undefined of one that is down. */
export type States<State> = ReadonlyMap<NodeId, State | undefined>;

/** A system of members that all run one machine, and are each asked something. */
export interface Definition<V extends TypedVocabulary, State extends object> {
  readonly name: string;
  readonly summary: string;
  readonly promises: string;
  /** How many members there are if not told otherwise. */
  readonly members: number;
  /** One that saves, where nodes can crash. */
  readonly machine: Machine<V, State>;
  /**
   * Whether messages are lost and nodes crash, come late and leave; so it is if not told otherwise. With `reliable` links messages are late,
   * by any time and in any order, and nothing else: the model of most papers.
   */
  readonly links?: 'lossy' | 'reliable';
  readonly settings: Settings;
  /** The most Byzantine members that it stands. */
  tolerates(n: number): number;
  inputs(draw: Draw, n: number, bursts: readonly number[]): readonly PlannedInput<V['input']>[];
  judge(plan: MemberPlan<V['input']>, loyal: readonly NodeId[]): Judge<V, State>;
  readonly words: {
    asked(inputs: readonly PlannedInput<V['input']>[]): string;
    /** What a node is asked, and what it hands on, behind its name: `is given 1`, `decided 1`. */
    input(input: V['input']): string;
    output(output: V['output']): string;
  };
}

export function systemOf<V extends TypedVocabulary, State extends object>(definition: Definition<V, State>): System<MemberPlan<V['input']>> {
  const { name, summary, promises, members, words } = definition;
  const isReliable = definition.links === 'reliable';
  // Who never crashes forgets nothing.
  const ways = isReliable ? STRATEGIES.filter((strategy) => strategy.name !== 'forgetful') : STRATEGIES;
  return {
    name,
    aliases: [],
    summary,
    promises,
    members,
    strategies: ways,
    draw({ n, seed, strategies = ways.map((strategy) => strategy.name), beyond = 0 }) {
      const draw = drawFrom(n, seed);
      const f = Math.min(n, definition.tolerates(n) + beyond);
      const traitors = drawTraitors(draw, n, f, strategies);
      const bursts = drawBursts(draw);
      const faults = drawFaults(draw, { n, f, traitors, bursts, oneWay: true });
      return { n, seed, traitors, inputs: definition.inputs(draw, n, bursts), ...faults, ...(isReliable ? RELIABLE : {}) };
    },
    describe: (plan) => `${counted(plan.n, 'node')}, ${describeTraitors(plan, 'node')}; ${words.asked(plan.inputs)}; ${describeOutages(plan)}; ${describeLinks(plan)}`,
    print(plan) {
      const { n, seed, traitors, partitions, ...rest } = plan;
      const drawn = { ...rest, partitions: partitions.map(({ side, ...partition }) => ({ ...partition, side: [...side] })) };
      const named = [...traitors].map(([id, kind]) => ({ id, kind }));
      return lineOfPlanned({ protocol: name, seed, members: membersOf(n), clients: [], traitors: named, about: this.describe(plan) }, drawn);
    },
    parts: (plan) => [...partsOfFaults(plan), ...numbered('input', plan.inputs)],
    only: (plan, parts) => ({ ...plan, ...onlyFaults(plan, parts), inputs: among('input', plan.inputs, parts) }),
    begin: (plan, options) => new MemberRun(definition, plan, options),
    inWords: (fact) => describeFact(fact as MemberFact),
  };
}

/** What does not happen where links are reliable. */
const RELIABLE = { partitions: [], crashes: [], joins: [], leaves: [], clocks: [], jumps: [], lost: 0, repeated: 0, sync: 0 } as const;

class MemberRun<V extends TypedVocabulary, State extends object> implements Run {
  readonly nodes: Run['nodes'];
  readonly #definition: Definition<V, State>;
  readonly #plan: MemberPlan<V['input']>;
  readonly #observe: ((fact: MemberFact) => void) | undefined;
  readonly #judge: Judge<V, State>;
  #network!: Network;

  constructor(definition: Definition<V, State>, plan: MemberPlan<V['input']>, { loyal = definition.machine, observe }: BeginOptions) {
    this.#definition = definition;
    this.#plan = plan;
    this.#observe = observe;
    const members = membersOf(plan.n);
    this.#judge = definition.judge(plan, members.filter((id) => !plan.traitors.has(id)));
    const node = (id: NodeId, machine: AnyMachine): Run['nodes'][number] => ({ id, machine, context: { self: id, members, signer: symbolicSigner(id), settings: definition.settings, choose: seededAt(plan.seed, id) } });
    const twins = [...plan.traitors].filter(([, strategy]) => strategy === 'twins').map(([id]) => id);
    this.nodes = [...members.map((id) => node(id, this.#machineOf(id, loyal))), ...twins.map((id) => node(id, definition.machine))];
  }

  #machineOf(id: NodeId, loyal: AnyMachine): AnyMachine {
    const name = this.#plan.traitors.get(id);
    if (name === undefined) return loyal;
    const strategy = STRATEGIES.find((one) => one.name === name);
    if (strategy === undefined) throw new Error(`no strategy ${name}`);
    return byzantineOf(this.#definition.machine, strategy);
  }

  ask(network: Network): void {
    const { words } = this.#definition;
    this.#network = network;
    for (const { at, node: id, input } of this.#plan.inputs) {
      for (const time of this.#definition.links === 'reliable' ? [at] : [at, this.#plan.stabilisesAt + 1]) {
        network.at(time, () => {
          if (time === at) this.#observe?.({ at, type: 'input', node: id, words: words.input(input), input });
          for (const node of network.nodes) if (node.id === id) network.input(node, input);
        });
      }
    }
  }

  output({ id }: SimNode, output: unknown): void {
    if (!this.#plan.traitors.has(id)) this.#judge.output(id, output);
    this.#observe?.({ at: this.#network.now, type: 'output', node: id, words: this.#definition.words.output(output), output });
  }

  accuse({ id }: SimNode, suspect: NodeId, evidence: string): void {
    if (this.#plan.traitors.has(id) || this.#plan.traitors.has(suspect)) return;
    this.#judge.violation ??= { property: 'integrity', witness: `node ${id} accuses node ${suspect}, which is as loyal, of ${evidence}` };
  }

  restarted({ id, state }: SimNode): void {
    if (!this.#plan.traitors.has(id)) this.#judge.restarted(id, state as State);
  }

  violation(): Violation | undefined {
    return this.#judge.violation;
  }

  isDone(): boolean {
    return this.#judge.isDone(this.#states());
  }

  end(): Finding {
    return this.#judge.end(this.#states());
  }

  #states(): States<State> {
    const loyal = this.#network.nodes.filter(({ id }) => !this.#plan.traitors.has(id));
    return new Map(loyal.map(({ id, state }) => [id, state as State | undefined]));
  }

  figures(): Readonly<Record<string, number>> {
    return this.#judge.figures();
  }

  progress(): string {
    return this.#judge.progress();
  }
}
