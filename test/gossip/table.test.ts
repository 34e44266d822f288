import { expect } from 'chai';
import { memberLines } from '../../src/cli/network-answers.ts';
import { philox } from '../../src/core/philox.ts';
import { addressOf, type Address } from '../../src/gossip/address.ts';
import type { Output } from '../../src/gossip/outputs.ts';
import { tableOf } from '../../src/gossip/table.ts';
import { NetworkView, type NodeStatus } from '../../src/gossip/view.ts';
import { whyLines } from '../../src/gossip/why.ts';

const address = (name: string): Address => addressOf('10.0.0.1', (name.startsWith('S') ? 5000 : 6000) + Number(name.slice(1)))!;

interface Known {
  readonly view: NetworkView;
  readonly become: (at: number, name: string, state: NodeStatus) => void;
  readonly says: (at: number, name: string, output: Output) => void;
  readonly shown: (now: number, rows?: number, columns?: number) => string[];
}

/** A network of seeds and peers that all see each other. */
function networkOf(peers: number): Known {
  const view = new NetworkView();
  const become = (at: number, name: string, state: NodeStatus): void => view.node(at, { name, role: name.startsWith('S') ? 'seed' : 'peer', address: address(name), state, isReady: false });
  const says = (at: number, name: string, output: Output): void => view.output(at, name, output);
  const names = Array.from({ length: peers }, (_, i) => `P${i + 1}`);
  for (const name of ['S1', 'S2', 'S3', ...names]) become(0, name, 'up');
  for (const name of names) {
    says(10, name, { type: 'ready' });
    for (const other of names) says(20, name, { type: 'member', address: address(other), life: 1, incarnation: 0, state: 'alive' });
  }
  const shown = (now: number, rows = 20, columns = 100): string[] => tableOf(view, { columns, rows, now, quorum: 2, detector: 'swim', viewMax: 150 }).map((line) => line.map(({ text }) => text).join('').trimEnd());
  return { view, become, says, shown };
}

