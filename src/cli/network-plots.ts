import { drawn, type Plot } from '../campaign/plots.ts';
import { counted, figure } from '../core/figures.ts';
import { DRAWN_MAX, overlayPlot } from './network-overlay.ts';
import type { Experiment } from '../gossip/sim/experiment.ts';

type Spec = Parameters<typeof drawn>[2];

interface Result {
  readonly detector: string;
  readonly result: Experiment;
}

const SIZE = { width: 420, height: 240 };
const BLUE = '#1f5fa8';
const RED = '#c0392b';

/** Pictures of networks, one for each detector: the overlay before the kill, how words spread, and how deaths became known. */
export async function networkPlots(results: readonly Result[]): Promise<Plot[]> {
  const plots: Plot[] = [];
  for (const { detector, result } of results) {
    const mark = results.length === 1 ? '' : `-${detector}`;
    const { peers, loss } = result.spec;
    if (result.overlay.neighbours.length <= DRAWN_MAX && results.length === 1) plots.push(overlayPlot(result.overlay.neighbours));
    const subtitle = `${figure(peers)} peers, ${detector}, ${figure(100 * loss, 1)} % of packets lost`;
    plots.push(
      await drawn(`degrees${mark}`, 'How many peers have how many neighbours, on logarithmic scales.', degreesSpec(result, subtitle)),
      await drawn(`coverage${mark}`, 'The share of peers that a word reached, over time and over hops; red: 3·log2 n.', coverageSpec(result, subtitle)),
    );
    if (result.deaths.killed > 0) plots.push(await drawn(`deaths${mark}`, 'The share of deaths that was suspected, removed and known everywhere, over time.', deathsSpec(result, subtitle)));
  }
  return plots;
}

function degreesSpec({ overlay }: Experiment, subtitle: string): Spec {
  const values = overlay.degrees.flatMap((count, degree) => (count === 0 || degree === 0 ? [] : [{ degree, count }]));
  return {
    ...SIZE,
    title: { text: 'Neighbours of peers', subtitle, offset: 12 },
    data: [{ name: 'degrees', values }],
    scales: [
      { name: 'x', type: 'log', domain: [1, Math.max(2, overlay.most)], range: 'width', nice: true },
      { name: 'y', type: 'log', domain: [1, Math.max(2, ...values.map(({ count }) => count))], range: 'height', nice: true },
    ],
    axes: [
      { orient: 'bottom', scale: 'x', title: 'neighbours', format: 'd', tickCount: 5 },
      { orient: 'left', scale: 'y', title: 'peers', format: 'd', tickCount: 5 },
    ],
    marks: [{ type: 'symbol', from: { data: 'degrees' }, encode: { enter: { x: { scale: 'x', field: 'degree' }, y: { scale: 'y', field: 'count' }, fill: { value: BLUE }, size: { value: 50 } } } }],
  };
}

/** A packet takes 1 ms to `delay`: on average half of both. */
const meanDelay = (delay: number): number => (1 + delay) / 2;

function coverageSpec({ coverage, spec }: Experiment, subtitle: string): Spec {
  const hops = coverage.byHops.map((share, hop) => ({ x: hop, share }));
  const times = coverage.byTime.map(([x, share]) => ({ x, share }));
  const { hopsBound: bound } = coverage;
  const delay = meanDelay(spec.delay);
  return {
    title: { text: 'How words spread', subtitle, offset: 12 },
    layout: { columns: 2, padding: 50, bounds: 'full' },
    marks: [
      sharePanel('hops', hops, { title: 'hops', bound, name: [`3·⌈log2 ${figure(spec.peers)}⌉`, `= ${counted(bound, 'hop')}`] }),
      sharePanel('times', times, { title: 'ms since it was said', bound: bound * delay, name: [counted(bound, 'hop'), `of ${figure(delay, 1)} ms`, `= ${figure(bound * delay)} ms`] }),
    ],
  };
}

