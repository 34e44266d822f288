import { quoted } from '../core/refusal.ts';
import type { Run } from '../hosts/processes/replica.ts';
import type { Place } from '../hosts/processes/service.ts';
import type { Tally } from '../hosts/processes/tally.ts';

/** Shows what became of users' requests. */
export interface Printer {
  answered(run: Run): void;
  close(): void;
}

/** Who knows what was executed, and on which votes: a cluster, or one node of it. */
export interface Source {
  placeOf(request: string): Promise<Place | undefined> | Place | undefined;
  tallies(place: Place): Promise<ReadonlyMap<number, Tally>> | ReadonlyMap<number, Tally>;
}

/**
 * Shows each run: what was decided, and in the old words its time, and for each of these nodes how many votes that it received
 * carried the request, and how many did not. Votes that are late come in the moment after the answer, so the count waits for
 * them. When many runs end in one moment, only the last is counted, and the others are summed up, for else the screen would be
 * what takes the time.
 */
export function runPrinter(source: Source, ids: readonly number[], say: (line: string, fact: object) => void): Printer {
  let runs: Run[] = [];
  let moment: NodeJS.Timeout | undefined;

  async function print(): Promise<void> {
    moment = undefined;
    const last = runs.at(-1)!;
    const [count, mean] = [runs.length, runs.reduce((sum, { seconds }) => sum + seconds, 0) / runs.length];
    runs = [];
    const place = await source.placeOf(last.request);
    const tallies = place === undefined ? new Map<number, Tally>() : await source.tallies(place);
    const nodes = ids.map((id) => ({ id, correct: 0, corrupt: 0, ...tallies.get(id) }));
    const lines = [
      ...(count > 1 ? [`${count} requests decided, in ${mean.toFixed(6)}s on average; the last:`] : []),
      `Decision: ${quoted(last.data, 60)}`,
      `PBFT Consensus Time: ${last.seconds}s`,
      ...nodes.map(({ id, correct, corrupt }) => `Node ${id} -> ${correct} Correct ${corrupt} Corrupt`),
    ];
    say(lines.join('\n'), { type: 'run', requests: count, data: last.data, seconds: last.seconds, mean, order: place?.order, nodes });
  }

  return {
    answered(run) {
      runs.push(run);
      moment ??= setTimeout(() => void print(), MOMENT);
    },
    close: () => clearTimeout(moment),
  };
}

/** Milliseconds. */
const MOMENT = 100;
