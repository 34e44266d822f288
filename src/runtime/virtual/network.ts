import { ACCEPTED, type Accuse, type AnyMachine, type Context, type Effect as EffectOf, type Event as EventOf, type Vocabulary } from '../../core/machine.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import { EventQueue } from './event-queue.ts';

type Effect = EffectOf<Vocabulary>;
type Event = EventOf<Vocabulary>;

/** A machine at its place in the network. Twins are two nodes with one id. */
export interface SimNode {
  readonly id: NodeId;
  readonly machine: AnyMachine;
  readonly context: Context;
  state: unknown;
  isUp: boolean;
  /** How often it fell; what belongs to an earlier life is void. */
  life: number;
  /** What is on its disk, and what is on its way there. */
  disk: unknown[];
  unsynced: { readonly record: unknown; readonly at: number }[];
  /** When all that it saved will be on disk. */
  syncedAt: number;
  /** How much it said and did that waits for its disk. */
  waiting: number;
  /** The timers that run. */
  readonly timers: Map<string, TimerEntry>;
  /** How long a millisecond of its clock is. */
  pace: number;
  /** What waits until it goes on; undefined unless it is paused. */
  held: Entry[] | undefined;
  heldSince: number;
  /** Where it listens, if it lives by links. */
  readonly address: string | undefined;
  /** Its links that are open, each under the number that it has here. */
  readonly links: Map<NodeId, LinkEnd>;
  /** How many links others opened to it, in all its lives. */
  accepted: number;
}

/**
 * The other end of a link. It is in the queue once for each message that is on its way there, and has these itself: nothing overtakes
 * another, so what comes is always the first. Among many nodes most of what is held for a while would be entries for messages.
 */
interface LinkEnd {
  readonly type: 'linked';
  readonly node: SimNode;
  /** Its number there. */
  readonly id: NodeId;
  /** When the last that was said over it arrives: nothing overtakes it. */
  arrivesAt: number;
  /** What was lost on the way there, and all behind it; it is said again. */
  lost: Said[];
  /** What is on its way, the first apart, as there mostly is no other. */
  said: unknown;
  saidId: number;
  more: Said[] | undefined;
  /** Whether the node there has the link still. */
  isThere: boolean;
  /** What the other has of this link. */
  opposite: LinkEnd | undefined;
}

/** A message over a link, which may be closed when it comes. */
interface Said {
  readonly message: unknown;
  readonly id: number;
}

/** Whose number that is with a node: who is at the other end of a link, if it lives by links. */
export const peerOf = ({ links }: SimNode, id: NodeId): NodeId => links.get(id)?.node.id ?? id;

/** A node that is to be. */
export type NodeSpec = Pick<SimNode, 'id' | 'machine' | 'context'> & { readonly address?: string };

/** What the world does with messages and disks, and who watches; stacked rules make a `link` (`rules.ts`). */
export interface World {
  /** The delays in ms after which a message arrives: none if it is lost, two if it comes twice. At least 1 each. */
  link(from: SimNode, to: SimNode, now: number): readonly number[];
  /** How long a save takes, in ms. */
  sync(node: SimNode): number;
  /** @param id 1, 2, 3 … for each message that is sent */
  sent?(from: SimNode, to: readonly NodeId[], message: unknown, id: number): void;
  /** A message that was sent reaches a node that is up. */
  heard?(node: SimNode, from: NodeId, id: number): void;
  output?(node: SimNode, output: unknown, now: number): void;
  accuse?(node: SimNode, accusation: Accuse): void;
  /** A node fell, as it wanted to. */
  halted?(node: SimNode): void;
}

/** Each kind has all its fields always: of few shapes V8 finds fields by where they lie. */
type Entry =
  /** `id` is that of the message, if one arrives that was sent. */
  | { readonly type: 'event'; readonly node: SimNode; readonly event: Event; readonly id: number | undefined }
  | TimerEntry
  | LinkEnd
  | { readonly type: 'effect'; readonly node: SimNode; readonly effect: Effect; readonly life: number }
  /** Done when the node can, if it is for one. */
  | { readonly type: 'call'; readonly node: SimNode | undefined; readonly call: () => unknown };

