import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { SingleBar } from 'cli-progress';
import { barText } from '../campaign/bar.ts';
import type { Plot } from '../campaign/plots.ts';
import { counted } from '../core/figures.ts';
import { quotedPath, reasonOf } from '../core/user-error.ts';
import { DETECTORS } from '../gossip/detectors/registry.ts';
import { experiment, type Experiment, type ExperimentSpec, type Progress } from '../gossip/sim/experiment.ts';
import { plainLines } from '../repl/progress.ts';
import { isPlain } from '../repl/theme.ts';
import { UsageError } from './arguments.ts';
import { writeText } from './files.ts';
import { networkReport, comparison } from './network-report.ts';
import { faultNamed, scriptedNetwork } from './network-script.ts';
import { onSignal } from './signals.ts';
import type { SimulatedNetwork } from './subcommands/network.ts';

/** Lets a network live in virtual time, with each detector that was asked for. @returns the exit status: 0 all held, 3 something was broken, 130 stopped */
export async function simulateNetwork(options: SimulatedNetwork): Promise<number> {
  if (options.faults !== undefined) return scriptedNetwork(options, options.faults);
  faultNamed(options);
  const names = options.compare ? DETECTORS.map(({ name }) => name) : [DETECTORS[options.settings.detector]!.name];
  if (options.out !== undefined) mustBeFolder(options.out);
  const results: { readonly detector: string; readonly result: Experiment; readonly seconds: number }[] = [];
  for (const [index, detector] of names.entries()) {
    const begun = performance.now();
    const result = await ran(specOf(options, detector), options, { index, count: names.length, detector });
    if (result === undefined) return 130;
    results.push({ detector, result, seconds: (performance.now() - begun) / 1000 });
  }
  if (options.json) for (const { detector, result } of results) say(JSON.stringify(flat(detector, result)));
  else if (results.length > 1) say(comparison(results).join('\n'));
  else for (const { detector, result, seconds } of results) say(networkReport(detector, result, seconds).join('\n'));
  if (options.out !== undefined) await write(options.out, results);
  return results.some(({ result }) => result.violations.length > 0) ? 3 : 0;
}

const specOf = ({ peers, seeds, seed, loss, kill, hubs, pause, delay, words, byzantine, kind, settings }: SimulatedNetwork, detector: string): ExperimentSpec => ({
  peers, seeds, seed, loss, delay, kill, hubs, pause, pauseFor: 10_000, words, rest: 20_000, byzantine, kind,
  settings: { ...settings, detector: DETECTORS.findIndex(({ name }) => name === detector) },
});

/** Milliseconds between two looks at signals and at how far it is. */
const LOOK = 50;

/** @returns undefined if it was stopped */
async function ran(spec: ExperimentSpec, { json }: SimulatedNetwork, { index, count, detector }: { readonly index: number; readonly count: number; readonly detector: string }): Promise<Experiment | undefined> {
  let isStopped = false;
  return onSignal(['SIGINT'], () => (isStopped = true), async () => {
    const meter = json ? undefined : meterTo(process.stderr);
    const steps = experiment(spec);
    let looked = performance.now();
    try {
      for (;;) {
        const step = steps.next();
        if (step.done === true) return step.value;
        if (performance.now() - looked < LOOK) continue;
        looked = performance.now();
        meter?.show({ share: (index + step.value.share) / count, what: count === 1 ? step.value.what : `${detector}: ${step.value.what}` });
        // So that a Ctrl-C is heard.
        await new Promise((resolve) => setImmediate(resolve));
        if (isStopped) return undefined;
      }
    } finally {
      meter?.stop();
    }
  });
}

/** A bar where a person may see it, else now and then a line. */
function meterTo(stream: NodeJS.WriteStream): { show(progress: Progress): void; stop(): void } {
  if (!stream.isTTY || isPlain(process.env)) {
    const lines = plainLines((line) => void stream.write(line));
    return { show: ({ share, what }) => lines({ share, parts: [what] }), stop: () => undefined };
  }
  const bar = new SingleBar({ stream, format: (_options, { progress: share }, { parts }: { parts: string[] }) => barText({ share, parts }, stream.columns - 1), hideCursor: true, clearOnComplete: true });
  bar.start(1, 0, { parts: ['begins'] });
  return { show: ({ share, what }) => bar.update(share, { parts: [what] }), stop: () => bar.stop() };
}

/** A result as JSON has it: without what only pictures need. */
function flat(detector: string, { spec, coverage, deaths, overlay, violations, ...rest }: Experiment): object {
  const { settings: _settings, ...asked } = spec;
  const { byTime: _times, ...covered } = coverage;
  const { ways: _ways, ...died } = deaths;
  const { neighbours: _neighbours, ...joined } = overlay;
  return { v: 1, type: violations.length === 0 ? 'holds' : 'violated', detector, ...asked, ...rest, coverage: covered, deaths: died, overlay: joined, violations };
}

async function write(out: string, results: readonly { readonly detector: string; readonly result: Experiment }[]): Promise<void> {
  const { networkPlots } = await import('./network-plots.ts');
  const plots: Plot[] = await networkPlots(results);
  writeText(join(out, 'figures.json'), `${JSON.stringify(results.map(({ detector, result }) => flat(detector, result)), undefined, 2)}\n`);
  for (const { name, svg } of plots) writeText(join(out, `${name}.svg`), svg);
  process.stderr.write(`wrote ${counted(plots.length, 'picture')} and figures.json to ${quotedPath(out)}\n`);
}

/** @throws UsageError if it cannot be one */
function mustBeFolder(out: string): void {
  try {
    mkdirSync(out, { recursive: true });
  } catch (error) {
    throw new UsageError(`${quotedPath(out)} cannot be made: ${reasonOf(error)}`);
  }
}

/** All detectors side by side, of a network as it is if nothing else is asked for. */
export async function compareLines({ seeds, peers, settings }: Pick<SimulatedNetwork, 'seeds' | 'peers' | 'settings'>): Promise<string[]> {
  // Words are what is measured, not what peers say of themselves as they come.
  const options: SimulatedNetwork = { type: 'simulate', seeds, peers, settings: { ...settings, gossipMessages: 0 }, seed: 1, loss: 0, kill: 0.2, pause: 0, hubs: false, delay: 5, words: 20, compare: true, faults: undefined, byzantine: 0, kind: undefined, json: true, out: undefined };
  const results: { readonly detector: string; readonly result: Experiment; readonly seconds: number }[] = [];
  for (const { name: detector } of DETECTORS) {
    const result = await ran(specOf(options, detector), options, { index: 0, count: 1, detector });
    if (result !== undefined) results.push({ detector, result, seconds: 0 });
  }
  return comparison(results);
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);
