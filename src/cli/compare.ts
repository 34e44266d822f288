import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { barText, type Progress } from '../campaign/bar.ts';
import { costPlot } from '../campaign/cost-plot.ts';
import { openFolder, type Folder } from '../campaign/store.ts';
import { counted } from '../core/figures.ts';
import { faultsTolerated } from '../core/quorum.ts';
import { UserError, quoted, quotedPath } from '../core/user-error.ts';
import { OFFLINE } from '../replicas/http/cluster.ts';
import { askedFor, costOf, Unanswered, type Cost } from '../replicas/http/cost.ts';
import { serviceNamed } from '../replicas/http/services.ts';
import { plainLines } from '../repl/progress.ts';
import { UsageError } from './arguments.ts';
import type { CompareOptions } from './subcommands/cluster.ts';
import { mustHaveRoom } from './room.ts';
import { newSeed } from './seeds.ts';
import { untilSignalled } from './signals.ts';

/** A cluster that is measured. */
interface Cell {
  readonly n: number;
  readonly protocol: string;
  readonly byzantine: number;
}

interface Row extends Cell, Cost {
  /** HTTP requests between replicas for one request, as the papers have it; with traitors, or many at once, there is no formula. */
  readonly formula: number | undefined;
}

const FORMULAS: Readonly<Record<string, (n: number) => number>> = { pbft: (n) => 2 * n * (n - 1), collector: (n) => 5 * (n - 1) };

/** Measures what a request costs by each protocol among each number of replicas. @returns the exit status */
export async function compareCommand(options: CompareOptions): Promise<number> {
  const cells = cellsFor(options);
  const folder = options.out === undefined ? undefined : folderFor(options.out);
  return untilSignalled((signalled) => compared({ ...options, seed: chosenBy(options) }, cells, folder, signalled));
}

/** The seed of what traitors choose; undefined where nobody chooses anything. */
const chosenBy = ({ byzantine, kind, seed }: CompareOptions): number | undefined => (byzantine === 0 || (kind ?? OFFLINE) === OFFLINE ? undefined : (seed ?? newSeed()));

const CSV = 'comparison.csv';
const SVG = 'comparison.svg';

function folderFor(path: string): Folder {
  if (existsSync(join(path, CSV))) throw new UsageError(`${quotedPath(path)} holds a comparison already: another folder keeps it`);
  return openFolder(path);
}

function cellsFor({ protocols, members, byzantine, kind, seed }: CompareOptions): readonly Cell[] {
  const names = [...new Set(protocols.map((name) => serviceNamed(name).name))];
  const known = [OFFLINE, ...serviceNamed(names[0]!).strategies];
  if (kind !== undefined && !known.includes(kind)) throw new UsageError(`--kind is ${known.join(', ')}, not ${quoted(kind)}`);
  if (kind !== undefined && byzantine === 0) throw new UsageError(`--kind ${kind} says how, but not how many: --byzantine <k>, or f`);
  if (seed !== undefined && byzantine === 0) throw new UsageError(`--seed ${seed} decides what traitors choose, and there are none: --byzantine <k>, or f`);
  return [...new Set(members)].toSorted((a, b) => a - b).flatMap((n) => {
    const faults = faultsTolerated(n);
    if (byzantine !== 'f' && byzantine > faults) throw new UsageError(`--byzantine ${byzantine} is more than ${n} nodes stand: f takes as many as each cluster stands, here ${faults}`);
    const traitors = byzantine === 'f' ? faults : byzantine;
    mustHaveRoom({ members: n, running: kind === undefined || kind === OFFLINE ? n - traitors : n, separate: false, logged: false });
    return names.map((protocol) => ({ n, protocol, byzantine: traitors }));
  });
}

