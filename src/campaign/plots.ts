import type { Axis, Spec } from 'vega';
import type { CellResult, Results } from './results.ts';
import { seriesOf, type Series } from './series.ts';
import { asksNothing, isTrivial, saysNothing } from './trivial.ts';

/** A picture, as a file of its own and in the report. */
export interface Plot {
  readonly name: string;
  /** What it shows, in a sentence. */
  readonly caption: string;
  readonly svg: string;
}

/**
 * All pictures of a campaign: for each protocol and strategy the rates of agreement and of validity against f, and agreement as a
 * map over n and f; and messages against n. Vega draws them without a browser; it is loaded here, as nobody else needs it.
 */
export async function plotsOf(results: Results): Promise<Plot[]> {
  const series = seriesOf(results);
  const plots: Plot[] = [];
  for (const one of series) {
    plots.push(
      await drawn(`agreement-${one.name}`, `${one.title}: the share of orders in which the loyal agreed, against the number f of traitors, for each n. Bars are 95 % intervals. Dashed: the worst that any treason of f can do, 100 % if it cannot break agreement or validity, else 0. Red: the bound n = 3f, left of which oral messages can stand f traitors.${trivialNote(one, 'Hollow')}`, ratesSpec(one, 'agreement')),
      ...(one.cells.every(({ rates }) => rates?.validity === null) ? [] : [await drawn(`validity-${one.name}`, `${one.title}: of the orders that G1 gave being loyal, the share that the loyal obeyed, against the number f of traitors, for each n. Bars are 95 % intervals. Red: the bound n = 3f.${one.cells.some(asksNothing) ? ' Hollow: trivial, for no order has both a loyal G1 and a loyal lieutenant.' : ''}`, ratesSpec(one, 'validity'))]),
      await drawn(`heatmap-${one.name}`, `${one.title}: the same over n and f. × marks where some treason of f breaks agreement or validity. Below the red line n > 3f.${trivialNote(one, 'Grey')}`, heatSpec(one)),
    );
  }
  if (series.length > 0) plots.push(await drawn('messages', 'Messages of one order against n, on a logarithmic scale.', messagesSpec(series)));
  return plots;
}

const trivialNote = ({ cells }: Series, look: string): string =>
  cells.some(isTrivial) ? ` ${look}: trivial, for one loyal general, or none, is left to be told the order.` : '';

