import { expect } from 'chai';
import fc from 'fast-check';
import { UserError } from '../../src/core/user-error.ts';

/** The tags that are opened and not closed, or closed and not opened, in their order. */
export function unclosed(xml: string): string[] {
  const open: string[] = [];
  for (const [, end, tag, empty] of xml.matchAll(/<(\/?)([a-z]+)(?:\s+[\w:-]+="[^"<]*")*\s*(\/?)>/gi)) {
    if (empty === '/') continue;
    if (end !== '/') open.push(tag!);
    else if (open.at(-1) === tag) open.pop();
    else open.push(`/${tag!}`);
  }
  const text = xml.replaceAll(/<\/?[a-z]+(?:\s+[\w:-]+="[^"<]*")*\s*\/?>/gi, '');
  return /[<>]/.test(text) ? [...open, text.slice(0, 80)] : open;
}

/** Nothing of a picture is cut off, and it shrinks to the width that there is. */
export function expectInside(svg: string): void {
  const [, width = 0, height = 0] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)?.map(Number) ?? [];
  expect(svg).to.include('style="max-width:100%;height:auto"');
  const [, ...body] = svg.split('</style>');
  for (const [all, axis, value] of body.join('').matchAll(/ (x|cx|x1|x2|y|cy|y1|y2)="([^"]+)"/g)) expect(Number(value), all).to.be.within(0, axis!.includes('x') ? width : height);
  for (const [all, x, size = '12', anchor, text = ''] of svg.matchAll(/<text x="([\d.]+)" y="[\d.]+"(?: font-size="(\d+)")?( text-anchor="middle")?[^>]*>([^<]*)</g))
    expect(Number(x) + (text.length * Number(size) * 0.5) / (anchor === undefined ? 1 : 2), all).to.be.at.most(width);
}

/** An event in a log for ShiViz. */
export interface LoggedEvent {
  readonly host: string;
  readonly clock: Readonly<Record<string, number>>;
  readonly event: string;
}

/** A log as ShiViz reads it, by the expression that it is given. Fails where a line is left over, or a clock does not count on. */
export function loggedEvents(log: string): LoggedEvent[] {
  const events = [...log.matchAll(/(?<host>\S*) (?<clock>{.*})\n(?<event>.*)\n/g)].map(({ groups }) => ({
    host: groups!['host']!,
    clock: JSON.parse(groups!['clock']!) as Record<string, number>,
    event: groups!['event']!,
  }));
  expect(log.trimEnd().split('\n'), 'lines that ShiViz reads').to.have.length(2 * events.length);
  const clocks = new Map<string, Record<string, number>>();
  for (const { host, clock, event } of events) {
    const before = clocks.get(host) ?? {};
    expect(clock[host], event).to.equal((before[host] ?? 0) + 1);
    for (const [other, time] of Object.entries(before)) expect(clock[other], `${other} at ${host}, ${event}`).to.be.at.least(time);
    // Nobody knows more of another than that has counted itself.
    for (const [other, time] of Object.entries(clock)) if (other !== host) expect(time, event).to.be.at.most(clocks.get(other)?.[other] ?? 0);
    clocks.set(host, clock);
  }
  return events;
}

/** Every line of a Mermaid diagram keeps to its grammar. @returns its arrows */
export function expectMermaid(text: string): string[] {
  const [head, ...lines] = text.trimEnd().split('\n');
  expect(head).to.equal('sequenceDiagram');
  for (const line of lines) expect(line.replaceAll(/#\d+;/g, '')).to.match(/^ {2}(?:participant [A-Z]\d+|Note over [A-Z]\d+(?:,[A-Z]\d+)?: [^;#\n]+|[A-Z]\d+(?:->>|-x)[A-Z]\d+: [^;#\n]+)$/);
  return lines.filter((line) => /->>|-x/.test(line));
}

/** A copy of a fact, in which the value at one place is another, or taken away where undefined; the numbers count keys or elements. */
export function replaced(fact: unknown, [first = 0, ...rest]: readonly number[], value: unknown): unknown {
  if (typeof fact !== 'object' || fact === null) return value;
  const entries = Object.entries(fact);
  if (entries.length === 0) return value;
  const at = first % entries.length;
  const next = rest.length === 0 ? value : replaced(entries[at]![1], rest, value);
  const changed = entries.flatMap(([key, old], index): [string, unknown][] => (index !== at ? [[key, old]] : next === undefined ? [] : [[key, next]]));
  return Array.isArray(fact) ? changed.map(([, element]) => element) : Object.fromEntries(changed);
}

/** Lines of letters that move nothing at a terminal. */
export const CLEAN_LINES = /^([^\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]*\n)+$/u;

export const CLEAN_LINE = /^[^\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]+$/u;

/** What may stand in a file that something has damaged. */
const anything = fc.oneof(
  fc.constantFrom<unknown>(null, true, '', 'sent', 'joined', [], {}, [null], { type: 'request' }, { type: 'ready', constructor: 1, '\u202e': 2 }, 'word '.repeat(50)),
  fc.constantFrom<unknown>('two\nlines', '\u001b[2J', '\u202e', '\u2028', 'x\u0000', '\ud800', '<&"\'>', ';#', '__proto__'),
  fc.constantFrom<unknown>(0, -1, 1, 2, 5, 99, 1.5, 1e9, 2 ** 53, 1e300),
  fc.anything({ maxDepth: 2 }),
);

/** One value of one line of a file, in the place of which another stands, or none. */
export interface Change {
  readonly line: number;
  readonly path: readonly number[];
  readonly value: unknown;
}

export const anyChange: fc.Arbitrary<Change> = fc.record({ line: fc.nat(10_000), path: fc.array(fc.nat(9), { minLength: 1, maxLength: 3 }), value: fc.option(anything, { nil: undefined }) });

/** That a file of these lines, so changed, is refused in one clean line by who reads it, or shown, all in clean lines. @returns whether it is shown */
export function expectRefusedOrShown<Run>(lines: readonly string[], { line, path, value }: Change, read: (text: string) => Run, show: (run: Run) => readonly string[]): boolean {
  const index = line % lines.length;
  const changed = lines.with(index, JSON.stringify(replaced(JSON.parse(lines[index]!), path, value)) ?? '');
  let run: Run;
  try {
    run = read(changed.join('\n'));
  } catch (error) {
    expect(error).to.be.instanceOf(UserError);
    expect((error as UserError).message).to.match(CLEAN_LINE);
    return false;
  }
  for (const text of show(run)) {
    expect(text).to.match(CLEAN_LINES);
    expect(text).not.to.match(/undefined|NaN|\[object/);
    expect(text.length).to.be.lessThan(1e6);
  }
  return true;
}

/** Of the first line of each kind: each value within it, taken away or null. */
export function holesIn(lines: readonly string[]): Change[] {
  const kinds = new Set<unknown>();
  return lines.flatMap((text, line) => {
    const fact = JSON.parse(text) as Readonly<Record<string, unknown>>;
    const kind = JSON.stringify([fact['type'], Object.keys(fact)]);
    if (kinds.has(kind)) return [];
    kinds.add(kind);
    const paths = Object.values(fact).flatMap((field, at) => [[at], ...(typeof field === 'object' ? Object.keys(field ?? {}).map((_, within) => [at, within]) : [])]);
    return paths.flatMap((path) => [null, undefined].map((value) => ({ line, path, value })));
  });
}
