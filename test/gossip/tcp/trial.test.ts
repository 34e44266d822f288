import { expect } from 'chai';
import type { Address } from '../../../src/gossip/address.ts';
import { GOSSIP_FAULTS } from '../../../src/gossip/faults/registry.ts';
import type { Standing } from '../../../src/gossip/judge/membership.ts';
import type { Output } from '../../../src/gossip/outputs.ts';
import { LAN } from '../../../src/gossip/settings.ts';
import { NO_MISHAPS, type Mishaps } from '../../../src/gossip/tcp/mishaps.ts';
import type { LiveNetwork, Member, MemberState, NetworkOptions } from '../../../src/gossip/tcp/network.ts';
import { Trial } from '../../../src/gossip/tcp/trial.ts';
import { at } from '../../support/gossip.ts';
import { Watched } from '../../support/watched-network.ts';

const NAMES = ['S1', 'S2', 'S3', 'P1', 'P2', 'P3'];

const address = (name: string): Address => at(5000 + NAMES.indexOf(name));

/** Three seeds and three peers before the judge, all of which are there and know each other, by a clock that the test sets. */
class Case {
  now = 0;
  readonly members = new Map<string, Member>();
  readonly lists = new Map<string, Standing[]>();
  readonly trial: Trial;

  constructor(byzantine: readonly string[] = [], speed = 1) {
    this.trial = new Trial({ seeds: 3, settings: LAN, keepsLists: false, speed, now: () => this.now });
    for (const name of NAMES) {
      this.members.set(name, { name, role: name.startsWith('S') ? 'seed' : 'peer', address: address(name), pid: undefined, fault: byzantine.includes(name) ? 'silent' : undefined, state: 'up', isReady: false });
      this.lists.set(name, ['P1', 'P2', 'P3'].map((peer) => ({ address: address(peer), life: 1, state: 'alive' })));
      this.become(name, 'up');
      if (name.startsWith('P')) for (const output of [{ type: 'registered', seed: address('S1'), life: 1 }, { type: 'ready' }] as const) this.says(name, output);
    }
  }

  become(name: string, state: MemberState): void {
    const member = { ...this.members.get(name)!, state };
    this.members.set(name, member);
    this.trial.tell({ type: 'state', member });
  }

  says(name: string, output: Output): void {
    this.trial.tell({ type: 'output', member: this.members.get(name)!, output });
  }

  removes(by: string, whom: string): void {
    this.says(by, { type: 'applied', about: 'removal', address: address(whom), life: 1, from: address('S1') });
  }

  /** All have it that a peer is over. */
  takeOff(name: string): void {
    for (const [by, list] of this.lists) this.lists.set(by, list.map((one) => (one.address === address(name) ? { ...one, state: 'dead' } : one)));
  }

  suffers(mishaps: Partial<Mishaps>): void {
    this.trial.tell({ type: 'mishaps', mishaps: { ...NO_MISHAPS, ...mishaps } });
  }

  async finding(): Promise<string> {
    const network = { members: [...this.members.values()], lists: () => Promise.resolve(this.lists) } as unknown as LiveNetwork;
    const finding = await this.trial.look(network);
    return finding.type === 'holds' ? 'holds' : finding.type === 'unknown' ? `unknown: ${finding.reason}` : `${finding.property}: ${finding.witness}`;
  }
}

