import { expect } from 'chai';
import { endpointOf, type Address } from '../../../src/gossip/address.ts';
import { line } from '../../../src/gossip/dialects/line.ts';
import type { Hello, Message } from '../../../src/gossip/messages.ts';
import { LAN } from '../../../src/gossip/settings.ts';
import { clusterOf, keysOf } from '../../../src/gossip/tcp/keys.ts';
import { listen } from '../../../src/gossip/tcp/member.ts';
import type { Output } from '../../../src/gossip/outputs.ts';
import { newSecret } from '../../../src/runtime/signer.ts';
import { at, linkOf } from '../../support/gossip.ts';
import { Raw } from '../../support/gossip-nodes.ts';
import { Watched } from '../../support/watched-network.ts';

describe('a gossip network under siege', () => {
  let watched: Watched;
  const links: Raw[] = [];

  beforeEach(async () => {
    watched = new Watched();
    await watched.start({ peers: 4 });
    await watched.ready();
  });

  afterEach(async () => {
    for (const { socket } of links.splice(0)) socket.destroy();
    await watched.network.close();
  });

  async function raw(address: Address): Promise<Raw> {
    const link = await Raw.to(address);
    links.push(link);
    return link;
  }

  const [seed, peer, other] = [0, 0, 1].map((index, which) => () => (which === 0 ? watched.network.seeds[index]! : watched.peers[index]!.address)) as [() => Address, () => Address, () => Address];

  /** Says a message as a node of ours does. */
  const textOf = (message: Message): string => `GENERALS|${JSON.stringify(message)}\n`;

  function helloOf(address: Address, key: string): Hello {
    return { type: 'hello', address, own: { role: 'peer', version: '1', cluster: clusterOf(watched.network.seeds), key, visits: false, life: 1, nonce: 'n'.repeat(22) } };
  }

  const written = (hello: Hello): string => line.codec(linkOf()).encode(hello).text!;

  /** Nobody was removed, all are up, and whoever comes is let in. */
  async function stands(): Promise<void> {
    const [late] = await watched.network.join();
    await watched.until(() => late!.isReady);
    expect(watched.removed()).to.deep.equal([]);
    expect(watched.network.members.map(({ state }) => state)).to.deep.equal(Array.from({ length: 8 }, () => 'up'));
    const list = await (await raw(seed())).say('GET_PEERS\n').has(/PEER_LIST.*\n/);
    expect(list.trim().slice('PEER_LIST|'.length).split(',')).to.have.members(watched.peers.map(({ address }) => address));
  }

  it('a stolen identity is refused: whoever says whose key it has must sign by it', async () => {
    const spy = await raw(other());
    const own = keysOf(clusterOf(watched.network.seeds), newSecret());
    const stolen = /generals\|peer\|[^|]*\|[^|]*\|([\w-]{43})\|/.exec(await spy.say(written(helloOf(at(6999), own.own))).has(/HELLO.*\n/))![1]!;
    for (const proof of ['A'.repeat(86), own.sign('hello', { asked: 'x' })]) {
      const thief = await raw(peer());
      thief.say(written(helloOf(other(), stolen)) + textOf({ type: 'proof', signature: proof }));
      expect(await thief.over()).to.include('it cannot prove who it is');
    }
    await stands();
  });

  it('what one said on another link proves nothing on this one', async () => {
    // What the other says to us, to whoever we say to be, is said again to a third.
    const spy = await raw(other());
    const own = keysOf(clusterOf(watched.network.seeds), newSecret());
    await spy.say(written(helloOf(peer(), own.own))).has(/"proof".*\n/);
    const thief = await raw(peer());
    thief.say(spy.text);
    expect(await thief.over()).to.include('it cannot prove who it is');
    await stands();
  });

  it('registrations with nonsense addresses let nobody in', async () => {
    const liar = await raw(seed());
    const nonsense = ['REGISTER||', 'REGISTER|0.0.0.0|0', 'REGISTER|999.9.9.9|5000', 'REGISTER|127.0.0.1|1', 'REGISTER|a..b|5000', `REGISTER|${'x'.repeat(300)}|5000`, 'REGISTER|::|99999', 'REGISTER|127.0.0.1|5000|5001|5002', `REGISTER|${endpointOf(peer()).host}|${endpointOf(peer()).port}`];
    liar.say(`${nonsense.join('\n')}\n`);
    await liar.has(/REGISTER_(?:OK|FAIL)/);
    for (const text of [':1', '0.0.0.0:2', '[::1]:3', 'nobody:4:5']) (await raw(seed())).say(text);
    await stands();
  });

  it('a flood of invented peers keeps out nobody who is there', async () => {
    const liar = await raw(seed());
    liar.say(Array.from({ length: 3000 }, (_, index) => `REGISTER|127.0.0.1|${20_000 + index}\n`).join(''));
    await liar.has('REGISTER_FAIL');
    await stands();
  });

  it('who reports its own death, or is said to, lives', async () => {
    const { host, port } = endpointOf(peer());
    for (const to of [seed(), other()]) {
      const liar = await raw(to);
      liar.say(`HELLO|${host}|${port}\nSUSPECT_NOTICE|${host}|${port}|${host}|${port}\nDead Node:${peer()}:1:${host}\nDEAD_PROPOSE|${host}|${port}\nDEAD_COMMIT|${host}|${port}\nDEAD_VOTE|${host}|${port}|OK\n`);
      liar.say(`Dead Node:${peer()}:1:${host}\n`);
    }
    await watched.until(() => watched.has('S1', (output) => output.type === 'accused' && output.address === peer()));
    await stands();
  });

  it('a node of another network is told so, and so are we', async () => {
    const outputs: Output[] = [];
    const stranger = await listen({ role: 'peer', host: '127.0.0.1', port: 0, settings: LAN, dialect: '2026', version: '1', cluster: 'elsewhere', data: undefined, near: [], fault: undefined }, {
      output: (output) => {
        outputs.push(output);
        watched.emit('change');
      },
      failed: (error) => {
        throw error;
      },
    });
    try {
      stranger.start(watched.network.seeds);
      const own = clusterOf(watched.network.seeds);
      await watched.until(() => outputs.some((output) => output.type === 'ignored' && output.reason === `it says: it is of the network elsewhere, not of ${own}`) && watched.has('S1', (output) => output.type === 'ignored' && output.reason === `it is of the network elsewhere, not of ${own}`));
      expect(outputs.some(({ type }) => type === 'ready' || type === 'registered')).to.equal(false);
    } finally {
      await stranger.stop();
    }
    await stands();
  });
});
