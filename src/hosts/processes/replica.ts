import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { nodeId, type NodeId } from '../../core/node.ts';
import { Refusal, quoted, quotedPath } from '../../core/refusal.ts';
import { forgetfulLog, openLog, wasRepaired, type Log } from '../log.ts';
import { digestOf, networkEnvelopes, networkSeal, newVerdicts, publicKeysOf, type Envelopes, type Verdicts } from '../seal.ts';
import { Counts, metricsOf } from './counts.ts';
import { Driver, type AnyMachine } from './driver.ts';
import { Gateway, clientId } from './gateway.ts';
import { DIGEST, FROM, MAC, TO, type Envelope } from './nodes.ts';
import { Peer } from './peer.ts';
import type { Plan } from './plan.ts';
import { serverFor, type Desk, type Limits, type Told } from './server.ts';
import type { Command, Place, Service, Status } from './service.ts';
import { Tallies, type Tally } from './tally.ts';

/** What one replica needs in order to be. */
export interface ReplicaOptions {
  readonly plan: Plan;
  readonly id: number;
  readonly secret: string;
  readonly service: Service;
  /** The folder of its log; it forgets all when it ends, if there is none. */
  readonly data?: string | undefined;
  readonly strategy?: string | undefined;
  readonly limits?: Limits | undefined;
  /** How many clients ask for the users of this node. */
  readonly clients?: number | undefined;
  /** What is known of signatures here, if others know it too. */
  readonly verdicts?: Verdicts | undefined;
  readonly listener: ReplicaListener;
}

/** What the owner of a replica wants to hear. */
export interface ReplicaListener {
  /** A user who asked here was answered. */
  answered(run: Run): void;
  /** Somebody else commands now. */
  commanded(command: Commanding): void;
  /** The replica cannot go on. */
  failed(error: Error): void;
}

/** Who commands, and who collects the votes if anybody does. */
export interface Commanding {
  readonly view: number;
  readonly commander: number;
  readonly collector: number | undefined;
}

/** A machine with its driver, its log, and what that held. */
interface Unit {
  readonly driver: Driver;
  readonly log: Log;
  readonly records: readonly unknown[];
}

/** One user's request, from post to answer. */
export interface Run {
  readonly seconds: number;
  /** The request’s name, by which those who executed it know it. */
  readonly request: string;
  /** How the data begins that was decided on. */
  readonly data: string;
}

/**
 * A replica on HTTP: a server, a connection to each peer, a log, and two machines that these serve: the replica itself, and
 * the client that asks for users who cannot sign. Nothing here knows the protocol's rules.
 */
export class Replica {
  readonly id: number;
  readonly counts = new Counts();
  readonly #tallies: Tallies;
  readonly #options: ReplicaOptions;
  readonly #members: readonly NodeId[];
  readonly #machine: AnyMachine;
  readonly #unit: Unit;
  readonly #replica: Driver;
  readonly #clients = new Map<NodeId, Unit>();
  readonly #gateway: Gateway;
  readonly #server: Server;
  readonly #envelopes = new Map<NodeId, Envelopes>();
  readonly #peers = new Map<NodeId, Peer>();
  /** The last few. */
  #accusations: readonly { readonly suspect: number; readonly evidence: string }[] = [];
  #view = -1;
  #closing: Promise<void> | undefined;

