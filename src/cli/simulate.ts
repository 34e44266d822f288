import { SingleBar } from 'cli-progress';
import { counted, figure } from '../core/figures.ts';
import { quoted } from '../core/user-error.ts';
import { isPlain, themeOf, wantsColour } from '../repl/theme.ts';
import { barText, type Progress } from '../campaign/bar.ts';
import { pace, plainLines } from '../repl/progress.ts';
import type { FaultPlan } from '../runtime/virtual/fault-plan.ts';
import { describeOutcome, lineOfJudged } from '../runtime/virtual/lines.ts';
import { shrink } from '../runtime/virtual/shrink.ts';
import { simulate as simulateAll } from '../runtime/virtual/simulate.ts';
import type { BeginOptions, Fact, Outcome, System } from '../runtime/virtual/system.ts';
import { limited } from '../generals/limit.ts';
import { lineOfFact } from '../trace/nodes/kind.ts';
import { UsageError } from './arguments.ts';
import type { SimulateOptions } from './subcommands/simulate.ts';
import { systemWord } from './bring.ts';
import { appendText, writeText } from './files.ts';
import { lineOf } from './invocation.ts';
import { onSignal } from './signals.ts';
import { systemNamed } from '../systems.ts';

/** What was asked, with the system that it is about. */
export interface Work extends Pick<SimulateOptions, 'seed' | 'schedules' | 'kind' | 'beyond' | 'keep' | 'trace' | 'json' | 'colourless'> {
  readonly members: number;
  readonly system: System;
}

/** Lets a system go through the fault plans of seeds, and says how that went. @returns the exit status: 0 holds, 3 violated, 1 unknown or stopped */
export async function simulateCommand(options: SimulateOptions): Promise<number> {
  const work = workFor(options);
  return work.schedules === 1 ? one(work) : told(work, await tried(work));
}

/** @throws UsageError if there is no such protocol, or none with such a kind */
export function workFor({ protocol, members, ...options }: Omit<SimulateOptions, 'shard' | 'out' | 'resume'>): Work {
  const system = systemNamed(protocol);
  if (system === undefined) throw new UsageError(`there is no protocol ${quoted(protocol)}`);
  const names = system.strategies.map(({ name }) => name);
  if (options.kind !== undefined && !names.includes(options.kind)) throw new UsageError(`with ${system.name} there is no Byzantine kind ${quoted(options.kind)}: ${names.join(', ')}`);
  return { ...options, system, members: members ?? system.members };
}

/** What somebody brought may loop for ever. */
const simulate = (system: System, plan: FaultPlan, options?: BeginOptions): Outcome => limited(() => simulateAll(system, plan, options));

/** One seed, told as it goes: of a plan that breaks something what is needed for that, but for parts that were asked for. */
function one(work: Work): number {
  const { system, seed, json } = work;
  const { plan, kept, removed } = smallest(work, seed);
  if (!json) say(`${system.describe(plan)}.`);
  if (!json && removed > 0) say(`${counted(removed, 'part')} of the plan of this seed ${removed === 1 ? 'is' : 'are'} left out, as the others break it alone.`);
  const trace = work.trace === undefined ? undefined : traceTo(work.trace, work, plan);
  const outcome = simulate(system, plan, {
    observe(fact) {
      trace?.write(fact);
      const line = json ? undefined : system.inWords(fact);
      if (line !== undefined) say(line);
    },
  });
  // What could not be written to the file.
  if (outcome.observerError !== undefined) throw outcome.observerError;
  trace?.end(outcome);
  if (json) say(JSON.stringify({ ...about(work), ...flat(outcome), ...(kept === undefined ? {} : { kept }) }));
  else if (outcome.type === 'holds') say(paint(work).green(describeOutcome(system, outcome)));
  else if (outcome.type === 'unknown') sayUnknown(work, seed, outcome);
  else sayViolated(work, seed, outcome, kept);
  return STATUS[outcome.type];
}

const STATUS = { holds: 0, violated: 3, unknown: 1 } as const;

