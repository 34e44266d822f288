import { serve } from '../src/replicas/sim/load.ts';
import { runTwins, scenarioAt } from '../src/replicas/sim/twins.ts';
import { inTurn, median, type Row } from './measure.ts';

const REPEATS = 7;

/** Replicas in virtual time, in time of the processor; beside what is aimed at, and n beside a smaller n. */
export async function benchReplicas(report: (row: Row) => void): Promise<void> {
  report(aimed('PBFT among 32 under the judge, µs an event (aim: 1,000,000 events/s)', 1, () => eventIn(32, 500)));
  report(aimed('PBFT with one decision among 256, ms (aim: 0.2 s)', 200, () => processor(() => serve({ n: 256, requests: 1 })) / 1000));
  report(aimed('Twins among 4, four rounds, µs a scenario (aim: 10,000/s)', 100, twins));
  report(await inTurn('PBFT among 128, µs an event (among 16)', REPEATS, async () => eventIn(128, 30), async () => eventIn(16, 2000), 2));
}

function aimed(what: string, aim: number, measure: () => number): Row {
  measure();
  const ours = median(Array.from({ length: REPEATS }, measure));
  return { what, ours, theirs: aim, ratio: ours / aim, limit: 1 };
}

function eventIn(n: number, requests: number): number {
  let events = 0;
  const took = processor(() => {
    const load = serve({ n, requests });
    if (load.violation !== undefined || load.answered !== requests) throw new Error(`${load.answered} of ${requests} answered; ${load.violation}`);
    events = load.events;
  });
  return took / events;
}

function twins(): number {
  const scenarios = 10_000;
  return (
    processor(() => {
      // A step that shares no factor with their number, so that the first rounds differ as well as the last.
      for (let index = 0; index < scenarios; index += 1) runTwins(scenarioAt(4, (index * 25_919) % 262_144));
    }) / scenarios
  );
}

/** Microseconds of the processor, its helpers’ included. */
function processor(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}
