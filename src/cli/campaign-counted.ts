import type { Campaign } from '../campaign/campaign.ts';
import { resultsOf, sealed, textOf, type Results } from '../campaign/results.ts';
import { runCampaign } from '../campaign/run.ts';
import { RESULTS, holdsResults, type Folder } from '../campaign/store.ts';
import { csvOf, tableOf } from '../campaign/table.ts';
import type { UserError } from '../core/user-error.ts';
import { wrapped } from '../core/wrapped.ts';
import { folded } from '../repl/layout.ts';
import { ran, refusalOf } from './campaign-run.ts';

/** Runs a campaign to its end, or as far as it may, and writes and shows what came of it. @returns the exit status */
export async function counted(campaign: Campaign, open: Parameters<typeof ran>[1], folder: Folder | undefined, json: boolean): Promise<number> {
  const save = (): void => folder?.write(RESULTS, textOf(resultsNow(campaign)));
  const { cells, grid } = campaign;
  const end = await ran({ cells, grid, save, run: (pool, signal, told) => runCampaign(cells, grid, pool, signal, told) }, open, json);
  const results = resultsNow(campaign);
  // Before the table, for whoever reads that may close the pipe, and so end the program.
  const unsaved = end.unsaved ?? (folder === undefined ? undefined : await written(folder, results));
  process.stdout.write(json ? `${JSON.stringify(sealed(results))}\n` : `${[`seed ${campaign.grid.seed}`, ...fittedTable(results)].join('\n')}\n`);
  if (unsaved !== undefined) {
    const saved = holdsResults(folder!.path) ? 'and --resume goes on from what was saved before' : 'and nothing was saved';
    process.stderr.write(`generals: ${unsaved.message}; what is shown is all that was counted, ${saved}\n`);
    return 1;
  }
  if (folder !== undefined && !json) process.stdout.write(`written to ${folder.path}: ${RESULTS}, results.csv, report.html and plots\n`);
  if (end.trouble !== undefined) {
    process.stderr.write(`generals: ${end.trouble.message}; ${folder === undefined ? 'what is shown is all that was counted' : '--resume goes on with it'}\n`);
    return 1;
  }
  return end.signal === undefined ? 0 : { SIGINT: 130, SIGTERM: 143 }[end.signal];
}

/** The table as it stands in a pipe; at a terminal, in as many parts as its width asks for. */
function fittedTable(results: Results): string[] {
  const lines = tableOf(results);
  const { isTTY, columns } = process.stdout;
  if (!isTTY) return lines;
  const rows = results.cells.length + 1;
  return [...folded(lines.slice(0, rows), columns, CELL_COLUMNS), ...lines.slice(rows).flatMap((line) => wrapped(line, columns))];
}

/** The first columns of the table, which tell one cell from another. */
const CELL_COLUMNS = 5;

const resultsNow = ({ cells, grid, engine, left }: Campaign): Results => resultsOf(cells, grid, engine, left);

/** Writes all files, the results first. @returns why not, if they could not be written */
async function written(folder: Folder, results: Results): Promise<UserError | undefined> {
  const unsaved = refusalOf(() => folder.write(RESULTS, textOf(results)));
  if (unsaved !== undefined) return unsaved;
  const { plotsOf } = await import('../campaign/plots.ts');
  const { reportOf } = await import('../campaign/report.ts');
  const plots = await plotsOf(results);
  return refusalOf(() => {
    folder.write('results.csv', csvOf(results));
    for (const { name, svg } of plots) folder.write(`${name}.svg`, svg);
    folder.write('report.html', reportOf(results, plots));
  });
}