/** The plan of a seed, less what is not needed to break what it breaks; which parts are kept, if not all. */
function smallest(work: Work, seed: number): { readonly plan: FaultPlan; readonly kept: readonly string[] | undefined; readonly removed: number } {
  const { system, keep } = work;
  const whole = planOf(work, seed);
  if (keep !== undefined) return { plan: kept(system, whole, keep), kept: keep, removed: 0 };
  const outcome = simulate(system, whole);
  if (outcome.type !== 'violated') return { plan: whole, kept: undefined, removed: 0 };
  return shrink(system, whole, outcome, (plan) => simulate(system, plan));
}

/** The plan with those parts alone. @throws UsageError if it has none of that name */
function kept(system: System, plan: FaultPlan, words: readonly string[]): FaultPlan {
  const parts = system.parts(plan);
  if (words.length === 1 && words[0] === 'all') return plan;
  if (words.length === 1 && words[0] === 'none') return system.only(plan, new Set());
  const unknown = words.find((word) => !parts.includes(word));
  if (unknown !== undefined) throw new UsageError(`the plan of this seed has no part ${quoted(unknown)}: ${parts.join(', ')}, or all, or none`);
  return system.only(plan, new Set(words));
}

/** Says what came of many seeds. @returns the exit status */
export function told(work: Work, { covered, events, violated, unknown }: Tried): number {
  const { system, seed, schedules, json } = work;
  if (violated !== undefined) {
    const { plan, kept: parts } = smallest(work, violated);
    const outcome = simulate(system, plan);
    if (json) say(JSON.stringify({ ...about(work), ...flat(outcome), seed: violated, kept: parts }));
    else sayViolated(work, violated, outcome, parts);
    return 3;
  }
  const isAll = covered === schedules;
  const known = unknown.count === 0;
  if (json) say(JSON.stringify({ ...about(work), type: isAll && known ? 'holds' : 'unknown', schedules: covered, events, ...(known ? {} : { unknown: unknown.count }) }));
  else if (!isAll) say(paint(work).yellow(`Stopped: ${lowered(system.promises)} held in ${figure(covered - unknown.count)} of ${counted(schedules, 'schedule')}, those of the seeds from ${seed} on, of ${counted(events, 'event')}.`));
  else if (known) say(paint(work).green(`${system.promises} held in ${counted(schedules, 'schedule')} of ${counted(events, 'event')}.`));
  else say(paint(work).yellow(`${system.promises} held in ${figure(covered - unknown.count)} of ${counted(schedules, 'schedule')}; of the others nothing is known.`));
  if (!json && unknown.first !== undefined) sayUnknown(work, unknown.first, simulate(system, planOf(work, unknown.first)));
  return isAll && known ? 0 : 1;
}

const lowered = (text: string): string => text[0]!.toLowerCase() + text.slice(1);

export interface Tried {
  /** How many schedules were tried, but for one that broke something. */
  readonly covered: number;
  readonly events: number;
  /** The seed of the first plan that breaks something. */
  readonly violated?: number | undefined;
  /** How many are unknown, and the seed of the first. */
  readonly unknown: { readonly count: number; readonly first?: number | undefined };
}

export const UNTRIED: Tried = { covered: 0, events: 0, unknown: { count: 0 } };

/** Which of the seeds: all, unless they are divided. */
interface Division {
  /** Counted from the first seed of all. */
  readonly first: number;
  readonly by: number;
}

const schedulesIn = ({ schedules }: Work, { first, by }: Division): number => Math.max(0, Math.ceil((schedules - first) / by));

/** Milliseconds between two looks at what is left to do, and at signals. */
const LOOK = 50;

/**
 * Seed after seed, to the last, the first that is violated, or the first Ctrl-C.
 * @param before what was tried of them already
 * @param looked told now and then how far it has come
 */