describe('the trial of a live network', () => {
  it('finds that all holds where every list has all who live, and no more', async () => {
    const court = new Case();
    expect(await court.finding()).to.equal('holds');
    court.become('P3', 'killed');
    court.removes('S1', 'P3');
    court.takeOff('P3');
    court.now = 5000;
    expect(await court.finding()).to.equal('holds');
  });

  it('finds it violated where somebody is removed that lives, whatever the lists say later', async () => {
    const court = new Case();
    court.removes('S2', 'P1');
    expect(await court.finding()).to.equal('no live peer is removed: S2 removes P1, which lives and is not cut off');
  });

  it('takes no notice of what a Byzantine node says, nor of its removal', async () => {
    const court = new Case(['P3', 'S3']);
    court.removes('S3', 'P1');
    court.removes('S1', 'P3');
    court.takeOff('P3');
    expect(await court.finding()).to.equal('holds');
  });

  it('gives lists time to become the same, and no more than that', async () => {
    const court = new Case();
    court.become('P3', 'killed');
    court.now = 4000;
    expect(await court.finding()).to.equal('unknown: S1 still has P3 on its list, 4 s after the last change, which may be too soon');
    court.now = 119_000;
    expect(await court.finding()).to.match(/^unknown: S1 still has P3/);
    court.now = 120_000;
    expect(await court.finding()).to.equal('every dead peer is removed: S1 still has P3 on its list');
  });

  it('does not know what lists should be as long as something goes wrong on purpose, or nobody tells them', async () => {
    const court = new Case();
    court.become('P2', 'stopped');
    expect(await court.finding()).to.equal('unknown: P2 stands still');
    court.become('P2', 'up');
    court.suffers({ cuts: [{ from: [address('P1')], to: [address('P2')] }] });
    expect(await court.finding()).to.equal('unknown: a cut is not healed');
    court.suffers({ loss: 0.1 });
    expect(await court.finding()).to.equal('unknown: messages are lost, or late');
    court.suffers({ slow: [[address('P1'), 0]] });
    expect(await court.finding()).to.equal('holds');
    court.become('S1', 'killed');
    expect(await court.finding()).to.equal('holds');
    court.become('S2', 'lost');
    expect(await court.finding()).to.equal('unknown: of 3 seeds 1 are there and loyal, and 2 must agree');
    court.become('S2', 'up');
    court.lists.delete('P2');
    expect(await court.finding()).to.equal('unknown: P2 does not tell its list');
  });

  it('excuses the removal of whoever was cut off from most seeds, and not of whoever was from one', async () => {
    const cut = (...to: readonly string[]): Case => {
      const court = new Case();
      court.suffers({ cuts: [{ from: [address('P1')], to: to.map(address) }] });
      court.now = 10_000;
      court.suffers({});
      court.now = 12_000;
      court.removes('S1', 'P1');
      return court;
    };
    expect(await cut('S1', 'S2').finding()).to.equal('holds');
    expect(await cut('S1').finding()).to.match(/^no live peer is removed/);
  });

  it('knows nothing of a removal where a process stood still that nobody told to, or messages came far too late', async () => {
    const court = new Case();
    court.removes('S1', 'P1');
    court.now = 20_000;
    court.trial.tell({ type: 'stalled', member: court.members.get('P1')!, lasted: 20_500 });
    expect(await court.finding()).to.equal('unknown: S1 removes P1, which lives and is not cut off, but P1 stood still for 20.5 s, though nobody told it to');
    for (const [mishaps, reason] of [[{ loss: 0.5 }, '50 % of all messages were lost'], [{ slow: [[address('P1'), 5000]] }, 'messages came up to 5000 ms late']] as const) {
      const late = new Case();
      late.suffers(mishaps);
      late.removes('S1', 'P1');
      expect(await late.finding()).to.match(new RegExp(`^unknown: S1 removes P1.*, but ${reason}$`));
      const mild = new Case();
      mild.suffers({ loss: 0.2, slow: [[address('P1'), 400]] });
      mild.removes('S1', 'P1');
      expect(await mild.finding()).to.match(/^no live peer is removed/);
    }
  });

  it('is no excuse that a process stood still for a moment, or long ago', async () => {
    const court = new Case();
    court.now = 500;
    court.trial.tell({ type: 'stalled', member: court.members.get('P1')!, lasted: 400 });
    court.removes('S1', 'P1');
    expect(await court.finding()).to.match(/^no live peer is removed/);
    const later = new Case();
    later.now = 2000;
    later.trial.tell({ type: 'stalled', member: later.members.get('P1')!, lasted: 1500 });
    later.now = 30_000;
    later.removes('S1', 'P1');
    expect(await later.finding()).to.match(/^no live peer is removed/);
  });

  it('knows that a moment is long where clocks go fast', async () => {
    const court = new Case([], 10);
    court.now = 500;
    court.trial.tell({ type: 'stalled', member: court.members.get('P1')!, lasted: 400 });
    court.removes('S1', 'P1');
    expect(await court.finding()).to.match(/^unknown: .*, but P1 stood still for 0\.4 s/);
  });

  it('judges peers that join later as it does all', async () => {
    const court = new Case();
    const late: Member = { ...court.members.get('P1')!, name: 'P40', address: at(6040) };
    court.members.set('P40', late);
    court.trial.tell({ type: 'state', member: late });
    court.says('P40', { type: 'registered', seed: address('S1'), life: 1 });
    court.says('S1', { type: 'applied', about: 'removal', address: late.address, life: 1, from: address('S1') });
    expect(await court.finding()).to.equal('no live peer is removed: S1 removes P40, which lives and is not cut off');
  });
});

describe('Byzantine nodes in a live network', () => {
  let watched: Watched;

  beforeEach(() => {
    watched = new Watched();
  });

  afterEach(function () {
    return watched.end(this.currentTest);
  });

  /** A network, and what is found of it. */
  async function tried(options: Partial<NetworkOptions>): Promise<Trial> {
    const trial = new Trial({ seeds: 3, settings: options.settings ?? LAN, keepsLists: false, speed: 1, now: () => performance.now() });
    watched.on('fact', (fact) => trial.tell(fact));
    await watched.start(options);
    return trial;
  }

  const faultNamed = (name: string) => GOSSIP_FAULTS.find((fault) => fault.name === name)!;

  for (const { name } of GOSSIP_FAULTS) {
    it(`that are ${name} remove nobody who is loyal, and keep nobody on the list who is dead`, async () => {
      const trial = await tried({ peers: 6, byzantine: { count: 1, fault: faultNamed(name) } });
      const loyal = watched.network.members.filter(({ role, fault }) => role === 'peer' && fault === undefined);
      await watched.until(() => loyal.every(({ isReady }) => isReady));
      await watched.network.kill('P2');
      const isOff = ({ address: own }: Member): boolean => ['S1', 'S2'].every((seed) => watched.has(seed, (output) => output.type === 'applied' && output.about === 'removal' && output.address === own));
      await watched.until(() => isOff(loyal.find((member) => member.name === 'P2')!));
      // What is to reach all lists is told of by facts.
      let finding = await trial.look(watched.network);
      while (finding.type === 'unknown') {
        await new Promise((resolve) => watched.once('change', resolve));
        finding = await trial.look(watched.network);
      }
      expect(finding).to.deep.equal({ type: 'holds' });
    });
  }

  for (const separate of [false, true]) {
    it(`remove who lives where every report is believed, and that is found${separate ? ', in processes too' : ''}`, async () => {
      const trial = await tried({ peers: 2, separate, settings: { ...LAN, trustsAll: true }, byzantine: { count: 1, fault: faultNamed('forge-death') } });
      await watched.until(() => trial.finding.type === 'violated');
      expect(trial.finding).to.have.property('property', 'no live peer is removed');
    });
  }
});
