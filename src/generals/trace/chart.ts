import { counted, figure } from '../../core/figures.ts';
import { nameOf, type NodeId } from '../../core/node.ts';
import type { Cell, Chart, Entry, Mark, Part, Row as ChartRow, Tone } from '../../trace/chart.ts';
import type { Trace } from '../fact.ts';
import { protocolNamed } from '../protocols/registry.ts';
import { decisionsOf } from './messages.ts';
import { FOLDED, FORGED, LETTERS, LIE, MEANINGS, cellText, countOf, flagOf, flagsIn, isLie, roundsOf, wordsIn, type Round, type Row, type Said, type Word } from './rows.ts';
import { verdictLines } from './verdict.ts';

/** An order as space-time diagrams show it: a lifeline for each general, a row for what one said to the others, by rounds. */
export function chartOf(trace: Trace): Chart {
  const { number, members, traitors, commander, order, protocol, m } = trace.ordered;
  const laneOf = new Map(members.map((id, lane) => [id, lane]));
  const rounds = roundsOf(trace);
  const decisions = decisionsOf(trace);
  const shape = protocolNamed(protocol)?.legend;
  return {
    title: `order ${number}: ${nameOf(commander)} orders ${order} (${protocol}, m=${m})`,
    lanes: members.map((id) => ({ name: nameOf(id), tip: `${nameOf(id)}${id === commander ? ' (primary)' : ''}`, isTraitor: traitors.some((traitor) => traitor.id === id) })),
    parts: rounds.map((round): Part => ({ head: `round ${round.round}`, rows: round.rows.map((row) => rowOf(row, round, laneOf)) })),
    end: {
      head: 'decided',
      marks: new Map([...decisions].map(([id, decision]) => [laneOf.get(id)!, { ...markOf({ word: decision, honest: undefined, isForged: false }, `${nameOf(id)} decided ${decision}`), tone: decision }])),
    },
    legend: { lines: linesOf(rounds, traitors.length > 0, shape), entries: entriesOf(rounds, traitors.length > 0), below: shape === undefined ? [] : [shape] },
    sentences: verdictLines(trace).map((text) => ({ text, isBad: /^\w+ violated:/.test(text) })),
    style: STYLE,
  };
}

const STYLE = {
  light: '.attack{fill:#1f5fa8;stroke:#1f5fa8}.retreat,.nothing,.other,.silence{fill:#fff;stroke:#1b2733}.silence{stroke-dasharray:2 2}',
  dark: '.attack{fill:#5aa2ee;stroke:#5aa2ee}.retreat,.nothing,.other,.silence{fill:#14181d;stroke:#dfe6ec}',
};

const rowOf = ({ from, label, cells }: Row, { isFolded }: Round, laneOf: ReadonlyMap<NodeId, number>): ChartRow => ({
  owner: nameOf(from),
  label,
  lane: laneOf.get(from)!,
  sign: 'message',
  cells: new Map([...cells].map(([to, said]) => [laneOf.get(to)!, cellOf(said, isFolded, `${nameOf(from)} to ${nameOf(to)}`)])),
});

function cellOf(said: readonly Said[], isFolded: boolean, pair: string): Cell {
  const tone = toneOf(said, isFolded);
  const text = cellText(said, isFolded);
  if (!isFolded) {
    const marks = said.map((one) => markOf(one, `${pair}: ${one.text}${one.honest === undefined ? '' : ` (${one.isForged ? 'forged; ' : ''}honest: ${one.honest})`}`));
    return { text, tone, drawn: { type: 'marks', marks } };
  }
  const tip = `${pair}: ${counted(said.length, 'message')}, ${figure(said.filter(isLie).length)} tampered with`;
  return { text, tone, drawn: { type: 'text', share: { counts: [countOf(said, 'attack'), countOf(said, 'retreat')], looks: ['attack', 'retreat'] }, tip } };
}

/** Lies stand out; else what was said first, where it was not counted. */
function toneOf(said: readonly Said[], isFolded: boolean): Tone | undefined {
  const first = said[0]?.word;
  if (said.some(isLie)) return 'lie';
  return !isFolded && (first === 'attack' || first === 'retreat') ? first : undefined;
}

/** A disk for attack, a square for retreat, each with its letter. */
const markOf = ({ word, ...lie }: Omit<Said, 'text'>, tip: string): Mark => ({
  look: word,
  shape: word === 'attack' || word === 'silence' ? 'disk' : 'square',
  letter: LETTERS[word],
  isFilled: word === 'attack',
  flag: flagOf(lie),
  tip,
});

/** What the signs of a diagram mean, as far as they are there. */
function linesOf(rounds: readonly Round[], hasTraitors: boolean, shape: string | undefined): string[] {
  const said = wordsIn(rounds).map((word) => `${LETTERS[word]} ${MEANINGS[word]}`);
  return [
    ...(said.length === 0 ? [] : [`● says to the others: ${said.join(', ')}`]),
    ...flagsIn(rounds).map((flag) => `${flag} ${FLAGS[flag]!.line}`),
    ...(hasTraitors ? ['F a traitor'] : []),
    ...(rounds.some(({ isFolded }) => isFolded) ? [`${FOLDED.example} for example: ${FOLDED.meaning}`] : []),
    ...(shape === undefined || said.length === 0 ? [] : [shape]),
  ];
}

const FLAGS: Readonly<Record<string, { readonly line: string; readonly text: string }>> = {
  [LIE]: { line: 'tampered with: an honest general would have said something else', text: 'tampered with' },
  [FORGED]: { line: 'tampered with, and under a forged signature', text: 'forged' },
};

/** The same for a picture. */
function entriesOf(rounds: readonly Round[], hasTraitors: boolean): Entry[] {
  const entryOf = (word: Word, honest?: string): Entry['sign'] => ({ type: 'mark', mark: markOf({ word, honest, isForged: false }, MEANINGS[word]) });
  const written = (text: string, look: string): Entry['sign'] => ({ type: 'written', text, look });
  return [
    ...(rounds.length === 0 ? [] : [{ text: 'says to the others', sign: { type: 'message' } as const }]),
    ...wordsIn(rounds).map((word) => ({ text: MEANINGS[word], ...(word === 'silence' ? { sign: entryOf(word, ''), room: 32 } : { sign: entryOf(word) }) })),
    ...flagsIn(rounds).map((flag) => ({ text: FLAGS[flag]!.text, sign: written(flag, 'lied') })),
    ...(hasTraitors ? [{ text: 'traitor', sign: written('F', 'traitor') }] : []),
    ...(rounds.some(({ isFolded }) => isFolded) ? [{ text: FOLDED.meaning, room: 32, sign: written(FOLDED.example, 'faint') }] : []),
  ];
}
