import { UserError, quoted, quotedValue } from '../core/user-error.ts';
import type { Fields } from './sound.ts';

/**
 * Trace files, of whatever kind of run: one fact a line, as a JSON object with a `type`. The first fact of each run says of which
 * kind it is, by its type, and carries `v`, the version of the format; the last is `judged`. A file holds runs of one kind.
 */
export interface TraceKind<Run> {
  /** The type of the first fact of each run. */
  readonly head: string;
  /** What its runs are, as in `a trace of orders`. */
  readonly runs: string;
  /** The versions that are read, the newest last. */
  readonly versions: readonly number[];
  /** Whether an object has what readers of a fact of its type rely on. */
  readonly isSound: (fact: Fields, version: number) => boolean;
  /** What a run is called that begins so, as in `order 3 has no end`. */
  readonly nameOf: (head: Fields) => string;
  readonly begin: (head: Fields) => RunReader<Run>;
}

/** Takes the sound facts of one run as they come. */
export interface RunReader<Run> {
  /** @returns why it cannot come after those before it; undefined if it can */
  take(fact: Fields): string | undefined;
  end(judged: Fields): Run;
}

/** More characters than any fact takes. */
const LINE_MAX = 2 ** 26;

/**
 * The runs that a trace file tells.
 * @throws UserError in one line, if it is truncated, damaged, of another version or of several kinds, or no trace file at all
 */
export function readRuns<Run>(text: string, kinds: readonly TraceKind<Run>[]): Run[] {
  const runs: Run[] = [];
  let kind: TraceKind<Run> | undefined;
  let open: { readonly name: string; readonly version: number; readonly reader: RunReader<Run> } | undefined;
  let number = 0;
  for (const line of linesOf(text)) {
    number += 1;
    if (line.trim() === '') continue;
    const fact = objectIn(line, number);
    const type = typeof fact['type'] === 'string' ? fact['type'] : '';
    const begun = kinds.find(({ head }) => head === type);
    if (begun === undefined && open === undefined) {
      const isFact = kinds.some((one) => one.versions.some((version) => isSound(one, fact, version)));
      if (!isFact) throw damaged(number, `not a fact of a trace: ${quoted(line)}`);
      throw damaged(number, `a trace begins with what was ${oneOf(kinds.map(({ head }) => head))}, not with ${quoted(type)}`);
    }
    const version = begun === undefined ? open!.version : versionOf(begun, fact, number);
    if (begun !== undefined && kind !== undefined && begun !== kind) throw damaged(number, `one of the ${begun.runs} in a trace of ${kind.runs}, and a trace has one kind of run only`);
    kind ??= begun!;
    if (!isSound(kind, fact, version)) throw damaged(number, `not a fact of a trace: ${quoted(line)}`);
    if (begun !== undefined) {
      if (open !== undefined) throw damaged(number, `${open.name} has no end, so the trace is damaged before this line`);
      open = { name: begun.nameOf(fact), version, reader: begun.begin(fact) };
      continue;
    }
    const flaw = open!.reader.take(fact);
    if (flaw !== undefined) throw damaged(number, `${flaw}: ${quoted(line)}`);
    if (type !== 'judged') continue;
    runs.push(open!.reader.end(fact));
    open = undefined;
  }
  if (open !== undefined) throw damaged(number, `the trace is truncated, ${open.name} has no end`);
  if (runs.length === 0) throw new UserError('the trace is empty');
  return runs;
}

/** Words as a choice: `ordered, scheduled or planned`. */
const oneOf = (words: readonly string[]): string => words.join(', ').replace(/, (?=[^,]*$)/, ' or ');

const damaged = (line: number, flaw: string): UserError => new UserError(`line ${line}: ${flaw}`);

/** One line after another: the lines of a large file at once would be as large again. */
function* linesOf(text: string): Iterable<string> {
  for (let start = 0; start <= text.length; ) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    yield text.slice(start, end);
    start = end + 1;
  }
}

function objectIn(line: string, number: number): Fields {
  if (line.length > LINE_MAX) throw damaged(number, 'longer than any fact of a trace');
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Fields) : {};
  } catch {
    throw damaged(number, 'not JSON, so the file is no trace or is truncated here');
  }
}

function versionOf({ versions, runs }: TraceKind<unknown>, { v }: Fields, number: number): number {
  const version = versions.find((one) => one === v);
  if (version !== undefined) return version;
  const read = versions.length === 1 ? `version ${versions[0]!}` : `versions ${versions.join(' and ')} of those of ${runs}`;
  throw damaged(number, `a trace of version ${quotedValue(v)}, and this program reads ${read}`);
}

function isSound(kind: TraceKind<unknown>, fact: Fields, version: number): boolean {
  try {
    return kind.isSound(fact, version);
  } catch (error) {
    // What is nested deeper than the stack reaches.
    if (error instanceof RangeError) return false;
    throw error;
  }
}