/** Draws a picture. */
export async function drawn(name: string, caption: string, spec: Spec): Promise<Plot> {
  const { View, parse } = await import('vega');
  const view = new View(parse({ ...spec, background: 'white', padding: 8, config: { axis: { labelFontSize: 11, titleFontSize: 12 }, title: { anchor: 'start', fontSize: 14 } } }), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  // Ids are unique within one picture; in a report there are several.
  const own = svg.replaceAll(/((?:id="|url\(#))(\w+)/g, `$1${name}-$2`);
  return { name, caption, svg: own.replace(/<svg ([^>]*)>/, `<svg $1><style>${DARK}</style>`).replace(/class="marks"/, 'class="marks plot"') };
}

const BOUND = '#c0392b';
/** On the colours of a heat map, which are the same in the dark. */
const HEAT_BOUND = '#c0282b';
const BOUND_DARK = '#ff7b6b';
const WORST = '#808080';
const RATE = '#1f5fa8';
const RATE_DARK = '#6aaef2';
const FRAME = '#dddddd';
const TRIVIAL = '#b0b0b0';

/** Where people like it dark: the ground, the writing and the frames change, data keep their colours, which stand out on both. */
const DARK = `@media (prefers-color-scheme:dark){${[
  ['svg.plot [fill="white"]', 'fill:#16181c'],
  ['svg.plot text', 'fill:#ddd'],
  ['svg.plot [stroke="#888"]', 'stroke:#999'],
  [`svg.plot [stroke="${FRAME}"]`, 'stroke:#3a3f46'],
  [`svg.plot [stroke="${RATE}"]`, `stroke:${RATE_DARK}`],
  [`svg.plot [fill="${RATE}"]`, `fill:${RATE_DARK}`],
  [`svg.plot [stroke="${BOUND}"]`, `stroke:${BOUND_DARK}`],
  ['svg.plot .role-mark [fill="#111"]', 'fill:#111'],
].map(([selector, rule]) => `${selector}{${rule}}`).join('')}}`;


/** A cell as plots see it. */
const datumOf = ({ members, faults, rates, worst }: CellResult, property: Property) => ({
  trivial: property === 'agreement' ? isTrivial({ members, faults }) : asksNothing({ members, faults }),
  n: members,
  f: faults,
  bound: members / 3,
  ...rates![property],
  worst: property === 'validity' || saysNothing({ members, faults }) ? null : worst === 'holds' ? 1 : worst === 'violated' ? 0 : null,
});

type Property = 'agreement' | 'validity';

const PANEL = { width: 150, height: 100 };

function ratesSpec({ title, cells }: Series, property: Property): Spec {
  // Where no commander is loyal, validity has no rate.
  const values = cells.filter(({ rates }) => rates?.[property]).map((cell) => datumOf(cell, property)).toSorted((a, b) => a.n - b.n || a.f - b.f);
  const name = property === 'agreement' ? 'Agreement' : 'Validity';
  const worst = property === 'agreement' ? ' dashed: worst case;' : '';
  const trivial = property === 'agreement' ? 'one loyal general or none' : 'nobody can disobey';
  const most = Math.max(1, ...values.map(({ f }) => f));
  const x = { scale: 'x', field: 'f' };
  return {
    title: { text: `${name}: ${title}`, subtitle: [`blue: rate with 95 % interval;${worst} red: n = 3f`, ...(values.some((one) => one.trivial) ? [`hollow: trivial, ${trivial}`] : [])], offset: 16 },
    layout: { columns: columnsFor(new Set(values.map(({ n }) => n)).size), padding: { row: 44, column: 44 }, bounds: 'full' },
    data: [{ name: 'cells', values }],
    scales: [
      { name: 'x', type: 'linear', domain: [-0.3, most + 0.5], range: [0, PANEL.width] },
      { name: 'y', type: 'linear', domain: [0, 1], range: [PANEL.height, 0] },
    ],
    marks: [
      {
        type: 'group',
        from: { facet: { name: 'panel', data: 'cells', groupby: ['n', 'bound'] } },
        encode: { enter: { width: { value: PANEL.width }, height: { value: PANEL.height }, stroke: { value: FRAME } } },
        title: { text: { signal: "'n = ' + parent.n" }, fontSize: 12, anchor: 'start' },
        data: [
          { name: 'known', source: 'panel', transform: [{ type: 'filter', expr: 'datum.worst !== null' }] },
          { name: 'trivial', source: 'panel', transform: [{ type: 'filter', expr: 'datum.trivial' }] },
        ],
        axes: [
          { orient: 'bottom', scale: 'x', title: 'f', values: whole(most), format: 'd' },
          { orient: 'left', scale: 'y', tickCount: 4, format: '.0%' },
        ],
        marks: [
          {
            type: 'rule',
            clip: true,
            encode: { enter: { x: { scale: 'x', field: { parent: 'bound' } }, y: { value: 0 }, y2: { value: PANEL.height }, stroke: { value: BOUND }, strokeWidth: { value: 1.5 } } },
          },
          { type: 'line', from: { data: 'known' }, encode: { enter: { x, y: { scale: 'y', field: 'worst' }, interpolate: { value: 'step' }, stroke: { value: WORST }, strokeDash: { value: [4, 3] } } } },
          { type: 'rule', from: { data: 'panel' }, encode: { enter: { x, y: { scale: 'y', field: 'low' }, y2: { scale: 'y', field: 'high' }, stroke: { value: RATE }, strokeWidth: { value: 3 }, strokeOpacity: { value: 0.4 } } } },
          { type: 'line', from: { data: 'panel' }, encode: { enter: { x, y: { scale: 'y', field: 'rate' }, stroke: { value: RATE }, strokeWidth: { value: 2 } } } },
          { type: 'symbol', from: { data: 'panel' }, encode: { enter: { x, y: { scale: 'y', field: 'rate' }, fill: { value: RATE }, size: { value: 24 } } } },
          { type: 'symbol', from: { data: 'trivial' }, encode: { enter: { x, y: { scale: 'y', field: 'rate' }, fill: { value: 'white' }, stroke: { value: RATE }, strokeWidth: { value: 1.5 }, size: { value: 30 } } } },
        ],
      },
    ],
  };
}

const COLUMNS_MAX = 5;

/** So that the rows are as even as can be. */
const columnsFor = (panels: number): number => Math.ceil(panels / Math.ceil(panels / COLUMNS_MAX));

const whole = (most: number): number[] => Array.from({ length: most + 1 }, (_, index) => index);

function heatSpec({ title, cells }: Series): Spec {
  const values = cells.map((cell) => datumOf(cell, 'agreement'));
  const ns = sorted(values.map(({ n }) => n));
  const fs = sorted(values.map(({ f }) => f));
  const bounds = ns.flatMap((n) => {
    const f = fs.findLast((faults) => n > 3 * faults);
    return f === undefined ? [] : [{ n, f }];
  });
  const cell = { x: { scale: 'x', field: 'n' }, y: { scale: 'y', field: 'f' } };
  return {
    title: { text: `Agreement: ${title}`, subtitle: ['× worst case violated; red: the bound n > 3f', ...(cells.some(isTrivial) ? ['grey: trivial, one loyal general or none'] : [])], offset: 10 },
    width: Math.max(160, ns.length * 34),
    height: Math.max(120, fs.length * 28),
    data: [
      { name: 'cells', values },
      { name: 'broken', source: 'cells', transform: [{ type: 'filter', expr: 'datum.worst === 0' }] },
      { name: 'trivial', source: 'cells', transform: [{ type: 'filter', expr: 'datum.trivial' }] },
      { name: 'bounds', values: bounds },
    ],
    scales: [
      { name: 'x', type: 'band', domain: ns, range: 'width' },
      { name: 'y', type: 'band', domain: fs, range: 'height', reverse: true },
      { name: 'colour', type: 'linear', domain: [0, 1], range: { scheme: 'viridis' } },
    ],
    axes: [
      { orient: 'bottom', scale: 'x', title: 'n, generals' },
      { orient: 'left', scale: 'y', title: 'f, traitors' },
    ],
    legends: [{ fill: 'colour', title: 'agreement', format: '.0%', gradientLength: Math.max(80, fs.length * 24) }],
    marks: [
      { type: 'rect', from: { data: 'cells' }, encode: { enter: { ...cell, width: { scale: 'x', band: 1 }, height: { scale: 'y', band: 1 }, fill: { scale: 'colour', field: 'rate' }, stroke: { value: 'white' } } } },
      { type: 'rect', from: { data: 'trivial' }, encode: { enter: { ...cell, width: { scale: 'x', band: 1 }, height: { scale: 'y', band: 1 }, fill: { value: TRIVIAL }, stroke: { value: 'white' } } } },
      {
        type: 'text',
        from: { data: 'broken' },
        encode: { enter: { x: { scale: 'x', field: 'n', band: 0.5 }, y: { scale: 'y', field: 'f', band: 0.5 }, text: { value: '×' }, align: { value: 'center' }, baseline: { value: 'middle' }, fill: { value: '#111' }, fontSize: { value: 14 } } },
      },
      { type: 'rule', from: { data: 'bounds' }, encode: { enter: { ...cell, x2: { scale: 'x', field: 'n', band: 1 }, stroke: { value: HEAT_BOUND }, strokeWidth: { value: 3 } } } },
    ],
  };
}

function messagesSpec(series: readonly Series[]): Spec {
  // Where strategies cost the same, one line stands for all.
  const lines = new Map<string, { series: string; points: { n: number; messages: number }[] }>();
  for (const { title, cells } of series) {
    const points = sorted(cells.map(({ members }) => members)).map((n) => {
      const alike = cells.filter(({ members }) => members === n);
      return { n, messages: alike.reduce((sum, { messages }) => sum + messages!, 0) / alike.length };
    });
    const key = JSON.stringify([cells[0]?.protocol, points]);
    const known = lines.get(key);
    lines.set(key, { points, series: known === undefined ? title : `${known.series} / ${title.slice(title.lastIndexOf(' ') + 1)}` });
  }
  const values = [...lines.values()].flatMap(({ series: name, points }) => points.filter(({ messages }) => messages > 0).map((point) => ({ series: name, ...point })));
  const axis: Partial<Axis> = { grid: true, gridColor: FRAME };
  const place = { x: { scale: 'x', field: 'n' }, y: { scale: 'y', field: 'messages' } };
  return {
    title: { text: 'Messages of one order', offset: 10 },
    width: 460,
    height: 260,
    data: [{ name: 'points', values }],
    scales: [
      { name: 'x', type: 'point', domain: sorted(values.map(({ n }) => n)), range: 'width', padding: 0.5 },
      { name: 'y', type: 'log', domain: { data: 'points', field: 'messages' }, range: 'height', nice: true },
      { name: 'colour', type: 'ordinal', domain: [...new Set(values.map(({ series: name }) => name))], range: 'category' },
    ],
    axes: [
      { ...axis, orient: 'bottom', scale: 'x', title: 'n, generals' },
      { ...axis, orient: 'left', scale: 'y', title: 'messages (log scale)', format: ',', tickCount: 6 },
    ],
    legends: [{ stroke: 'colour', symbolType: 'stroke', labelLimit: 400 }],
    marks: [
      {
        type: 'group',
        from: { facet: { name: 'line', data: 'points', groupby: 'series' } },
        marks: [
          { type: 'line', from: { data: 'line' }, encode: { enter: { ...place, stroke: { scale: 'colour', field: 'series' }, strokeWidth: { value: 2 } } } },
          { type: 'symbol', from: { data: 'line' }, encode: { enter: { ...place, fill: { scale: 'colour', field: 'series' }, size: { value: 30 } } } },
        ],
      },
    ],
  };
}

const sorted = (numbers: readonly number[]): number[] => [...new Set(numbers)].toSorted((a, b) => a - b);
