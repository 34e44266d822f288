import type { FaultStrategy } from '../core/strategy.ts';
import { coin } from './coin.ts';

/** All ways of being a traitor; one file and one line here make another. */
export const STRATEGIES: readonly FaultStrategy[] = [coin];

export const DEFAULT_STRATEGY = coin;

export const strategyNamed = (name: string): FaultStrategy | undefined => STRATEGIES.find((strategy) => strategy.name === name);
