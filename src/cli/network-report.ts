import { counted, figure } from '../core/figures.ts';
import type { Experiment } from '../gossip/sim/experiment.ts';
import type { Spread } from '../gossip/sim/statistics.ts';

export interface Result {
  readonly detector: string;
  readonly result: Experiment;
  readonly seconds: number;
}

/** What came of a network, in plain sentences. @param seconds how long it took to find out */
export function networkReport(detector: string, result: Experiment, seconds: number): string[] {
  const { spec, readiness, neverReady, coverage, deaths, falseRemovals, nodeHours, load, overlay, violations, events, time } = result;
  const lines = [
    `${counted(spec.peers, 'peer')} and ${counted(spec.seeds, 'seed')} with ${detector}, seed ${spec.seed}; ${percent(spec.loss)} of packets are lost, each takes up to ${spec.delay} ms.`,
    readiness === undefined ? 'No peer became ready.' : `Ready within ${inSeconds(readiness.median)}, 99 of 100 within ${inSeconds(readiness.p99)}${neverReady === 0 ? '' : `; ${figure(neverReady)} never`}.`,
    `Neighbours: ${figure(overlay.mean, 1)} on average, ${overlay.most} at most. Without the best-connected fifth ${percent(overlay.withoutHubs)} of the others would reach each other.`,
    `At rest a peer sends ${figure(load.peer.messages, 1)} messages and ${figure(load.peer.bytes)} bytes a second, a seed ${figure(load.seed.messages, 1)} and ${figure(load.seed.bytes)}.`,
  ];
  if (spec.words > 0) lines.push(`Each word reached ${percent(coverage.share)} of the living, within ${counted(coverage.hopsMost, 'hop')}; 3·⌈log2 n⌉ is ${coverage.hopsBound}.${coverage.timeToAll === undefined ? '' : ` It took up to ${inSeconds(coverage.timeToAll.max)}.`}`);
  if (deaths.killed > 0) {
    lines.push(
      `${counted(deaths.killed, 'peer')} ${deaths.killed === 1 ? 'was' : 'were'} killed${spec.hubs ? ', the best-connected ones' : ''}: ${percent(overlay.afterKill)} of the others could still reach each other, all again ${overlay.healedAfter === undefined ? 'never' : `after ${inSeconds(overlay.healedAfter)}`}.`,
      `Removed: ${spreadText(deaths.removed)}; those whose hosts fell silent: ${spreadText(deaths.removedHosts)}${deaths.unnoticed === 0 ? '' : `; ${figure(deaths.unnoticed)} never`}. Known everywhere: ${spreadText(deaths.everywhere)}.`,
    );
    if (spec.words > 0) lines.push(`Words said then reached ${percent(coverage.shareAfter)} of the living.`);
  }
  lines.push(
    `${falseRemovals === 0 ? 'Nobody who lived was removed' : `${counted(falseRemovals, 'peer')} that lived ${falseRemovals === 1 ? 'was' : 'were'} removed`}, in ${figure(nodeHours, 1)} hours of peers.`,
    `${counted(events, 'event')} and ${inSeconds(time)} of the network in ${inSeconds(1000 * seconds)}: ${figure(time / 1000 / seconds)} times as fast as it would live.`,
    violations.length === 0 ? 'All invariants held.' : `Broken: ${violations.map(({ property, witness }) => `${property}: ${witness}`).join('; ')}.`,
  );
  return lines;
}

/** All detectors side by side. */
export function comparison(results: readonly Result[]): string[] {
  const rows: readonly (readonly [string, (result: Experiment) => string])[] = [
    ['ready, median and p99', ({ readiness }) => pairText(readiness)],
    ['messages a peer a second', ({ load }) => figure(load.peer.messages, 1)],
    ['bytes a peer a second', ({ load }) => figure(load.peer.bytes)],
    ['words reached', ({ coverage }) => percent(coverage.share)],
    ['hops', ({ coverage }) => `${coverage.hopsMost} of ${coverage.hopsBound}`],
    ['removed, median and p99', ({ deaths }) => pairText(deaths.removed)],
    ['those of dead hosts', ({ deaths }) => pairText(deaths.removedHosts)],
    ['known everywhere', ({ deaths }) => pairText(deaths.everywhere)],
    ['deaths never noticed', ({ deaths }) => figure(deaths.unnoticed)],
    ['living peers removed', ({ falseRemovals }) => figure(falseRemovals)],
    ['reach after the kill', ({ overlay }) => percent(overlay.afterKill)],
    ['all joined again', ({ overlay }) => (overlay.healedAfter === undefined ? 'never' : inSeconds(overlay.healedAfter))],
    ['invariants', ({ violations }) => (violations.length === 0 ? 'hold' : 'broken')],
  ];
  const table = [['', ...results.map(({ detector }) => detector)], ...rows.map(([name, text]) => [name, ...results.map(({ result }) => text(result))])];
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const { spec } = results[0]!.result;
  return [
    `${counted(spec.peers, 'peer')} and ${counted(spec.seeds, 'seed')}, seed ${spec.seed}; ${percent(spec.loss)} of packets are lost, ${percent(spec.kill)} of the peers are killed.`,
    ...table.map((row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ').trimEnd()),
    ...results.flatMap(({ detector, result }) => result.violations.map(({ property, witness }) => `${detector} broke: ${property}: ${witness}.`)),
  ];
}

const percent = (share: number): string => `${figure(share === 1 ? 100 : Math.min(99.9, share * 100), 1)} %`;

/** `950 ms`, `2.5 s`. */
const inSeconds = (ms: number): string => (ms < 1000 ? `${figure(Math.round(ms))} ms` : `${figure(ms / 1000, 1)} s`);

const pairText = (spread: Spread | undefined): string => (spread === undefined ? '–' : `${inSeconds(spread.median)}, ${inSeconds(spread.p99)}`);

const spreadText = (spread: Spread | undefined): string => (spread === undefined ? 'nobody' : `${inSeconds(spread.median)} at the median, ${inSeconds(spread.p99)} at p99`);
