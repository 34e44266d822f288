import type { Plot } from './plots.ts';
import type { CellResult, Results } from './results.ts';
import type { Rate } from './interval.ts';
import { percent } from './table.ts';

/** A page that says and shows all of a campaign, and needs nothing beside itself. */
export function reportOf(results: Results, plots: readonly Plot[]): string {
  const { status, grid, cells, left } = results;
  const orders = cells.reduce((sum, { counts }) => sum + counts.orders, 0);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width">
<title>A campaign of the generals</title>
<style>${STYLE}</style>
</head>
<body>
<h1>A campaign of the generals</h1>
${status === 'partial' ? '<p class="partial">Partial: the campaign was stopped before its end.</p>' : ''}
<p>${orders.toLocaleString('en')} orders in ${cells.length.toLocaleString('en')} situations, seed ${escaped(String(grid.seed))}. In each order G1 commands, to attack; the
traitors are a set of f, drawn uniformly from all sets of f among the n generals, so that the commander is one of them with
probability f/n. Rates come with 95 % intervals after Wilson; <em>exact</em> is what they tend to, where that can be computed; <em>worst</em> is
what any treason of at most f traitors can do, where that was searched.</p>
${grid.until === undefined ? '' : `<p>Each situation was sampled until its intervals were at most ${escaped(JSON.stringify(grid.until))} wide. Stopping so, they still cover the truth about 95 times in
100, but rates lean to the nearer of 0 and 1 by up to some hundredths of that width; --orders without --until has no such leaning.</p>\n`}${plots.map(({ caption, svg }) => `<figure>${inline(svg)}<figcaption>${escaped(caption)}</figcaption></figure>`).join('\n')}
<h2>Counts</h2>
<table>
<thead><tr>${HEADS.map((head) => `<th>${escaped(head)}</th>`).join('')}</tr></thead>
<tbody>
${cells.map((cell) => `<tr>${rowOf(cell).map((text) => `<td>${escaped(text)}</td>`).join('')}</tr>`).join('\n')}
</tbody>
</table>
${left.length === 0 ? '' : `<h2>Left out</h2>\n<ul>${left.map((reason) => `<li>${escaped(reason)}</li>`).join('')}</ul>`}
<h2>To see one of these orders</h2>
<p><code>generals replay results.json --cell &lt;cell&gt; --order &lt;number&gt;</code></p>
${cells.some(({ engine }) => engine === 'kernel') ? '<p>Kernels count orders without numbering them: where one counted, the orders that are named as broken were found beside the count, by simulating the same\nsituation under the same seed.</p>\n' : ''}</body>
</html>
`;
}

const HEADS = ['cell', 'orders', 'agreement', 'exact', 'validity', 'exact', 'attack', 'retreat', 'undecided', 'messages', 'worst', 'broken in orders'];

function rowOf({ id, counts, rates, exact, messages, worst, violations, isDone }: CellResult): string[] {
  const rate = (one: Rate): string => `${percent(one.rate)} [${percent(one.low)}, ${percent(one.high)}]`;
  return [
    id,
    `${counts.orders.toLocaleString('en')}${isDone ? '' : '…'}`,
    rates === null ? '' : rate(rates.agreement),
    exact === null ? '' : percent(exact.agreement),
    rates === null ? '' : rate(rates.validity),
    exact === null ? '' : percent(exact.validity),
    ...(rates === null ? ['', '', ''] : [percent(rates.attack.rate), percent(rates.retreat.rate), percent(rates.undecided.rate)]),
    messages === null ? '' : messages.toLocaleString('en', { maximumFractionDigits: 1 }),
    worst ?? '',
    violations.map(({ order }) => order).join(', '),
  ];
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem;color:#222}
figure{margin:2rem 0;overflow-x:auto}figcaption{color:#555;font-size:.9rem;max-width:60rem}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}th,td{padding:.2rem .6rem;border-bottom:1px solid #ddd;text-align:left;white-space:nowrap}
.partial{background:#fdecea;padding:.5rem 1rem}`;

/** A picture as a part of a page: without the prologue that a file of its own may have. */
const inline = (svg: string): string => svg.slice(svg.indexOf('<svg'));

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
