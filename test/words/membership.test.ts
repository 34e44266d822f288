import { expect } from 'chai';
import { nodeId } from '../../src/core/node.ts';
import { hostIn, type Address } from '../../src/words/address.ts';
import type { Gossip, Message } from '../../src/words/messages.ts';
import { print } from '../../src/words/print.ts';
import { addressAt } from '../../src/words/sim/nodes.ts';
import { WordsGroup } from '../support/words-group.ts';

const at = (id: number): Address => addressAt(nodeId(id));

/** As a program that somebody wrote years ago says it. */
const old = (id: string, host = '10.0.0.9', port = 6000): Gossip & { readonly raw: string } => ({
  type: 'gossip', host, port, name: 'old', id,
  raw: JSON.stringify({ command: 'FLOOD', host, port, name: 'old', messageID: id }),
});

const bytes = (message: Message & { readonly raw?: string }): number => new TextEncoder().encode(message.raw ?? print(message)).length;

/** What one peer said to a place in a time. */
const saidTo = (group: WordsGroup, to: number, from = 0): Message[] => group.said.flatMap((said) => (said.to === to && said.from === from ? [said.message] : []));

describe('who is there in the word database', () => {
  for (const n of [2, 4, 7, 20]) {
    it(`${n} peers that begin at once know each other in seconds, and each has shown where it is`, () => {
      const group = new WordsGroup(n);
      for (let id = 0; id < n; id += 1) {
        expect(group.state(id).peers.size).to.equal(n - 1);
        for (const { isProven } of group.state(id).peers.values()) expect(isProven).to.equal(true);
      }
    });
  }

  it('a peer says every minute that it is there; who is silent for two is taken off the list, and is back when it is', () => {
    const group = new WordsGroup(4);
    const fallen = group.network.now;
    group.network.crash(group.node(3));
    group.pass(600_000);
    const gone = group.outputs.filter(({ output }) => output.type === 'gone');
    expect(gone.map(({ by, output }) => [by, output.type === 'gone' && output.peer])).to.have.deep.members([0, 1, 2].map((by) => [by, at(3)]));
    expect(group.state(0).peers.has(at(3))).to.equal(false);
    expect(group.network.now - fallen).to.be.at.least(600_000);
    group.network.start(group.node(3));
    group.pass(5000);
    for (const id of [0, 1, 2]) expect([...group.state(id).peers.keys()]).to.include(at(3));
  });

  it('gossip that was not heard before is answered where it says, and goes on as it came to up to five others', () => {
    const group = new WordsGroup(20);
    const stranger = old('x1', '10.0.0.30');
    group.hear(0, at(1), stranger);
    expect(saidTo(group, 30)).to.deep.equal([{ type: 'gossip-reply', host: '10.0.0.0', port: 6000, name: 'peer 0' }]);
    const passed = group.said.filter(({ message }) => message.type === 'gossip');
    expect(passed).to.have.length(5);
    for (const { message, to } of passed) {
      expect(message).to.deep.equal(stranger);
      expect([0, 1]).not.to.include(to);
    }
    group.said = [];
    group.hear(0, at(2), stranger);
    expect(group.said).to.deep.equal([]);
  });

  it('an older program is on the list when it says itself where it is, and takes part by what it knows', () => {
    const group = new WordsGroup(2);
    group.hear(0, at(9), old('x1'));
    expect(group.state(0).peers.get(at(9))).to.include({ name: 'old', isProven: false });
    group.input(0, { type: 'consensus', index: 0 });
    const [question] = saidTo(group, 9).filter(({ type }) => type === 'consensus');
    group.hear(0, at(9), { type: 'consensus-reply', value: 'apple', replyTo: (question as { readonly id: string }).id });
    expect(group.state(0).peers.get(at(9))).to.include({ isProven: true });
  });

  it('a host that is a name, or means all addresses, is the one that the datagram came from', () => {
    for (const host of ['0.0.0.0', '', 'localhost']) {
      const group = new WordsGroup(2);
      group.hear(0, at(9), old('x1', host, 6000));
      expect([...group.state(0).peers.keys()]).to.include(at(9));
    }
  });

  it('an address that proved nothing gets one answer a second, and no more bytes than came', () => {
    const group = new WordsGroup(4);
    for (let number = 0; number < 1000; number += 1) {
      const gossip = old(`forged ${number}`);
      // In the name of a stranger, or by the strangers own address.
      group.hear(0, number % 2 === 0 ? at(1) : at(9), gossip);
      group.pass(3);
    }
    const answers = saidTo(group, 9);
    expect(answers.length).to.be.within(1, 4);
    for (const answer of answers) expect(bytes(answer)).to.be.at.most(bytes(old('forged 0')));
    const begun = group.said.length;
    for (let number = 0; number < 100; number += 1) group.hear(0, at(7), { type: 'query', raw: '{"command":"QUERY"}' });
    expect(group.said.slice(begun)).to.deep.equal([]);
    expect(group.dropped(0)).to.include('flood');
  });

  it('a question with room for the answer is answered to anybody', () => {
    const group = new WordsGroup(4);
    group.hear(0, at(9), { type: 'query' });
    expect(saidTo(group, 9)).to.deep.equal([{ type: 'query-reply', database: ['apple', 'birch', 'cloud', 'delta', 'ember'] }]);
  });

  it('a flood of gossip fills no list, and no memory', () => {
    const group = new WordsGroup(4);
    for (let number = 0; number < 20_000; number += 1) group.hear(0, at(100 + (number % 5000)), old(`flood ${number}`, `10.1.${(number >> 8) & 255}.${number & 255}`));
    const { peers, heard, told, challenges, owed } = group.state(0);
    expect(peers.size).to.be.at.most(63);
    expect(heard.size).to.be.at.most(4096);
    expect(told.size).to.be.at.most(256);
    expect(challenges.size + owed.size).to.be.at.most(2048);
    expect(group.said.length).to.be.at.most(256 * 6);
  });

  it('as many strangers as ask have 256 answers in a second between them, and gossip in the name of a peer goes on as often', () => {
    const group = new WordsGroup(4);
    for (let number = 0; number < 1000; number += 1) group.hear(0, at(100 + number), { type: 'query' });
    expect(group.said).to.have.length(256);
    group.pass(1500);
    group.said = [];
    for (let number = 0; number < 1000; number += 1) group.hear(0, at(1), old(`forged ${number}`, hostIn(at(1))));
    // Some of the second may be taken by what they say themselves.
    expect(saidTo(group, 2).filter(({ type }) => type === 'gossip').length).to.be.within(240, 256);
  });

  it('its own gossip that comes back, or seems to, changes nothing', () => {
    const group = new WordsGroup(4);
    const before = structuredClone(group.state(0));
    group.hear(0, at(1), old('forged', hostIn(at(0))));
    expect(group.said).to.deep.equal([]);
    expect(group.state(0)).to.deep.equal(before);
  });

  it('strangers by the thousand, who show nothing, keep nobody out who does, and a consensus small', () => {
    const group = new WordsGroup(4);
    for (let number = 0; number < 1000; number += 1) {
      const address = at(100 + number);
      group.hear(0, address, old(`short ${number}`, hostIn(address)));
      // The answer to what it has only heard, not said.
      group.hear(0, address, { type: 'gossip-reply', host: hostIn(address), port: 6000, name: 'old', replyTo: 'short 0' });
      group.hear(0, address, { type: 'gossip-reply', host: hostIn(address), port: 6000, name: 'old' });
      group.pass(1);
    }
    expect(group.state(0).peers.size).to.equal(3 + 8);
    group.network.crash(group.node(3));
    group.pass(200_000);
    expect(group.state(0).peers.has(at(3))).to.equal(false);
    for (let number = 0; number < 8; number += 1) group.hear(0, at(100 + number), old(`again ${number}`, hostIn(at(100 + number))));
    group.network.start(group.node(3));
    group.pass(5000);
    expect(group.state(0).peers.get(at(3))).to.include({ isProven: true });
  });

  it('asks a peer for its words, again if need be, and gives up', () => {
    const group = new WordsGroup(3);
    group.input(1, { type: 'set', index: 0, word: 'zebra' });
    group.input(0, { type: 'query', peer: at(1) });
    group.input(0, { type: 'query', peer: at(9) });
    group.pass(5000);
    const answers = group.outputs.flatMap(({ by, output }) => (by === 0 && output.type === 'answered' ? [[output.peer, output.database]] : []));
    expect(answers).to.deep.equal([[at(1), ['zebra', 'birch', 'cloud', 'delta', 'ember']], [at(9), undefined]]);
  });

  it('a word is set by whoever says so', () => {
    const group = new WordsGroup(2);
    group.hear(0, at(9), { type: 'set', index: 4, value: 'zebra' });
    expect(group.state(0).database[4]).to.equal('zebra');
  });
});
