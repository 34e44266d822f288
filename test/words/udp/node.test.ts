import { expect } from 'chai';
import type { Address } from '../../../src/words/address.ts';
import { WITHIN_LONGEST } from '../../../src/words/patience.ts';
import { questionsIn } from '../../../src/words/tree.ts';
import { executeLine } from '../../../src/words/udp/session.ts';
import { WordsNode } from '../../../src/words/udp/node.ts';
import { skip } from '../../support/skip.ts';
import { Stranger, groupOf } from '../../support/words-nodes.ts';

describe('peers of the word database on a network', () => {
  let nodes: WordsNode[] = [];
  const strangers: Stranger[] = [];

  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.stop()));
    for (const stranger of strangers.splice(0)) stranger.close();
  });

  const stranger = async (): Promise<Stranger> => {
    const one = await Stranger.begun();
    strangers.push(one);
    return one;
  };

  /** When a peer has read all that was sent to it before: what is sent to one socket by one comes in order. */
  const read = async (by: Stranger, to: Address): Promise<void> => {
    const before = by.heard.length;
    await by.say(to, { command: 'QUERY', pad: ' '.repeat(1000) });
    await by.hears('QUERY-REPLY');
    expect(by.heard.length).to.be.above(before);
  };

  for (const [n, m] of [[4, 1], [7, 2]] as const) {
    it(`${n} of them settle a word, and each question is heard and answered once at least, as often as OM(${m}) says`, async () => {
      nodes = await groupOf(n);
      await executeLine(nodes[0]!, 'set 3 zebra');
      const ended = Promise.all(nodes.map((node) => new Promise<string>((resolve) => node.heed((output) => output.type === 'decided' && resolve(`${output.word} ${output.outcome}`)))));
      const { lines } = await executeLine(nodes[0]!, 'consensus 3');
      expect(lines).to.deep.equal([`word 3 is "zebra": holds (m = ${m} among ${n} peers)`]);
      expect(new Set(await ended)).to.deep.equal(new Set(['zebra holds']));
      const sent = nodes.reduce((sum, { counts }) => sum + (counts.get('consensus sent') ?? 0), 0);
      // Where this machine is busy something may be asked again.
      expect(sent).to.be.at.least(questionsIn(n, m));
    });
  }

  for (const [n, m, datagrams] of [[10, 3, 7218], [13, 4, 216_768]] as const) {
    it(`${n} of them settle a word, though that takes ${datagrams} datagrams of which a buffer has room for some hundred`, async function () {
      if (n > 10 && process.env['SOAK'] !== '1') skip(this, 'it takes a core for a quarter of a minute: SOAK=1 runs it');
      // Where this machine is busy it takes longer than usual.
      nodes = await groupOf(n, { within: WITHIN_LONGEST });
      const told: string[] = [];
      const { lines } = await executeLine(nodes[0]!, 'consensus 0 --yes', (line) => void told.push(line));
      // Where this machine is so busy that somebody answers too late, that is said.
      expect(lines.join('\n')).to.match(new RegExp(`^word 0 is "apple": (holds|unknown, as @.* said nothing) \\(m = ${m} among ${n} peers\\)$`));
      // None is lost, however busy this machine is: nobody says more than others take in.
      const sumOf = (what: string): number => nodes.reduce((sum, { counts }) => sum + counts.get(what)!, 0);
      for (let turn = 0; turn < 1000 && sumOf('datagrams heard') < sumOf('datagrams sent'); turn += 1) await new Promise((resolve) => setImmediate(resolve));
      expect(sumOf('datagrams heard')).to.equal(sumOf('datagrams sent')).and.be.at.least(datagrams);
      expect(told).to.deep.equal(m > 3 ? ['among 13 peers, with m = 4, a consensus takes 216,768 datagrams, and up to 60 s'] : []);
    });
  }

  it('who joins by one of them comes to know all', async () => {
    nodes = await groupOf(3);
    const last = await WordsNode.listen({ host: '127.0.0.1', port: 0, name: 'late', joins: [nodes[0]!.address] });
    nodes.push(last);
    const known = new Promise<void>((resolve) => last.heed(() => last.state.peers.size === 3 && resolve()));
    last.start();
    await known;
    expect([...last.state.peers.keys()]).to.have.members(nodes.slice(0, 3).map(({ address }) => address));
  });

  it('drops with a counter what is nothing, and nothing changes', async () => {
    nodes = await groupOf(4);
    const [first] = nodes;
    const { address } = first!;
    const before = structuredClone({ database: first!.state.database, peers: [...first!.state.peers.keys()] });
    const attacker = await stranger();
    const oral = { command: 'CONSENSUS', OM: 1, index: 1, value: 'x', peers: [address, nodes[1]!.address], messageID: 'm', due: 1_900_000_000 };
    const garbage: readonly (readonly [datagram: Buffer | string | object, counter: string])[] = [
      ['hello', 'not-json'],
      [Buffer.from([0xff, 0xfe, 0x00]), 'not-json'],
      // Read as text, it would seem to have room for the answer.
      [Buffer.concat([Buffer.from('{"command":"QUERY","pad":"'), Buffer.alloc(50, 0xff), Buffer.from('"}')]), 'not-json'],
      ['[1, 2]', 'no-object'],
      ['null', 'no-object'],
      [{ command: 'TOAST' }, 'unknown-command'],
      [{ type: 'GOSSIP' }, 'unknown-command'],
      ['{"__proto__":{"command":"QUERY"}}', 'unknown-command'],
      ...[-1, 5, 1.5, '1'].map((index) => [{ command: 'SET', index, value: 'x' }, 'bad-fields'] as const),
      [{ command: 'SET', index: 1, value: 'x'.repeat(3000) }, 'bad-fields'],
      [{ ...oral, peers: Array.from({ length: 100 }, (_, port) => `127.0.0.1:${port + 1}`) }, 'bad-fields'],
      [oral, 'stranger'],
      [{ ...oral, due: 5 }, 'stranger'],
      [{ command: 'CONSENSUS-REPLY', value: 'x', 'reply-to': 'never asked' }, 'never-asked'],
      [{ command: 'QUERY-REPLY', database: ['a', 'b', 'c', 'd', 'e'] }, 'never-asked'],
      [Buffer.alloc(60_000, 32), 'too large'],
      [{ command: 'QUERY' }, 'flood'],
    ];
    for (const [datagram] of garbage) await attacker.say(address, datagram);
    await read(attacker, address);
    const expected = new Map<string, number>();
    for (const [, counter] of garbage) expected.set(counter, (expected.get(counter) ?? 0) + 1);
    for (const [counter, count] of expected) expect(first!.counts.get(counter), counter).to.equal(count);
    expect({ database: first!.state.database, peers: [...first!.state.peers.keys()] }).to.deep.equal(before);
    expect(attacker.heard).to.have.length(1);
    expect((await executeLine(first!, 'consensus 1')).lines).to.deep.equal(['word 1 is "birch": holds (m = 1 among 4 peers)']);
  });

  it('tells a victim in whose name it is greeted a thousand times no more than once a second, and no more bytes than came', async () => {
    nodes = await groupOf(4);
    const [attacker, victim] = [await stranger(), await stranger()];
    const [host, port] = victim.address.split(':');
    const began = performance.now();
    let bytes = 0;
    for (let number = 0; number < 1000; number += 1) {
      const forged = JSON.stringify({ command: 'GOSSIP', host, port: Number(port), name: 'victim', messageID: `forged ${number}` });
      bytes = Math.max(bytes, forged.length);
      await attacker.say(nodes[0]!.address, forged);
    }
    await read(attacker, nodes[0]!.address);
    const seconds = Math.ceil((performance.now() - began) / 1000) + 1;
    // Its peers, to whom it went on, answer too, each for itself.
    expect(victim.heard.length).to.be.within(1, seconds * nodes.length);
    for (const datagram of victim.heard) expect(datagram.length).to.be.at.most(bytes);
  });

  it('stays small under a flood', async () => {
    nodes = await groupOf(4);
    const attacker = await stranger();
    for (let number = 0; number < 20_000; number += 1) await attacker.say(nodes[0]!.address, { command: 'GOSSIP', host: `10.0.${(number >> 8) & 255}.${number & 255}`, port: 1 + (number % 60_000), name: 'x', messageID: `flood ${number}` });
    const { peers, heard, told, challenges, owed, instances } = nodes[0]!.state;
    expect(peers.size + heard.size + told.size + challenges.size + owed.size + instances.size).to.be.at.most(3 + 4096 + 256 + 1024 + 1024);
    expect((await executeLine(nodes[0]!, 'consensus 0')).lines[0]).to.include('word 0 is "apple"');
  });

  it('reads nothing that its gate does not let in, and counts it', async () => {
    const [guest, flooder] = [await stranger(), await stranger()];
    nodes = [await WordsNode.listen({ host: '127.0.0.1', port: 0, name: '', joins: [], gate: { lets: (from) => from !== flooder.address } })];
    const [node] = nodes;
    node!.start();
    await flooder.say(node!.address, { command: 'SET', index: 0, value: 'flood' });
    await read(guest, node!.address);
    expect(node!.state.database[0]).to.equal('apple');
    expect([node!.counts.get('datagrams heard'), node!.counts.get('flood')]).to.deep.equal([2, 1]);
  });

  it('says in one line why it cannot listen', async () => {
    nodes = [await WordsNode.listen({ host: '127.0.0.1', port: 0, name: '', joins: [] })];
    const { port } = new URL(`udp://${nodes[0]!.address}`);
    for (const [host, number, reason] of [['127.0.0.1', Number(port), 'somebody listens there already'], ['192.0.2.1', 0, 'this machine has no such address']] as const) {
      const error = await WordsNode.listen({ host, port: number, name: '', joins: [] }).then(() => undefined, (failure: Error) => failure.message);
      expect(error).to.equal(`${host}:${number} cannot be listened at: ${reason}`);
    }
  });
});