describe('the table of a network', () => {
  it('tells of each peer how it is, for how long, and what the others make of it', () => {
    const { become, says, shown } = networkOf(3);
    says(30, 'P1', { type: 'linked', address: address('P2'), way: 'out' });
    says(30, 'P2', { type: 'linked', address: address('P1'), way: 'in' });
    says(1000, 'P1', { type: 'generated', payload: 'x', hash: 'h' });
    says(1004, 'P2', { type: 'heard', payload: 'x', hash: 'h', from: address('P1') });
    says(1009, 'P3', { type: 'heard', payload: 'x', hash: 'h', from: address('P2') });
    expect(shown(5000)).to.deep.equal([
      '3 alive   seeds 3/3, quorum 2   views: 1   detector swim',
      'last message: reached 3/3 in 2 hops, 9 ms',
      'peer  state          for  life   links    seen  heard health     lag  msg/s',
      'P1    ● alive        5 s   1.0       1     1/1    4 s      –       –      –',
      'P2    ● alive        5 s   1.0       1     1/1    3 s      –       –      –',
      'P3    ● alive        5 s   1.0       0     1/1    3 s      –       –      –',
    ]);
    become(6000, 'P3', 'killed');
    says(6500, 'P1', { type: 'member', address: address('P3'), life: 1, incarnation: 0, state: 'suspect' });
    const [head, , , , , row] = shown(7000);
    expect(head).to.equal('2 alive, 1 killed   seeds 3/3, quorum 2   views: 1   detector swim');
    expect(row).to.equal('P3    ✗ killed       1 s   1.0       –       –    5 s      –       –      –  suspected by P1');
    for (const name of ['P1', 'P2']) says(8000, name, { type: 'member', address: address('P3'), life: 1, incarnation: 0, state: 'dead' });
    expect(shown(9000).at(-1)).to.match(/^P3 {4}✗ dead /);
  });

  it('shows from whom a peer is unreachable, and whether the other way is open', () => {
    const { view, says, shown, become } = networkOf(3);
    says(1000, 'P1', { type: 'unreachable', address: address('P3') });
    says(1000, 'P2', { type: 'unreachable', address: address('P3') });
    says(1000, 'P3', { type: 'unreachable', address: address('P2') });
    const [head, , , , second, third] = shown(2000, 20, 140);
    expect(head).to.match(/^1 alive, 2 unreachable /);
    expect(second).to.match(/^P2 {4}◌ unreachable .* {2}unreachable from P3$/);
    expect(third).to.match(/^P3 {4}◌ unreachable .* {2}unreachable from P1 \(one-way\), P2$/);
    expect(memberLines(view, []).at(-1)).to.equal('P3    peer  10.0.0.1:6003          up, for others alive, unreachable from P1 (one-way), P2');
    expect(whyLines(view, 'P3').at(-1)).to.equal('1.0 s  P2 has no answer from it, though others have');
    // Who stands still, or is gone, has no answer of anybody, and who is gone gives none.
    become(3000, 'P1', 'stopped');
    says(3000, 'P3', { type: 'reachable', address: address('P2') });
    expect(shown(4000, 20, 140)[5]).to.match(/ {2}unreachable from P2 \(one-way\)$/);
    become(5000, 'P2', 'killed');
    expect(shown(6000, 20, 140).join('\n')).not.to.include('unreachable');
  });

  it('shows whose clock is off, the most that it is, and off whose', () => {
    const { says, shown, become } = networkOf(2);
    says(1000, 'P1', { type: 'clock', address: address('S2'), ahead: 3600 });
    says(1000, 'P1', { type: 'clock', address: address('S1'), ahead: 3599.5 });
    expect(shown(2000, 20, 140)[3]).to.match(/ {2}clock 3600 s ahead of S1, S2$/);
    expect(shown(2000, 20, 140)[4]).not.to.include('clock');
    says(3000, 'P1', { type: 'clock', address: address('S2'), ahead: 0 });
    expect(shown(4000, 20, 140)[3]).to.match(/ {2}clock 3599.5 s ahead of S1$/);
    become(5000, 'P1', 'killed');
    expect(shown(6000, 20, 140)[3]).not.to.include('clock');
  });

  it('counts messages that somebody is known to have said, though others told earlier that they heard them', () => {
    const { view, says, shown } = networkOf(3);
    says(1003, 'P2', { type: 'heard', payload: '1:x', hash: 'h', from: address('P1') });
    says(1005, 'P1', { type: 'generated', payload: '1:x', hash: 'h' });
    says(1009, 'P3', { type: 'heard', payload: 'x', hash: 'h', from: address('P2') });
    expect(shown(2000)[1]).to.equal('last message: reached 3/3 in 2 hops, 4 ms');
    // Nobody said these but somebody Byzantine, and they put none of the others out.
    for (let i = 0; i < 1000; i += 1) says(1010, 'P2', { type: 'heard', payload: `f${i}`, hash: `f${i}`, from: address('P1') });
    expect([view.messages, ...view.peers.map(({ heard }) => heard)]).to.deep.equal([1, 1, 1, 1]);
    expect(view.spreadOf('x')!.reached).to.equal(3);
  });

  it('counts the views: one more for each peer that sees something else', () => {
    const { view, says, shown } = networkOf(4);
    says(1000, 'P4', { type: 'member', address: address('P1'), life: 1, incarnation: 0, state: 'dead' });
    expect(view.views().map(({ names }) => names)).to.deep.equal([['P1', 'P2', 'P3'], ['P4']]);
    expect(shown(2000)[0]).to.include('views: 2');
    // Of so many each knows a part.
    expect(networkOf(149).shown(2000)[0]).to.include('views: 1 ');
    expect(networkOf(150).shown(2000)[0]).to.include('views: in part ');
  });

  it('has the same views and opinions at any time, counted as they come or all at once', () => {
    const { view, become, says } = networkOf(0);
    const names = ['P1', 'P2', 'P3', 'P4', 'P5'];
    const states = ['alive', 'suspect', 'dead', 'left'] as const;
    const draw = (step: number, topic: number, most: number): number => philox(step, topic, 0, 0x71e5, 0, 0) % most;
    for (let step = 0; step < 2000; step += 1) {
      const name = names[draw(step, 0, 5)]!;
      if (draw(step, 1, 10) === 0) become(step, name, (['killed', 'up', 'stopped', 'left'] as const)[draw(step, 2, 4)]!);
      else if (draw(step, 1, 10) === 1) says(step, name, { type: 'ready' });
      else if (view.nodes.has(name)) says(step, name, { type: 'member', address: address(names[draw(step, 3, 5)]!), life: 1 + draw(step, 4, 2), incarnation: 0, state: states[draw(step, 5, 4)]! });
      expect(view.viewCount, `step ${step}`).to.equal(view.views().length);
      expect(view.byView().map((names) => names.toSorted()), `step ${step}`).to.have.deep.members(view.views().map(({ names }) => names.toSorted()));
      for (const node of view.peers) {
        const thoughts = view.peers.flatMap((other) => (other === node ? [] : [[other.name, other.thinks.get(node.address)?.state] as const]));
        const { state, suspectedBy } = view.stateOf(node);
        expect([...suspectedBy].toSorted(), `step ${step}`).to.deep.equal(thoughts.flatMap(([by, thought]) => (thought === 'suspect' ? [by] : [])).toSorted());
        const count = (wanted: string): number => thoughts.filter(([, thought]) => thought === wanted).length;
        const most = Math.max(...states.map(count));
        expect(most === 0 ? 'unknown' : count(state), `step ${step}`).to.equal(most === 0 ? state : most);
      }
    }
  });

  it('takes far less time than to put all lists side by side, as it is drawn ten times a second', () => {
    const { view, shown } = networkOf(300);
    const quickest = (work: () => unknown): number => Math.min(...[0, 1, 2].map(() => {
      const began = performance.now();
      work();
      return performance.now() - began;
    }));
    expect(quickest(() => shown(1000))).to.be.below(quickest(() => view.views()) / 4);
  });

  it('shows first of whom there is something to see, where not all have room, and how many are left out', () => {
    const { become, shown } = networkOf(100);
    become(1000, 'P50', 'stopped');
    const lines = shown(2000, 8);
    expect(lines).to.have.length(8);
    expect(lines[3]).to.match(/^P50 {3}‖ stopped /);
    expect(lines.at(-1)).to.equal('… and 96 alive');
  });

  it('tells how a node fares: its health, how late its timers are, when others last heard it, and what it says in a second', () => {
    const { view, become, shown } = networkOf(3);
    view.figures(4000, 'P2', { ill: 3, lag: 312.4, messages: 40, bytes: 8000, heard: [[address('P1'), 1000], [address('P3'), 3800]] });
    view.figures(4000, 'S1', { ill: 0, lag: 1, messages: 0, bytes: 0, heard: [[address('P3'), 3900]] });
    expect(shown(5000, 20, 120).slice(1)).to.deep.equal([
      'no message yet   each node 5.0 msg/s, 1.0 kB/s',
      'peer  state          for  life   links    seen  heard health     lag  msg/s   kB/s',
      'P1    ● alive        5 s   1.0       0     0/0    2 s      –       –      –      –',
      'P2    ● alive        5 s   1.0       0     0/0    4 s  ill 3  312 ms   10.0    2.0',
      'P3    ● alive        5 s   1.0       0     0/0    4 s      –       –      –      –',
    ]);
    // Of one that stands still nothing is known but when it was heard.
    become(6000, 'P2', 'stopped');
    expect(shown(7000, 20, 120)[4]).to.equal('P2    ‖ stopped      1 s   1.0       0     0/0    6 s      –       –      –      –');
    become(8000, 'P2', 'killed');
    become(9000, 'P2', 'up');
    expect(view.nodes.get('P2')!.fares).to.equal(undefined);
  });

  it('averages what a node says over the last few seconds', () => {
    const { view } = networkOf(1);
    for (const [at, messages] of [[1000, 10], [2000, 20], [3000, 30], [4000, 40]] as const) view.figures(at, 'P1', { ill: 0, lag: 0, messages, bytes: 0, heard: [] });
    expect(view.nodes.get('P1')!.fares!.messages).to.be.closeTo(10, 0.01);
    view.figures(5000, 'P1', { ill: 0, lag: 0, messages: 140, bytes: 0, heard: [] });
    expect(view.nodes.get('P1')!.fares!.messages).to.be.closeTo(28, 0.01);
  });

  it('leaves out what can be missed first where the window is narrow, and never who suspects a peer', () => {
    const { says, shown } = networkOf(3);
    for (const name of ['P1', 'P2']) says(6500, name, { type: 'member', address: address('P3'), life: 1, incarnation: 0, state: 'suspect' });
    const heads = { 140: 'kB/s', 100: 'msg/s', 80: 'health', 60: 'seen' };
    for (const [columns, last] of Object.entries(heads)) {
      const lines = shown(7000, 20, Number(columns));
      expect(lines[2]!.split(/ +/).at(-1), columns).to.equal(last);
      expect(lines[5], columns).to.include('  suspected');
      for (const line of lines) expect(line.length).to.be.at.most(Number(columns));
    }
  });

  it('is cut to the window', () => {
    for (const line of networkOf(3).shown(1000, 20, 30)) expect(line.length).to.be.at.most(30);
  });
});

