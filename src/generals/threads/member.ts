// Not the global one, which is a getter, and asked for upon every event.
import { performance } from 'node:perf_hooks';
import type { MessagePort } from 'node:worker_threads';
import { seeded, type Choose } from '../../core/choice.ts';
import { CRASH_MESSAGE } from '../host.ts';
import type { Effect, Event, Signer } from '../../core/machine.ts';
import type { Behaviour, CrashMode, NodeSpec } from '../run-spec.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import type { Order } from '../order.ts';
import type { Synchronized, SynchronizerState } from '../synchronizer.ts';
import { general, termsOf, type General } from '../general.ts';
import { ed25519Signer } from '../keys.ts';
import { takeAll, type Brought } from '../brought/take.ts';
import { encodeReport, specDecoder, type FromWorker, type ToWorker } from './worker-messages.ts';

/** The same, of a general that may need code that was brought. @param brought what the host has of it */
export function serveWith(brought: readonly Brought[], main: MessagePort): void {
  if (brought.length === 0) serve(main);
  // What cannot be taken here is thrown, and ends the thread.
  else void takeAll(brought).then(() => serve(main));
}

/**
 * The life of one general in its thread: it listens to the main thread for orders, and to its peers, by one port each,
 * for what they say. It decides nothing itself; all events go to the general's machine, and its effects are done here.
 */
export function serve(main: MessagePort): void {
  const links = new Map<NodeId, MessagePort>();
  const decodeSpec = specDecoder();
  const timers = new Map<string, Timer>();
  let self = nodeId(0);
  let keys: { readonly seed: number; readonly signer: Signer } | undefined;
  let number = 0;
  let current: General | undefined;
  let state: SynchronizerState | undefined;
  let isObserved = false;
  /** How often it says that it goes on, in milliseconds, and when it last did. */
  let pulse = 0;
  let pulsed = 0;
  /** Frames of orders that have not reached this general yet. */
  let early: { readonly from: NodeId; readonly frame: readonly unknown[] }[] = [];

  main.on('message', (message: ToWorker) => {
    if (typeof message === 'string') {
      const { spec, order, behaviour = {}, isObserved: isTold = false } = decodeSpec(message);
      if (behaviour.crashMode !== undefined) breakDown(behaviour.crashMode);
      isObserved = isTold;
      return start(spec, order, behaviour);
    }
    self = message.self;
    for (const [peer, port] of message.peers) link(peer, port);
    return tell({ type: 'ready' });
  });

  function link(peer: NodeId, port: MessagePort): void {
    links.set(peer, port);
    port.on('message', (frame: unknown) => hear(peer, frame));
    port.on('close', () => {
      links.delete(peer);
      feed({ type: 'gone', peer });
    });
  }

  function start(spec: NodeSpec, order: Order | undefined, behaviour: Behaviour): void {
    number = spec.number;
    pulse = spec.deadline / 4;
    pulsed = performance.now();
    const choose = behaviour.strategy === undefined ? NOTHING_TO_CHOOSE : seeded(spec.seed);
    current = general(spec, self, behaviour, choose, signerFor(spec.seed), termsOf(spec, self, behaviour));
    state = current.machine.begin(current.context);
    const waiting = early;
    early = [];
    // Who has died since it spoke of this order was there when it began, and what it said is heard first.
    const gone = spec.members.filter((peer) => peer !== self && !links.has(peer));
    const hasSpoken = (peer: NodeId): boolean => waiting.some(({ from }) => from === peer);
    for (const peer of gone) if (!hasSpoken(peer)) feed({ type: 'gone', peer });
    if (order !== undefined) feed({ type: 'input', input: order });
    feed({ type: 'start' });
    for (const { from, frame } of waiting) hear(from, frame);
    for (const peer of gone) if (hasSpoken(peer)) feed({ type: 'gone', peer });
  }

  /** Keys follow from the seed, and are kept for as long as it is. */
  function signerFor(seed: number): Signer {
    if (keys?.seed !== seed) keys = { seed, signer: ed25519Signer(seed, self) };
    return keys.signer;
  }

  function hear(from: NodeId, frame: unknown): void {
    if (!Array.isArray(frame) || !(frame[0] >= number)) return;
    if (frame[0] > number) {
      early.push({ from, frame });
      return;
    }
    const message = current?.machine.parse(frame);
    if (message !== undefined) feed({ type: 'message', from, message });
  }

  function feed(event: Event<Synchronized>): void {
    if (current === undefined || state === undefined) return;
    const effects = current.machine.step(current.context, state, event);
    const news = isObserved ? current.news(state) : undefined;
    if (news !== undefined) tell({ type: 'news', number, news });
    for (const effect of effects) perform(effect);
    if (performance.now() - pulsed < pulse) return;
    pulsed = performance.now();
    tell({ type: 'pulse', number });
  }

  function perform(effect: Effect<Synchronized>): void {
    switch (effect.type) {
      case 'send':
        for (const to of effect.to) links.get(to)?.postMessage(effect.message);
        return;
      case 'set-timer':
        return setTimer(effect.timer, effect.after);
      case 'cancel-timer':
        return cancelTimer(effect.timer);
      case 'output':
        return tell(encodeReport(number, current!.report(effect.output)));
      case 'accuse':
        return tell({ type: 'accuse', number, accusation: { kind: effect.kind, suspect: effect.suspect, evidence: effect.evidence } });
      case 'halt':
        return process.exit(0);
      case 'dial':
      case 'hang-up':
      case 'save':
        // Generals have the links that they were given, and one that falls does not come back.
        return;
      default:
        effect satisfies never;
    }
  }

  /**
   * A timer that is cancelled runs on and is not heeded: it is begun anew with the next order, and to begin a running one anew costs a
   * tenth of making another.
   */
  function setTimer(name: string, after: number): void {
    const timer = timers.get(name);
    if (timer?.after === after) {
      timer.isHeeded = true;
      timer.timeout.refresh();
      return;
    }
    clearTimeout(timer?.timeout);
    const timeout = setTimeout(() => {
      if (timers.get(name)!.isHeeded) feed({ type: 'timeout', timer: name });
    }, after);
    timers.set(name, { after, timeout, isHeeded: true });
  }

  function cancelTimer(name: string): void {
    const timer = timers.get(name);
    if (timer !== undefined) timer.isHeeded = false;
  }

  function tell(answer: FromWorker): void {
    main.postMessage(answer);
  }
}

/** Of who is loyal. */
const NOTHING_TO_CHOOSE: Choose = ({ about }) => {
  throw new Error(`a loyal general chooses nothing, and was asked about ${about}`);
};

interface Timer {
  readonly after: number;
  readonly timeout: NodeJS.Timeout;
  isHeeded: boolean;
}

function breakDown(how: CrashMode): void {
  switch (how) {
    case 'throw':
      throw new Error(CRASH_MESSAGE);
    case 'exit':
      process.exit(1);
    case 'hang':
      // Blocked, and not in a loop: others need the core, until this is given up.
      for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    default:
      how satisfies never;
  }
}
