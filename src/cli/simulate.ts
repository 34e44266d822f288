import { SingleBar } from 'cli-progress';
import { counted, figure } from '../core/figures.ts';
import { nodeId } from '../core/node.ts';
import { replicaProtocol } from '../replicas/pbft/names.ts';
import { isPlain, looksOf, wantsColour } from '../repl/looks.ts';
import { barText, type Progress } from '../campaign/bar.ts';
import { pace, plainLines } from '../repl/progress.ts';
import { describeFact, describeJudgement, type RunFact } from '../replicas/sim/facts.ts';
import { runSchedule, type Outcome } from '../replicas/sim/run.ts';
import { describeSchedule, drawSchedule, type Schedule } from '../replicas/sim/schedule.ts';
import { lineOfFact, lineOfScheduled } from '../replicas/trace/lines.ts';
import type { SimulateOrder } from './faces/simulate.ts';
import { appendText, writeText } from './files.ts';
import { lineOf } from './invocation.ts';
import { heeding } from './signals.ts';

/** Lets replicas go through the schedules of seeds, and says how that went. @returns the exit status: 0 holds, 3 violated, 1 stopped before either */
export async function simulateCommand(asked: SimulateOrder): Promise<number> {
  const order = { ...asked, protocol: replicaProtocol(asked.protocol) };
  return order.schedules === 1 ? one(order) : many(order);
}

/** One seed, told as it goes. */
function one(order: SimulateOrder): number {
  const schedule = scheduleOf(order, order.seed);
  if (!order.json) say(`${describeSchedule(schedule)}.`);
  const trace = order.trace === undefined ? undefined : traceTo(order.trace, order, schedule);
  const outcome = runSchedule(schedule, {
    observe(fact) {
      trace?.write(fact);
      const line = order.json ? undefined : describeFact(fact);
      if (line !== undefined) say(line);
    },
  });
  // What could not be written to the file.
  if (outcome.observerError !== undefined) throw outcome.observerError;
  trace?.end(outcome);
  if (order.json) say(JSON.stringify({ ...about(order), ...outcome }));
  else if (outcome.type === 'holds') say(paint(order).green(describeJudgement(outcome)));
  else sayViolated(order, order.seed, outcome);
  return outcome.type === 'holds' ? 0 : 3;
}

/** Seed after seed, to the last, the first that is violated, or the first Ctrl-C. */
async function many(order: SimulateOrder): Promise<number> {
  const { seed, schedules, json } = order;
  const { covered, events, violated } = await tried(order);
  if (violated !== undefined) {
    if (json) say(JSON.stringify({ ...about(order), ...violated.outcome, seed: violated.seed }));
    else sayViolated(order, violated.seed, violated.outcome);
    return 3;
  }
  const isAll = covered === schedules;
  if (json) say(JSON.stringify({ ...about(order), type: isAll ? 'holds' : 'unknown', schedules: covered, events }));
  else if (isAll) say(paint(order).green(`Safety and liveness held in ${counted(schedules, 'schedule')} of ${counted(events, 'event')}.`));
  else say(paint(order).yellow(`Stopped: safety and liveness held in ${figure(covered)} of ${counted(schedules, 'schedule')}, those of the seeds from ${seed} on, of ${counted(events, 'event')}.`));
  return isAll ? 0 : 1;
}

interface Tried {
  readonly covered: number;
  readonly events: number;
  readonly violated?: { readonly seed: number; readonly outcome: Outcome };
}

/** Milliseconds between two looks at what is left to do, and at signals. */
const LOOK = 50;

async function tried(order: SimulateOrder): Promise<Tried> {
  let isStopped = false;
  return heeding(['SIGINT'], () => (isStopped = true), async () => {
    const meter = order.json ? undefined : meterTo(process.stderr);
    const begun = performance.now();
    let looked = begun;
    let events = 0;
    try {
      for (let covered = 0; covered < order.schedules; covered += 1) {
        const seed = order.seed + covered;
        const outcome = runSchedule(scheduleOf(order, seed));
        events += outcome.events;
        if (outcome.type === 'violated') return { covered, events, violated: { seed, outcome } };
        if (performance.now() - looked < LOOK) continue;
        looked = performance.now();
        meter?.show({ share: (covered + 1) / order.schedules, parts: pace(covered + 1, order.schedules, 'schedules', looked - begun) });
        // So that a Ctrl-C is heard.
        await new Promise((resolve) => setImmediate(resolve));
        if (isStopped) return { covered: covered + 1, events };
      }
      return { covered: order.schedules, events };
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

/** A file of JSON lines: the schedule, what happened, and how it was judged. */
function traceTo(file: string, { protocol, seed, members: count }: SimulateOrder, schedule: Schedule): { write(fact: RunFact): void; end(outcome: Outcome): void } {
  const { n: _, seed: __, traitors, cuts, ...rest } = schedule;
  const members = Array.from({ length: count }, (___, id) => nodeId(id));
  // The Byzantine one is the last.
  const clients = Array.from({ length: schedule.clients + 1 }, (___, index) => nodeId(count + index));
  const named = [...traitors].map(([id, kind]) => ({ id, kind }));
  const plan = { ...rest, cuts: cuts.map(({ side, ...cut }) => ({ ...cut, side: [...side] })) };
  writeText(file, lineOfScheduled({ type: 'scheduled', protocol, seed, members, clients, traitors: named, about: describeSchedule(schedule) }, plan));
  let text = '';
  return {
    write(fact) {
      text += lineOfFact(fact);
      if (text.length < CHUNK) return;
      appendText(file, text);
      text = '';
    },
    end: ({ type: verdict, ...outcome }) => appendText(file, `${text}${lineOfFact({ type: 'judged', verdict, ...outcome })}`),
  };
}

const about = ({ protocol, members, seed }: SimulateOrder) => ({ v: 1, protocol, members, seed });

function sayViolated(order: SimulateOrder, seed: number, { witness }: Outcome): void {
  const { protocol, members, kind } = order;
  say(paint(order).red(`Violated: ${witness}.`));
  say(`To repeat it: ${lineOf(['simulate', '--protocol', protocol, '--members', String(members), '--seed', String(seed), ...(kind === undefined ? [] : ['--kind', kind])])}`);
}

function scheduleOf({ protocol, members, kind }: SimulateOrder, seed: number): Schedule {
  return drawSchedule({ n: members, seed, protocol: replicaProtocol(protocol), ...(kind === undefined ? {} : { kinds: [kind] }) });
}

const paint = ({ colourless }: SimulateOrder): ReturnType<typeof looksOf>['paint'] => looksOf(wantsColour(process.env, process.stdout.isTTY, colourless)).paint;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
