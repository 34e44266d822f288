import { CodeFault } from '../../core/code-fault.ts';
import { counted, figure } from '../../core/figures.ts';
import { inShell } from '../../core/shell.ts';
import { UserError, quoted } from '../../core/user-error.ts';
import { lineOfJudged } from '../../runtime/virtual/lines.ts';
import { simulate } from '../../runtime/virtual/simulate.ts';
import type { Fact, System } from '../../runtime/virtual/system.ts';
import { SYSTEMS, systemNamed } from '../../systems.ts';
import { lineOfFact } from '../../trace/nodes/kind.ts';
import type { Part } from './reading.ts';

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
  | { readonly type: 'ran'; readonly seeded: Seeded; readonly trace: SimulatedPart }
  /** It goes on. `at` is in virtual ms; the trace only now and then, as it is large. */
  | { readonly type: 'running'; readonly seeded: Seeded; readonly at: number; readonly trace?: SimulatedPart }
  | { readonly type: 'mistake'; readonly message: string };

/** A run as a trace file has it. */
export interface Simulated {
  readonly text: string;
  /** What is not in it, in a sentence; undefined where it is whole. */
  readonly missing: string | undefined;
}

/** What of a run was not told before, and what has come of it. */
export type SimulatedPart = Simulated & Part;

/** What can be run, for who chooses. */
export interface Choice {
  readonly name: string;
  readonly summary: string;
  /** How many nodes there are if not told otherwise. */
  readonly members: number;
  readonly kinds: readonly string[];
  /** What names it at a terminal. */
  readonly word: string;
}

/** A system, for who chooses. @param word what names it at a terminal, where that is not its name */
export const choiceOf = ({ name, summary, members, strategies }: Pick<System, 'name' | 'summary' | 'members' | 'strategies'>, word = name): Choice =>
  ({ name, summary, members, kinds: strategies.map((one) => one.name), word });

export const OURS: readonly Choice[] = SYSTEMS.map((system) => choiceOf(system));

/** Of more nodes most protocols say more than a page keeps; a gossip network does not. */
export const NODES_MAX = 40;
const PEERS_MAX = 1000;

export const mostOf = (system: string): number => (system === 'gossip' ? PEERS_MAX : NODES_MAX);

/** More facts than these a page does not keep: messages with their receivers, and what nodes do. */
const MOST: Most = { messages: 150_000, events: 50_000 };

interface Most {
  readonly messages: number;
  readonly events: number;
}

/**
 * Looks at a run while it goes on: after every fact it is told when that was, and may ask for the trace of all before it, and whether any
 * more is kept.
 */
type Onlooker = (at: number, soFar: () => Simulated & { readonly isFull: boolean }) => void;

/**
 * Runs it as `simulate` does, under the whole plan of the seed, and keeps its trace.
 * @throws UserError if there is nothing like that
 */
export function simulated({ system: name, n, seed, kind }: Seeded, most: Most = MOST, look?: Onlooker): Simulated {
  const system = systemNamed(name);
  if (system === undefined) throw new UserError(`there is no protocol ${quoted(name)}`);
  const isCount = Number.isSafeInteger(n) && n >= 1 && n <= mostOf(name);
  if (!isCount) throw new UserError(`a number of nodes is a whole number from 1 to ${mostOf(name)} here`);
  const isKind = kind === undefined || system.strategies.some((one) => one.name === kind);
  if (!isKind) throw new UserError(`with ${system.name} there is no Byzantine kind ${quoted(kind)}`);
  const plan = system.draw({ n, seed, ...(kind === undefined ? {} : { strategies: [kind] }) });
  const lines = [system.print(plan)];
  const kept = { messages: 0, events: 0, last: 0 };
  const left: Left = { messages: 0, events: 0, from: undefined };
  let facts = 0;
  const outcome = simulate(system, plan, {
    observe(fact) {
      facts += 1;
      if (isKept(fact)) lines.push(lineOfFact(fact));
      look?.(fact.at, () => {
        const text = `${lines.join('')}${lineOfPart(system, fact.at, facts)}`;
        return { text, missing: missingText(left), isFull: left.messages > 0 && left.events > 0 };
      });
    },
  });
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

/** What there is to say of a run that has not come to its end. */
function lineOfPart({ promises }: { readonly promises: string }, time: number, events: number): string {
  const reason = `only its first ${figure(time)} ms have run`;
  return lineOfFact({ type: 'judged', verdict: 'unknown', reason, events, time, promises, progress: 'how it goes on', view: 0, places: 0 });
}

/** In ms of ours: when what has run so far is told first, and how often is told how far it is. */
const FIRST = 1000;
const AGAIN = 500;

/** Each time that it is told it has run so many times as long: what is told is ever larger. */
const MORE = 2;

/** Facts from one look at the clock to the next. */
const LOOK = 200;

/** Runs what was asked for, and tells what came of it, and how far it is while that takes long. @param clock in ms of ours */
export function runFor(seeded: Seeded, tell: (news: RunNews) => void, clock: () => number, most?: Most): void {
  const began = clock();
  const due = { part: FIRST, word: AGAIN };
  let facts = 0;
  let isFull = false;
  /** How many characters were told, but for what was judged. */
  let told = 0;
  const news = ({ text, missing }: Simulated): SimulatedPart => {
    const before = told;
    told = text.lastIndexOf('\n', text.length - 2) + 1;
    return { before, text: text.slice(before), missing };
  };
  const look: Onlooker = (at, soFar) => {
    facts += 1;
    if (facts % LOOK !== 0) return;
    const taken = clock() - began;
    if (taken < due.word) return;
    due.word = taken + AGAIN;
    if (taken < due.part || isFull) return tell({ type: 'running', seeded, at });
    const { isFull: isAll, ...trace } = soFar();
    tell({ type: 'running', seeded, at, trace: news(trace) });
    // Of what is to come nothing is kept: there is no more to be looked at.
    isFull = isAll;
    due.part = MORE * (clock() - began);
  };
  try {
    tell({ type: 'ran', seeded, trace: news(simulated(seeded, most, look)) });
  } catch (error) {
    if (!(error instanceof UserError || error instanceof CodeFault)) throw error;
    tell({ type: 'mistake', message: error.message });
  }
}

/**
 * The command that says the same at a terminal.
 * @param word what names the system there
 * @param isViolated whether something broke: then the command would leave out what is not needed for that
 */
export function commandOf({ n, seed, kind }: Seeded, word: string, isViolated: boolean): string {
  const more = `${kind === undefined ? '' : ` --kind ${kind}`}${isViolated ? ' --keep all' : ''}`;
  return `generals simulate --protocol ${inShell(word)} --members ${n} --seed ${seed}${more}`;
}
