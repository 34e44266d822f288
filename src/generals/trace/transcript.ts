import { counted } from '../../core/figures.ts';
import { nameOf } from '../../core/node.ts';
import type { Trace } from '../fact.ts';
import { arrowsOf, lastRound, textOf } from './messages.ts';
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
    for (const { from, to, text, honest, isForged } of arrows.filter((arrow) => arrow.round === round))
      lines.push(`    ${nameOf(from)} → ${nameOf(to)}  ${text}${honest === undefined ? '' : `  (${isForged ? 'forged; ' : ''}honest: ${honest})`}`);
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
  return lines.map((line) => `${line}\n`).join('');
}
