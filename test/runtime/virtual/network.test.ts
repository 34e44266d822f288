import { expect } from 'chai';
import { choosesNothing } from '../../../src/core/choice.ts';
import { nodeId } from '../../../src/core/node.ts';
import { symbolicSigner } from '../../../src/core/signer.ts';
import { ACCEPTED, type AnyMachine } from '../../../src/core/machine.ts';
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
    const one = { id, machine: scribe, context: { self: id, members: [id], signer: symbolicSigner(id), settings: {}, choose: choosesNothing } };
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

/** Sets a timer of 100 ms, and says when it rings. */
const sleeper: AnyMachine = {
  begin: () => undefined,
  parse: (input) => input,
  step: (_context, _state, event) => (event.type === 'start' ? [{ type: 'set-timer', timer: 'alarm', after: 100 }] : event.type === 'timeout' ? [{ type: 'output', output: event.timer }] : []),
};

describe('a virtual network whose clocks are not the same', () => {
  function rings(pace: number, ...jumps: { readonly at: number; readonly by: number }[]): number[] {
    const times: number[] = [];
    const id = nodeId(0);
    const network = new Network([{ id, machine: sleeper, context: { self: id, members: [id], signer: symbolicSigner(id), settings: {}, choose: choosesNothing } }], { link: () => [1], sync: () => 0, output: (_node, _output, now) => void times.push(now) });
    const node = network.nodes[0]!;
    node.pace = pace;
    network.start(node);
    for (const { at, by } of jumps) network.at(at, () => network.jump(node, by));
    network.run(10_000);
    return times;
  }

  it('has timers ring sooner by a fast one, and later by a slow one', () => {
    expect(rings(1)).to.deep.equal([100]);
    expect(rings(0.5)).to.deep.equal([50]);
    expect(rings(2)).to.deep.equal([200]);
  });

  it('has a timer ring once: sooner by as much as a clock jumps ahead, at once if that is past, and later if it jumps back', () => {
    expect(rings(1, { at: 10, by: 30 })).to.deep.equal([70]);
    expect(rings(1, { at: 10, by: 1000 })).to.deep.equal([10]);
    expect(rings(1, { at: 10, by: -1000 })).to.deep.equal([1100]);
    expect(rings(1, { at: 10, by: -50 }, { at: 120, by: 20 })).to.deep.equal([130]);
    expect(rings(1, { at: 500, by: 20 }), 'none runs').to.deep.equal([100]);
  });
});

/** Says what it learns of others, and falls when it is told to. */
const watchman: AnyMachine = {
  begin: () => undefined,
  parse: (input) => input,
  step(context, _state, event) {
    switch (event.type) {
      case 'joined':
      case 'gone':
        return [{ type: 'output', output: `${event.peer} ${event.type}` }];
      case 'message':
        return [{ type: 'output', output: `hears ${event.message as string}` }];
      case 'input':
        return [{ type: 'send', to: context.members.filter((id) => id !== context.self), message: event.input }, { type: 'halt' }];
      default:
        return [];
    }
  },
};

describe('a virtual network whose nodes come and go', () => {
  let said: string[];
  let network: Network;
  beforeEach(() => {
    said = [];
    const members = [0, 1, 2].map(nodeId);
    const nodes = members.map((id) => ({ id, machine: watchman, context: { self: id, members, signer: symbolicSigner(id), settings: {}, choose: choosesNothing } }));
    network = new Network(nodes, {
      link: () => [3],
      sync: () => 0,
      output: ({ id }, output, now) => void said.push(`${now} node ${id}: ${output as string}`),
      halted: ({ id }) => void said.push(`${network.now} node ${id} fell`),
    });
  });

  it('tells the others who joins and who leaves, when they can know', () => {
    const [first, second, third] = network.nodes as [SimNode, SimNode, SimNode];
    network.start(first);
    network.start(second);
    network.at(5, () => network.join(third));
    network.at(9, () => network.leave(first, ({ id }) => id));
    network.run(20);
    expect(said).to.deep.equal(['5 node 0: 2 joined', '5 node 1: 2 joined', '10 node 1: 0 gone', '11 node 2: 0 gone']);
    expect(first.isUp).to.equal(false);
  });

  it('lets who falls by itself say first what it had to say', () => {
    for (const node of network.nodes) network.start(node);
    network.input(network.nodes[0]!, 'farewell');
    network.hear(network.nodes[0]!, nodeId(1), 'too late');
    network.run(20);
    expect(said).to.deep.equal(['0 node 0 fell', '3 node 1: hears farewell', '3 node 2: hears farewell']);
  });
});

/** Dials the address that it is given, says what it hears of its links, and greets whoever opens one. */
const caller: AnyMachine = {
  begin: () => undefined,
  parse: (input) => input,
  step(_context, _state, event) {
    switch (event.type) {
      case 'input':
        if (event.input === 'say') return [{ type: 'send', to: [nodeId(1)], message: 'are you there' }];
        return event.input === 'hang up' ? [{ type: 'hang-up', peer: nodeId(1) }] : [{ type: 'dial', peer: nodeId(1), address: event.input as string }];
      case 'joined':
        return [{ type: 'output', output: `joined ${event.peer}` }, { type: 'send', to: [event.peer], message: 'hello' }];
      case 'gone':
        return [{ type: 'output', output: `gone ${event.peer}` }];
      case 'message':
        return [{ type: 'output', output: `${event.message as string} from ${event.from}` }];
      case 'stalled':
        return [{ type: 'output', output: `stalled ${event.for}` }];
      default:
        return [];
    }
  },
};