/** Most timers are set again and again, so that one entry serves for all. */
interface TimerEntry {
  readonly type: 'timer';
  readonly node: SimNode;
  readonly timer: string;
  due: number;
  /** Whether it waits in the queue, so that who sets it anew needs another. */
  isQueued: boolean;
}

/**
 * Machines among themselves in virtual time: one thing happens after another, in the order of time and then of cause, so
 * a run is a function of the machines and their world.
 */
export class Network {
  readonly nodes: readonly SimNode[];
  readonly #world: World;
  readonly #hosts = new Map<NodeId, SimNode[]>();
  readonly #listening = new Map<string, SimNode>();
  readonly #queue = new EventQueue<Entry>();
  #sent = 0;
  events = 0;

  constructor(nodes: readonly NodeSpec[], world: World) {
    this.#world = world;
    // What each event needs stands first: among ten thousand nodes it is what memory takes to fetch that counts.
    this.nodes = nodes.map(({ id, machine, context, address }) => ({ id, held: undefined, isUp: false, machine, context, state: undefined, syncedAt: 0, waiting: 0, timers: new Map(), links: new Map(), pace: 1, life: 0, address, disk: [], unsynced: [], heldSince: 0, accepted: 0 }));
    for (const node of this.nodes) {
      this.#hosts.set(node.id, [...(this.#hosts.get(node.id) ?? []), node]);
      if (node.address !== undefined) this.#listening.set(node.address, node);
    }
  }

  get now(): number {
    return this.#queue.now;
  }

  /** Starts a node, with what is on its disk. @param first what reaches it before it starts */
  start(node: SimNode, first: readonly Event[] = []): void {
    node.isUp = true;
    node.state = node.disk.length === 0 || node.machine.recover === undefined ? node.machine.begin(node.context) : node.machine.recover(node.context, node.disk);
    for (const event of first) this.#step(node, event);
    this.#step(node, { type: 'start' });
  }

  /** A node falls: what is not on disk by now is lost, and so is all that waited for it. */
  crash(node: SimNode): void {
    this.#settle(node);
    for (const over of Array.from(node.links.keys())) this.#hangUp(node, over);
    node.isUp = false;
    node.life += 1;
    node.unsynced = [];
    node.syncedAt = 0;
    node.waiting = 0;
    node.timers.clear();
    for (const entry of node.held ?? []) if (entry.type === 'linked') goOn(entry);
    node.held = undefined;
    node.state = undefined;
  }

  /** A node comes, and all others learn of it, unless it lives by links. */
  join(node: SimNode): void {
    this.start(node);
    this.#tellOthers(node, { type: 'joined', peer: node.id }, () => 0);
  }

  /** A node goes for good, and all others learn of it, each after so many ms, unless it lives by links. */
  leave(node: SimNode, after: (by: SimNode) => number = () => 0): void {
    this.crash(node);
    this.#tellOthers(node, { type: 'gone', peer: node.id }, after);
  }

