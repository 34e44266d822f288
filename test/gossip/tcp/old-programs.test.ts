import { expect } from 'chai';
import { EventEmitter } from 'node:events';
import type { Address } from '../../../src/gossip/address.ts';
import type { DialectName } from '../../../src/gossip/dialects/dialect.ts';
import type { Output } from '../../../src/gossip/outputs.ts';
import { LAN, type GossipSettings } from '../../../src/gossip/settings.ts';
import { listen } from '../../../src/gossip/tcp/member.ts';
import type { GossipNode } from '../../../src/gossip/tcp/node.ts';
import { until } from '../../support/gossip-nodes.ts';
import { OldPeer2024, OldPeer2026, OldSeed2024, OldSeed2026 } from '../../support/old-programs.ts';

/** A node of ours, and what it handed on. */
class Ours extends EventEmitter {
  readonly outputs: Output[] = [];
  node!: GossipNode;

  get address(): Address {
    return this.node.address;
  }

  async has<Type extends Output['type']>(type: Type, isIt: (output: Extract<Output, { type: Type }>) => boolean = () => true): Promise<void> {
    await until(this, () => this.found(type, isIt));
  }

  found<Type extends Output['type']>(type: Type, isIt: (output: Extract<Output, { type: Type }>) => boolean = () => true): boolean {
    return this.outputs.some((output) => output.type === type && isIt(output as Extract<Output, { type: Type }>));
  }
}

