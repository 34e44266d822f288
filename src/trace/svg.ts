import { nameOf } from '../core/node.ts';
import { decisionsOf, lastRound } from './formats.ts';
import type { Trace } from '../core/fact.ts';
import { arrowsOf } from './messages.ts';

const COLUMN = 120;
const ROUND = 150;
const TOP = 70;
const LEFT = 90;

/** The orders of a trace as one picture, below each other: time runs down, lies are red, orders to attack are solid. */
export function svgOf(traces: readonly Trace[]): string {
  const heights = traces.map((trace) => TOP + lastRound(trace) * ROUND + 60);
  const width = LEFT + Math.max(...traces.map(({ ordered }) => ordered.members.length)) * COLUMN;
  let y = 0;
  const parts = traces.map((trace, index) => {
    const part = `<g transform="translate(0 ${y})">\n${picture(trace)}</g>\n`;
    y += heights[index]!;
    return part;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}" font-family="sans-serif" font-size="12">
<defs>
<marker id="true" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#345"/></marker>
<marker id="lie" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#c22"/></marker>
</defs>
<rect width="100%" height="100%" fill="#fff"/>
${parts.join('')}</svg>
`;
}

function picture(trace: Trace): string {
  const { number, commander, order, protocol, m, members, traitors } = trace.ordered;
  const rounds = lastRound(trace);
  const decisions = decisionsOf(trace);
  const x = (id: number): number => LEFT + members.findIndex((member) => member === id) * COLUMN;
  const y = (round: number): number => TOP + (round - 1) * ROUND;
  const isTraitor = (id: number): boolean => traitors.some((traitor) => traitor.id === id);
  const title = `<text x="10" y="20" font-size="14">order ${number}: ${nameOf(commander)} orders ${order} (${escaped(protocol)}, m=${m})</text>\n`;
  const lifelines = members.map(
    (id) =>
      `<text x="${x(id)}" y="45" text-anchor="middle" font-weight="bold" fill="${isTraitor(id) ? '#c22' : '#123'}">${nameOf(id)}</text>` +
      `<line x1="${x(id)}" y1="52" x2="${x(id)}" y2="${y(rounds + 1)}" stroke="#bcc"/>` +
      `<text x="${x(id)}" y="${y(rounds + 1) + 18}" text-anchor="middle">${escaped(decisions.get(id) ?? '–')}</text>\n`,
  );
  const bands = Array.from({ length: rounds }, (_, index) => `<text x="10" y="${y(index + 1) + ROUND / 2}" fill="#788">round ${index + 1}</text>\n`);
  const arrows = arrowsOf(trace).map(({ round, from, to, text, honest }) => {
    const isLie = honest !== undefined;
    const tip = `${nameOf(from)} to ${nameOf(to)}: ${text}${isLie ? ` (honest: ${honest})` : ''}`;
    return (
      `<line x1="${x(from)}" y1="${y(round)}" x2="${x(to)}" y2="${y(round + 1) - 14}" stroke="${isLie ? '#c22' : '#345'}"` +
      `${text.includes('attack') ? '' : ' stroke-dasharray="5 4"'} marker-end="url(#${isLie ? 'lie' : 'true'})"><title>${escaped(tip)}</title></line>\n`
    );
  });
  return title + bands.join('') + lifelines.join('') + arrows.join('');
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