async function compared(options: CompareOptions, cells: readonly Cell[], folder: Folder | undefined, signalled: Promise<number>): Promise<number> {
  const { json, kind, seed, batch, requests, timeout } = options;
  const rows: Row[] = [];
  const stop = new AbortController();
  let code: number | undefined;
  void signalled.then((status) => {
    code = status;
    stop.abort();
  });
  const asked = askedFor(requests);
  const meter = meterOf(json, cells.length * asked);
  let failure: Unanswered | undefined;
  if (!json) process.stdout.write(`${howMeasured(options)}\n${HEAD}`);
  for (const [index, { n, protocol, byzantine }] of cells.entries()) {
    let answered = 0;
    const update = (): void => meter.update(index * asked + answered, `${protocol} among ${n}`);
    update();
    const progressed = (): void => {
      answered += 1;
      update();
    };
    try {
      const cost = await costOf({ protocol, members: n, requests, batch, byzantine, kind, seed, timeout, signal: stop.signal, progressed });
      const formula = byzantine === 0 && batch === 1 ? FORMULAS[protocol]?.(n) : undefined;
      const row: Row = { n, protocol, byzantine, formula, ...cost };
      rows.push(row);
      meter.clear();
      process.stdout.write(json ? `${JSON.stringify({ v: 1, type: 'cost', ...row, kind: byzantine === 0 ? undefined : (kind ?? OFFLINE), seed: byzantine === 0 ? undefined : seed, batch, requests })}\n` : rowOf(row));
      // After each, so that whoever kills this program loses no more than one.
      folder?.write(CSV, csvOf(options, rows));
    } catch (error) {
      if (error instanceof Unanswered) failure = error;
      else if (!stop.signal.aborted) throw error;
    }
    if (code !== undefined || failure !== undefined) break;
  }
  meter.clear();
  if (rows.length > 0 && folder !== undefined) folder.write(SVG, (await costPlot(rows, howMeasured(options))).svg);
  if (!json && rows.length > 0) {
    process.stdout.write(drawn('messages for one request', rows, ({ messages }) => messages, rounded));
    process.stdout.write(drawn('milliseconds to its answer', rows, ({ median }) => median, (value) => value.toFixed(1)));
    if (folder !== undefined) process.stdout.write(`\nwritten to ${folder.path}: ${CSV} and ${SVG}\n`);
  }
  if (failure !== undefined) throw new UserError(`${failure.message}; nothing more was measured`);
  return code ?? 0;
}

/** How far this has come, on standard error: a bar in a terminal, else a line now and then. */
function meterOf(isQuiet: boolean, total: number): { update(done: number, what: string): void; clear(): void } {
  if (isQuiet) return { update: () => undefined, clear: () => undefined };
  const { stderr } = process;
  const tell: (progress: Progress) => void = stderr.isTTY ? (progress) => void stderr.write(`\r\u001b[K${barText(progress, stderr.columns - 1)}`) : plainLines((line) => void stderr.write(line));
  return {
    update: (done, what) => tell({ share: done / total, parts: [`${what}: ${done} of ${counted(total, 'request')}`] }),
    clear: () => void (stderr.isTTY && stderr.write('\r\u001b[K')),
  };
}

function howMeasured({ requests, batch, byzantine, kind = OFFLINE, seed }: CompareOptions): string {
  const traitors = byzantine === 0 ? 'all loyal' : `${byzantine === 'f' ? 'f = ⌊(n − 1)/3⌋' : byzantine} ${kind}${seed === undefined ? '' : `, seed ${seed}`}`;
  const measured = byzantine === 0 ? 'messages of agreement' : 'all messages between replicas';
  return `${counted(requests, 'request')}, ${batch === 1 ? 'one at a time' : `${batch} at once`}; ${traitors}; ${measured}, counted`;
}

const HEAD = '  n  protocol   messages  formula      bytes    CPU ms    median ms     95 % ms\n';

const rowOf = ({ n, protocol, messages, formula, bytes, cpu, median, percentile95 }: Row): string =>
  `${String(n).padStart(3)}  ${protocol.padEnd(9)}  ${rounded(messages).padStart(8)}  ${String(formula ?? '–').padStart(7)}  ${rounded(bytes).padStart(9)}  ${cpu.toFixed(1).padStart(8)}  ${median.toFixed(1).padStart(11)}  ${percentile95.toFixed(1).padStart(10)}\n`;

const rounded = (value: number): string => String(Math.round(value * 10) / 10);

function csvOf({ kind = OFFLINE, batch, requests }: CompareOptions, rows: readonly Row[]): string {
  const head = 'protocol,members,byzantine,kind,batch,requests,messages,formula,bytes,cpu_ms,median_ms,percentile95_ms';
  const lines = rows.map(({ protocol, n, byzantine, messages, formula, bytes, cpu, median, percentile95 }) =>
    [protocol, n, byzantine, byzantine === 0 ? '' : kind, batch, requests, messages, formula ?? '', bytes, cpu.toFixed(3), median.toFixed(3), percentile95.toFixed(3)].join(','),
  );
  return `${[head, ...lines].join('\n')}\n`;
}

const BAR = 50;

function drawn(title: string, rows: readonly Row[], of: (row: Row) => number, shown: (value: number) => string): string {
  const most = Math.max(...rows.map(of));
  const lines = rows.map((row, index) => {
    const isFirst = rows[index - 1]?.n !== row.n;
    const bar = (row.protocol === 'pbft' ? '█' : '▒').repeat(Math.max(1, Math.round((of(row) / most) * BAR)));
    return `${isFirst ? `n = ${row.n}`.padEnd(7) : ' '.repeat(7)} ${row.protocol.padEnd(9)} ${bar} ${shown(of(row))}`;
  });
  return `\n${title}\n${lines.join('\n')}\n`;
}
