import type { ChalkInstance } from 'chalk';
import { nameOf, type NodeId } from '../core/node.ts';
import type { Outcome } from '../generals/outcome.ts';
import { sayingsOf, traceOf, type Saying, type Step } from '../generals/trace/steps.ts';
import { decisionsOf } from '../generals/trace/messages.ts';
import { wrapped } from '../core/wrapped.ts';
import { columns } from './layout.ts';

/** More rows of one round than this nobody reads; the rest are counted. */
const ROWS_MAX = 60;

/** More of what one general heard in a round than this is counted, not told. */
const HEARD_MAX = 24;

/** The room for `round 12 ` and `decided  `. */
const MARGIN = 9;

/** The least and the most columns from one general to the next, beside its name; and the least room for what is said. */
const GAP = { min: 2, max: 8 };
const WORDS_MIN = 20;

/**
 * An order as a picture that fits the width: a column for each general, a row for each thing said, time running down. Where
 * there is no room for a column each, the rows are words.
 * @param round that one alone; all if undefined
 */
export function pictureOf(outcome: Outcome, round: number | undefined, width: number, paint: ChalkInstance): string[] {
  const sayings = sayingsOf(traceOf(outcome)).filter((saying) => round === undefined || saying.round === round);
  const canvas = canvasFor(outcome, width, paint);
  const rounds = [...new Set(sayings.map((saying) => saying.round))];
  return [
    ...canvas.head(),
    ...rounds.flatMap((one) => canvas.rows(sayings.filter((saying) => saying.round === one), `round ${one}`)),
    ...(round === undefined ? canvas.decisions() : []),
    '',
    ...canvas.legend(sayings),
  ];
}

/** One round, with what each lieutenant heard in it and what it made of that. */
export function stepLines({ sayings, lieutenants, round }: Step, outcome: Outcome, width: number, paint: ChalkInstance): string[] {
  const canvas = canvasFor(outcome, width, paint);
  const names = new Map(lieutenants.map(({ id }) => [id, nameOf(id)]));
  const longest = Math.max(0, ...[...names.values()].map((name) => name.length));
  const inboxes = lieutenants.flatMap(({ id, heard, before, after }) => {
    const told = heard.slice(0, HEARD_MAX).map(({ from, text, honest, isForged }) => `${nameOf(from)} ${honest === undefined ? text : paint.red(`${text}!${isForged ? ' (forged)' : ''}`)}`);
    const rest = heard.length > HEARD_MAX ? [`and ${heard.length - HEARD_MAX} more`] : [];
    const change = before === after ? `still ${after ?? 'nothing'}` : paint.bold(`${before ?? 'nothing'} → ${after ?? 'nothing'}`);
    return [[names.get(id)!.padEnd(longest), change, told.length === 0 ? 'heard nothing' : `heard ${[...told, ...rest].join(', ')}`]];
  });
  return [
    ...canvas.head(),
    ...(sayings.length === 0 ? [paint.dim(`Nobody said anything in round ${round}.`)] : canvas.rows(sayings, `round ${round}`)),
    '',
    ...wrapped(paint.dim('What each would decide if nothing more came, and what it heard in this round:'), width),
    ...columns(inboxes, width),
    '',
    ...canvas.legend(sayings),
  ];
}

interface Canvas {
  /** The names of the generals; nothing where there is no room for columns. */
  head(): string[];
  /** What was said in one round, behind its name. */
  rows(sayings: readonly Saying[], title: string): string[];
  /** What each decided. */
  decisions(): string[];
  /** What the signs mean that are there. */
  legend(sayings: readonly Saying[]): string[];
}