interface Shares {
  readonly title: string;
  readonly bound: number;
  /** What is written beside the bound, line by line. */
  readonly name: string[];
}

function sharePanel(name: string, values: readonly { readonly x: number; readonly share: number }[], { title, bound, name: boundName }: Shares): NonNullable<Spec['marks']>[number] {
  const most = Math.max(bound, ...values.map(({ x }) => x)) * 1.05;
  return {
    type: 'group',
    encode: { enter: { width: { value: 300 }, height: { value: 200 }, stroke: { value: '#dddddd' } } },
    data: [{ name, values: [...values] }],
    scales: [
      { name: 'x', type: 'linear', domain: [0, most], range: [0, 300] },
      { name: 'y', type: 'linear', domain: [0, 1], range: [200, 0] },
    ],
    axes: [
      { orient: 'bottom', scale: 'x', title, tickCount: 6 },
      { orient: 'left', scale: 'y', title: 'share of peers reached', format: '.0%', tickCount: 5 },
    ],
    marks: [
      { type: 'rule', encode: { enter: { x: { scale: 'x', value: bound }, y: { value: 0 }, y2: { value: 200 }, stroke: { value: RED }, strokeDash: { value: [4, 3] } } } },
      // Below the curve, which rises before it.
      { type: 'text', encode: { enter: { x: { scale: 'x', value: bound, offset: -6 }, y: { value: 120 }, text: { value: boundName }, align: { value: 'right' }, fill: { value: RED }, fontSize: { value: 13 } } } },
      { type: 'line', from: { data: name }, encode: { enter: { x: { scale: 'x', field: 'x' }, y: { scale: 'y', field: 'share' }, interpolate: { value: 'step-after' }, stroke: { value: BLUE }, strokeWidth: { value: 2 } } } },
    ],
  };
}

function deathsSpec({ deaths }: Experiment, subtitle: string): Spec {
  // What a seed removes all know soon: one line over the other.
  const stages = [['suspected', 'suspected'], ['removed', 'removed by a seed'], ['everywhere', 'known everywhere']] as const;
  const values = stages.flatMap(([stage, name]) => {
    const times = deaths.ways.flatMap((way) => (way[stage] === undefined ? [] : [way[stage]])).toSorted((a, b) => a - b);
    return [{ stage: name, seconds: 0, share: 0 }, ...times.map((ms, index) => ({ stage: name, seconds: ms / 1000, share: (index + 1) / deaths.killed }))];
  });
  return {
    ...SIZE,
    title: { text: 'From a death to its removal', subtitle, offset: 12 },
    data: [{ name: 'deaths', values }],
    scales: [
      { name: 'x', type: 'linear', domain: { data: 'deaths', field: 'seconds' }, range: 'width', nice: true },
      { name: 'y', type: 'linear', domain: [0, 1], range: 'height' },
      { name: 'colour', type: 'ordinal', domain: stages.map(([, name]) => name), range: ['#e67e22', RED, BLUE] },
    ],
    legends: [{ stroke: 'colour', symbolType: 'stroke', symbolStrokeWidth: 2 }],
    axes: [
      { orient: 'bottom', scale: 'x', title: 's since the kill' },
      { orient: 'left', scale: 'y', title: 'share of deaths', format: '.0%', tickCount: 5 },
    ],
    marks: [
      {
        type: 'group',
        from: { facet: { name: 'stage', data: 'deaths', groupby: 'stage' } },
        marks: [{ type: 'line', from: { data: 'stage' }, encode: { enter: { x: { scale: 'x', field: 'seconds' }, y: { scale: 'y', field: 'share' }, interpolate: { value: 'step-after' }, stroke: { scale: 'colour', field: 'stage' }, strokeWidth: { value: 2 }, strokeDash: { signal: `datum.stage === '${stages[2][1]}' ? [4, 4] : [1, 0]` } } } }],
      },
    ],
  };
}
