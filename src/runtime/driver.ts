import { performance } from 'node:perf_hooks';
import type { AnyMachine, Context, Effect as EffectOf, Event as EventOf, Vocabulary } from '../core/machine.ts';
import type { NodeId } from '../core/node.ts';
import type { Log } from './log.ts';
import { Loop, type Timer } from './loop.ts';

type Event = EventOf<Vocabulary>;
type Effect = EffectOf<Vocabulary>;

/** Who carries out what a machine wants done. */
export interface Carrier {
  send(to: readonly NodeId[], message: unknown): void;
  output(output: unknown): void;
  accuse(suspect: NodeId, evidence: string): void;
  /** Of machines that open links and close them. */
  dial?(peer: NodeId, address: string): void;
  hangUp?(peer: NodeId): void;
  /** This process stood still for so many ms. */
  stalled?(lasted: number): void;
}

/**
 * Runs a machine: feeds it events, keeps its timers, and does what it asks for in the order in which it asks. What comes
 * after a `save` waits until the record is on disk, and so does all that comes after that; events meanwhile go on, so that
 * what many of them save shares one sync.
 */
export class Driver {
  readonly #machine: AnyMachine;
  readonly #context: Context;
  readonly #log: Log;
  readonly #carrier: Carrier;
  readonly #timers = new Map<string, Timer>();
  /** What waits for the disk, and for how many records there. */
  #waiting: { readonly effect: Effect; readonly after: number }[] = [];
  #state: unknown;
  #isRunning = false;
  /** How many events it was given. */
  #taken = 0;
  /** When it was last seen to have stood still. */
  #stalledAt = -Infinity;
  /** By how many ms a timer was late at most since that was last asked. */
  #lateness = 0;
  readonly #speed: number;
  readonly #loop: Loop;

  /**
   * @param speed how many times as fast as others its clock goes, by which all its timers run
   * @param loop what has its timers
   */
  constructor(machine: AnyMachine, context: Context, log: Log, carrier: Carrier, speed = 1, loop = new Loop()) {
    this.#machine = machine;
    this.#context = context;
    this.#log = log;
    this.#carrier = carrier;
    this.#speed = speed;
    this.#loop = loop;
  }

  /** @param records what the machine saved in earlier lives */
  start(records: readonly unknown[]): void {
    this.#state = records.length === 0 || this.#machine.recover === undefined ? this.#machine.begin(this.#context) : this.#machine.recover(this.#context, records);
    this.#isRunning = true;
    this.take({ type: 'start' });
  }

  /** The machine's state; undefined before `start`. */
  get state(): unknown {
    return this.#state;
  }

  /** How much waits for the disk. */
  get backlog(): number {
    return this.#waiting.length;
  }

  /** @returns by how many ms one of its timers was late at most since this was last asked */
  takeLateness(): number {
    const lateness = this.#lateness;
    this.#lateness = 0;
    return lateness;
  }

  /** @returns whether anything follows from it, but that somebody is accused */
  take(event: Event): boolean {
    if (!this.#isRunning) return false;
    this.#taken += 1;
    const effects = this.#machine.step(this.#context, this.#state, event);
    for (const effect of effects) this.#do(effect);
    return effects.some(({ type }) => type !== 'accuse');
  }

  /** To be called when more of the log is on disk. */
  synced(): void {
    if (!this.#isRunning) return;
    let done = 0;
    while (done < this.#waiting.length && this.#waiting[done]!.after <= this.#log.durable) {
      this.#carry(this.#waiting[done]!.effect);
      done += 1;
    }
    this.#waiting = this.#waiting.slice(done);
  }

  /** Ends at once; what waits for the disk is never done. */
  stop(): void {
    this.#isRunning = false;
    for (const timer of this.#timers.values()) this.#loop.cancel(timer);
    this.#timers.clear();
    this.#waiting = [];
  }

  #do(effect: Effect): void {
    switch (effect.type) {
      case 'save':
        return this.#log.append(effect.record);
      case 'set-timer':
        return this.#setTimer(effect.timer, effect.after);
      case 'cancel-timer':
        this.#loop.cancel(this.#timers.get(effect.timer));
        this.#timers.delete(effect.timer);
        return;
      case 'send':
      case 'output':
      case 'accuse':
      case 'dial':
      case 'hang-up':
      case 'halt':
        if (this.#waiting.length > 0 || this.#log.durable < this.#log.appended) this.#waiting.push({ effect, after: this.#log.appended });
        else this.#carry(effect);
        return;
      default:
        effect satisfies never;
    }
  }

  #carry(effect: Effect): void {
    switch (effect.type) {
      case 'send':
        return this.#carrier.send(effect.to, effect.message);
      case 'output':
        return this.#carrier.output(effect.output);
      case 'accuse':
        return this.#carrier.accuse(effect.suspect, effect.evidence);
      case 'dial':
        return this.#carrier.dial?.(effect.peer, effect.address);
      case 'hang-up':
        return this.#carrier.hangUp?.(effect.peer);
      case 'halt':
        return this.stop();
      case 'save':
      case 'set-timer':
      case 'cancel-timer':
        return;
      default:
        effect satisfies never;
    }
  }

  #setTimer(timer: string, afterOwn: number): void {
    this.#loop.cancel(this.#timers.get(timer));
    const after = afterOwn / this.#speed;
    const due = performance.now() + after;
    const fire = (): void => {
      // It may have been set anew, or cancelled, by what was heard meanwhile.
      if (this.#timers.get(timer) !== own) return;
      this.#timers.delete(timer);
      this.take({ type: 'timeout', timer });
    };
    const own = this.#loop.after(after, () => {
      const late = performance.now() - due;
      this.#lateness = Math.max(this.#lateness, late);
      if (late <= LATE) return fire();
      // Said once, however many timers are late.
      if (performance.now() - this.#stalledAt > LATE) {
        this.#carrier.stalled?.(late);
        this.take({ type: 'stalled', for: Math.round(late) });
      }
      this.#stalledAt = performance.now();
      this.#listenFirst(fire);
    });
    this.#timers.set(timer, own);
  }

  /**
   * This process stood still, and Node has timers first: the very messages that were awaited may lie in its sockets. So they
   * are heard before anybody is suspected of silence, as long as each turn of the event loop brings more.
   */
  #listenFirst(then: () => void, turns = 0, before = -1): void {
    if (!this.#isRunning) return;
    if (turns >= TURNS_MIN && (this.#taken === before || turns >= TURNS_MAX)) return then();
    const taken = this.#taken;
    this.#loop.next(() => this.#listenFirst(then, turns + 1, taken));
  }
}

/** Milliseconds that a timer may be late without more ado. */
const LATE = 250;
/** Turns of the event loop: with two all sockets have been looked at. */
const TURNS_MIN = 2;
const TURNS_MAX = 1000;
