import type { AnyMachine } from '../../core/machine.ts';
import type { NodeId } from '../../core/node.ts';
import type { Observe } from '../../core/observer.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { Network, NodeSpec, SimNode, World } from './network.ts';

/**
 * All that the simulator and the command line know of something that can be run: its machines, what they are asked, what can go
 * wrong, who judges it, and words for people. A new one is a folder, and a line in the registry (`systems.ts`).
 */
export interface System<Plan extends FaultPlan = FaultPlan> {
  readonly name: string;
  /** What else it is called. */
  readonly aliases: readonly string[];
  /** One line for people who choose. */
  readonly summary: string;
  /** What holds, at the beginning of a sentence. */
  readonly promises: string;
  /** How many members it has if not told otherwise. */
  readonly members: number;
  /** The ways in which its nodes can be Byzantine. */
  readonly strategies: readonly { readonly name: string; readonly summary: string }[];
  /** What becomes of it: a function of n and the seed. */
  draw(request: PlanRequest): Plan;
  /** A plan in one line for people. */
  describe(plan: Plan): string;
  /** A plan as the first line of a trace. */
  print(plan: Plan): string;
  /** Each thing in a plan that can be left out, by a name that people can type. */
  parts(plan: Plan): readonly string[];
  /** The plan with these parts alone. */
  only(plan: Plan, parts: ReadonlySet<string>): Plan;
  /** Its nodes under a plan, what they are asked, and who judges them. */
  begin(plan: Plan, options: BeginOptions): Run;
  /** A fact in words; undefined for what people would see too much of. */
  inWords(fact: Fact): string | undefined;
}

export interface PlanRequest {
  readonly n: number;
  readonly seed: number;
  /** Byzantine strategies to draw from; all if not told otherwise. */
  readonly strategies?: readonly string[];
  /** How many traitors more there may be than the system stands; none if not told otherwise. */
  readonly beyond?: number;
}

export interface BeginOptions {
  /** The loyal nodes’ machine, where it is not as it should be. */
  readonly loyal?: AnyMachine | undefined;
  /** Is told of each fact when it happens, in the order of time. What it throws ends nothing: it is told no more, and the outcome has it. */
  readonly observe?: Observe<Fact> | undefined;
}

/** What happened, `at` so many ms of virtual time. A trace has one a line. */
export interface Fact {
  readonly at: number;
  readonly type: string;
}

/** A system under way. */
export interface Run {
  /** The members first, by number; then clients, then whoever has the id of one of these as well. */
  readonly nodes: readonly NodeSpec[];
  /** What becomes of messages; as the plan has it if not told otherwise. */
  readonly link?: World['link'];
  /** In how many ms after the network has stabilised all must be well, if not within the minute of the others. */
  readonly patience?: number;
  /** Has what is to be asked happen in time. */
  ask(network: Network): void;
  sent?(from: SimNode, to: readonly NodeId[], message: unknown): void;
  output(node: SimNode, output: unknown): void;
  accuse(by: SimNode, suspect: NodeId, evidence: string): void;
  /** Who shares the fate of a member; itself alone if not told otherwise. */
  sharing?(id: NodeId, nodes: readonly SimNode[]): readonly SimNode[];
  /** Before a node starts, for the first time or again. */
  starting?(node: SimNode, network: Network): void;
  crashed?(node: SimNode): void;
  /** Before a node is restarted with what is on its disk, which may be compacted. */
  restarting?(node: SimNode, crash: { readonly at: number }): void;
  restarted?(node: SimNode): void;
  /** The first property that was broken for good, with its witness. */
  violation(): Violation | undefined;
  /** Whether all that must come about has. */
  isDone(): boolean;
  /** Tells whoever observes how each loyal node ends. */
  ended?(): void;
  /** How it ended, if nothing was broken by then. */
  end(): Finding;
  /** How far it came, in numbers. */
  figures(): Readonly<Record<string, number>>;
  /** The same in words. */
  progress(): string;
}

export interface Violation {
  readonly property: string;
  readonly witness: string;
}

export type Finding = { readonly type: 'holds' } | ({ readonly type: 'violated' } & Violation) | { readonly type: 'unknown'; readonly reason: string };

/** What became of a plan. */
export interface Outcome {
  readonly type: Finding['type'];
  readonly property?: string;
  /** What went wrong, if anything did. */
  readonly witness?: string;
  /** Why it is not known whether all holds. */
  readonly reason?: string;
  readonly events: number;
  readonly figures: Readonly<Record<string, number>>;
  readonly progress: string;
  /** In virtual ms. */
  readonly time: number;
  /** What the observer threw, if it did: it was told no more from then on. */
  readonly observerError?: unknown;
}