  #tellOthers(node: SimNode, event: Event, after: (by: SimNode) => number): void {
    if (node.address !== undefined) return;
    for (const other of this.nodes) if (other !== node) this.#queue.add(this.now + after(other), { type: 'event', node: other, event, id: undefined });
  }

  /** A node stops in its tracks, as a process does by SIGSTOP: all that comes meanwhile waits. */
  pause(node: SimNode): void {
    if (!node.isUp || node.held !== undefined) return;
    node.held = [];
    node.heldSince = this.now;
  }

  /** It goes on, and takes timers that are overdue before all else that waits, as Node does. */
  resume(node: SimNode): void {
    const { held = [] } = node;
    node.held = undefined;
    if (node.isUp && this.now - node.heldSince > STALL) this.#step(node, { type: 'stalled', for: this.now - node.heldSince });
    for (const entry of held) if (entry.type === 'timer') this.#happen(entry);
    for (const entry of held) if (entry.type !== 'timer') this.#happen(entry);
  }

  /** A node's clock jumps, ahead by so many ms or back: all that it waits for comes so much sooner or later. */
  jump(node: SimNode, by: number): void {
    for (const { timer, due } of Array.from(node.timers.values())) this.#setTimer(node, timer, Math.max(this.now, due - by));
  }

  input(node: SimNode, input: unknown): void {
    this.#happen({ type: 'event', node, event: { type: 'input', input }, id: undefined });
  }

  /** A message reaches a node at once. */
  hear(node: SimNode, from: NodeId, message: unknown): void {
    this.#happen({ type: 'event', node, event: { type: 'message', from, message }, id: undefined });
  }

  /** A node learns at once that the link to a peer is closed. */
  lose(node: SimNode, peer: NodeId): void {
    this.#happen({ type: 'event', node, event: { type: 'gone', peer }, id: undefined });
  }

  /** Somebody comes to a node, and is heard when it goes on, if it is paused, and not at all if it falls before. */
  visit(node: SimNode, call: () => void): void {
    this.#happen(callOf(call, node));
  }

  at(time: number, call: () => void): void {
    this.#queue.add(Math.max(time, this.now), callOf(call));
  }

  /** Lets things happen until that time, or until `isOver`. @returns whether it was over before */
  run(until: number, isOver: () => boolean = () => false): boolean {
    for (;;) {
      if (isOver()) return true;
      const entry = this.#queue.next(until);
      if (entry === undefined) return false;
      this.events += 1;
      this.#happen(entry);
    }
  }

  #happen(entry: Entry): void {
    if (entry.node?.held !== undefined) return void entry.node.held.push(entry);
    switch (entry.type) {
      case 'event':
        if (!entry.node.isUp) return;
        if (entry.id !== undefined && entry.event.type === 'message') this.#world.heard?.(entry.node, entry.event.from, entry.id);
        return this.#step(entry.node, entry.event);
      case 'linked':
        return this.#arrive(entry);
      case 'timer':
        entry.isQueued = false;
        if (!entry.node.isUp || entry.node.timers.get(entry.timer) !== entry) return;
        this.#step(entry.node, { type: 'timeout', timer: entry.timer });
        // Most are set again, in the place that they had.
        if (!entry.isQueued && entry.node.timers.get(entry.timer) === entry) entry.node.timers.delete(entry.timer);
        return;
      case 'effect':
        if (entry.node.life !== entry.life) return;
        entry.node.waiting -= 1;
        return this.#carry(entry.node, entry.effect);
      case 'call':
        return void entry.call();
      default:
        entry satisfies never;
    }
  }

  /** The first message that is on its way there. */
  #arrive(end: LinkEnd): void {
    const { node, id: over, said: message, saidId, opposite } = end;
    goOn(end);
    if (!end.isThere) return this.#tellClosed(node, opposite!.node, opposite!.id, over);
    this.#world.heard?.(node, opposite!.node.id, saidId);
    this.#step(node, { type: 'message', from: over, message });
  }

  #step(node: SimNode, event: Event): void {
    const effects = node.machine.step(node.context, node.state, event);
    for (let i = 0; i < effects.length; i += 1) this.#do(node, effects[i]!);
  }

  #do(node: SimNode, effect: Effect): void {
    switch (effect.type) {
      case 'save': {
        const takes = this.#world.sync(node);
        if (takes === 0) return void node.disk.push(effect.record);
        node.syncedAt = Math.max(node.syncedAt, this.now + takes);
        if (node.unsynced.length >= 64) this.#settle(node);
        return void node.unsynced.push({ record: effect.record, at: node.syncedAt });
      }
      case 'set-timer':
        return this.#setTimer(node, effect.timer, this.now + (node.pace === 1 ? effect.after : Math.max(1, Math.round(effect.after * node.pace))));
      case 'cancel-timer':
        return void node.timers.delete(effect.timer);
      case 'send':
      case 'output':
      case 'accuse':
      case 'dial':
      case 'hang-up':
      case 'halt':
        // Nothing overtakes what was said before.
        if (node.syncedAt <= this.now && node.waiting === 0) return this.#carry(node, effect);
        node.waiting += 1;
        return this.#queue.add(Math.max(node.syncedAt, this.now), { type: 'effect', node, effect, life: node.life });
      default:
        effect satisfies never;
    }
  }

  #setTimer(node: SimNode, timer: string, due: number): void {
    const known = node.timers.get(timer);
    if (known?.isQueued === false) {
      known.due = due;
      known.isQueued = true;
      return this.#queue.add(due, known);
    }
    const entry: TimerEntry = { type: 'timer', node, timer, due, isQueued: true };
    node.timers.set(timer, entry);
    this.#queue.add(due, entry);
  }

  #carry(node: SimNode, effect: Effect): void {
    switch (effect.type) {
      case 'send':
        return this.#send(node, effect.to, effect.message);
      case 'output':
        return this.#world.output?.(node, effect.output, this.now);
      case 'accuse':
        return this.#world.accuse?.(node, effect);
      case 'dial':
        return this.#dial(node, effect.peer, effect.address, 0);
      case 'hang-up':
        return this.#hangUp(node, effect.peer);
      case 'halt':
        this.crash(node);
        return this.#world.halted?.(node);
      default:
    }
  }

  #send(from: SimNode, to: readonly NodeId[], message: unknown): void {
    this.#sent += 1;
    const id = this.#sent;
    this.#world.sent?.(from, to, message, id);
    for (let i = 0; i < to.length; i += 1) {
      const end = from.links.get(to[i]!);
      if (end !== undefined) {
        if (end.lost.length > 0) end.lost.push({ message, id });
        else if (!this.#passes(from, end, message, id)) {
          end.lost = [{ message, id }];
          this.#sayAgain(end, REPEAT_MIN, this.now);
        }
        continue;
      }
      const hosts = from.address === undefined ? this.#hosts.get(to[i]!) : undefined;
      if (hosts === undefined) continue;
      const event: Event = { type: 'message', from: from.id, message };
      for (const node of hosts) {
        if (node === from) continue;
        for (const delay of this.#world.link(from, node, this.now)) this.#queue.add(this.now + delay, { type: 'event', node, event, id });
      }
    }
  }

  /** Asks whoever listens there to open a link: as with TCP what is lost is asked again, until it is given up. */
  #dial(from: SimNode, over: NodeId, address: string, tries: number): void {
    const { life } = from;
    const to = this.#listening.get(address);
    const fail = (after: number): void => this.#queue.add(this.now + after, callOf(() => from.life === life && this.#happen({ type: 'event', node: from, event: { type: 'gone', peer: over }, id: undefined })));
    const again = (): void => (tries + 1 < DIALS ? this.#queue.add(this.now + DIAL_AGAIN, callOf(() => from.life === life && this.#dial(from, over, address, tries + 1))) : fail(DIAL_AGAIN));
    // Nobody has that address.
    if (to === undefined) return fail(DIAL_AGAIN);
    const there = this.#world.link(from, to, this.now)[0];
    if (there === undefined) return again();
    this.#queue.add(this.now + there, {
      type: 'call',
      node: undefined,
      call: () => {
        if (from.life !== life) return;
        const back = this.#world.link(to, from, this.now)[0];
        if (back === undefined) return again();
        if (!to.isUp) return fail(back);
        to.accepted += 1;
        const id = nodeId(ACCEPTED + to.accepted);
        // It learns that it is open before it hears anything.
        const there = endOf(from, over, this.now + back);
        const here = endOf(to, id, 0);
        there.opposite = here;
        here.opposite = there;
        to.links.set(id, there);
        from.links.set(over, here);
        this.#queue.add(this.now + back, callOf(() => from.life === life && from.links.has(over) && this.#happen({ type: 'event', node: from, event: { type: 'joined', peer: over }, id: undefined })));
        this.#happen({ type: 'event', node: to, event: { type: 'joined', peer: id }, id: undefined });
      },
    });
  }

  /** Sends a message on its way over a link. @returns false if it is lost there */
  #passes(from: SimNode, end: LinkEnd, message: unknown, id: number): boolean {
    const delay = this.#world.link(from, end.node, this.now)[0];
    if (delay === undefined) return false;
    end.arrivesAt = Math.max(end.arrivesAt, this.now + delay);
    this.#putOn(end, message, id);
    return true;
  }

  #putOn(end: LinkEnd, message: unknown, id: number): void {
    if (end.saidId === 0) {
      end.said = message;
      end.saidId = id;
    } else (end.more ??= []).push({ message, id });
    this.#queue.add(end.arrivesAt, end);
  }

  /** What is lost on a link is said again, until the link is given up, as TCP does. */
  #sayAgain(end: LinkEnd, after: number, since: number): void {
    const { node: sender, id: over } = end.opposite!;
    const call = (): void => {
      if (sender.links.get(over) !== end) return;
      if (this.now - since > REPEAT_UNTIL) {
        close(sender, over);
        return this.#happen({ type: 'event', node: sender, event: { type: 'gone', peer: over }, id: undefined });
      }
      const before = end.lost.length;
      // What waits goes in as few packets as it fits in, each of which may be lost.
      while (end.lost.length > 0 && this.#passes(sender, end, end.lost[0]!.message, end.lost[0]!.id)) for (const { message, id } of end.lost.splice(0, PACKET).slice(1)) this.#putOn(end, message, id);
      if (end.lost.length === 0) return;
      const isSame = end.lost.length === before;
      this.#sayAgain(end, isSame ? Math.min(2 * after, REPEAT_MAX) : REPEAT_MIN, isSame ? since : this.now);
    };
    this.#queue.add(this.now + after, callOf(call));
  }

  #hangUp(from: SimNode, over: NodeId): void {
    const end = from.links.get(over);
    if (end === undefined) return;
    close(from, over);
    // Behind all that was said before.
    this.#tellClosed(from, end.node, end.id, over, end.arrivesAt);
  }

  /** The other end of a link learns that this one is closed, unless that is lost. */
  #tellClosed(from: SimNode, to: SimNode, over: NodeId, own: NodeId, behind = 0): void {
    const { life } = to;
    const after = this.#world.link(from, to, this.now)[0];
    if (after === undefined) return;
    this.#queue.add(Math.max(behind, this.now + after), {
      type: 'call',
      node: undefined,
      call: () => {
        if (to.life !== life || to.links.get(over)?.id !== own) return;
        close(to, over);
        this.#happen({ type: 'event', node: to, event: { type: 'gone', peer: over }, id: undefined });
      },
    });
  }

  /** Moves to disk what is there by now. */
  #settle(node: SimNode): void {
    for (const { record, at } of node.unsynced) if (at <= this.now) node.disk.push(record);
    node.unsynced = node.unsynced.filter(({ at }) => at > this.now);
  }
}