function canvasFor(outcome: Outcome, width: number, paint: ChalkInstance): Canvas {
  const members = outcome.roster.map(({ id }) => id);
  const widest = Math.max(...members.map((id) => nameOf(id).length));
  const room = Number.isFinite(width) ? Math.floor((width - MARGIN - WORDS_MIN) / members.length) : Infinity;
  const gap = Math.min(GAP.max, room);
  const isDrawn = gap >= widest + GAP.min - 1;
  const wide = Math.max(gap, widest + 1);
  const centre = (id: NodeId): number => MARGIN + members.indexOf(id) * wide;
  const traitors = new Set(outcome.roster.filter(({ state }) => state.type === 'faulty').map(({ id }) => id));
  const decided = decisionsOf(traceOf(outcome));
  const edge = MARGIN + members.length * wide;
  return isDrawn ? { head, rows, decisions, legend } : { head: () => [], rows: inWords, decisions: decisionsInWords, legend };

  function head(): string[] {
    const names = members.map((id) => (traitors.has(id) ? paint.red(nameOf(id)) : paint.bold(nameOf(id))) + ' '.repeat(wide - nameOf(id).length));
    const marks = members.map((id) => (traitors.has(id) ? paint.red('F') : ' ') + ' '.repeat(wide - 1));
    return [' '.repeat(MARGIN) + names.join('').trimEnd(), ...(traitors.size === 0 ? [] : [' '.repeat(MARGIN) + marks.join('').trimEnd()])];
  }

  function rows(sayings: readonly Saying[], title: string): string[] {
    const shown = sayings.slice(0, ROWS_MAX);
    const lines = shown.flatMap((saying, index) => {
      const [first = '', ...others] = wrapped(wordsOf(saying), width - edge, 2);
      const colour = saying.honest === undefined ? (text: string): string => text : paint.red;
      const row = `${(index === 0 ? title : '').padEnd(MARGIN)}${colour(rowOf(saying))}${colour(first)}`;
      return [row, ...others.map((text) => `${lifelines()}${colour(text)}`)];
    });
    return [...lines, ...moreThan(shown, sayings), lifelines().trimEnd()];
  }

  function rowOf({ from, to, text }: Saying): string {
    const cells = lifelines().slice(MARGIN).split('');
    const at = (id: NodeId): number => centre(id) - MARGIN;
    const places = [from, ...to].map(at);
    for (let place = Math.min(...places); place <= Math.max(...places); place += 1) cells[place] = cells[place] === '│' ? '┼' : text === undefined ? '╌' : '─';
    for (const id of to) cells[at(id)] = text === undefined ? '×' : id > from ? '►' : '◄';
    cells[at(from)] = '●';
    return cells.join('');
  }

  function lifelines(): string {
    return ' '.repeat(MARGIN) + members.map(() => '│'.padEnd(wide)).join('');
  }

  function decisions(): string[] {
    const isShort = wide < GAP.max;
    return ['decided  ' + members.map((id) => (isShort ? (decided.get(id)?.[0] ?? '–') : (decided.get(id) ?? '–')).padEnd(wide)).join('').trimEnd()];
  }

  function inWords(sayings: readonly Saying[], title: string): string[] {
    const shown = sayings.slice(0, ROWS_MAX);
    const everybody = (from: NodeId, to: readonly NodeId[]): string => (to.length === members.length - 1 ? 'all' : to.length === members.length - 2 && from !== outcome.commander && !to.includes(outcome.commander) ? `all but ${nameOf(outcome.commander)}` : to.map(nameOf).join(', '));
    const lines = shown.flatMap((saying) => {
      const text = `${nameOf(saying.from)} → ${everybody(saying.from, saying.to)}: ${wordsOf(saying)}`;
      return wrapped(saying.honest === undefined ? text : paint.red(text), width);
    });
    return [title, ...lines, ...moreThan(shown, sayings)];
  }

  function decisionsInWords(): string[] {
    return wrapped(`decided: ${members.map((id) => `${nameOf(id)} ${decided.get(id) ?? 'nothing'}`).join(', ')}`, width);
  }

  function legend(sayings: readonly Saying[]): string[] {
    const signs = [
      ...(isDrawn && sayings.length > 0 ? ['● says it, ► and ◄ hear it'] : []),
      ...(isDrawn && sayings.some(({ text }) => text === undefined) ? ['× hears nothing'] : []),
      ...(sayings.some(({ text, honest }) => text !== undefined && honest !== undefined) ? ['! marks a lie'] : []),
      ...(sayings.some(({ honest }) => honest !== undefined) ? ['honest: what a loyal general would have said'] : []),
      ...(sayings.some(({ isForged }) => isForged) ? ['forged: under a signature that is not genuine'] : []),
      ...(isDrawn && traitors.size > 0 ? ['F under a name, a traitor'] : []),
      ...(isDrawn && wide < GAP.max ? ['a attack, r retreat'] : []),
    ];
    return signs.length === 0 ? [] : wrapped(paint.dim(`${signs.join('; ')}.`), width);
  }
}

const wordsOf = ({ text, honest, isForged }: Saying): string => (honest === undefined ? (text ?? '') : `${text === undefined ? 'nothing' : `${text}!`} (${isForged ? 'forged; ' : ''}honest: ${honest})`);

const moreThan = (shown: readonly Saying[], all: readonly Saying[]): string[] => (all.length > shown.length ? [`… and ${(all.length - shown.length).toLocaleString('en')} more rows like these`] : []);
