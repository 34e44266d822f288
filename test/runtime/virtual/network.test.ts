import { expect } from 'chai';
import { choosesNothing } from '../../../src/core/choice.ts';
import { nodeId } from '../../../src/core/node.ts';
import { symbolicSeal } from '../../../src/core/seal.ts';
import type { AnyMachine } from '../../../src/core/machine.ts';
import { Network, type SimNode } from '../../../src/runtime/virtual/network.ts';

/** Saves what begins with a capital letter, and says everything. */
const scribe: AnyMachine = {
  begin: () => undefined,
  recover: () => undefined,
  parse: (input) => input,
  step(_context, _state, event) {
    if (event.type !== 'input') return [];
    const word = event.input as string;
    return [...(word[0] === word[0]!.toUpperCase() ? [{ type: 'save', record: word } as const] : []), { type: 'output', output: word }];
  },
};

describe('a virtual network, where a save takes 5 ms', () => {
  let said: string[];
  let network: Network;
  let node: SimNode;
  beforeEach(() => {
    said = [];
    const id = nodeId(0);
    const one = { id, machine: scribe, context: { self: id, members: [id], seal: symbolicSeal(id), settings: {}, choose: choosesNothing } };
    network = new Network([one], { link: () => [1], sync: () => 5, output: (_node, output, now) => void said.push(`${now} ${output as string}`) });
    node = network.nodes[0]!;
    network.start(node);
  });
  const input = (at: number, word: string): void => network.at(at, () => network.input(node, word));

  it('lets nothing be said before the disk has what was saved', () => {
    input(1, 'b');
    input(2, 'A');
    network.run(20);
    expect(said).to.deep.equal(['1 b', '7 A']);
  });

  it('lets nothing overtake what waits, not in the very millisecond in which the disk is done', () => {
    input(0, 'A');
    input(5, 'b');
    network.run(20);
    expect(said).to.deep.equal(['5 A', '5 b']);
  });

  it('loses in a fall what is on its way to the disk, and keeps what has just arrived though it was not said', () => {
    input(0, 'A');
    input(2, 'B');
    network.at(5, () => network.crash(node));
    network.at(8, () => network.start(node));
    input(9, 'c');
    network.run(20);
    expect(node.disk).to.deep.equal(['A']);
    expect(said).to.deep.equal(['9 c']);
  });
});
