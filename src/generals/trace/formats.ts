import { counted } from '../../core/figures.ts';
import { nameOf, type NodeId } from '../../core/node.ts';
import type { Trace } from '../fact.ts';
import { arrowsOf, decisionsOf, lastRound, textOf, type Arrow } from './messages.ts';
import { verdictLines } from './verdict.ts';

/** What happened in an order, in sentences. */
export function transcriptOf(trace: Trace): string {
  const { ordered, facts } = trace;
  const { number, commander, order, protocol, m, seed, members, traitors } = ordered;
  const who = traitors.length === 0 ? 'no traitors' : `${traitors.length === 1 ? 'traitor' : 'traitors'} ${traitors.map(({ id, strategy }) => `${nameOf(id)} (${strategy})`).join(', ')}`;
  const lines = [`order ${number}: ${nameOf(commander)} orders ${order} among ${counted(members.length, 'general')}, ${who}; ${protocol}, m=${m}, seed ${seed}`];
  const arrows = arrowsOf(trace);
  for (let round = 1; round <= lastRound(trace); round += 1) {
    lines.push(`  round ${round}`);
    for (const { from, to, text, honest } of arrows.filter((arrow) => arrow.round === round))
      lines.push(`    ${nameOf(from)} → ${nameOf(to)}  ${text}${honest === undefined ? '' : `  (honest: ${honest})`}`);
    for (const fact of facts) {
      if (fact.type === 'tampered' && fact.round === round && fact.said.length === 0)
        lines.push(`    ${nameOf(fact.from)} is silent to ${nameOf(fact.to)}  (honest: ${textOf(fact.honest)})`);
    }
  }
  for (const fact of facts) {
    if (fact.type === 'accused') lines.push(`  ${nameOf(fact.by)} accuses ${nameOf(fact.suspect)} of ${fact.kind}: ${fact.evidence}`);
    if (fact.type === 'lost') lines.push(`  ${nameOf(fact.general)} is lost: it ${fact.reason}`);
    if (fact.type === 'decided') lines.push(`  ${nameOf(fact.by)} decides ${fact.decision}`);
    if (fact.type === 'voted') lines.push(`  ${nameOf(fact.by)} tells the quorum ${fact.ballot}`);
  }
  lines.push(...verdictLines(trace).map((line) => `  ${line}`));
  return text(lines);
}

/** A Mermaid sequence diagram; a cross at the end of an arrow marks a lie. */
export function mermaidOf(trace: Trace): string {
  const { members } = trace.ordered;
  const span = `${nameOf(members[0]!)}${members.length > 1 ? `,${nameOf(members.at(-1)!)}` : ''}`;
  const lines = ['sequenceDiagram', ...members.map((id) => `  participant ${nameOf(id)}`)];
  let round = 0;
  for (const arrow of arrowsOf(trace)) {
    if (arrow.round !== round) lines.push(`  Note over ${span}: round ${arrow.round}`);
    round = arrow.round;
    const isLie = arrow.honest !== undefined;
    lines.push(`  ${nameOf(arrow.from)}${isLie ? '-x' : '->>'}${nameOf(arrow.to)}: ${mermaidText(arrow.text)}${isLie ? ` (honest: ${mermaidText(arrow.honest)})` : ''}`);
  }
  for (const [id, decision] of decisionsOf(trace)) lines.push(`  Note over ${nameOf(id)}: ${decision}`);
  return text(lines);
}

/** Semicolons end a statement in Mermaid, and a number sign begins an entity. */
const mermaidText = (said: string): string => said.replace(/[;#]/g, (letter) => `#${letter.charCodeAt(0)};`);

/**
 * The log format that ShiViz reads by `(?<host>\S*) (?<clock>{.*})\n(?<event>.*)`: each event under its host and vector
 * clock (Beschastnikh et al., "Visualizing distributed system executions", TOSEM 2020).
 */
export function shivizOf(trace: Trace): string {
  const clocks = new Map(trace.ordered.members.map((id) => [id, new Map<NodeId, number>()]));
  const lines: string[] = [];
  const log = (id: NodeId, event: string, seen?: ReadonlyMap<NodeId, number>): ReadonlyMap<NodeId, number> => {
    const clock = clocks.get(id)!;
    for (const [other, time] of seen ?? []) clock.set(other, Math.max(time, clock.get(other) ?? 0));
    clock.set(id, (clock.get(id) ?? 0) + 1);
    lines.push(`${nameOf(id)} ${JSON.stringify(Object.fromEntries([...clock].map(([other, time]) => [nameOf(other), time])))}`, event);
    return new Map(clock);
  };
  const arrows = arrowsOf(trace);
  for (let round = 1; round <= lastRound(trace); round += 1) {
    const sent = arrows.filter((arrow) => arrow.round === round).map((arrow) => ({ arrow, clock: log(arrow.from, `round ${round}: tells ${nameOf(arrow.to)} ${said(arrow)}`) }));
    for (const { arrow, clock } of sent) log(arrow.to, `round ${round}: hears ${arrow.text} from ${nameOf(arrow.from)}`, clock);
  }
  for (const [id, decision] of decisionsOf(trace)) log(id, `decides ${decision}`);
  return text(lines);
}

const said = ({ text: words, honest }: Arrow): string => (honest === undefined ? words : `${words} (honest: ${honest})`);

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
