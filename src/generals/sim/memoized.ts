/**
 * Generals that serve order after order, and remember. Protocols are pure: what a general does depends on what it has heard since
 * the order began, and on nothing else. Where few messages come in a round, the same are soon heard again, and then it is known
 * what to do; where many do, hardly ever, and the general goes by its protocol from there on.
 */
import { nodeId, type NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';
import { maySpeak, type AnyRoundsProtocol, type Context, type OrderVocabulary, type RoundsEffect } from '../protocol.ts';
import type { Adversary, Sink, Delayed, Plan } from '../faults/traitor.ts';
import { copied } from './copied.ts';
import type { RoleInstance } from '../general.ts';
import { MESSAGES_MAX, BATCHES_MAX, uninterned, batchInterner, type Batch } from './batches.ts';

/** One general, as a loyal one or as a traitor. */
export interface MemoNode {
  readonly instance: RoleInstance;
  readonly self: NodeId;
  readonly adversary: Adversary | undefined;
  /** As an honest general would run it, a possessed one as what possesses it. */
  readonly protocol: AnyRoundsProtocol;
  readonly context: Context;
  /** Whom it may speak to, by round and id. */
  readonly audiences: (readonly boolean[])[];
  readonly delayed: Delayed;
  /** By which a traitor acts. */
  readonly sink: Sink<Batch>;
  /** What it has done where an order begins: nothing. */
  readonly idle: Transition;
  /** Its protocol's, once it goes by that. */
  state: unknown;
  /** What it has heard for the next round: the first `count`, by sender, nobody twice. */
  readonly heard: Batch[];
  count: number;
  /** Of all that is in `heard`. */
  size: number;
  /** The numbers of all that is in `heard`, as digits; of no meaning where they weigh too much. */
  key: number;
  /** What it does in this round, or did in the last. */
  transition: Transition;
  decision: Order | undefined;
  sent: number;
}

/** The beginning of a round, after all that was heard before. */
interface RoundStart {
  /** The protocol's. */
  readonly state: unknown;
  /** The order in which it came up first. What is done from there on is remembered in later ones only, for most days dawn only once. */
  readonly since: number;
  /** What is done in this round if nothing was heard. */
  quiet: Transition | undefined;
  /** And by the key of what was heard. */
  readonly known: Map<number, Transition>;
}

/** What a general does in a round. */
interface Transition {
  readonly effects: readonly RoundsEffect<OrderVocabulary>[];
  /** What it says where it is loyal; undefined where that is not remembered. */
  readonly batches: readonly Batch[] | undefined;
  /** To whom it sends each of `batches`. */
  readonly hearers: readonly NodeId[];
  /** How many messages that are, whoever hears them. */
  readonly sent: number;
  readonly decision: Order | undefined;
  /** What may come of the effects where it is a traitor; undefined as long as it is not set out. */
  plan: Plan<Batch> | undefined;
  /** Where the next round begins; undefined where that is not remembered. */
  readonly next: RoundStart | undefined;
}

/** How often all remember what to do at the most, up to some thirty megabytes: strategies may say all sorts of things. */
const TRANSITIONS_MAX = 20_000;

/** Memoized nodes of one order, among whom an army is chosen time and again. */
export interface Cohort {
  /** Both selves of one general, of which each army has one. What one of them remembers, both do, if they follow the same protocol. */
  readonly register: (loyal: RoleInstance, traitor: RoleInstance) => { readonly loyal: MemoNode; readonly traitor: MemoNode };
  /**
   * Leads an army through all rounds of the order, from the start: as `march`, of which only what was decided and sent is told.
   * @param army registered in this cohort, one for each member and in their order
   */
  readonly run: (army: readonly MemoNode[]) => void;
}

export function cohortFor(order: Order): Cohort {
  const batchOf = batchInterner();
  /** By id. */
  const nodes: MemoNode[] = [];
  /** What is done in the last round by who does nothing but decide: the same for all, so that there is less to look through. */
  const ends: { [decision in Order]?: Transition } = {};
  let remembered = 0;
  /** How many have been given. */
  let orders = 0;
  let rounds = 0;
  let round = 0;
  return { register, run };

  function register(loyal: RoleInstance, traitor: RoleInstance): ReturnType<Cohort['register']> {
    const node = nodeOf(loyal);
    return { loyal: node, traitor: nodeOf(traitor, node) };
  }

  /** @param other the general's other self, if there is one yet */
  function nodeOf(instance: RoleInstance, other?: MemoNode): MemoNode {
    const { context, adversary } = instance;
    const protocol = adversary?.protocol ?? instance.protocol;
    const idle = other?.protocol === protocol ? other.idle : transitionOf([], startAfter(stateAtStart(protocol, context), 0), NOTHING);
    const node: MemoNode = {
      instance,
      self: context.self,
      adversary,
      protocol,
      context,
      audiences: [],
      delayed: { late: [] },
      sink: { intern: (messages) => batchOf(round, context.self, messages), send: (to, batch) => send(node, to, batch), perform: (effect) => perform(node, effect) },
      idle,
      state: undefined,
      heard: [],
      count: 0,
      size: 0,
      key: 0,
      transition: idle,
      decision: undefined,
      sent: 0,
    };
    return node;
  }

  function run(army: readonly MemoNode[]): void {
    orders += 1;
    rounds = army[0]!.protocol.rounds(army[0]!.context);
    // These loops go by number: a twentieth of the exchange among 7 was lost by going through the list itself.
    for (let place = 0; place < army.length; place += 1) {
      const one = army[place]!;
      one.transition = one.idle;
      if (one.delayed.late.length > 0) one.delayed.late = [];
      one.decision = undefined;
      one.sent = 0;
      nodes[one.self] = one;
      empty(one);
    }
    for (round = 1; round <= rounds + 1; round += 1) {
      for (let place = 0; place < army.length; place += 1) {
        const one = army[place]!;
        const start = one.transition.next;
        one.transition = start === undefined ? uncached(one) : hit(one, start);
        empty(one);
      }
      for (let place = 0; place < army.length; place += 1) {
        const one = army[place]!;
        const { adversary, transition } = one;
        if (adversary !== undefined) adversary.act(one.context, one.delayed, round, (transition.plan ??= adversary.plan(one.context, round, transition.effects, one.sink)), one.sink);
        else if (transition.batches === undefined) for (const effect of transition.effects) perform(one, effect);
        else sendAll(one, transition, transition.batches);
      }
    }
  }

  /** What it does upon what it heard, which is known from here on. */
  function hit(one: MemoNode, start: RoundStart): Transition {
    if (one.size > MESSAGES_MAX || start.since === orders) return evicted(one, start);
    return (one.count === 0 ? start.quiet : start.known.get(one.key)) ?? miss(one, start);
  }

  function miss(one: MemoNode, start: RoundStart): Transition {
    if (remembered === TRANSITIONS_MAX) return evicted(one, start);
    remembered += 1;
    const state = copied(start.state);
    const effects = stepped(one, state);
    const loyal = sendsOf(one, effects);
    const [effect, ...others] = effects;
    const isEnd = round > rounds && effect?.type === 'output' && others.length === 0;
    const transition = isEnd ? (ends[effect.output] ??= transitionOf(effects, undefined, loyal)) : transitionOf(effects, startAfter(state, orders), loyal);
    if (one.count === 0) start.quiet = transition;
    else start.known.set(one.key, transition);
    return transition;
  }

  /** What it does upon what it heard, by its protocol, and so for the rest of the order. */
  function evicted(one: MemoNode, start: RoundStart): Transition {
    one.state = copied(start.state);
    return uncached(one);
  }

  function uncached(one: MemoNode): Transition {
    return transitionOf(stepped(one, one.state), undefined, UNKNOWN);
  }

  function stepped({ protocol, context, heard, count }: MemoNode, state: unknown): Transition['effects'] {
    return protocol.step(context, state, { type: 'round', round, inbox: heard.slice(0, count) });
  }

  function stateAtStart(protocol: AnyRoundsProtocol, context: Context): unknown {
    const state = protocol.begin(context);
    if (context.self === context.commander) protocol.step(context, state, { type: 'input', input: order });
    return state;
  }

  function sendsOf(one: MemoNode, effects: Transition['effects']): Loyal {
    const batches: Batch[] = [];
    const hearers: NodeId[] = [];
    let sent = 0;
    let decision: Order | undefined;
    for (const effect of effects) {
      if (effect.type === 'output') decision ??= effect.output;
      if (effect.type !== 'send' || effect.messages.length === 0) continue;
      const batch = batchOf(round, one.self, effect.messages);
      for (const to of effect.to) if (mayReach(one, to)) {
        sent += effect.messages.length;
        batches.push(batch);
        hearers.push(to);
      }
    }
    return { batches, hearers, sent, decision };
  }

  function sendAll(one: MemoNode, { hearers, sent, decision }: Transition, batches: readonly Batch[]): void {
    for (let place = 0; place < batches.length; place += 1) deliver(nodes[hearers[place]!], batches[place]!);
    one.sent += sent;
    one.decision ??= decision;
  }

  /** Accusations and notes change nothing of what is counted. */
  function perform(one: MemoNode, effect: RoundsEffect<OrderVocabulary>): void {
    if (effect.type === 'output') one.decision ??= effect.output;
    else if (effect.type === 'send' && effect.messages.length > 0) {
      const batch = uninterned(one.self, effect.messages);
      for (const to of effect.to) if (mayReach(one, to)) {
        one.sent += effect.messages.length;
        deliver(nodes[to], batch);
      }
    }
  }

  function send(one: MemoNode, to: NodeId, batch: Batch): void {
    if (!mayReach(one, to)) return;
    one.sent += batch.messages.length;
    deliver(nodes[to], batch);
  }

  function mayReach(one: MemoNode, to: NodeId): boolean {
    return (one.audiences[round] ??= audienceOf(one))[to] ?? false;
  }

  function audienceOf({ protocol, context, self }: MemoNode): readonly boolean[] {
    const audience: boolean[] = [];
    for (let id = 0; id <= context.members.at(-1)!; id += 1) audience.push(id !== self && maySpeak(protocol, context, round, self, nodeId(id)));
    return audience;
  }

  function deliver(hearer: MemoNode | undefined, batch: Batch): void {
    if (hearer === undefined) return;
    const { heard, count } = hearer;
    if (count > 0 && heard[count - 1]!.from === batch.from) return append(hearer, heard[count - 1]!, batch);
    heard[count] = batch;
    hearer.count = count + 1;
    hearer.size += batch.size;
    hearer.key = (hearer.key << KEY_BITS) | batch.number;
  }

  /** Makes one batch of the last two, which are of the same general. */
  function append(hearer: MemoNode, last: Batch, { from, messages }: Batch): void {
    const whole = batchOf(round, from, [...last.messages, ...messages]);
    hearer.heard[hearer.count - 1] = whole;
    hearer.size += whole.size - last.size;
    hearer.key = (hearer.key & ~BATCHES_MAX) | whole.number;
  }
}

/** Has it heard nothing. */
function empty(one: MemoNode): void {
  one.count = 0;
  one.size = 0;
  one.key = 0;
}

/** Of a batch's number. As many as may be remembered fit a number of 32 bits. */
const KEY_BITS = Math.log2(BATCHES_MAX + 1);

/** What comes of effects where a general is loyal, as `Transition` has it. */
type Loyal = Pick<Transition, 'batches' | 'hearers' | 'sent' | 'decision'>;

const NOTHING: Loyal = { batches: [], hearers: [], sent: 0, decision: undefined };
const UNKNOWN: Loyal = { ...NOTHING, batches: undefined };

function transitionOf(effects: Transition['effects'], next: RoundStart | undefined, { batches, hearers, sent, decision }: Loyal): Transition {
  return { effects, batches, hearers, sent, decision, plan: undefined, next };
}

const startAfter = (state: unknown, since: number): RoundStart => ({ state, since, quiet: undefined, known: new Map() });
