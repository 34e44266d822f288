import type { FaultStrategy } from '../strategy.ts';
import { arbitrary } from './arbitrary.ts';
import { coin } from './coin.ts';
import { late } from './late.ts';
import { liar } from './liar.ts';
import { silent } from './silent.ts';
import { sleeper } from './sleeper.ts';
import { splitter } from './splitter.ts';
import { twins } from './twins.ts';
import { twoFaced } from './two-faced.ts';

/** Those that are ours; one file and one line here make another. */
const REGISTERED = [coin, liar, silent, twoFaced, splitter, sleeper, late, arbitrary, twins] as const;

export type StrategyName = (typeof REGISTERED)[number]['name'];

const all: FaultStrategy<StrategyName>[] = [...REGISTERED];

/** All ways of being a traitor: ours, then those that somebody brought. */
export const STRATEGIES: readonly FaultStrategy<StrategyName>[] = all;

export const DEFAULT_STRATEGY = coin;

export const strategyNamed = (name: string): FaultStrategy<StrategyName> | undefined => STRATEGIES.find((strategy) => strategy.name === name);

/** Adds one that somebody brought. From then on its name is found as ours are, though no type lists it. */
export const registerStrategy = (strategy: FaultStrategy): unknown => all.push(strategy as FaultStrategy<StrategyName>);