describe('why a peer is where it is', () => {
  it('is told by who missed it, who looked, and who voted, what all take over in one line', () => {
    const { view, says } = networkOf(3);
    const of = address('P3');
    says(6000, 'P1', { type: 'suspecting', address: of, reason: 'nobody answers there' });
    for (const by of ['P2', 'S1']) says(6500, by, { type: 'noticed', address: of, by: address('P1') });
    says(7000, 'P1', { type: 'agreed', address: of, by: [address('P1'), address('P2')] });
    says(7001, 'S1', { type: 'accused', address: of, by: address('P1'), at: '7' });
    says(7002, 'S1', { type: 'accused', address: of, by: address('P2'), at: '7' });
    says(8000, 'S1', { type: 'inquired', address: of, answered: false });
    says(8001, 'S2', { type: 'voted', about: 'removal', address: of, seed: address('S1'), ok: true, reason: 'nobody answers there' });
    says(8002, 'S1', { type: 'decided', about: 'removal', address: of, ok: true, votes: 2, seeds: 3, reporters: 1 });
    for (const name of ['P1', 'P2']) says(8010, name, { type: 'member', address: of, life: 1, incarnation: 0, state: 'dead' });
    expect(whyLines(view, 'P3').slice(-8)).to.deep.equal([
      '6.0 s  P1 suspects it: nobody answers there',
      '6.5 s  P2, S1 heard from P1 that it is suspected',
      '7.0 s  P1 agrees with P2 that it is dead',
      '7.0 s  S1 was told of its death by P1, P2',
      '8.0 s  S1 looked for itself: nobody answers there',
      '8.0 s  S2 voted yes to S1, which asked to remove it: nobody answers there',
      '8.0 s  S1 counted 2 of 3 seeds: it is off the list; 1 peer reported it',
      '8.0 s  2 peers have it in life 1 as dead',
    ]);
    for (const name of ['P2', 'P1']) says(9000, name, { type: 'confirmed', address: of, seed: address('S1') });
    for (const name of ['P1', 'P2']) says(9100, name, { type: 'rejected', address: of, seed: address('S2') });
    expect(whyLines(view, 'P3').slice(-2)).to.deep.equal(['9.0 s  S1 confirmed its death to P1, P2', '9.1 s  S2 told P1, P2 that it lives']);
    // Long after it is another time.
    says(60_000, 'S1', { type: 'accused', address: of, by: address('P2'), at: '60' });
    expect(whyLines(view, 'P3').at(-1)).to.equal('60.0 s  S1 was told of its death by P2');
  });
});
