import { once, EventEmitter } from 'node:events';
import { setTimeout as pass } from 'node:timers/promises';
import { nodeId } from '../src/core/node.ts';
import { LAN } from '../src/gossip/settings.ts';
import { experiment } from '../src/gossip/sim/experiment.ts';
import { linksOf } from '../src/gossip/sim/links.ts';
import { nodesOf } from '../src/gossip/sim/nodes.ts';
import { GossipWorld } from '../src/gossip/sim/world.ts';
import { LiveNetwork, type NetworkFact } from '../src/gossip/tcp/network.ts';
import { EventQueue } from '../src/runtime/virtual/event-queue.ts';
import { Network } from '../src/runtime/virtual/network.ts';
import { inTurn, type Row } from './measure.ts';

/** How many peers there are, for how many seconds of virtual time they rest, and how many times as fast as real time they are to be. */
const SIZES = [
  { peers: 100, rest: 60, limit: 500 },
  { peers: 1000, rest: 20, limit: 100 },
  { peers: 10_000, rest: 5, limit: 5 },
] as const;

const SEEDS = 3;
const PAIRS = 5;

/**
 * The gossip network in virtual time, on one core, at rest: beside a bare queue with as many events, and beside real time. What its messages
 * come to is beside what the rule for them says; what a live one costs, and how long it takes, beside what is promised.
 */
export async function benchNetwork(report: (row: Row) => void): Promise<void> {
  report(spread());
  await benchLive(report);
  for (const { peers, rest, limit } of SIZES) {
    const network = settled(peers);
    let events = 0;
    const ours = async (): Promise<number> => {
      const before = network.events;
      const spent = cpu();
      network.run(network.now + rest * 1000);
      events = network.events - before;
      return (cpu() - spent) / events;
    };
    await ours();
    report(await inTurn(`${peers} peers at rest, µs an event (a bare event queue)`, PAIRS, ours, async () => bare(events, rest * 1000)));
    const each = async (): Promise<number> => ((await ours()) * events) / 1000 / rest;
    report(await inTurn(`${peers} peers at rest, ms for a second of theirs (${limit} times real time)`, PAIRS, each, async () => 1000 / limit, 1));
  }
  for (const row of whole()) report(row);
}

/** A thousand peers come, rest, talk and lose a fifth, with a tenth of all packets: all that `network --simulate` does. That has no limit yet, as it is far from the aim: what a death and a list of members change at each peer costs, more than the number of events. */
function whole(): Row[] {
  const spec = { peers: 1000, seeds: SEEDS, seed: 7, settings: { ...LAN, gossipMessages: 0 }, loss: 0.1, delay: 5, byzantine: 0, kind: undefined, kill: 0.2, hubs: false, pause: 0, pauseFor: 0, words: 20, rest: 20_000 };
  const begun = cpu();
  const run = experiment(spec);
  let step = run.next();
  while (step.done !== true) step = run.next();
  const spent = cpu() - begun;
  const { events, time } = step.value;
  const row = (what: string, ours: number, theirs: number): Row => ({ what: `1000 peers that come, talk and die, ${what}`, ours, theirs, ratio: ours / theirs });
  return [row('µs an event (a bare event queue)', spent / events, bare(events, time)), row('ms for a second of theirs (100 times real time)', spent / time, 1000 / 100)];
}

/** How many peers talk, or are live. */
const TALKING = 100;
const LIVE = 20;

/** A message goes from each peer to all neighbours but the one that it came from: in all over 2·links − peers + 1 ways. */
function spread(): Row {
  const seconds = 60;
  const world = new GossipWorld({ peers: TALKING, seeds: SEEDS, seed: 1, settings: { ...LAN, gossipMessages: 1_000_000 }, loss: 0, delay: 5, byzantine: 0, kind: undefined });
  for (const node of world.network.nodes) world.network.at(5 * node.id, () => world.start(node));
  world.network.run(20_000);
  world.measure.isCounting = true;
  world.network.run(20_000 + 1000 * seconds);
  const ways = world.overlay().reduce((sum, neighbours) => sum + neighbours.length, 0);
  const ours = world.measure.byType.get('gossip')! / TALKING / seconds;
  const theirs = (ways - TALKING + 1) / (LAN.gossipEvery / 1000);
  return { what: `${TALKING} peers that talk, gossip messages a peer sends a second (2·links − peers + 1 for each that is made)`, ours, theirs, ratio: ours / theirs, limit: 1.05 };
}

