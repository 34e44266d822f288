import type { LiveCluster } from '../hosts/processes/cluster.ts';
import type { Run } from '../hosts/processes/replica.ts';

/** Shows what became of users' requests. */
export interface Printer {
  answered(run: Run): void;
  close(): void;
}

/**
 * Shows each run in the old words: its time, and for each node how many votes that it received carried the request, and how
 * many did not. Votes that are late come in the moment after the answer, so the count waits for them. When many runs end in
 * one moment, only the last is counted, and the others are summed up, for else the screen would be what takes the time.
 */
export function runPrinter(cluster: LiveCluster, members: number, say: (line: string, fact: object) => void): Printer {
  let runs: Run[] = [];
  let moment: NodeJS.Timeout | undefined;

  async function print(): Promise<void> {
    moment = undefined;
    const last = runs.at(-1)!;
    const [count, mean] = [runs.length, runs.reduce((sum, { seconds }) => sum + seconds, 0) / runs.length];
    runs = [];
    const tallies = last.executed === undefined ? new Map() : await cluster.tallies(last.executed);
    const nodes = Array.from({ length: members }, (_, id) => ({ id, correct: 0, corrupt: 0, ...tallies.get(id) }));
    const lines = [
      ...(count > 1 ? [`${count} requests decided, in ${mean.toFixed(6)}s on average; the last:`] : []),
      `PBFT Consensus Time: ${last.seconds}s`,
      ...nodes.map(({ id, correct, corrupt }) => `Node ${id} -> ${correct} Correct ${corrupt} Corrupt`),
    ];
    say(lines.join('\n'), { type: 'run', requests: count, seconds: last.seconds, mean, order: last.executed?.order, nodes });
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
