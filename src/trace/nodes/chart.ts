import type { NodeId } from '../../core/node.ts';
import type { Cell, Chart, Entry, Part, Row } from '../chart.ts';
import { longNames, namesText, nodesIn, shortNames } from './names.ts';
import { arrivalsOf, type Run, type Sent } from './run.ts';
import { foldedText, isTooMuch, slicesOf, type Talk } from './slices.ts';

/** After so many rows the names stand above the lifelines anew. */
const ROWS_MAX = 25;

/**
 * A run of nodes as space-time diagrams show it: a lifeline for each member and client, a row for each message, with the time that
 * it took to those whom it reached, and for what each did. What is too much for anybody to read is counted.
 */
export function chartOf(run: Run): Chart {
  const { head, judgement } = run;
  const nodes = nodesIn(run);
  const nameOf = shortNames(head);
  const longName = longNames(head);
  const names = namesText(head);
  const isFolded = isTooMuch(run);
  const kinds = new Map(head.traitors.map(({ id, kind }) => [id, kind]));
  const board: Board = { run, laneOf: new Map(nodes.map((id, lane) => [id, lane])), nameOf };
  const parts = isFolded ? foldedParts(board) : wholeParts(board);
  const texts = parts.flatMap(({ rows }) => rows.flatMap(({ cells }) => [...cells.values()].map(({ text }) => text)));
  const signs = new Set(parts.flatMap(({ rows }) => rows.map(({ sign }) => sign)));
  return {
    title: `${head.protocol} among ${head.members.length}, seed ${head.seed}`,
    lanes: nodes.map((id) => ({ name: nameOf(id), tip: `${longName(id)}${kinds.has(id) ? `, ${kinds.get(id)!}` : ''}`, isTraitor: kinds.has(id) })),
    parts,
    end: undefined,
    legend: { lines: [...linesOf(signs, texts, kinds.size > 0, isFolded), names], entries: entriesOf(signs, texts, kinds.size > 0, isFolded), below: [`${names}.`] },
    sentences: [
      { text: `${head.about}.`, isBad: false },
      ...head.remarks.map((text) => ({ text, isBad: false })),
      ...(isFolded ? [{ text: foldedText(run), isBad: false }] : []),
      judgement,
    ],
    style: { light: '.arrived{fill:#1f5fa8}.missing{fill:#e4b3b5}', dark: '.arrived{fill:#5aa2ee}.missing{fill:#7a3b3f}' },
  };
}

interface Board {
  readonly run: Run;
  readonly laneOf: ReadonlyMap<NodeId, number>;
  readonly nameOf: (id: NodeId) => string;
}

/** A row for each message and event, as they came. */
function wholeParts({ run, laneOf, nameOf }: Board): Part[] {
  const arrivals = arrivalsOf(run);
  const rows = run.facts.flatMap((fact): Row[] => {
    const owner = `${fact.at} ms`;
    if (fact.type === 'sent') return [{ owner, label: fact.words, lane: laneOf.get(fact.from)!, sign: 'message', cells: cellsOf(fact) }];
    return fact.type === 'heard' ? [] : [{ owner, label: fact.words, lane: laneOf.get(fact.node)!, sign: 'event', cells: new Map() }];
  });
  return Array.from({ length: Math.ceil(rows.length / ROWS_MAX) }, (_, index) => rows.slice(index * ROWS_MAX, (index + 1) * ROWS_MAX)).map((own) => ({ head: `from ${own[0]!.owner}`, rows: own }));

  function cellsOf({ id, at, from, to, words }: Sent): Map<number, Cell> {
    return new Map(to.map((node) => {
      const times = arrivals(id, node);
      const pair = `${nameOf(from)} to ${nameOf(node)}, ${words}`;
      return [laneOf.get(node)!, run.head.hasArrivals ? arrivedCell(times.map((time) => time - at), pair) : textCell(UNKNOWN, undefined, pair)];
    }));
  }
}

const MISSING = '×';

/** For whom a message was, where nothing is told of arrivals. */
const UNKNOWN = '›';

