import type { Cell, Chart, Row } from '../trace/chart.ts';
import { counted } from '../core/figures.ts';
import { UserError } from '../core/user-error.ts';

/** A line of the log of a seed or peer, of this program or of an older one. */
export interface LogLine {
  readonly time: string;
  /** Such as `PEER-127.0.0.1:6000`. */
  readonly node: string;
  readonly text: string;
}

/** More lines than these are not drawn: the last ones are, since those tell what came of it. */
const DRAWN_MAX = 200;

/** More nodes than these have no lifeline of their own, and neither have their lines. */
const LANES_MAX = 24;

const LINE = /^\[?(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?)\]?[ :-]+(?:\[((?:SEED|PEER)-[^\]\s]+)\] )?(.*)$/;

/**
 * The lines of logs as the seeds and peers of a gossip network write them, by their time: `outputfile.txt`, `seedlog.txt`, `peerlog_6000.txt`.
 * Lines that do not begin with a time are left out. Where none does, as older programs had it, those of a file of such a name are taken as
 * they stand.
 * @throws UserError if there is no line of a log in it
 */
export function logIn(text: string, name: string): LogLine[] {
  const own = /^(seed|peer)log_?(\d*)/.exec(name);
  const node = own === null ? name.replace(/\.txt$/, '') : `${own[1]!.toUpperCase()}${own[2] === '' ? '' : `-${own[2]}`}`;
  const all = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const lines = all.flatMap((line): LogLine[] => {
    const [, time, who, said] = LINE.exec(line) ?? [];
    return time === undefined ? [] : [{ time: time.replace('T', ' '), node: who ?? node, text: said! }];
  });
  const isNamed = own !== null || name.startsWith('outputfile');
  const taken = lines.length > 0 || !isNamed ? lines : all.filter((line) => !UNWRITTEN.test(line)).map((line) => ({ time: '', node, text: line.trim() }));
  if (taken.length === 0) throw new UserError('this is no trace, no results of a campaign, and no log of a gossip network');
  return byTime(taken);
}

/** What no log has in it. */
const UNWRITTEN = /[\p{Cc}\uFFFD]/u;

/** The earliest first; those of one time as they came. */
export const byTime = (lines: readonly LogLine[]): LogLine[] => lines.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));

/** A lifeline for each node, a row for each line. */
export function chartOfLog(lines: readonly LogLine[], name: string): Chart {
  const nodes = [...new Set(lines.map(({ node }) => node))].toSorted().slice(0, LANES_MAX);
  const kept = lines.filter(({ node }) => nodes.includes(node));
  const drawn = kept.slice(-DRAWN_MAX);
  const rows = drawn.map(({ time, node, text }): Row => {
    const about = nodes.findIndex((one) => one !== node && text.includes(one.replace(/^(SEED|PEER)-/, '')));
    const label = text.length > 70 ? `${text.slice(0, 69)}…` : text;
    const cell: Cell = { text: '•', tone: 'faint', drawn: { type: 'text', share: undefined, tip: text } };
    return { owner: time.slice(11), label, lane: nodes.indexOf(node), sign: 'event', cells: about === -1 ? new Map() : new Map([[about, cell]]) };
  });
  const left = lines.length - drawn.length;
  return {
    title: name,
    lanes: nodes.map((node) => {
      const name = node.replace(/^(SEED|PEER)-(?:.*:)?(\d+)$/, (_, role: string, port: string) => `${role[0]!}${port}`);
      return { name, tip: node, isTraitor: false };
    }),
    parts: [{ head: lines[0]!.time.slice(0, 10), rows }],
    end: undefined,
    legend: {
      lines: [],
      entries: [],
      below: left === 0 ? [] : [`${counted(left, 'line')} before these or of other nodes are not drawn.`],
    },
    sentences: [],
    style: { light: '', dark: '' },
  };
}
