import type { Axis, GroupMark, Spec } from 'vega';
import { drawn, type Plot } from './plots.ts';

/** What protocols cost among n replicas, as a picture of four panels sees it. */
export interface CostPoint {
  readonly n: number;
  readonly protocol: string;
  readonly messages: number;
  readonly bytes: number;
  readonly cpu: number;
  readonly median: number;
  readonly percentile95: number;
}

/** The cost of one request against n: messages, bytes, CPU time and time to its answer, each on a logarithmic scale. @param subtitle how it was measured */
export function costPlot(points: readonly CostPoint[], subtitle: string): Promise<Plot> {
  const panels = [
    panel('messages', points, ['messages'], 'HTTP requests between replicas'),
    panel('bytes', points, ['bytes'], 'bytes of these messages'),
    panel('cpu', points, ['cpu'], 'CPU time, ms'),
    panel('latency', points, ['median', 'percentile95'], 'ms to the answer; dashed: 95th percentile'),
  ];
  const protocols = [...new Set(points.map(({ protocol }) => protocol))];
  const spec: Spec = {
    title: { text: 'What one request costs', subtitle, offset: 16 },
    layout: { columns: 2, padding: { row: 40, column: 60 }, bounds: 'full' },
    scales: [{ name: 'colour', type: 'ordinal', domain: protocols, range: 'category' }],
    legends: [{ stroke: 'colour', symbolType: 'stroke', symbolStrokeWidth: 2 }],
    marks: panels,
  };
  return drawn('comparison', 'What one request costs, against the number n of replicas.', spec);
}

const PANEL = { width: 260, height: 180 };

function panel(name: string, points: readonly CostPoint[], fields: readonly ('messages' | 'bytes' | 'cpu' | 'median' | 'percentile95')[], title: string): GroupMark {
  // A cluster of one sends nothing, and a logarithm has no place for that.
  const values = fields.flatMap((field) => points.filter((point) => point[field] > 0).map((point) => ({ n: point.n, protocol: point.protocol, field, value: point[field] })));
  const axis: Partial<Axis> = { grid: true, gridColor: '#eee' };
  const place = { x: { scale: 'x', field: 'n' }, y: { scale: 'y', field: 'value' } };
  const dash = { signal: `datum.field === 'percentile95' ? [4, 3] : [1, 0]` };
  return {
    type: 'group',
    encode: { enter: { width: { value: PANEL.width }, height: { value: PANEL.height }, stroke: { value: '#ddd' } } },
    title: { text: title, fontSize: 12, anchor: 'start' },
    data: [{ name, values }],
    scales: [
      { name: 'x', type: 'point', domain: [...new Set(points.map(({ n }) => n))].toSorted((a, b) => a - b), range: [0, PANEL.width], padding: 0.5 },
      { name: 'y', type: 'log', domain: { data: name, field: 'value' }, range: [PANEL.height, 0], nice: true },
    ],
    axes: [
      { ...axis, orient: 'bottom', scale: 'x', title: 'n, replicas' },
      { ...axis, orient: 'left', scale: 'y', format: '~s', tickCount: 5 },
    ],
    marks: [
      {
        type: 'group',
        from: { facet: { name: `${name}-line`, data: name, groupby: ['protocol', 'field'] } },
        marks: [
          { type: 'line', from: { data: `${name}-line` }, encode: { enter: { ...place, stroke: { scale: 'colour', field: 'protocol' }, strokeWidth: { value: 2 }, strokeDash: dash } } },
          { type: 'symbol', from: { data: `${name}-line` }, encode: { enter: { ...place, fill: { scale: 'colour', field: 'protocol' }, size: { value: 30 } } } },
        ],
      },
    ],
  };
}
