import { setTimeout as delay } from 'node:timers/promises';
import { quoted } from '../core/user-error.ts';
import type { Run } from '../replicas/http/replica.ts';
import type { Slot } from '../replicas/http/service.ts';
import type { Tally } from '../replicas/http/tally.ts';

/** Shows what became of users' requests. */
export interface Printer {
  answered(run: Run): void;
  /** Resolves when all that was answered until now is shown. */
  close(): Promise<void>;
}

/** Who knows what was executed, and on which votes: a cluster, or one node of it. */
export interface Source {
  slotOf(request: string): Promise<Slot | undefined> | Slot | undefined;
  tallies(slot: Slot): Promise<ReadonlyMap<number, Tally>> | ReadonlyMap<number, Tally>;
  /** Resolves when all that was answered until now has been told here. */
  heard(): Promise<void> | void;
}

type Tallies = ReadonlyMap<number, Tally>;

/**
 * Shows each run, in the order of the answers: what was decided, and in the old words its time, and for each of these nodes how many
 * votes that it received carried the request, and how many did not. In a flood only the last of a second is counted, and those
 * before it are summed up, for else the screen would be what takes the time.
 */
export function runPrinter(source: Source, ids: readonly number[], say: (line: string, fact: object) => void): Printer {
  let last: Promise<void> = Promise.resolve();
  let shown = 0;
  let flood: Run[] = [];
  let second: NodeJS.Timeout | undefined;

  function show(runs: readonly Run[]): void {
    const counted = counts(source, runs.at(-1)!);
    last = last.then(async () => print(runs, await counted));
  }

  function print(runs: readonly Run[], { slot, tallies }: Counted): void {
    const { data, seconds } = runs.at(-1)!;
    const mean = runs.reduce((sum, run) => sum + run.seconds, 0) / runs.length;
    const nodes = ids.map((id) => ({ id, correct: 0, corrupt: 0, ...tallies.get(id) }));
    const lines = [
      ...(runs.length > 1 ? [`${runs.length} requests decided, in ${mean.toFixed(6)}s on average: more than ${SHOWN_MAX} a second are not shown one by one; the last:`] : []),
      `Decision: ${quoted(data, 60)}`,
      `PBFT Consensus Time: ${seconds}s`,
      ...nodes.map(({ id, correct, corrupt }) => `Node ${id} -> ${correct} Correct ${corrupt} Corrupt`),
    ];
    say(lines.join('\n'), { type: 'run', requests: runs.length, data, seconds, mean, order: slot?.order, view: slot?.view, nodes });
  }

  function endSecond(): void {
    clearTimeout(second);
    second = undefined;
    shown = 0;
    if (flood.length > 0) show(flood);
    flood = [];
  }

  return {
    answered(run) {
      second ??= setTimeout(endSecond, 1000);
      shown += 1;
      if (shown <= SHOWN_MAX) show([run]);
      else flood.push(run);
    },
    async close() {
      await source.heard();
      endSecond();
      await last;
    },
  };
}

/** How many runs are shown one by one in a second. */
const SHOWN_MAX = 30;

interface Counted {
  readonly slot: Slot | undefined;
  readonly tallies: Tallies;
}

/** The votes for what was decided, when no more come: those of the slower nodes are on their way yet when a user is answered. */
async function counts(source: Source, { request, seconds }: Run): Promise<Counted> {
  const pause = Math.min(Math.max(PAUSE_MIN, seconds * 250), PAUSE_MAX);
  await pauseTogether(pause);
  const slot = await source.slotOf(request);
  if (slot === undefined) return { slot, tallies: new Map() };
  let tallies = await source.tallies(slot);
  for (let round = 1; round < ROUNDS_MAX; round += 1) {
    await pauseTogether(pause);
    const before = sumOf(tallies);
    tallies = await source.tallies(slot);
    if (sumOf(tallies) === before) break;
  }
  return { slot, tallies };
}

/** A pause that ends with those of others, at the next of these moments: what is asked in one moment is asked at once. */
function pauseTogether(pause: number): Promise<void> {
  const now = performance.now();
  const moment = Math.ceil((now + pause) / MOMENT);
  let ended = moments.get(moment);
  if (ended === undefined) {
    ended = delay(moment * MOMENT - now).then(() => void moments.delete(moment));
    moments.set(moment, ended);
  }
  return ended;
}

const moments = new Map<number, Promise<void>>();
/** Milliseconds from one to the next. */
const MOMENT = 100;

const sumOf = (tallies: Tallies): number => [...tallies.values()].reduce((sum, { correct, corrupt }) => sum + correct + corrupt, 0);

/** Milliseconds between two counts; a quarter of what the run took, if that is between them. */
const PAUSE_MIN = 100;
const PAUSE_MAX = 500;
const ROUNDS_MAX = 10;