/** Nodes of one process, over TCP on loopback. */
async function benchLive(report: (row: Row) => void): Promise<void> {
  const heard = new EventEmitter().setMaxListeners(0);
  const facts: NetworkFact[] = [];
  const until = async (isSo: (fact: NetworkFact) => boolean, count: number): Promise<void> => {
    while (facts.filter(isSo).length < count) await once(heard, 'fact');
  };
  const began = performance.now();
  const network = await LiveNetwork.start({ seeds: SEEDS, peers: LIVE, host: '127.0.0.1', port: 0, settings: { ...LAN, gossipMessages: 0 }, dialect: '2026', version: '0', separate: false, data: undefined }, (fact) => {
    facts.push(fact);
    heard.emit('fact');
  });
  const promised = (what: string, ours: number, theirs: number): void => report({ what, ours, theirs, ratio: ours / theirs, limit: 1 });
  try {
    await until((fact) => fact.type === 'output' && fact.output.type === 'ready', LIVE);
    promised(`${LIVE} live peers, ms until the last is ready (2 s)`, performance.now() - began, 2000);
    // What they still have to tell each other.
    await pass(SETTLING);
    const spent = cpu();
    await pass(RESTING);
    promised(`${LIVE} live peers and ${SEEDS} seeds at rest, ms of the processor a node a second (1 % of a core)`, (cpu() - spent) / RESTING / (LIVE + SEEDS), 10);
    const { name, address } = network.members.at(-1)!;
    const killed = performance.now();
    await network.kill(name);
    await until((fact) => fact.type === 'output' && fact.output.type === 'applied' && fact.output.about === 'removal' && fact.output.address === address, SEEDS);
    promised('a live peer is killed, ms until all seeds have it off their lists (12 s)', performance.now() - killed, 12_000);
  } finally {
    await network.close();
  }
}

/** In ms. */
const SETTLING = 5000;
const RESTING = 10_000;

/** In µs: of the processor, on which others may be busy as well. */
function cpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** A network whose peers have all met. */
function settled(peers: number): Network {
  const n = SEEDS + peers;
  const { specs } = nodesOf({ n, seeds: SEEDS, seed: 1, settings: { ...LAN, gossipMessages: 0 }, clocks: new Map(), now: () => network.now });
  const network: Network = new Network(specs, { link: linksOf({ loss: 0, delay: 5, partitions: [], off: new Map(), slow: new Map(), stabilisesAt: Infinity }, 1), sync: () => 0 });
  for (const node of network.nodes) network.at(node.id < SEEDS ? 0 : 5 * node.id, () => network.start(node));
  network.run(5 * peers + 20_000);
  return network;
}

/** As many events in as much time, each of which leads to one other a while later: what any simulation of them has to do. @returns µs an event */
function bare(events: number, time: number): number {
  const queue = new EventQueue<{ readonly to: number; readonly text: string }>();
  const spacing = Math.max(1, Math.round(time / Math.sqrt(events)));
  const kept = Math.max(1, Math.round((events * spacing) / time));
  const heard = new Map<number, string>();
  for (let i = 0; i < kept; i += 1) queue.add(i % spacing, { to: nodeId(i), text: 'ping' });
  const begun = cpu();
  for (let done = 0; done < events; done += 1) {
    const { to } = queue.next(Infinity)!;
    heard.set(to, 'ping');
    queue.add(queue.now + spacing, { to, text: 'ping' });
  }
  return (cpu() - begun) / events;
}