describe('a virtual network whose nodes open links', () => {
  let said: string[];
  let isCut: boolean;
  let network: Network;
  const [a, b] = [0, 1] as const;
  const other = ACCEPTED + 1;
  beforeEach(() => {
    said = [];
    isCut = false;
    const nodes = [a, b].map((n) => ({ id: nodeId(n), machine: caller, context: { self: nodeId(n), members: [], signer: symbolicSigner(nodeId(n)), settings: {}, choose: choosesNothing }, address: `here:${n}` }));
    network = new Network(nodes, { link: () => (isCut ? [] : [1]), sync: () => 0, output: (node, output, now) => void said.push(`${now} ${node.id} ${output as string}`) });
    for (const node of network.nodes) network.start(node);
    network.at(1, () => network.input(network.nodes[a]!, 'here:1'));
  });

  it('has both ends learn that it is open, each by a number of its own, and carries messages', () => {
    network.run(20);
    expect(said).to.have.members([`2 1 joined ${other}`, '3 0 joined 1', '3 0 hello from 1', `4 1 hello from ${other}`]);
  });

  it('has who dialled learn that it is open before it hears anything over it, however long that takes', () => {
    // There, back, and what the other says at once.
    const delays = [1, 50, 1];
    const nodes = [a, b].map((n) => ({ id: nodeId(n), machine: caller, context: { self: nodeId(n), members: [], signer: symbolicSigner(nodeId(n)), settings: {}, choose: choosesNothing }, address: `here:${n}` }));
    const slow = new Network(nodes, { link: () => [delays.shift() ?? 1], sync: () => 0, output: (node, output, now) => void said.push(`${now} ${node.id} ${output as string}`) });
    for (const node of slow.nodes) slow.start(node);
    slow.input(slow.nodes[a]!, 'here:1');
    slow.run(100);
    expect(said.filter((line) => line.includes(' 0 '))).to.deep.equal(['51 0 joined 1', '51 0 hello from 1']);
  });

  it('has one end learn that the other is closed, by itself or by a crash, and not over a cut', () => {
    network.at(10, () => network.input(network.nodes[a]!, 'hang up'));
    network.run(20);
    expect(said.slice(4)).to.deep.equal([`11 1 gone ${other}`]);
    network.at(30, () => network.input(network.nodes[a]!, 'here:1'));
    network.at(40, () => network.crash(network.nodes[b]!));
    network.run(50);
    expect(said.at(-1)).to.equal('41 0 gone 1');
  });

  it('tells who dials in vain: at once if the node is down, after 3 s if nothing comes back', () => {
    network.crash(network.nodes[b]!);
    network.run(20);
    expect(said).to.deep.equal(['3 0 gone 1']);
    isCut = true;
    network.at(30, () => network.input(network.nodes[a]!, 'here:1'));
    network.run(10_000);
    expect(said.at(-1)).to.equal('3030 0 gone 1');
  });

  it('leaves a link half open whose other end was lost behind a cut, until something is said over it', () => {
    network.at(10, () => (isCut = true));
    network.at(11, () => network.crash(network.nodes[b]!));
    network.at(12, () => (isCut = false));
    network.at(13, () => network.start(network.nodes[b]!));
    network.run(50);
    expect(said.slice(4)).to.deep.equal([]);
    network.at(60, () => network.input(network.nodes[a]!, 'say'));
    network.run(70);
    expect(said.slice(4)).to.deep.equal(['62 0 gone 1']);
  });

  it('says again over a link what was lost, in order, and gives the link up after a quarter of an hour', () => {
    network.at(10, () => (isCut = true));
    network.at(11, () => network.input(network.nodes[a]!, 'say'));
    network.at(300, () => network.input(network.nodes[a]!, 'say'));
    network.at(500, () => (isCut = false));
    network.run(3000);
    // Again 200 ms later, and 400 ms after that.
    expect(said.slice(4)).to.deep.equal([`612 1 are you there from ${other}`, `612 1 are you there from ${other}`]);
    network.at(4000, () => (isCut = true));
    network.at(4001, () => network.input(network.nodes[a]!, 'say'));
    network.run(2_000_000);
    expect(said.slice(6)).to.have.length(1);
    expect(said.at(-1)).to.match(/^9\d{5} 0 gone 1$/);
  });

  it('takes links for a node that stands still, and tells it then for how long it stood', () => {
    network.pause(network.nodes[b]!);
    network.at(500, () => network.resume(network.nodes[b]!));
    network.run(600);
    expect(said).to.deep.equal(['3 0 joined 1', '500 1 stalled 500', `500 1 joined ${other}`, `500 1 hello from ${other}`, '501 0 hello from 1']);
  });
});
