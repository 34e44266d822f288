import { config, expect } from 'chai';
import { STRATEGIES } from '../../src/generals/faults/registry.ts';
import { PROTOCOLS } from '../../src/generals/protocols/registry.ts';
import { SYSTEMS } from '../../src/systems.ts';

const known = (): string[] => [PROTOCOLS, STRATEGIES, SYSTEMS].flatMap((all) => all.map(({ name }) => name));
const ours = known();

// What a program printed is to be seen where it is not what was expected.
config.truncateThreshold = 4000;

/** Files share a process, in an order of no one's: what one of them brings would be there for others, who would then fail by chance. */
export const mochaHooks = {
  afterAll(): void {
    expect(known(), 'bring code in a process of its own').to.deep.equal(ours);
  },
};