  constructor(options: ReplicaOptions) {
    const { plan, id, service, secret, data, strategy, listener } = options;
    this.#options = options;
    this.id = id;
    const { members: places } = plan;
    const own = places[id];
    if (own === undefined) throw new Refusal(`the cluster has the nodes 0 to ${places.length - 1}, not ${id}`);
    const keys = publicKeysOf(secret);
    if (keys.sign !== own.sign || keys.pair !== own.pair) throw new Refusal(`the secret is not that of node ${id} in this cluster`);
    this.#members = places.map((place) => nodeId(place.id));
    this.#tallies = new Tallies(places.length);
    this.#machine = service.replica(strategy);
    const count = places.length;
    // A client of a node has the keys of that node; its id keeps their signatures apart.
    const sealOptions = { cluster: plan.cluster, secret, keysOf: (of: NodeId) => places[of % count], verdicts: options.verdicts ?? newVerdicts() };
    const unitFor = (self: NodeId, folder: string | undefined, machine: AnyMachine, heed: (output: unknown) => void): Unit => {
      const seal = networkSeal({ ...sealOptions, self, onForgery: (by) => this.counts.add('forgeries', String(by)) });
      this.#envelopes.set(self, networkEnvelopes({ ...sealOptions, self }));
      const keep = ([owner, ...records]: readonly unknown[]): readonly unknown[] => [owner, ...(self === id ? service.keep(records) : records)];
      const log: Log = folder === undefined ? forgetfulLog() : openLog(folder, { synced: () => driver.synced(), failed: (error) => listener.failed(error) }, { keep, from: LOG_BYTES_MAX });
      const driver = new Driver(machine, { self, members: this.#members, seal, settings: plan.settings }, log, {
        send: (to, message) => this.#send(self, to, message),
        output: heed,
        accuse: (suspect, evidence) => {
          this.counts.add('accusations', String(suspect));
          this.#accusations = [...this.#accusations.slice(1 - ACCUSATIONS_MAX), { suspect, evidence: evidence.slice(0, 200) }];
        },
      });
      return { driver, log, records: recordsOf(log, { cluster: plan.cluster, node: self }, folder) };
    };
    this.#unit = unitFor(nodeId(id), data, this.#machine, (output) => this.#heed(output));
    this.#replica = this.#unit.driver;
    for (let index = 0; this.#clients.size < (options.clients ?? CLIENTS); index += 1) {
      const folder = data === undefined ? undefined : join(data, `client-${index}`);
      // Who forgot which numbers it had used might be answered what it asked before: another takes its place.
      if (folder !== undefined && wasRepaired(folder)) continue;
      const self = clientId(id, index, count);
      this.#clients.set(self, unitFor(self, folder, service.client, (output) => this.#gateway.heed(self, output)));
    }
    this.#gateway = new Gateway(service, new Map([...this.#clients].map(([self, { driver }]) => [self, driver])));
    const { registry, seconds } = metricsOf(this.counts, () => {
      const { view, executed, dropped } = this.status();
      return { view, executed, unheeded: dropped, backlog: this.#replica.backlog, waiting: this.#gateway.waiting };
    });
    this.#server = serverFor(this.#desk(() => registry.metrics(), (time) => seconds.observe(time)), options.limits);
  }

  /** @returns the port */
  async listen(host: string, port: number): Promise<number> {
    this.#server.listen(port, host);
    try {
      await once(this.#server, 'listening');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const reason = { EADDRINUSE: 'something listens there already', EACCES: 'permission denied', EADDRNOTAVAIL: 'that is no address of this machine', ENOTFOUND: 'there is no such host' }[code ?? ''] ?? String(code);
      throw new Refusal(`node ${this.id} cannot listen at ${host}:${port}: ${reason}`);
    }
    return (this.#server.address() as AddressInfo).port;
  }

  /** Begins, or goes on where its log ends; resolves when it has greeted all others. @param urls of all nodes, by id */
  async start(urls: readonly string[]): Promise<void> {
    urls.forEach((url, id) => {
      if (id !== this.id) this.#peers.set(nodeId(id), new Peer(url, this.counts, urls.length));
    });
    for (const { driver, records } of [this.#unit, ...this.#clients.values()]) driver.start(records);
    this.#look();
    await Promise.all([...this.#peers.values()].map((peer) => peer.isThere()));
  }

  command(): Command {
    return this.#options.service.command(this.#replica.state);
  }

  status(): Status {
    return this.#options.service.status(this.#replica.state);
  }

  /** Where a request was executed, if it was here and not long ago. */
  placeOf(request: string): Place | undefined {
    return this.#tallies.placeOf(request);
  }

  /** The votes that this node received for what was executed there, and for anything else. */
  tallyOf(place: Place): Tally {
    return this.#tallies.of(place);
  }

  /** How many connections its server holds. */
  connections(): Promise<number> {
    return new Promise((resolve, reject) => this.#server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))));
  }

  /** Ends, once what is to be saved is saved. */
  close(): Promise<void> {
    this.#closing ??= (async () => {
      this.#replica.stop();
      this.#gateway.stop();
      this.#server.close();
      this.#server.closeAllConnections();
      await Promise.all([...this.#peers.values()].map((peer) => peer.close()));
      await Promise.all([this.#unit, ...this.#clients.values()].map(({ log }) => log.close()));
    })();
    return this.#closing;
  }

  #desk(metrics: () => Promise<string>, observe: (seconds: number) => void): Desk {
    const { service, listener } = this.#options;
    return {
      counts: this.counts,
      dataMax: service.dataMax,
      paths: service.paths,
      status: () => `Node ${this.id} Up and Running`,
      fullStatus: () => {
        const { backlog } = this.#replica;
        return { id: this.id, protocol: service.name, ...this.status(), waiting: this.#gateway.waiting, backlog, logged: this.#unit.records.length + this.#unit.log.appended, accusations: this.#accusations, counts: this.counts.all() };
      },
      metrics,
      order: async (data, signal) => {
        const { commander } = this.command();
        // Users are sent to the commander, unless it does not answer: then the replicas have to hear of it, and elect another.
        if (commander !== this.id && (await this.#peers.get(commander)?.isThere()) === true) return { status: 401, text: `Node ${this.id} does not command, node ${commander} does\n`, headers: { 'generals-commander': String(commander) } };
        const start = performance.now();
        const asked = this.#gateway.ask(data, signal);
        if (asked === 'full') return { status: 429, text: 'too many requests wait for their answer\n', headers: { 'retry-after': '1' } };
        const decided = await asked;
        if (decided === undefined) return { status: 503, text: 'there was no answer in time\n', headers: { 'retry-after': '1' } };
        const seconds = Math.round((performance.now() - start) * 1000) / 1e6;
        observe(seconds);
        listener.answered({ seconds, request: decided.request, data: data.slice(0, DATA_SHOWN) });
        return told(seconds, decided.result);
      },
      admits: ({ from, to, path, digest, mac }) => {
        const envelopes = this.#envelopes.get(to);
        if (envelopes === undefined || from >= FROM_MAX || from % this.#members.length === this.id) return 'unknown';
        return envelopes.isFrom(from, path, digest, mac) ? 'known' : 'forged';
      },
      bytesMax: (from) => (from < this.#members.length ? REPLICA_BYTES_MAX : CLIENT_BYTES_MAX),
      hear: (envelope, message) => this.#hear(envelope, message),
    };
  }

  #heed(output: unknown): void {
    const executed = this.#options.service.executed(output);
    if (executed !== undefined) this.#tallies.executed(executed);
  }

  #hear({ from, to, path }: Envelope, value: unknown): 'taken' | 'malformed' | 'busy' {
    const isForReplica = to === this.id;
    const { service } = this.#options;
    const message = (isForReplica ? this.#machine : service.client).parse(value);
    if (message === undefined || service.pathOf(message) !== path) {
      this.counts.add('dropped', 'malformed');
      return 'malformed';
    }
    if (this.#replica.backlog > BACKLOG_MAX) {
      this.counts.add('dropped', 'busy');
      return 'busy';
    }
    this.counts.add('messages_received', path.slice(1));
    this.#give(to, from, message);
    return 'taken';
  }

  #give(to: NodeId, from: NodeId, message: unknown): void {
    if (to !== this.id) return this.#gateway.hear(to, from, message);
    const votes = this.#options.service.votesIn(from, message, this.#members.length);
    if (votes.length > 0) this.#tallies.heard(from, votes);
    this.#replica.take({ type: 'message', from, message });
    this.#look();
  }

  #send(from: NodeId, to: readonly NodeId[], message: unknown): void {
    const path = this.#options.service.pathOf(message);
    let sealed: { readonly body: Buffer; readonly digest: string } | undefined;
    const count = this.#members.length;
    for (const receiver of to) {
      const home = nodeId(receiver % count);
      if (home === this.id) {
        // The replica and the client of one node talk without HTTP.
        setImmediate(() => this.#give(receiver, from, message));
        continue;
      }
      if (sealed === undefined) {
        const body = Buffer.from(JSON.stringify(message));
        sealed = { body, digest: digestOf(body) };
      }
      const { body, digest } = sealed;
      const mac = this.#envelopes.get(from)!.seal(receiver, path, digest);
      this.counts.add('messages_sent', path.slice(1));
      this.counts.add('bytes_sent', path.slice(1), body.length);
      this.#peers.get(home)?.post({ path, body, headers: ['content-type', 'application/json', FROM, String(from), TO, String(receiver), DIGEST, digest, MAC, mac] });
    }
  }

  /** Tells when somebody else commands. */
  #look(): void {
    const { view, commander, hasBegun } = this.command();
    if (view === this.#view || !hasBegun) return;
    this.#view = view;
    const { service, listener } = this.#options;
    listener.commanded({ view, commander, collector: service.collector(this.#replica.state) });
  }
}

/** How much of a user’s data is shown. */
const DATA_SHOWN = 100;
const ACCUSATIONS_MAX = 10;
/** How many clients ask for the users of one node. */
const CLIENTS = 8;
/** No node has an id so large. */
const FROM_MAX = 2048;
/** What a replica may post, in bytes: a new view carries the votes of many orders. */
export const REPLICA_BYTES_MAX = 16 * 1024 * 1024;
/** A client posts single requests. */
const CLIENT_BYTES_MAX = 64 * 1024;
/** How much may wait for the disk before nodes are told to wait as well. */
const BACKLOG_MAX = 20_000;
/** How many bytes a log may have before it is written anew. */
const LOG_BYTES_MAX = 16 * 1024 * 1024;

/** In the words of the old system, with more in headers. */
function told(seconds: number, result: unknown): Told {
  return { status: 200, text: `\nPBFT Consensus Time: ${seconds}s\n`, headers: { 'generals-result': encodeURIComponent(JSON.stringify(result)).slice(0, 4000) } };
}

/** What the machine saved: the log less its first record, which says whose log it is. @throws Refusal if it is another's */
function recordsOf(log: Log, owner: { readonly cluster: string; readonly node: number }, folder: string | undefined): readonly unknown[] {
  const [first, ...records] = log.records;
  if (first === undefined) {
    log.append({ v: 1, ...owner });
    return [];
  }
  const { cluster, node } = first as Record<string, unknown>;
  if (cluster !== owner.cluster || node !== owner.node)
    throw new Refusal(`${quotedPath(folder ?? '')} holds the log of node ${String(node)} of cluster ${quoted(String(cluster))}, not that of node ${owner.node} of ${quoted(owner.cluster)}`);
  return records;
}