/** @param node who must be able to, if it is for one */
const callOf = (call: () => unknown, node?: SimNode): Entry => ({ type: 'call', node, call });

/** A node has a link no more. */
const endOf = (node: SimNode, id: NodeId, arrivesAt: number): LinkEnd => ({ type: 'linked', node, id, arrivesAt, lost: NOTHING, said: undefined, saidId: 0, more: undefined, isThere: true, opposite: undefined });

/** The first message has come: the next is the first. */
function goOn(end: LinkEnd): void {
  const next = end.more?.shift();
  end.said = next?.message;
  end.saidId = next?.id ?? 0;
}

function close({ links }: SimNode, over: NodeId): void {
  links.get(over)!.opposite!.isThere = false;
  links.delete(over);
}

/** Of most links nothing is ever lost. */
const NOTHING: Said[] = [];

/** Milliseconds from which on a pause is one that a node is told of. */
const STALL = 250;

/** What is lost on a link is said again after so many milliseconds, each time after twice as many, up to this, for 15 minutes in all (RFC 6298, §5; Linux gives up then). */
const REPEAT_MIN = 200;
const REPEAT_MAX = 60_000;
const REPEAT_UNTIL = 900_000;

/** So many messages fit in one packet: of 100 bytes or so, as these are, in 1,460. */
const PACKET = 12;

/** How often a link is asked for, and milliseconds between. */
const DIALS = 3;
const DIAL_AGAIN = 1000;
