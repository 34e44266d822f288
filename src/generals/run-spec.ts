import type { NodeId } from '../core/node.ts';
import type { Deed } from './faults/out-of-turn.ts';
import type { Order } from './order.ts';

/** How a general may break down, for those who want to see what a crash does. */
export type CrashMode = 'throw' | 'exit' | 'hang';

export const CRASH_MODES: readonly CrashMode[] = ['throw', 'exit', 'hang'];

/** What every general is told before an order. Plain data: it crosses from thread to thread. */
export interface NodeSpec {
  /** 1, 2, 3 …: never the same twice in one army. */
  readonly number: number;
  readonly protocol: string;
  /** m, the traitors to be stood. */
  readonly m: number;
  readonly members: readonly NodeId[];
  readonly commander: NodeId;
  readonly seed: number;
  /** The order's number among those that draw from this seed. */
  readonly draw: number;
  /** How many milliseconds a hung general is waited for. */
  readonly deadline: number;
}

/** What a host needs to have one order agreed on; only the commander is told the order. */
export interface RunSpec extends NodeSpec {
  readonly order: Order;
}

/** What one general does in one order beside what its protocol asks for. No other general is told. */
export interface Behaviour {
  /** The way in which it is a traitor; loyal if not given. */
  readonly strategy?: string;
  /** What it says as a traitor, word by word, in the place of what its strategy would choose. */
  readonly words?: readonly string[];
  /** What it does out of turn as a traitor, and is honest in all else that no words fix. */
  readonly deeds?: readonly Deed[];
  /** How it breaks down when the order reaches it. */
  readonly crashMode?: CrashMode;
  /** In the middle of which round it dies: what it says then reaches the first half of the others only. */
  readonly crashRound?: number;
}

/** The behaviour of each general that has one of its own. */
export type Behaviours = ReadonlyMap<NodeId, Behaviour>;

/** The behaviours of traitors, each in its way. */
export const behavioursOf = (traitors: ReadonlyMap<NodeId, string>): Map<NodeId, Behaviour> => new Map([...traitors].map(([id, strategy]) => [id, { strategy }]));

/** For how many milliseconds a hung general is waited for, where nothing else is asked for. */
export const DEFAULT_DEADLINE = 1000;

/** The most generals of an army, where nothing else is asked for: two cores carry so many, at 3 s to muster them. */
export const DEFAULT_LIMIT = 256;
