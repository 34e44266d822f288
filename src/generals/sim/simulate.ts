import { seeded, type Choose } from '../../core/choice.ts';
import { CRASH_MESSAGE, lossBy, type Accusation, type RunResult, type Loss, type Report, type RunObserver } from '../host.ts';
import { symbolicKeyring } from '../keyring.ts';
import type { Behaviours, RunSpec } from '../run-spec.ts';
import type { NodeId } from '../../core/node.ts';
import type { Effect, Event } from '../protocol.ts';
import type { Synchronized } from '../synchronizer.ts';
import type { Dictation } from '../faults/dictated.ts';
import { EventQueue } from './event-queue.ts';
import { dictationFor, general, lastOf, type General } from '../general.ts';

/** What a simulated order meets, beside its specification. */
export interface RunOptions {
  /** What some of them do beside what their protocol asks for. */
  readonly behaviours?: Behaviours;
  /** Members that were lost before. */
  readonly lost?: ReadonlySet<NodeId>;
  /** How many milliseconds of virtual time a frame is under way; 1 if not given. */
  readonly delay?: (from: NodeId, to: NodeId) => number;
  /** Answers the questions of treason; by the order's seed if not given. */
  readonly choose?: Choose;
  readonly observer?: RunObserver;
}

type HostEvent = { readonly to: NodeId } & (
  | { readonly type: 'event'; readonly event: Event<Synchronized> }
  | { readonly type: 'timer'; readonly timer: string; readonly setting: number }
);

/**
 * Runs one order in virtual time. Without I/O and clock: the same arguments give the same result.
 * @throws UserError if a dictation does not fit what its general has to say
 */
export function simulate(spec: RunSpec, options: RunOptions = {}): RunResult {
  const { behaviours, lost = new Set<NodeId>(), delay = () => 1, choose = seeded(spec.seed), observer } = options;
  const dictations = new Map<NodeId, Dictation>();
  const queue = new EventQueue<HostEvent>();
  const army = new Map<NodeId, General>();
  const timers = new Map<string, number>();
  const reports = new Map<NodeId, Report>();
  const losses: Loss[] = [];
  const accusations: Accusation[] = [];
  let settings = 0;

  for (const id of spec.members) {
    const { strategy, words, crashMode } = behaviours?.get(id) ?? {};
    if (words !== undefined) dictations.set(id, dictationFor(spec, id, words));
    if (!lost.has(id) && crashMode === undefined) army.set(id, general(spec, id, strategy, choose, symbolicKeyring(id), dictations.get(id)));
  }
  for (const id of spec.members) {
    if (army.has(id)) continue;
    const crashMode = behaviours?.get(id)?.crashMode;
    if (lost.has(id)) depart(id, atOnce);
    else if (crashMode === 'throw') lose(id, lossBy.throwing(CRASH_MESSAGE), atOnce);
    else if (crashMode === 'exit') lose(id, lossBy.exiting(1), atOnce);
  }
  if (army.has(spec.commander)) happen(spec.commander, { type: 'input', input: spec.order }, 0);
  for (const id of army.keys()) happen(id, { type: 'start' }, 0);

  for (let next = queue.next(); next !== undefined; next = queue.next()) {
    const { at, item } = next;
    const actor = army.get(item.to);
    if (actor === undefined) continue;
    if (item.type === 'event') perform(item.to, actor, actor.handle(item.event), at);
    else if (timers.get(`${item.to} ${item.timer}`) === item.setting) perform(item.to, actor, actor.handle({ type: 'timeout', timer: item.timer }), at);
  }
  for (const id of spec.members) {
    if (!reports.has(id) && !lost.has(id) && !losses.some((loss) => loss.id === id)) lose(id, lossBy.hanging(spec.deadline), atOnce);
  }
  // Where somebody was lost on the way, the others may have had less to say than was foreseen, as on threads.
  if (losses.length === 0) for (const dictation of dictations.values()) dictation.finish();
  return { reports: [...reports.values()].sort(byId), losses: losses.sort(byId), accusations: accusations.sort(byAccuser) };

  function happen(to: NodeId, event: Event<Synchronized>, at: number): void {
    queue.add(at, { to, type: 'event', event });
  }

  function perform(self: NodeId, actor: General, effects: Effect<Synchronized>[], now: number): void {
    const news = observer === undefined ? undefined : actor.news();
    if (news !== undefined) observer?.news(self, news);
    const crashRound = behaviours?.get(self)?.crashRound;
    const last = crashRound === undefined ? undefined : lastOf(effects, crashRound, spec.members.filter((id) => id !== self));
    for (const effect of last ?? effects) {
      switch (effect.type) {
        case 'send':
          happen(effect.to, { type: 'message', from: self, message: effect.message }, now + delay(self, effect.to));
          break;
        case 'set-timer':
          settings += 1;
          timers.set(`${self} ${effect.timer}`, settings);
          queue.add(now + effect.after, { to: self, type: 'timer', timer: effect.timer, setting: settings });
          break;
        case 'cancel-timer':
          timers.delete(`${self} ${effect.timer}`);
          break;
        case 'output':
          report(actor.report(effect.output));
          break;
        case 'accuse':
          accuse({ by: self, kind: effect.kind, suspect: effect.suspect, evidence: effect.evidence });
          if (effect.kind === 'silence' && !losses.some(({ id }) => id === effect.suspect)) lose(effect.suspect, lossBy.hanging(spec.deadline), () => now);
          break;
        default:
          effect satisfies never;
      }
    }
    // Its links close behind what it said last.
    if (last !== undefined) lose(self, lossBy.killing(), (peer) => now + delay(self, peer));
  }

  function report(own: Report): void {
    reports.set(own.id, own);
    observer?.reported(own);
  }

  function accuse(accusation: Accusation): void {
    accusations.push(accusation);
    observer?.accused(accusation);
  }

  /** @param noticed when each of the others sees it */
  function lose(id: NodeId, reason: string, noticed: (by: NodeId) => number): void {
    losses.push({ id, reason });
    observer?.lost({ id, reason });
    army.delete(id);
    reports.delete(id);
    depart(id, noticed);
  }

  function depart(peer: NodeId, noticed: (by: NodeId) => number): void {
    for (const id of army.keys()) happen(id, { type: 'gone', peer }, noticed(id));
  }
}

/** Each accuser's own stay in their order; among accusers there is none, since they speak at once. */
const byAccuser = (a: Accusation, b: Accusation): number => a.by - b.by;

const atOnce = (): number => 0;

const byId = (a: { readonly id: NodeId }, b: { readonly id: NodeId }): number => a.id - b.id;
