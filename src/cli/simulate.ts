import { SingleBar } from 'cli-progress';
import { counted, figure } from '../core/figures.ts';
import { quoted } from '../core/user-error.ts';
import { isPlain, themeOf, wantsColour } from '../repl/theme.ts';
import { barText, type Progress } from '../campaign/bar.ts';
import { pace, plainLines } from '../repl/progress.ts';
import type { FaultPlan } from '../runtime/virtual/fault-plan.ts';
import { describeOutcome, lineOfJudged } from '../runtime/virtual/lines.ts';
import { shrink } from '../runtime/virtual/shrink.ts';
import { simulate } from '../runtime/virtual/simulate.ts';
import type { Fact, Outcome, System } from '../runtime/virtual/system.ts';
import { lineOfFact } from '../trace/nodes/kind.ts';
import { UsageError } from './arguments.ts';
import type { SimulateOptions } from './subcommands/simulate.ts';
import { appendText, writeText } from './files.ts';
import { lineOf } from './invocation.ts';
import { onSignal } from './signals.ts';
import { systemNamed } from '../systems.ts';

/** What was asked, with the system that it is about. */
interface Work extends Omit<SimulateOptions, 'protocol' | 'members'> {
  readonly members: number;
  readonly system: System;
}

/** Lets a system go through the fault plans of seeds, and says how that went. @returns the exit status: 0 holds, 3 violated, 1 unknown or stopped */
export async function simulateCommand({ protocol, ...options }: SimulateOptions): Promise<number> {
  const system = systemNamed(protocol);
  if (system === undefined) throw new UsageError(`there is no protocol ${quoted(protocol)}`);
  const names = system.strategies.map(({ name }) => name);
  if (options.kind !== undefined && !names.includes(options.kind)) throw new UsageError(`with ${system.name} there is no Byzantine kind ${quoted(options.kind)}: ${names.join(', ')}`);
  const work = { ...options, system, members: options.members ?? system.members };
  return work.schedules === 1 ? one(work) : many(work);
}

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

/** Seed after seed, to the last, the first that is violated, or the first Ctrl-C. */
async function many(work: Work): Promise<number> {
  const { system, seed, schedules, json } = work;
  const { covered, events, violated, unknown } = await tried(work);
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
  if (!json && unknown.first !== undefined) sayUnknown(work, unknown.first.seed, unknown.first.outcome);
  return isAll && known ? 0 : 1;
}

const lowered = (text: string): string => text[0]!.toLowerCase() + text.slice(1);

interface Tried {
  readonly covered: number;
  readonly events: number;
  /** The seed of the first plan that breaks something. */
  readonly violated?: number;
  readonly unknown: { count: number; first?: { readonly seed: number; readonly outcome: Outcome } };
}

/** Milliseconds between two looks at what is left to do, and at signals. */
const LOOK = 50;

async function tried(work: Work): Promise<Tried> {
  let isStopped = false;
  return onSignal(['SIGINT'], () => (isStopped = true), async () => {
    const meter = work.json ? undefined : meterTo(process.stderr);
    const begun = performance.now();
    let looked = begun;
    let events = 0;
    const unknown: Tried['unknown'] = { count: 0 };
    try {
      for (let covered = 0; covered < work.schedules; covered += 1) {
        const seed = work.seed + covered;
        const outcome = simulate(work.system, planOf(work, seed));
        events += outcome.events;
        if (outcome.type === 'violated') return { covered, events, violated: seed, unknown };
        if (outcome.type === 'unknown') {
          unknown.count += 1;
          unknown.first ??= { seed, outcome };
        }
        if (performance.now() - looked < LOOK) continue;
        looked = performance.now();
        meter?.show({ share: (covered + 1) / work.schedules, parts: pace(covered + 1, work.schedules, 'schedules', looked - begun) });
        // So that a Ctrl-C is heard.
        await new Promise((resolve) => setImmediate(resolve));
        if (isStopped) return { covered: covered + 1, events, unknown };
      }
      return { covered: work.schedules, events, unknown };
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

const commandFor = ({ system, members, kind }: Work, seed: number): string[] =>
  ['simulate', '--protocol', system.name, '--members', String(members), '--seed', String(seed), ...(kind === undefined ? [] : ['--kind', kind])];

const planOf = ({ system, members, kind }: Work, seed: number): FaultPlan => system.draw({ n: members, seed, ...(kind === undefined ? {} : { strategies: [kind] }) });

const paint = ({ colourless }: Pick<Work, 'colourless'>): ReturnType<typeof themeOf>['paint'] => themeOf(wantsColour(process.env, process.stdout.isTTY, colourless)).paint;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