describe('beside older programs', () => {
  const open: { close(): unknown }[] = [];

  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.close()));
  });

  const keep = <T extends { close(): unknown }>(one: T): T => {
    open.push(one);
    return one;
  };

  const SETTINGS: GossipSettings = { ...LAN, gossipEvery: 300, pingEvery: 500, suspicionMin: 300, suspicionMax: 900, inquiry: 2500, healEvery: 1000, compareEvery: 500 };

  async function ours(role: 'seed' | 'peer', dialect: DialectName, settings: Partial<GossipSettings> = {}): Promise<Ours> {
    const one = new Ours();
    const spec = { role, host: '127.0.0.1', port: 0, settings: { ...SETTINGS, ...settings }, dialect, version: '1', cluster: undefined, data: undefined, near: [], fault: undefined };
    one.node = await listen(spec, {
      output(output) {
        one.outputs.push(output);
        one.emit('change');
      },
      failed(error) {
        throw error;
      },
    });
    keep({ close: () => one.node.stop() });
    return one;
  }

  async function oursWith(seeds: readonly Address[], dialect: DialectName, settings: Partial<GossipSettings> = {}): Promise<Ours> {
    const peer = await ours('peer', dialect, settings);
    peer.node.start(seeds);
    return peer;
  }

  async function seedsOfOurs(count: number, dialect: DialectName, others: readonly Address[] = [], settings: Partial<GossipSettings> = {}): Promise<{ readonly seeds: readonly Ours[]; readonly all: readonly Address[] }> {
    const seeds = await Promise.all(Array.from({ length: count }, () => ours('seed', dialect, settings)));
    const all = [...seeds.map(({ address }) => address), ...others];
    return { seeds, all };
  }

  const start = (seeds: readonly Ours[], all: readonly Address[]): void => {
    for (const { node } of seeds) node.start(all);
  };

  describe('of 2026,', () => {
    it('peers join our seeds and peers: lists, HELLO, ping and gossip, both ways', async () => {
      const { seeds, all } = await seedsOfOurs(3, '2026');
      start(seeds, all);
      const [one, other] = [await oursWith(all, '2026'), await oursWith(all, '2026')];
      await Promise.all([one.has('ready'), other.has('ready')]);
      const old = keep(await OldPeer2026.start(all));
      await old.join();
      expect(old.listed).to.include.members([one.address, other.address]);
      await old.until(() => old.neighbours.size === 2);
      // What ours add, it does not see.
      expect(old.lines.every((line) => !line.startsWith('GENERALS'))).to.equal(true);
      const payload = old.say(1);
      await Promise.all([one, other].map((peer) => peer.has('heard', (output) => output.payload === payload)));
      one.node.input({ type: 'say', text: 'hello' });
      await old.until(() => [...old.payloads].some((text) => text.endsWith(':hello')));
      await old.until(() => old.lines.some((line) => line.startsWith('PING|')));
    });

    it('a peer that falls is removed, and one that lives is not though it is reported', async () => {
      const { seeds, all } = await seedsOfOurs(3, '2026');
      start(seeds, all);
      const [one, other] = [await oursWith(all, '2026'), await oursWith(all, '2026')];
      await Promise.all([one.has('ready'), other.has('ready')]);
      const [old, liar] = [keep(await OldPeer2026.start(all)), keep(await OldPeer2026.start(all))];
      await old.join();
      await liar.join();
      expect(await liar.report(one.address)).to.equal(`DEAD_REJECTED|${one.address.replace(':', '|')}`);
      expect(await liar.report(old.address)).to.equal(`DEAD_REJECTED|${old.address.replace(':', '|')}`);
      old.close();
      await Promise.all(seeds.map((seed) => seed.has('applied', (output) => output.about === 'removal' && output.address === old.address)));
      expect(seeds.some((seed) => seed.found('applied', (output) => output.about === 'removal' && output.address !== old.address))).to.equal(false);
    });

    it('our peers join their seeds', async () => {
      const old = await Promise.all([1, 2, 3].map(() => OldSeed2026.start()));
      const all = old.map(({ address }) => address);
      for (const seed of old) keep(seed).seeds = all;
      const [one, other] = [await oursWith(all, '2026'), await oursWith(all, '2026')];
      await Promise.all([one.has('linked'), other.has('linked')]);
      for (const seed of old) await seed.until(() => seed.peers.size === 2);
      for (const seed of old) expect([...seed.peers]).to.have.members([one.address, other.address]);
      await other.node.stop();
      // Older seeds believe every report, and our peer tells none but of the dead.
      await one.has('confirmed', (output) => output.address === other.address);
      for (const seed of old) await seed.until(() => seed.peers.size === 1);
    });

    it('seeds of theirs and of ours let peers in, and take them off, together', async () => {
      const old = keep(await OldSeed2026.start());
      const { seeds, all } = await seedsOfOurs(2, '2026', [old.address]);
      old.seeds = all;
      start(seeds, all);
      const [mine, theirs] = [await oursWith(all, '2026'), keep(await OldPeer2026.start(all.toReversed()))];
      await theirs.join();
      await mine.has('linked', (output) => output.address === theirs.address);
      await old.until(() => old.peers.size === 2);
      await Promise.all(seeds.map((seed) => seed.has('applied', (output) => output.about === 'join' && output.address === theirs.address)));
      theirs.close();
      await old.until(() => old.peers.size === 1);
      expect([...old.peers]).to.deep.equal([mine.address]);
    });
  });

  describe('of 2024,', () => {
    it('peers join our seeds and peers: lists, connections, liveness and gossip, both ways', async () => {
      const { seeds, all } = await seedsOfOurs(3, '2026');
      start(seeds, all);
      const [one, other] = [await oursWith(all, '2026'), await oursWith(all, '2026')];
      await Promise.all([one.has('ready'), other.has('ready')]);
      const old = keep(await OldPeer2024.start(all));
      await old.join();
      expect(old.listed).to.have.members([one.address, other.address]);
      await old.until(() => old.neighbours.size === 2);
      const payload = old.say(1);
      await Promise.all([one, other].map((peer) => peer.has('heard', (output) => output.payload === payload)));
      one.node.input({ type: 'say', text: '77' });
      await old.until(() => [...old.payloads].some((text) => text.endsWith(':77')));
      old.ping();
      await old.until(() => old.replies.length === 2);
      await old.until(() => old.texts.some((text) => text.startsWith('Liveness Request:')));
      // Each text was one for its reader.
      for (const text of old.texts) expect(text).to.match(/^(Liveness Request:[\d.]+:127\.0\.0\.1|Liveness Reply:[\d.]+:127\.0\.0\.1:127\.0\.0\.1|[\d.]+:127\.0\.0\.1:\w+(:GOSSIP\d+)?|New Connect Request From:127\.0\.0\.1:\d+|HELLO\|.*\n.*|HELLO\|.*\n)$/s);
    });

    it('a peer that falls is removed, and one that lives is not though it is reported', async () => {
      const { seeds, all } = await seedsOfOurs(3, '2026');
      start(seeds, all);
      const [one, other] = [await oursWith(all, '2026'), await oursWith(all, '2026')];
      await Promise.all([one.has('ready'), other.has('ready')]);
      const [old, liar] = [keep(await OldPeer2024.start(all)), keep(await OldPeer2024.start(all))];
      await old.join();
      await liar.join();
      liar.report(one.address);
      liar.report(old.address);
      await Promise.all([one, old].map(({ address }) => seeds[0]!.has('inquired', (output) => output.address === address && output.answered)));
      await old.until(() => old.neighbours.size > 0);
      old.close();
      await Promise.all(seeds.map((seed) => seed.has('applied', (output) => output.about === 'removal' && output.address === old.address)));
      expect(seeds.some((seed) => seed.found('applied', (output) => output.about === 'removal' && output.address !== old.address))).to.equal(false);
    });

    it('our peers join their seeds and peers, and say nothing there that could be taken for a registration', async () => {
      const old = await Promise.all([1, 2, 3].map(() => OldSeed2024.start()));
      for (const seed of old) keep(seed);
      const all = old.map(({ address }) => address);
      const theirs = keep(await OldPeer2024.start(all));
      await theirs.join();
      const [one, other] = [await oursWith(all, '2024'), await oursWith(all, '2024')];
      await Promise.all([one.has('linked'), other.has('linked')]);
      await theirs.until(() => theirs.neighbours.size > 0);
      for (const text of old.flatMap(({ registered }) => registered)) expect(text).to.match(/^127\.0\.0\.1:\d+$/);
      await other.node.stop();
      // Seeds of 2024 tell each other nothing: those hear of it with which it is registered as well.
      const shared = old.filter(({ registered }) => [one, other].every(({ address }) => registered.includes(address)));
      expect(shared).to.have.length.above(0);
      for (const seed of shared) await seed.until(() => !seed.peers.includes(other.address));
    });

    it('seeds of theirs among ours hear nothing but reports, and ours are a quorum', async () => {
      const old = keep(await OldSeed2024.start());
      const { seeds, all } = await seedsOfOurs(2, '2024', [old.address]);
      start(seeds, all);
      const one = await oursWith(all, '2024');
      const theirs = keep(await OldPeer2024.start(all));
      await theirs.join();
      await one.has('linked', (output) => output.address === theirs.address);
      expect(old.registered.every((text) => /^127\.0\.0\.1:\d+$/.test(text)), old.registered.join()).to.equal(true);
    });
  });

  it('of both dialects at once, gossip reaches all', async () => {
    const { seeds, all } = await seedsOfOurs(3, '2026');
    start(seeds, all);
    const one = await oursWith(all, '2026');
    await one.has('ready');
    const [line, colon] = [keep(await OldPeer2026.start(all)), keep(await OldPeer2024.start(all))];
    await line.join();
    await line.until(() => line.neighbours.has(one.address));
    await colon.join();
    await colon.until(() => colon.neighbours.has(one.address));
    const [first, second] = [line.say(1), colon.say(2)];
    await colon.until(() => colon.payloads.has(first));
    await line.until(() => line.payloads.has(second));
  });
});
