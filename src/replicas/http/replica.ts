import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { doorOf, type Command } from '../command.ts';
import { seededAt } from '../../core/choice.ts';
import type { AnyMachine } from '../../core/machine.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import { faultsTolerated } from '../../core/quorum.ts';
import { UserError, quoted, quotedPath, quotedValue } from '../../core/user-error.ts';
import { DamagedLog, inMemoryLog, openLog, repairLog, type Log, type LogOptions } from '../../runtime/log.ts';
import { digestOf, networkEnvelopes, networkSigner, newVerdicts, publicKeysOf, type Envelopes, type Verdicts } from '../../runtime/signer.ts';
import { ratesFor, type Rates } from '../../runtime/http/allowance.ts';
import { Counts, metricsOf } from '../../runtime/http/counts.ts';
import { Driver } from '../../runtime/driver.ts';
import { Gateway, clientId } from './gateway.ts';
import { differenceOf, sharedOf } from './greeting.ts';
import type { Size } from '../../runtime/http/json.ts';
import { firstOf, ownMarker, writeMarker } from './marker.ts';
import { Names } from '../../runtime/http/names.ts';
import { DIGEST, FROM, MAC, SHARED, TO, type Envelope } from '../../runtime/http/nodes.ts';
import { Peer } from '../../runtime/http/peer.ts';
import type { ClusterConfig } from './cluster-config.ts';
import type { Endpoint, Reply } from '../../runtime/http/orders.ts';
import { serverFor, type Limits } from '../../runtime/http/server.ts';
import { briefOf, type Seen } from './seen.ts';
import type { Slot, Refused, Service, Status } from './service.ts';
import { Tallies, type Tally } from './tally.ts';

/** How a replica betrays. */
export interface Traitor {
  readonly strategy: string;
  /** What all that it chooses follows from. */
  readonly seed: number;
}

/** What one replica needs in order to be. */
export interface ReplicaOptions {
  readonly plan: ClusterConfig;
  readonly id: number;
  readonly secret: string;
  readonly service: Service;
  /** The folder of its log; it forgets all when it ends, if there is none. */
  readonly data?: string | undefined;
  readonly traitor?: Traitor | undefined;
  readonly limits?: Limits | undefined;
  /** What each other node may ask. */
  readonly rates?: Rates | undefined;
  /** How many bytes its log may have before it is written anew; 16 MiB if not given. */
  readonly logBytes?: number | undefined;
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
  /** It said, heard or did something; where nobody wants to know, it costs nothing. */
  seen?(seen: Seen): void;
  /** Something is wrong that only people can mend: one line. Without this it goes to stderr. */
  warned?(line: string): void;
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
  readonly #patience: number;
  readonly #server: Server;
  readonly #envelopes = new Map<NodeId, Envelopes>();
  readonly #peers = new Map<NodeId, Peer>();
  readonly #names = new Names();
  /** What this node was started with, which it tells the others; and how those were that were started otherwise. */
  readonly #shared: string;
  readonly #others = new Map<NodeId, string>();
  readonly #sizes: ReadonlyMap<string, Size>;
  /** The lines that people were warned by. */
  readonly #warnings = new Set<string>();
  /** The last few. */
  #accusations: readonly { readonly suspect: number; readonly evidence: string }[] = [];
  #view = -1;
  #closing: Promise<void> | undefined;