export async function tried(work: Work, division: Division = { first: 0, by: 1 }, before = UNTRIED, looked: (sofar: Tried) => void = () => undefined): Promise<Tried> {
  let isStopped = false;
  let { covered, events, violated, unknown } = before;
  const sofar = (): Tried => ({ covered, events, violated, unknown });
  const all = schedulesIn(work, division);
  return onSignal(['SIGINT'], () => (isStopped = true), async () => {
    const meter = work.json ? undefined : meterTo(process.stderr);
    const begun = performance.now();
    let last = begun;
    try {
      while (covered < all && violated === undefined && !isStopped) {
        const seed = work.seed + division.first + covered * division.by;
        const outcome = simulate(work.system, planOf(work, seed));
        events += outcome.events;
        if (outcome.type === 'violated') violated = seed;
        else covered += 1;
        if (outcome.type === 'unknown') unknown = { count: unknown.count + 1, first: unknown.first ?? seed };
        if (performance.now() - last < LOOK) continue;
        last = performance.now();
        meter?.show({ share: covered / all, parts: pace(covered, all, 'schedules', last - begun) });
        looked(sofar());
        // So that a Ctrl-C is heard.
        await new Promise((resolve) => setImmediate(resolve));
      }
      return sofar();
    } finally {
      meter?.stop();
    }
  });
}

/** A bar where a person may see it, else now and then a line. */
function meterTo(stream: NodeJS.WriteStream): { show(progress: Progress & { readonly share: number }): void; stop(): void } {
  if (!stream.isTTY || isPlain(process.env)) return { show: plainLines((line) => void stream.write(line)), stop: () => undefined };
  const bar = new SingleBar({ stream, format: (_options, { progress: share }, { parts }: { parts: string[] }) => barText({ share, parts }, stream.columns - 1), hideCursor: true, clearOnComplete: true });
  bar.start(1, 0, { parts: ['begins'] });
  return { show: ({ share, parts }) => bar.update(share, { parts }), stop: () => bar.stop() };
}

/** How many characters of a trace are kept back, to be written at once. */
const CHUNK = 2 ** 20;

/** A file of JSON lines: the plan, what happened, and how it was judged. */
function traceTo(file: string, work: Work, plan: FaultPlan): { write(fact: Fact): void; end(outcome: Outcome): void } {
  writeText(file, work.system.print(plan));
  let text = '';
  return {
    write(fact) {
      text += lineOfFact(fact);
      if (text.length < CHUNK) return;
      appendText(file, text);
      text = '';
    },
    end(outcome) {
      appendText(file, `${text}${lineOfJudged(work.system, outcome)}`);
    },
  };
}

const about = ({ system, members, seed }: Work) => ({ v: 1, protocol: system.name, members, seed });

/** An outcome as JSON has it. */
const flat = ({ type, property, witness, reason, events, figures, time }: Outcome) => ({ type, property, witness, reason, events, ...figures, time });

function sayViolated(work: Work, seed: number, outcome: Outcome, parts: readonly string[] | undefined): void {
  say(paint(work).red(describeOutcome(work.system, outcome)));
  say(`To repeat it: ${lineOf([...commandFor(work, seed), ...(parts === undefined ? [] : ['--keep', parts.join(',') || 'none'])])}`);
}

function sayUnknown(work: Work, seed: number, outcome: Outcome): void {
  say(paint(work).yellow(describeOutcome(work.system, outcome)));
  say(`To repeat it: ${lineOf(commandFor(work, seed))}`);
}

const commandFor = ({ system, members, kind, beyond }: Work, seed: number): string[] =>
  ['simulate', '--protocol', systemWord(system.name), '--members', String(members), '--seed', String(seed), ...(kind === undefined ? [] : ['--kind', kind]), ...(beyond === 0 ? [] : ['--beyond', String(beyond)])];

const planOf = ({ system, members, kind, beyond }: Work, seed: number): FaultPlan =>
  system.draw({ n: members, seed, beyond, ...(kind === undefined ? {} : { strategies: [kind] }) });

const paint = ({ colourless }: Pick<Work, 'colourless'>): ReturnType<typeof themeOf>['paint'] => themeOf(wantsColour(process.env, process.stdout.isTTY, colourless)).paint;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
