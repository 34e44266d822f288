import type { System } from './runtime/virtual/system.ts';
import { broadcast } from './broadcast/system.ts';
import { gossip } from './gossip/sim/system.ts';
import { randomised } from './randomised/system.ts';
import { words } from './words/sim/system.ts';
import { collector, pbft } from './replicas/sim/system.ts';

/** What `generals simulate` runs. */
export const SYSTEMS: readonly System[] = [
  pbft,
  collector,
  broadcast,
  randomised,
  gossip,
  words,
];

export const systemNamed = (name: string): System | undefined => SYSTEMS.find((system) => system.name === name || system.aliases.includes(name));
