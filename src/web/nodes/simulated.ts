import { counted } from '../../core/figures.ts';
import { UserError, quoted } from '../../core/user-error.ts';
import { lineOfJudged } from '../../runtime/virtual/lines.ts';
import { simulate } from '../../runtime/virtual/simulate.ts';
import type { Fact } from '../../runtime/virtual/system.ts';
import { SYSTEMS, systemNamed } from '../../systems.ts';
import { lineOfFact } from '../../trace/nodes/kind.ts';

/** A run of nodes that can be repeated. */
export interface Seeded {
  readonly system: string;
  readonly n: number;
  readonly seed: number;
  /** The only Byzantine kind; any if undefined. */
  readonly kind?: string | undefined;
}

/** What a thread of the page says of what it was asked to run. */
export type RunNews =
  | { readonly type: 'ran'; readonly seeded: Seeded; readonly trace: Simulated }
  | { readonly type: 'mistake'; readonly message: string };

/** A run as a trace file has it. */
export interface Simulated {
  readonly text: string;
  /** What is not in it, in a sentence; undefined where it is whole. */
  readonly missing: string | undefined;
}

/** What can be run, for who chooses. */
export const CHOICES = SYSTEMS.map(({ name, summary, members, strategies }) => ({ name, summary, members, kinds: strategies.map((one) => one.name) }));

/** Of more nodes most protocols say more than a page keeps; a gossip network does not. */
export const NODES_MAX = 40;
const PEERS_MAX = 1000;

export const mostOf = (system: string): number => (system === 'gossip' ? PEERS_MAX : NODES_MAX);

/** More facts than these a page does not keep: messages with their receivers, and what nodes do. */
const MESSAGES_MAX = 150_000;
const EVENTS_MAX = 50_000;

/**
 * Runs it as `simulate` does, under the whole plan of the seed, and keeps its trace.
 * @throws UserError if there is nothing like that
 */
export function simulated({ system: name, n, seed, kind }: Seeded, most: { readonly messages: number; readonly events: number } = { messages: MESSAGES_MAX, events: EVENTS_MAX }): Simulated {
  const system = systemNamed(name);
  if (system === undefined) throw new UserError(`there is no protocol ${quoted(name)}`);
  if (!Number.isSafeInteger(n) || n < 1 || n > mostOf(name)) throw new UserError(`a number of nodes is a whole number from 1 to ${mostOf(name)} here`);
  if (kind !== undefined && system.strategies.every((one) => one.name !== kind)) throw new UserError(`with ${system.name} there is no Byzantine kind ${quoted(kind)}`);
  const plan = system.draw({ n, seed, ...(kind === undefined ? {} : { strategies: [kind] }) });
  const lines = [system.print(plan)];
  const kept = { messages: 0, events: 0, last: 0 };
  const left: Left = { messages: 0, events: 0, from: undefined };
  const outcome = simulate(system, plan, { observe: (fact) => isKept(fact) && lines.push(lineOfFact(fact)) });
  lines.push(lineOfJudged(system, outcome));
  return { text: lines.join(''), missing: missingText(left) };

  /** What arrives of a message that is kept is kept as well: else it would seem lost. */
  function isKept(fact: Fact): boolean {
    const { type, at, id = 0, to = [] } = fact as Fact & { readonly id?: number; readonly to?: readonly unknown[] };
    if (type === 'heard') return id <= kept.last;
    const sort = type === 'sent' ? 'messages' : 'events';
    if (kept[sort] >= most[sort]) {
      left.from ??= at;
      left[sort] += 1;
      return false;
    }
    kept[sort] += sort === 'events' ? 1 : 1 + to.length;
    if (sort === 'messages') kept.last = id;
    return true;
  }
}

/** What is not kept, and from when on. */
interface Left {
  messages: number;
  events: number;
  from: number | undefined;
}

function missingText({ messages, events, from }: Left): string | undefined {
  if (messages + events === 0) return undefined;
  const parts = [...(messages === 0 ? [] : [counted(messages, 'message')]), ...(events === 0 ? [] : [counted(events, 'event')])];
  return `From ${from!} ms on ${parts.join(' and ')} are not kept: a page would grow too large.`;
}

/** What was asked, and what came of it, for a thread that answers. */
export function ran(seeded: Seeded): RunNews {
  try {
    return { type: 'ran', seeded, trace: simulated(seeded) };
  } catch (error) {
    if (error instanceof UserError) return { type: 'mistake', message: error.message };
    throw error;
  }
}

/** The command that says the same at a terminal. @param isViolated whether something broke: then the command would leave out what is not needed for that */
export const commandOf = ({ system, n, seed, kind }: Seeded, isViolated: boolean): string =>
  `generals simulate --protocol ${system} --members ${n} --seed ${seed}${kind === undefined ? '' : ` --kind ${kind}`}${isViolated ? ' --keep all' : ''}`;
