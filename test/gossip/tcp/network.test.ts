import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../src/core/user-error.ts';
import { endpointOf } from '../../../src/gossip/address.ts';
import { LAN, type GossipSettings } from '../../../src/gossip/settings.ts';
import { NO_MISHAPS } from '../../../src/gossip/tcp/mishaps.ts';
import { LiveNetwork, type Member } from '../../../src/gossip/tcp/network.ts';
import { cared } from '../../support/cared.ts';
import { at } from '../../support/gossip.ts';
import { Raw } from '../../support/gossip-nodes.ts';
import { OWN_HOST } from '../../support/own-host.ts';
import { skip } from '../../support/skip.ts';
import { Watched } from '../../support/watched-network.ts';

const QUICK: GossipSettings = { ...LAN, gossipEvery: 300 };

describe('a gossip network on this machine', () => {
  let watched: Watched;

  beforeEach(() => {
    watched = new Watched();
  });

  afterEach(function () {
    return watched.end(this.currentTest);
  });

  it('is ready by itself, and what a peer says reaches all', async () => {
    const network = await watched.start({ peers: 8 });
    await watched.ready();
    await watched.joined();
    network.say('P1', ' hello ');
    await watched.until(() => ['P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8'].every((name) => watched.has(name, (output) => output.type === 'heard' && output.payload.endsWith(':hello'))));
  });

  it('takes off who is killed, and lets it in again at the same address', async () => {
    const network = await watched.start({ settings: QUICK });
    await watched.ready();
    const { address } = watched.peers[1]!;
    await network.kill('P2');
    await watched.agreed([address], 'dead');
    const from = watched.facts.length;
    await network.restart('P2');
    await watched.agreed([address], 'alive', from);
    expect(watched.removed()).to.deep.equal([address]);
    expect(watched.peers[1]!.address).to.equal(address);
  });

  it('has one entry, alive, of a peer that falls and comes back again and again', async () => {
    const network = await watched.start({ peers: 4 });
    await watched.ready();
    const { address } = watched.peers[1]!;
    for (let round = 0; round < 5; round += 1) {
      const from = watched.facts.length;
      await network.kill('P2');
      await network.restart('P2');
      await watched.agreed([address], 'alive', from);
      await watched.ready();
    }
    expect(watched.removed()).to.deep.equal([]);
  });

  it('lets peers come later and go: nobody takes who left for dead', async () => {
    const network = await watched.start({});
    await watched.ready();
    const [late] = await network.join();
    await watched.agreed([late!.address], 'alive');
    network.leave('P1');
    await watched.agreed([watched.peers[0]!.address], 'left');
    await watched.until(() => watched.peers[0]!.state === 'left');
    await network.leaveAll();
    expect(watched.peers.map(({ state }) => state)).to.deep.equal(Array.from({ length: 6 }, () => 'left'));
    expect(watched.removed()).to.deep.equal([]);
  });

  it('a seed that is killed and started again still has its list, if it has a folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'generals-'));
    try {
      const network = await watched.start({ seeds: 3, peers: 3, data: folder });
      await watched.ready();
      await watched.agreed(watched.peers.map(({ address }) => address), 'alive');
      await network.kill('S2');
      const [late] = await network.join();
      await watched.until(() => late!.isReady);
      const from = watched.facts.length;
      await network.restart('S2');
      // What it was told while it was away is all that is new to it.
      await watched.until(() => watched.has('S2', (output) => output.type === 'applied' && output.address === late!.address, from));
      const again = watched.facts.slice(from).flatMap((fact) => (fact.type === 'output' && fact.member.name === 'S2' && fact.output.type === 'applied' ? [fact.output.address] : []));
      expect(again).to.deep.equal([late!.address]);
    } finally {
      await watched.network.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('lists who registers and never listens only where all is believed, and there removes it (ringpop-go 135, actor-ts 933)', async () => {
    const network = await watched.start({ peers: 1, settings: { ...LAN, trustsAll: true } });
    await watched.ready();
    const taken = createServer().listen(0, OWN_HOST);
    await once(taken, 'listening');
    const address = at((taken.address() as AddressInfo).port, OWN_HOST);
    await new Promise((resolve) => taken.close(resolve));
    const liar = await Raw.to(network.seeds[0]!);
    try {
      expect(await liar.say(`REGISTER|${OWN_HOST}|${endpointOf(address).port}\n`).has('\n')).to.equal('REGISTER_OK\n');
      await watched.agreed([address], 'alive');
      await watched.agreed([address], 'dead');
    } finally {
      liar.socket.destroy();
    }
  });

  it('has the timers of all run so many times as fast', async () => {
    await watched.start({ peers: 2, speed: 20 });
    // Ten messages, five seconds apart.
    await watched.until(() => watched.facts.filter((fact) => fact.type === 'output' && fact.member.name === 'P1' && fact.output.type === 'generated').length === 10);
  });

  it('tells a peer that its clock is wrong, and that it no more is', async () => {
    const network = await watched.start({ seeds: 1, peers: 2, settings: { ...LAN, compareEvery: 200 } });
    await watched.ready();
    const { address } = watched.peers[0]!;
    const [seed] = network.seeds;
    const told = (ahead: number) => (): boolean => watched.has('P1', (output) => output.type === 'clock' && output.address === seed && Math.round(output.ahead) === ahead);
    network.setMishaps({ ...NO_MISHAPS, clocks: [[address, -3_600_000]] });
    await watched.until(told(-3600));
    network.setMishaps(NO_MISHAPS);
    await watched.until(told(0));
  });

  it('refuses what cannot be done, in one line', async () => {
    const network = await watched.start({ peers: 2 });
    await network.kill('P2');
    for (const [work, message] of [
      [() => network.kill('P9'), 'there is no P9: S1, S2, S3, P1, P2'],
      [() => network.kill('P2'), 'P2 is killed'],
      [() => network.restart('P1'), 'P1 is up'],
      [async () => network.stop('P2'), 'P2 is killed'],
      [async () => network.continue('P1'), 'P1 is up'],
      [async () => network.leave('S1'), 'S1 is a seed: it can be killed, but not leave'],
      [async () => network.say('P1', 'x\ny'), 'what is said is one line of 1 to 900 characters'],
      [async () => network.say('P1', 'x'.repeat(901)), 'what is said is one line of 1 to 900 characters'],
    ] as const) {
      const error = await work().then(() => undefined, (thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(UserError).with.property('message', message);
    }
  });

  it('does not start at ports that are taken, and leaves nothing behind', async () => {
    const network = await watched.start({ seeds: 1, peers: 1 });
    const port = Number(network.seeds[0]!.split(':')[1]);
    const error = await LiveNetwork.start({ seeds: 1, peers: 1, host: '127.0.0.1', port, settings: LAN, dialect: '2026', version: '1', separate: false, data: undefined }).then(() => undefined, (thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(UserError).with.property('message', `127.0.0.1:${port} cannot be listened at: something listens there already`);
  });

  for (const separate of [false, true]) {
    it(`tells how nodes fare, and whom they have on their lists${separate ? ', of processes too' : ''}; who stands still tells nothing`, async () => {
      const network = await watched.start({ seeds: 1, peers: 3, separate });
      await watched.ready();
      await watched.agreed(watched.peers.map(({ address }) => address), 'alive');
      network.stop('P3');
      const telling = ['S1', 'P1', 'P2'];
      network.look();
      const figures = () => watched.facts.flatMap((fact) => (fact.type === 'figures' ? [[fact.member.name, fact.figures] as const] : []));
      await watched.until(() => figures().length === telling.length);
      expect(figures().map(([name]) => name)).to.have.members(telling);
      for (const [, { ill, lag, messages, bytes, heard }] of figures()) {
        expect([ill, lag].every((value) => value >= 0)).to.equal(true);
        expect(bytes).to.be.greaterThan(10 * messages);
        expect(heard.length).to.be.greaterThan(0);
      }
      const lists = await network.lists();
      expect([...lists.keys()]).to.have.members(telling);
      for (const list of lists.values()) expect(list.map(({ address, state, life }) => `${address} ${state} ${life}`)).to.have.members(watched.peers.map(({ address }) => `${address} alive 1`));
    });
  }

  for (const separate of [false, true]) {
    describe(separate ? 'of processes' : 'in one process', () => {
      /** By somebody else, where it is a process. */
      async function end(fallen: readonly Member[]): Promise<void> {
        for (const { name, pid } of fallen) {
          if (pid === undefined) await watched.network.kill(name);
          else process.kill(pid, 'SIGKILL');
        }
        await watched.until(() => fallen.every(({ state }) => state === (separate ? 'lost' : 'killed')));
        await watched.agreed(fallen.map(({ address }) => address), 'dead');
      }
      const named = (...names: readonly string[]): readonly Member[] => watched.peers.filter(({ name }) => names.includes(name));

      it('takes off those that are killed, and none that stands still for a while, which says that it lives when it goes on', async () => {
        const network = await watched.start({ peers: 6, separate, settings: QUICK });
        await watched.ready();
        expect(network.members.map(({ name }) => name)).to.deep.equal(['S1', 'S2', 'S3', 'P1', 'P2', 'P3', 'P4', 'P5', 'P6']);
        await watched.joined();
        network.stop('P6');
        const stopped = watched.facts.length;
        const [sleeper] = named('P6');
        // By whoever is its neighbour, be it one that is to fall.
        await watched.until(() => watched.up.some(({ name }) => watched.has(name, (output) => output.type === 'suspecting' && output.address === sleeper!.address, stopped)));
        const fallen = named('P2', 'P5');
        await end(fallen);
        await watched.joined();
        network.say('P1', 'while you slept');
        await watched.until(() => watched.has('P3', (output) => output.type === 'heard' && output.payload.endsWith(':while you slept'), stopped));
        const from = watched.facts.length;
        network.continue('P6');
        await watched.until(() => watched.facts.some((fact) => fact.type === 'stalled' && fact.member.name === 'P6' && fact.lasted > 250));
        await watched.until(() => watched.has('P6', (output) => output.type === 'heard' && output.payload.endsWith(':while you slept'), from));
        await watched.joined();
        network.say('P6', 'awake');
        await watched.until(() => watched.has('P1', (output) => output.type === 'heard' && output.payload.endsWith(':awake'), from));
        await watched.until(() => watched.has('P6', (output) => output.type === 'refuted', from));
        expect(watched.removed()).to.have.members(fallen.map(({ address }) => address)).and.not.include(sleeper!.address);
      });

      it('of 20 peers takes off five that are killed at once, and none of three that stand still for 20 s', async function () {
        if (process.env['SOAK'] !== '1') skip(this, 'it takes most of a minute: SOAK=1 runs it');
        const network = await watched.start({ peers: 20, separate, settings: { ...LAN, gossipEvery: 1000, gossipMessages: 1000 } });
        await watched.ready();
        const fallen = named('P2', 'P5', 'P9', 'P13', 'P20');
        await end(fallen);
        const sleepers = named('P1', 'P7', 'P11');
        for (const { name } of sleepers) network.stop(name);
        // A clock that is no business of this test.
        const from = watched.facts.length;
        await watched.until(() => watched.facts.slice(from).filter((fact) => fact.type === 'output' && fact.member.name === 'P4' && fact.output.type === 'generated').length >= 20);
        for (const { name } of sleepers) network.continue(name);
        await watched.joined();
        network.say('P4', 'awake');
        await watched.until(() => sleepers.every(({ name }) => watched.has(name, (output) => output.type === 'heard' && output.payload.endsWith(':awake'), from)));
        expect(watched.removed()).to.have.members(fallen.map(({ address }) => address));
      });
    });
  }

  describe('of processes', () => {
    it('ends with whoever started it, be that killed: who stands still too', async () => {
      const program = `
        import { LiveNetwork } from ${JSON.stringify(new URL('../../../src/gossip/tcp/network.js', import.meta.url))};
        import { LAN } from ${JSON.stringify(new URL('../../../src/gossip/settings.js', import.meta.url))};
        const network = await LiveNetwork.start({ seeds: 1, peers: 2, host: '127.0.0.1', port: 0, settings: LAN, dialect: '2026', version: '1', separate: true, data: undefined });
        network.stop('P2');
        process.kill(network.members.find(({ name }) => name === 'P1').pid, 'SIGSTOP');
        console.log('stopped');`;
      const parent = cared(spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] }));
      await once(parent.stdout, 'data');
      parent.kill('SIGKILL');
      // All of them have the same standard output, which is closed when the last is gone.
      await once(parent, 'close');
    });

    it('ends with whoever started it, and knows the process of a peer that was killed and started again', async () => {
      const network = await watched.start({ seeds: 1, peers: 1, separate: true });
      const before = watched.peers[0]!.pid!;
      await network.kill('P1');
      expect(() => process.kill(before, 0)).to.throw(/ESRCH/);
      await network.restart('P1');
      const pids = network.members.map(({ pid }) => pid!);
      for (const pid of pids) expect(process.kill(pid, 0)).to.equal(true);
      await network.close();
      for (const pid of pids) expect(() => process.kill(pid, 0)).to.throw(/ESRCH/);
    });
  });
});
