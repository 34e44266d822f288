import { counted, figure } from '../core/figures.ts';
import { UserError } from '../core/user-error.ts';
import type { Address } from '../gossip/address.ts';
import { LiveNetwork, type Member, type NetworkFact } from '../gossip/tcp/network.ts';
import { PROCESSES_MAX, openFilesMax } from '../replicas/http/room.ts';
import { openGossipLog, type GossipLog, type Speaker } from './gossip-log.ts';
import { MEETS, warnOfTrust } from './gossip-options.ts';
import { NetworkPrompt, hasRoomForTable } from './network-prompt.ts';
import { faultNamed } from './network-script.ts';
import { warnIfOpen } from './open.ts';
import { untilSignalled } from './signals.ts';
import type { LiveOptions } from './subcommands/network.ts';
import { version } from './version.ts';

/** Starts a network and keeps it going until a signal, or for as long as was said. @returns the exit status */
export const networkCommand = (options: LiveOptions): Promise<number> => untilSignalled((signalled) => served(options, signalled));

async function served(options: LiveOptions, signalled: Promise<number>): Promise<number> {
  const { seeds, peers, host, port, settings, dialect, processes, data, seconds, byzantine: count, kind } = options;
  mustFit(options);
  const fault = faultNamed(kind);
  const prompt = !options.json && hasRoomForTable(process) ? new NetworkPrompt(options) : undefined;
  const log = await openGossipLog(options.output, options.json, prompt !== undefined);
  const tally = new Tally();
  let network: LiveNetwork | undefined;
  try {
    warnIfOpen(host, MEETS);
    warnOfTrust(settings);
    network = await LiveNetwork.start({ seeds, peers, host, port, settings, dialect, version: version(), separate: processes, data, byzantine: fault === undefined ? undefined : { count, fault } }, (fact) => {
      tally.count(fact);
      prompt?.tell(fact);
      tell(log, fact);
    });
    const status = await Promise.race([signalled, ...(prompt === undefined ? [] : [prompt.run(network)]), ...(seconds === undefined ? [] : [after(seconds)])]);
    await network.leaveAll();
    return status;
  } finally {
    await network?.close();
    if (network !== undefined) {
      const { line, fact } = tally.summary();
      process.stdout.write(options.json ? `${JSON.stringify({ v: 1, type: 'ended', ...fact })}\n` : `${line}\n`);
    }
    await log.close();
  }
}

/** A machine that runs out of open files or memory would show it as peers that do not reach each other. @throws UserError in one line */
function mustFit({ seeds, peers, processes }: LiveOptions): void {
  const nodes = seeds + peers;
  if (processes && nodes > PROCESSES_MAX) throw new UserError(`--processes is for at most ${PROCESSES_MAX} nodes, not ${nodes}: without it they share one`);
  const [files, most] = [nodes * FILES, openFilesMax()];
  if (!processes && files > most) throw new UserError(`${figure(nodes)} nodes take some ${figure(files)} open files, and ${figure(most)} are allowed here, enough for ${figure(Math.floor(most / FILES))}: ulimit -n says how many; --simulate takes none`);
}

/** Open files of a node with its few neighbours and the seeds, of both ends of each link. */
const FILES = 16;

const after = (seconds: number): Promise<number> => new Promise((resolve) => setTimeout(() => resolve(0), seconds * 1000).unref());

function tell(log: GossipLog, fact: NetworkFact): void {
  const { member } = fact;
  const speaker: Speaker = member;
  switch (fact.type) {
    case 'output':
      return log.output(speaker, fact.output);
    case 'state':
      return log.say(speaker, stateLine(member), { type: 'state', state: member.state, role: member.role, pid: member.pid });
    case 'lost':
      return log.say(speaker, `Gone: it ${fact.reason}`, { type: 'lost', reason: fact.reason });
    default:
      fact satisfies never;
  }
}

function stateLine({ name, address, pid, state }: Member): string {
  switch (state) {
    case 'up':
      return `${name} listens at ${address}${pid === undefined ? '' : `, process ${pid}`}`;
    case 'stopped':
      return `${name} stands still`;
    case 'leaving':
      return `${name} is told to leave`;
    case 'left':
      return `${name} has left`;
    case 'killed':
      return `${name} is killed`;
    case 'lost':
      return `${name} is gone`;
    default:
      return state satisfies never;
  }
}

/** What came of a network, in the end. */
class Tally {
  readonly #began = performance.now();
  readonly #started = new Map<string, number>();
  readonly #ready = new Map<string, number>();
  readonly #roles = { seed: new Set<string>(), peer: new Set<string>() };
  readonly #removed = new Set<Address>();
  #generated = 0;
  #heard = 0;

  count(fact: NetworkFact): void {
    const { name, role } = fact.member;
    this.#roles[role].add(name);
    if (fact.type === 'state' && fact.member.state === 'up' && !this.#started.has(name)) this.#started.set(name, performance.now());
    if (fact.type !== 'output') return;
    const { output } = fact;
    if (output.type === 'ready' && !this.#ready.has(name)) this.#ready.set(name, performance.now() - (this.#started.get(name) ?? this.#began));
    if (output.type === 'generated') this.#generated += 1;
    if (output.type === 'heard') this.#heard += 1;
    if (output.type === 'applied' && output.about === 'removal') this.#removed.add(output.address);
  }

  summary(): { readonly line: string; readonly fact: object } {
    const { seed, peer } = this.#roles;
    const seconds = (performance.now() - this.#began) / 1000;
    const slowest = Math.max(0, ...this.#ready.values()) / 1000;
    const removed = [...this.#removed];
    const line = `${counted(seed.size, 'seed')} and ${counted(peer.size, 'peer')}, ${seconds.toFixed(1)} s: ${this.#ready.size} became ready, the slowest after ${slowest.toFixed(1)} s; ${counted(this.#generated, 'gossip message')}, heard ${counted(this.#heard, 'time')}; ${removed.length === 0 ? 'nobody was removed' : `removed ${removed.join(', ')}`}`;
    return { line, fact: { seeds: seed.size, peers: peer.size, seconds, ready: this.#ready.size, slowest, generated: this.#generated, heard: this.#heard, removed } };
  }
}