const arrivedCell = (delays: readonly number[], pair: string): Cell =>
  delays.length === 0 ? textCell(MISSING, 'lie', `${pair}: did not arrive`) : textCell(delays.map((delay) => `+${delay}`).join(''), undefined, `${pair}: arrived after ${delays.join(' and ')} ms`);

const textCell = (text: string, tone: 'lie' | undefined, tip: string): Cell => ({ text, tone, drawn: { type: 'text', share: undefined, tip } });

/** For each stretch of time, what each did, and how much each said to whom. */
const foldedParts = (board: Board): Part[] =>
  slicesOf(board.run).map(({ head, events, talks }) => ({
    head,
    rows: [
      ...events.map(({ node, words }): Row => ({ owner: board.nameOf(node), label: words, lane: board.laneOf.get(node)!, sign: 'event', cells: new Map() })),
      ...talks.map((talk): Row => ({ owner: board.nameOf(talk.from), label: talk.words, lane: board.laneOf.get(talk.from)!, sign: 'message', cells: countsOf(talk, board) })),
    ],
  }));

const countsOf = ({ from, to }: Talk, { run, laneOf, nameOf }: Board): Map<number, Cell> =>
  new Map([...to].map(([node, { sent, arrived }]): [number, Cell] => {
    const pair = `${nameOf(from)} to ${nameOf(node)}`;
    if (!run.head.hasArrivals) return [laneOf.get(node)!, textCell(String(sent), undefined, `${pair}: ${sent} sent`)];
    const share = { counts: [arrived, sent - arrived], looks: ['arrived', 'missing'] } as const;
    return [laneOf.get(node)!, { text: `${arrived}/${sent}`, tone: arrived === 0 ? 'lie' : undefined, drawn: { type: 'text', share, tip: `${pair}: ${arrived} of ${sent} arrived` } }];
  }));

const FOLDED = { example: '7/9', meaning: 'of nine messages, seven arrived' };

/** What the signs of a diagram mean, as far as they are there. */
function linesOf(signs: ReadonlySet<Row['sign']>, texts: readonly string[], hasTraitors: boolean, isFolded: boolean): string[] {
  return [
    ...(signs.has('message') ? [`● sends to the others${isFolded ? '' : meaningsOf(texts).map(({ sign, meaning }) => `${sign} ${meaning}`).map((text, index) => `${index === 0 ? ': ' : ', '}${text}`).join('')}`] : []),
    ...(signs.has('event') ? ['◆ does or meets something'] : []),
    ...(hasTraitors ? ['F a traitor'] : []),
    ...(isFolded ? [`${FOLDED.example} for example: ${FOLDED.meaning}`] : []),
  ];
}

/** The same for a picture. */
function entriesOf(signs: ReadonlySet<Row['sign']>, texts: readonly string[], hasTraitors: boolean, isFolded: boolean): Entry[] {
  const written = (text: string, look: string): Entry['sign'] => ({ type: 'written', text, look });
  return [
    ...(signs.has('message') ? [{ text: 'sends to the others', sign: { type: 'message' } as const }] : []),
    ...(isFolded ? [{ text: FOLDED.meaning, room: 32, sign: written(FOLDED.example, 'faint') }] : meaningsOf(texts).map(({ sign, meaning }) => ({ text: meaning, room: 32, sign: written(sign, sign === MISSING ? 'lied' : 'faint') }))),
    ...(signs.has('event') ? [{ text: 'does or meets something', sign: { type: 'event' } as const }] : []),
    ...(hasTraitors ? [{ text: 'traitor', sign: written('F', 'traitor') }] : []),
  ];
}

const meaningsOf = (texts: readonly string[]): { readonly sign: string; readonly meaning: string }[] => [
  ...(texts.some((text) => text.startsWith('+')) ? [{ sign: '+12', meaning: 'arrived 12 ms later' }] : []),
  ...(texts.includes(MISSING) ? [{ sign: MISSING, meaning: 'did not arrive' }] : []),
  ...(texts.includes(UNKNOWN) ? [{ sign: UNKNOWN, meaning: 'whom it was for' }] : []),
];
