import { nodeId } from '../src/core/node.ts';
import { LAN } from '../src/gossip/settings.ts';
import { linksOf } from '../src/gossip/sim/links.ts';
import { nodesOf } from '../src/gossip/sim/nodes.ts';
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

/** The gossip network in virtual time, on one core, at rest: beside a bare queue with as many events, and beside real time. */
export async function benchNetwork(report: (row: Row) => void): Promise<void> {
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
}

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
