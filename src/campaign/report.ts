import { counted, figure } from '../core/figures.ts';
import { protocolNamed } from '../generals/protocols/registry.ts';
import type { Plot } from './plots.ts';
import { blockOf, type CellResult, type Results } from './results.ts';
import type { Rate } from './interval.ts';
import { TRIVIAL, boundsOn, exactly, notesOn, percent } from './table.ts';
import { asksNothing, isTrivial, saysNothing } from './trivial.ts';

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
<p>${counted(orders, 'order')} in ${counted(cells.length, 'cell')}, seed ${escaped(String(grid.seed))}. In each order G1 commands, to attack.
The traitors are drawn uniformly from all sets of f among the n generals, so the commander is one of them with probability f/n.
<em>Validity</em> is that of the orders of a loyal commander, and <em>G1 loyal</em> says how often that was.
Rates come with 95 % intervals after Wilson. <em>Exact</em> is what a rate tends to, where that can be computed.
<em>Worst</em> is whether some treason of f traitors breaks agreement or validity, where that was searched.${limitsIn(cells)}</p>
${[...notesOn(cells), ...boundsOn(results)].map((note) => `<p>${escaped(`${capital(note)}.`)}</p>\n`).join('')}${grid.until === undefined ? '' : `<p>Each cell was sampled until its intervals were at most ${escaped(JSON.stringify(grid.until))} wide, or all its orders were counted. They still cover the truth about 95 times in
100. But rates lean to the nearer of 0 and 1, by up to some hundredths of that width; --orders without --until has no such leaning.</p>\n`}${plots.map(({ caption, svg }) => `<figure>${inline(svg)}<figcaption>${escaped(caption)}</figcaption></figure>`).join('\n')}
<h2>Counts</h2>
<div class="wide"><table>
<thead><tr>${HEADS.map((head) => `<th>${escaped(head)}</th>`).join('')}</tr></thead>
<tbody>
${cells.map((cell) => `<tr>${rowOf(cell).map((text) => `<td>${escaped(text)}</td>`).join('')}</tr>`).join('\n')}
</tbody>
</table></div>
${left.length === 0 ? '' : `<h2>Left out</h2>\n<ul>${left.map((reason) => `<li>${escaped(reason)}</li>`).join('')}</ul>`}
<h2>To see one of these orders</h2>
<p><code>generals replay results.json --cell &lt;cell&gt; --order &lt;number&gt;</code></p>
${cells.some(({ engine }) => engine === 'kernel') ? '<p>Kernels count orders without numbering them. Where one counted, the broken orders that are named were found beside the count, by simulating the same\ncell under the same seed.</p>\n' : ''}${blockOf(results)}
</body>
</html>
`;
}

/** What the searches of some protocols leave out. */
function limitsIn(cells: readonly CellResult[]): string {
  const searched = new Set(cells.filter((cell) => cell.worst === 'holds' && !saysNothing(cell)).map(({ protocol }) => protocol));
  const limits = [...searched].flatMap((name) => protocolNamed(name)!.limits ?? []);
  return limits.map((limit) => ` ${escaped(`${capital(limit)}.`)}`).join('');
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const HEADS = ['cell', 'orders', 'agreement', 'exact', 'G1 loyal', 'validity', 'exact', 'attack', 'retreat', 'undecided', 'messages', 'worst', 'broken in orders'];

function rowOf(cell: CellResult): string[] {
  const { id, counts, rates, exact, messages, worst, violations, isDone } = cell;
  const rate = (one: Rate | null | undefined): string => (one === null || one === undefined ? '' : `${percent(one.rate)} [${percent(one.low)}, ${percent(one.high)}]`);
  return [
    id,
    `${figure(counts.orders)}${isDone ? '' : '…'}`,
    ...(isTrivial(cell) ? [TRIVIAL, ''] : [rate(rates?.agreement), exactly(exact?.agreement)]),
    rates === null ? '' : percent(rates.commanderLoyal.rate),
    ...(asksNothing(cell) ? [TRIVIAL, ''] : [rate(rates?.validity), exactly(exact?.validity)]),
    ...(rates === null ? ['', '', ''] : [percent(rates.attack.rate), percent(rates.retreat.rate), percent(rates.undecided.rate)]),
    messages === null ? '' : figure(messages, 1),
    worst === null ? '' : saysNothing(cell) ? TRIVIAL : worst,
    violations.map(({ order }) => order).join(', '),
  ];
}

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem;color:#222}
figure{margin:2rem 0;overflow-x:auto}.wide{overflow-x:auto}figcaption{color:#555;font-size:.9rem;max-width:60rem}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}th,td{padding:.2rem .6rem;border-bottom:1px solid #ddd;text-align:left;white-space:nowrap}
.partial{background:#fdecea;padding:.5rem 1rem}
@media (prefers-color-scheme:dark){body{background:#16181c;color:#ddd}figcaption{color:#aaa}th,td{border-color:#3a3f46}.partial{background:#4a1f1b}}`;

/** A picture as a part of a page: without the prologue that a file of its own may have. */
const inline = (svg: string): string => svg.slice(svg.indexOf('<svg'));

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
