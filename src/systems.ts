import type { System } from './runtime/virtual/system.ts';
import { broadcast } from './broadcast/system.ts';
import { gossip } from './gossip/sim/system.ts';
import { randomised } from './randomised/system.ts';
import { words } from './words/sim/system.ts';
import { collector, pbft } from './replicas/sim/system.ts';

const all: System[] = [
  pbft,
  collector,
  broadcast,
  randomised,
  gossip,
  words,
];

/** What `generals simulate` runs: ours, then those that somebody brought. */
export const SYSTEMS: readonly System[] = all;

/** Adds one that somebody brought. From then on its name is found as ours are. */
export const registerSystem = (system: System): unknown => all.push(system);

export const systemNamed = (name: string): System | undefined => SYSTEMS.find((system) => system.name === name || system.aliases.includes(name));