  constructor(options: ReplicaOptions) {
    const { plan, id, service, secret, data, traitor, listener } = options;
    this.#options = options;
    this.id = id;
    const { members: nodes } = plan;
    const own = nodes[id];
    if (own === undefined) throw new UserError(`the cluster has the nodes 0 to ${nodes.length - 1}, not ${id}`);
    const flaw = service.flawOfSettings(plan.settings);
    if (flaw !== undefined) throw new UserError(`the cluster cannot run with its settings: ${flaw}`);
    const keys = publicKeysOf(secret);
    if (keys.sign !== own.sign || keys.pair !== own.pair) throw new UserError(`the secret is not that of node ${id} in this cluster`);
    this.#members = nodes.map((node) => nodeId(node.id));
    this.#tallies = new Tallies(nodes.length);
    this.#machine = service.replica(traitor?.strategy);
    const count = nodes.length;
    this.#shared = sharedOf(plan);
    this.#sizes = service.sizes(count, plan.settings);
    for (const { url } of nodes) this.#names.addUrl(url);
    // A client of a node has the keys of that node; its id keeps their signatures apart.
    const signerOptions = { cluster: plan.cluster, secret, keysOf: (of: NodeId) => nodes[of % count], verdicts: options.verdicts ?? newVerdicts() };
    const owner = { cluster: plan.cluster, node: id };
    const marker = data === undefined ? undefined : ownMarker(data, owner);
    const unitFor = (self: NodeId, folder: string | undefined, hasBegun: boolean, machine: AnyMachine, heed: (output: unknown) => void): Unit => {
      const signer = networkSigner({ ...signerOptions, self, onForgery: (by) => this.counts.add('forgeries', String(by)) });
      this.#envelopes.set(self, networkEnvelopes({ ...signerOptions, self }));
      const keep = ([first, ...records]: readonly unknown[]): readonly unknown[] => [first, ...(self === id ? service.keep(records) : records)];
      const begins: LogOptions = { first: firstOf({ ...owner, node: self }), hasBegun, compaction: { keep, from: options.logBytes ?? LOG_BYTES } };
      const log: Log = folder === undefined ? inMemoryLog() : openLog(folder, { synced: () => driver.synced(), failed: (error) => listener.failed(error) }, begins);
      opened.push(log);
      // Who is loyal tosses coins that nobody can foresee; what a traitor chooses can be repeated.
      const choose = seededAt(traitor?.seed ?? randomInt(2 ** 48 - 1), self);
      const driver = new Driver(machine, { self, members: this.#members, signer, settings: plan.settings, choose }, log, {
        send: (to, message) => this.#send(self, to, message),
        output: heed,
        accuse: (suspect, evidence) => {
          this.counts.add('accusations', String(suspect));
          this.#accusations = [...this.#accusations.slice(1 - ACCUSATIONS_MAX), { suspect, evidence: evidence.slice(0, 200) }];
        },
      });
      return { driver, log, records: recordsOf(log, { ...owner, node: self }, folder) };
    };
    const opened: Log[] = [];
    try {
      this.#unit = unitFor(nodeId(id), data, marker !== undefined, this.#machine, (output) => this.#heed(output));
      for (let index = 0; index < (options.clients ?? service.clients); index += 1) {
        const folder = data === undefined ? undefined : join(data, `client-${index}`);
        const self = clientId(id, index, count);
        const open = (): Unit => unitFor(self, folder, false, service.client, (output) => this.#gateway.heed(self, output));
        this.#clients.set(self, folder === undefined ? open() : mended(folder, firstOf({ ...owner, node: self }), open));
      }
      // From here on, what is missing was lost.
      if (data !== undefined && marker === undefined) writeMarker(data, { v: 1, ...owner });
    } catch (error) {
      // Whoever lives on in this thread shall not keep the folder from others.
      for (const log of opened) void log.close();
      throw error;
    }
    this.#replica = this.#unit.driver;
    this.#patience = service.patience(plan.settings, count);
    this.#gateway = new Gateway(service, new Map([...this.#clients].map(([self, { driver }]) => [self, driver])), this.#patience);
    const { registry, seconds } = metricsOf(this.counts, () => {
      const { view, executed, dropped } = this.status();
      return { view, executed, unheeded: dropped, backlog: this.#replica.backlog, waiting: this.#gateway.waiting };
    });
    this.#server = serverFor(this.#endpoint(() => registry.metrics(), (time) => seconds.observe(time)), options.limits);
  }

  /** @returns the port */
  async listen(host: string, port: number): Promise<number> {
    this.#names.addAddress(host);
    this.#server.listen(port, host);
    try {
      await once(this.#server, 'listening');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const reason = { EADDRINUSE: 'something listens there already', EACCES: 'permission denied', EADDRNOTAVAIL: 'that is no address of this machine', ENOTFOUND: 'there is no such host' }[code ?? ''] ?? String(code);
      throw new UserError(`node ${this.id} cannot listen at ${host}:${port}: ${reason}`);
    }
    return (this.#server.address() as AddressInfo).port;
  }

  /** Begins, or goes on where its log ends; resolves when it has greeted all others. @param urls of all nodes, by id */
  async start(urls: readonly string[]): Promise<void> {
    urls.forEach((url, id) => {
      this.#names.addUrl(url);
      const refused = (status: number): void => {
        if (status === 401 || status === 403) this.#warn(`node ${id} does not know this node by its keys: one of the two has the file of another cluster`);
      };
      if (id !== this.id) this.#peers.set(nodeId(id), new Peer(url, this.counts, { greeting: { headers: this.#greetingFor(nodeId(id)), refused }, members: urls.length }));
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
  slotOf(request: string): Slot | undefined {
    return this.#tallies.slotOf(request);
  }

  /** The votes that this node received for what was executed there, and for anything else. */
  tallyOf(slot: Slot): Tally {
    return this.#tallies.of(slot);
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

  #endpoint(metrics: () => Promise<string>, observe: (seconds: number) => void): Endpoint {
    const { service, listener, rates = ratesFor(faultsTolerated(this.#members.length)) } = this.#options;
    const homeOf = (id: NodeId): NodeId => nodeId(id % this.#members.length);
    return {
      counts: this.counts,
      names: this.#names,
      peers: this.#members.length - 1,
      rates,
      patience: this.#patience,
      paths: service.paths,
      status: () => `Node ${this.id} Up and Running`,
      fullStatus: () => {
        const { backlog } = this.#replica;
        return { id: this.id, protocol: service.name, ...this.status(), waiting: this.#gateway.waiting, backlog, logged: this.#unit.records.length + this.#unit.log.appended, accusations: this.#accusations, differing: Object.fromEntries(this.#others), counts: this.counts.all() };
      },
      metrics,
      order: async (data, key, signal) => {
        if (this.#replica.state === undefined) return toldWhy({ status: 503, reason: `Node ${this.id} is not there yet` });
        const flaw = service.flawIn({ data, key }, this.#replica.state);
        if (flaw !== undefined) return toldWhy(flaw);
        const door = doorOf(this.command(), nodeId(this.id));
        // Users are sent to the commander, unless it does not answer: then the replicas have to hear of it, and elect another.
        if (door !== this.id && (await this.#peers.get(door)?.isThere()) === true) return { status: 401, text: `Node ${this.id} does not command, node ${door} does\n`, headers: { 'generals-commander': String(door) } };
        const start = performance.now();
        const asked = this.#gateway.ask(data, key, signal);
        if (asked === 'full') return { status: 429, text: 'too many requests wait for their answer\n', headers: { 'retry-after': '1' } };
        const decided = await asked;
        if (decided === undefined) return { status: 503, text: `there was no answer in time: the request may still be executed; ${key === undefined ? 'with an Idempotency-Key it could be asked again' : 'ask it again under the same Idempotency-Key'}\n`, headers: { 'retry-after': '1' } };
        if ('reason' in decided) return toldWhy(decided);
        const seconds = Math.round((performance.now() - start) * 1000) / 1e6;
        observe(seconds);
        listener.answered({ seconds, request: decided.request, data: data.slice(0, DATA_SHOWN) });
        return told(seconds, decided.result);
      },
      admits: ({ from, to, path, digest, mac }) => {
        const envelopes = this.#envelopes.get(to);
        if (envelopes === undefined || from >= this.#members.length * (1 + service.clients) || homeOf(from) === this.id) return 'unknown';
        if (!envelopes.isFrom(from, path, digest, mac)) return 'forged';
        return this.#others.has(homeOf(from)) ? 'other' : 'known';
      },
      homeOf,
      sizeMax: ({ from, path }) => {
        const size = this.#sizes.get(path) ?? NOTHING;
        return from < this.#members.length ? size : { ...size, bytes: Math.min(size.bytes, CLIENT_BYTES_MAX) };
      },
      greet: (from, shared) => this.#greeted(from, shared),
      hear: (envelope, message) => this.#hear(envelope, message),
    };
  }

  #greetingFor(to: NodeId): readonly string[] {
    const digest = digestOf(Buffer.from(this.#shared));
    const mac = this.#envelopes.get(nodeId(this.id))!.mac(to, '/status', digest);
    return [FROM, String(this.id), TO, String(to), DIGEST, digest, MAC, mac, SHARED, this.#shared];
  }

  /** Compares with what this node was started with: what nodes say who count or time otherwise must not be mixed. */
  #greeted(from: NodeId, shared: string): string | undefined {
    const difference = differenceOf(this.#shared, shared);
    if (difference === undefined) {
      this.#others.delete(from);
      return undefined;
    }
    this.#others.set(from, difference);
    this.counts.add('differing', String(from));
    this.#warn(`node ${from} was started with ${difference}; node ${this.id} takes nothing from it`);
    return `you were started with ${difference}`;
  }

  #warn(line: string): void {
    // A traitor may think of ever other lines.
    if (this.#warnings.has(line) || this.#warnings.size >= WARNINGS_MAX) return;
    this.#warnings.add(line);
    const { listener } = this.#options;
    if (listener.warned === undefined) process.stderr.write(`generals: ${line}\n`);
    else listener.warned(line);
  }

  #heed(output: unknown): void {
    const { listener, service } = this.#options;
    const deed = listener.seen === undefined ? undefined : service.seen(output);
    if (deed !== undefined) listener.seen?.({ at: now(), ...deed });
    const executed = this.#options.service.executed(output);
    if (executed !== undefined) this.#tallies.executed(executed);
  }

  #hear({ from, to, path }: Envelope, value: unknown): 'taken' | 'vain' | 'malformed' | 'busy' {
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
    return this.#give(to, from, message) ? 'taken' : 'vain';
  }

  /** @returns whether anything follows from it */
  #give(to: NodeId, from: NodeId, message: unknown): boolean {
    this.#options.listener.seen?.({ at: now(), type: 'heard', from, to, message: briefOf(message) });
    if (to !== this.id) return this.#gateway.hear(to, from, message);
    const votes = this.#options.service.votesIn(from, message, this.#members.length);
    if (votes.length > 0) this.#tallies.heard(from, votes);
    const isOfUse = this.#replica.take({ type: 'message', from, message });
    this.#look();
    return isOfUse;
  }

  #send(from: NodeId, to: readonly NodeId[], message: unknown): void {
    this.#options.listener.seen?.({ at: now(), type: 'sent', from, to, message: briefOf(message) });
    const path = this.#options.service.pathOf(message);
    let written: { readonly body: Buffer; readonly digest: string } | undefined;
    const count = this.#members.length;
    for (const receiver of to) {
      const home = nodeId(receiver % count);
      if (home === this.id) {
        // The replica and the client of one node talk without HTTP.
        setImmediate(() => this.#give(receiver, from, message));
        continue;
      }
      if (written === undefined) {
        const body = Buffer.from(JSON.stringify(message));
        written = { body, digest: digestOf(body) };
      }
      const { body, digest } = written;
      const mac = this.#envelopes.get(from)!.mac(receiver, path, digest);
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

/** Milliseconds of a clock that all threads and processes of a machine share. */
const now = (): number => performance.timeOrigin + performance.now();

/** How much of a user’s data is shown. */
const DATA_SHOWN = 100;
const ACCUSATIONS_MAX = 10;
const WARNINGS_MAX = 20;
/** The size of a message that there is not. */
const NOTHING: Size = { bytes: 0, depth: 0, parts: 0 };
/** A client posts single requests. */
const CLIENT_BYTES_MAX = 64 * 1024;
/** How much may wait for the disk before nodes are told to wait as well. */
const BACKLOG_MAX = 20_000;
/** How many bytes a log may have before it is written anew. */
const LOG_BYTES = 16 * 1024 * 1024;

/** In the words of the old system, with more in headers. */
function told(seconds: number, result: unknown): Reply {
  return { status: 200, text: `\nPBFT Consensus Time: ${seconds}s\n`, headers: { 'generals-result': encodeURIComponent(JSON.stringify(result)).slice(0, 4000) } };
}

function toldWhy({ status, reason }: Refused): Reply {
  return { status, text: `${reason}\n`, ...(status === 429 || status === 503 ? { headers: { 'retry-after': '1' } } : {}) };
}

/** Opens the log of a client; one that is damaged is mended, for a client learns from replicas which numbers it has used. */
function mended(folder: string, first: object, open: () => Unit): Unit {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof DamagedLog)) throw error;
    repairLog(folder, first);
    return open();
  }
}

/** What the machine saved: the log less its first record, which says whose log it is. @throws UserError if it is another's */
function recordsOf(log: Log, owner: { readonly cluster: string; readonly node: number }, folder: string | undefined): readonly unknown[] {
  const [first, ...records] = log.records;
  if (first === undefined) return [];
  const { cluster, node } = first as Record<string, unknown>;
  if (cluster !== owner.cluster || node !== owner.node)
    throw new UserError(`${quotedPath(folder ?? '')} holds the log of node ${quotedValue(node)} of cluster ${quotedValue(cluster)}, not that of node ${owner.node} of ${quoted(owner.cluster)}`);
  return records;
}
