import type { ChalkInstance } from 'chalk';
import { summaryOf } from '../campaign/summary.ts';
import { counted, figure } from '../core/figures.ts';
import type { Fact } from '../core/fact.ts';
import type { Finding, Verdict } from '../core/findings.ts';
import { nameOf, type NodeId } from '../core/node.ts';
import type { Member, MemberState, Outcome, Standing } from '../core/outcome.ts';
import { strictMajority, tally } from '../core/quorum.ts';
import { DEFAULT_STRATEGY } from '../faults/registry.ts';
import { protocolNamed } from '../protocols/registry.ts';
import { sentencesOf } from '../sim/check/report.ts';
import type { Violation } from '../sim/check/result.ts';
import { linesOfFacts } from '../trace/jsonl.ts';
import { causesInWords, headlines, type Explanation, type Reasons } from '../trace/why.ts';
import type { Result } from './command.ts';
import type { Looks } from './looks.ts';

/** A result as people read it: lines of text, each ended by a line feed. */
export const render = (result: Result, { paint }: Looks): string => textOf(result, paint).map((line) => `${line}\n`).join('');

function textOf(result: Result, paint: ChalkInstance): string[] {
  switch (result.type) {
    case 'roster':
      return result.members.length === 0 ? ['The camp is empty: g-add <count> musters generals.'] : result.members.map((member) => rosterLine(member, paint));
    case 'outcome':
      return [...outcomeLines(result.outcome, result.primary, paint), ...factLines(result.facts, paint)];
    case 'facts':
      return factLines(result.facts, paint);
    case 'trace':
      return [result.isOn ? 'orders are followed by their facts' : 'orders are not followed by their facts; g-trace last shows those of the last one'];
    case 'check':
      return [...sentencesOf(result.result, result.protocol), ...(result.result.type === 'violated' ? [repetitionOf(result.result.violation)] : result.trivial)];
    case 'campaign':
      return summaryOf(result.campaign);
    case 'why':
      return whyLines(result.explanation, paint);
    case 'protocol':
      return [
        `protocol ${result.current}, m=${result.faults} among ${counted(result.members, 'general')}`,
        ...columns(result.protocols.map(({ name, summary }) => [name === result.current ? `* ${name}` : `  ${name}`, summary])),
      ];
    case 'strategies':
      return columns(result.strategies.map(({ name, summary }) => [name, summary]));
    case 'seed':
      return [`seed ${result.seed}`];
    case 'breakdown':
      return [`${result.general} will ${result.breakdown} when the next order reaches it`];
    case 'doom':
      return [`${result.general} will die in the middle of round ${result.round} of the next order`];
    case 'dictation':
      return [`${result.general} will say ${result.words.join(', ')} in the next order`];
    case 'help':
      return columns(result.lines);
    case 'farewell':
      return [];
    default:
      result satisfies never;
      return [];
  }
}

const factLines = (facts: readonly Fact[], paint: ChalkInstance): string[] =>
  facts.length === 0 ? [] : linesOfFacts(facts).trimEnd().split('\n').map((line) => paint.dim(line));

const rosterLine = ({ id, role, state }: Member, paint: ChalkInstance): string =>
  `${paint.bold(nameOf(id))}, ${roleText(role, paint)}, state=${stateText(state, paint)}`;

const standingLine = ({ id, role, state, majority }: Standing, paint: ChalkInstance): string =>
  `${paint.bold(nameOf(id))}, ${roleText(role, paint)}, majority=${majority ?? 'undefined'}, state=${stateText(state, paint)}`;

const roleText = (role: Member['role'], paint: ChalkInstance): string => (role === 'primary' ? paint.yellow(role) : role);

/** As people have always read it: F and NF; a way of treason that is not the usual one is added. */
function stateText(state: MemberState, paint: ChalkInstance): string {
  switch (state.type) {
    case 'loyal':
      return paint.green('NF');
    case 'faulty':
      return paint.red(state.strategy === DEFAULT_STRATEGY.name ? 'F' : `F (${state.strategy})`);
    case 'lost':
      return paint.magenta('lost');
    default:
      return state satisfies never;
  }
}

function outcomeLines(outcome: Outcome, primary: string | undefined, paint: ChalkInstance): string[] {
  const { roster, verdict, findings, account, commander } = outcome;
  const lines = roster.map((standing) => standingLine(standing, paint));
  lines.push(verdictLine(verdict, paint));
  for (const [property, finding] of Object.entries(findings ?? {}) as [string, Finding][]) {
    if (finding.type === 'violated') lines.push(paint.red(`${capital(property)} violated: ${finding.witness}.`));
    if (finding.type === 'unknown') lines.push(paint.yellow(`${capital(property)} unknown: ${finding.reason}.`));
  }
  for (const { id, reason } of account.losses) lines.push(paint.magenta(`${nameOf(id)} is lost: it ${reason}.`));
  if (account.losses.some(({ id }) => id === commander)) {
    lines.push(primary === undefined ? 'No general is left to be primary.' : `${primary} is primary now.`);
  }
  return lines;
}

/** The line that older programs of this kind print; people and scripts read it, dashes and all. */
function verdictLine({ type, order, votes, members, faulty }: Verdict, paint: ChalkInstance): string {
  const system = `${faulty === 0 ? 'Non-faulty nodes' : faulty === 1 ? '1 faulty node' : `${faulty} faulty nodes`} in the system`;
  const quorum = `${votes} out of ${members} quorum`;
  switch (type) {
    case 'execute':
      return `Execute order: ${paint.bold(order!)}! ${system} – ${quorum} suggest ${order!}`;
    case 'split':
      return `Execute order: cannot be determined – the generals are split! ${system} - ${quorum} not consistent`;
    case 'undecidable':
      return `Execute order: cannot be determined – not enough generals in the system! ${system} - ${quorum} not consistent`;
    default:
      return type satisfies never;
  }
}

/** Beyond so many generals, one row a general and one column a voter is more than a screen holds. */
const TABLE_MAX = 12;

function whyLines(explanation: Explanation, paint: ChalkInstance): string[] {
  const { outcome, reasons, about } = explanation;
  const lines = headlines(explanation);
  if (outcome.verdict.type === 'undecidable') {
    const { members, faulty } = outcome.verdict;
    return [...lines, `It was not given: with this protocol ${counted(members, 'general')} cannot stand ${counted(faulty, 'traitor')}. To see what would happen: actual-order ${outcome.order} anyway`];
  }
  if (about === undefined) {
    lines.push('', ...table(reasons, outcome, paint), '', ...quorumLines(outcome));
    for (const { general, accusations } of reasons) for (const { suspect, evidence } of accusations) lines.push(`${nameOf(general.id)} accuses ${nameOf(suspect)}: ${evidence}`);
    lines.push('g-why <id> tells what one general heard, message by message.', replayLine(outcome));
    return lines;
  }
  return [...lines, '', ...reasons.flatMap((one) => biography(one, outcome, paint))];
}

/** How to give the order again, to these generals as they were, and with the same chance. */
const replayLine = ({ seed, draw, dictations, order }: Outcome): string =>
  `To repeat it with the same generals: g-seed ${seed} ${draw}; ${told(dictations)}actual-order ${order} anyway`;

/** How to see what a check found among the generals as they stand; it needs no chance. */
const repetitionOf = ({ choices, order }: Violation): string => `To repeat it with the same generals: ${told(choices)}actual-order ${order} anyway`;

/** What traitors say word by word, as the commands that have them say it. */
const told = (words: ReadonlyMap<NodeId, readonly string[]>): string =>
  [...words].filter(([, said]) => said.length > 0).map(([id, said]) => `choose ${id} ${said.join(' ')}; `).join('');

/** One row for each general that decided by votes: its votes by voter, the tally, what it decided and what it said. */
function table(reasons: readonly Reasons[], outcome: Outcome, paint: ChalkInstance): string[] {
  const voters = outcome.roster.map(({ id }) => id);
  const isTold = reasons.some(({ votes }) => votes.length > 0) && voters.length <= TABLE_MAX;
  const rows = reasons
    .filter(({ general }) => general.role === 'secondary')
    .map(({ general, votes, decision, ballot }) => {
      const { attack, retreat } = tally(votes.map(({ order }) => order));
      const cells = voters.map((voter) => {
        const vote = votes.find(({ from }) => from === voter);
        return vote === undefined ? '·' : vote.isAssumed ? `(${vote.order})` : `${vote.order}${vote.isTampered ? '*' : ''}`;
      });
      const name = `${nameOf(general.id)}${general.state.type === 'faulty' ? ' F' : general.state.type === 'lost' ? ' lost' : ''}`;
      const tallied = votes.length === 0 ? [] : [`attack ${attack}, retreat ${retreat}`];
      return [name, ...(isTold ? cells : []), ...tallied, decision ?? 'nothing', ballot === undefined ? 'none' : ballot === decision ? ballot : `${ballot}*`];
    });
  const heads = ['', ...(!isTold ? [] : voters.map((id) => (id === outcome.commander ? `from ${nameOf(id)}` : nameOf(id)))), ...(reasons.some(({ votes }) => votes.length > 0) ? ['tally'] : []), 'decided', 'ballot'];
  const [head = '', ...body] = columns([heads, ...rows]);
  const cells = rows.flat().join(' ');
  const legend = [
    ...(cells.includes('*') ? ['* tampered with: an honest general would have said the other order'] : []),
    ...(cells.includes('(') ? ['( ) nothing was heard, so the default was taken'] : []),
  ];
  return [paint.dim(head), ...body, ...legend];
}

function quorumLines({ roster, verdict }: Outcome): string[] {
  const voters = roster.length === 1 ? roster : roster.filter(({ role }) => role === 'secondary');
  const ballots = voters.flatMap(({ majority }) => majority ?? []);
  const { attack, retreat } = tally(ballots);
  const needed = strictMajority(voters.length);
  const cast = `The quorum: ${figure(ballots.length)} of ${counted(voters.length, 'ballot')} ${ballots.length === 1 ? 'was' : 'were'} cast, attack ${figure(attack)}, retreat ${figure(retreat)}; more than half is ${figure(needed)}`;
  return [verdict.order === undefined ? `${cast}, which neither has.` : `${cast}, so the order is ${verdict.order}.`];
}

/** All about one general in one order: why it decided so, in a sentence; then what it heard, did and made of it. */
function biography(reasons: Reasons, outcome: Outcome, paint: ChalkInstance): string[] {
  const { general, hearings, misdeeds, votes, evidence, accusations, decision, ballot } = reasons;
  const name = nameOf(general.id);
  if (general.state.type === 'lost') return [`${name} told nothing: it ${general.state.reason}.`];
  const { attack, retreat } = tally(votes.map(({ order }) => order));
  const legend = hearings.length + misdeeds.length === 0 ? undefined : protocolNamed(outcome.protocol)?.legend;
  return [
    ...(general.id === outcome.commander ? [`${name} is the primary and decided for its own order, ${decision ?? 'nothing'}.`] : causesInWords(reasons)),
    ...(general.id === outcome.commander || ballot === decision ? [] : [paint.red(`But it told the quorum ${ballot ?? 'nothing'}.`)]),
    '',
    ...(legend === undefined ? [] : [paint.dim(`(${legend})`)]),
    ...hearings.map(({ round, from, text, honest }) => {
      const line = `round ${round}: ${nameOf(from)} told ${name} ${text}`;
      return honest === undefined ? line : paint.red(`${line}. An honest general would have said ${honest}.`);
    }),
    ...votes.filter(({ isAssumed }) => isAssumed).map(({ from, order }) => `${nameOf(from)} was silent, which counts as ${order}`),
    ...misdeeds.map(({ round, to, honest, said, late }) => {
      const instead = said.length === 0 ? 'kept silent' : `said ${said.join(' and ')}`;
      return paint.red(`round ${round}: ${name} ${instead} to ${nameOf(to)}${late.length === 0 ? '' : `, and ${late.join(' and ')} a round too late`}. An honest general would have said ${honest}.`);
    }),
    ...accusations.map(({ suspect, evidence: proof }) => `${name} accuses ${nameOf(suspect)}: ${proof}`),
    ...(votes.length === 0 ? [] : [`of the ${counted(votes.length, 'order')} that ${name} holds, attack has ${figure(attack)}, retreat ${figure(retreat)}`]),
    ...evidence,
  ];
}

/** Rows as aligned columns, two spaces apart. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, index) => (widths[index] = Math.max(widths[index] ?? 0, cell.length)));
  return rows.map((row) => row.map((cell, index) => (index === row.length - 1 ? cell : cell.padEnd(widths[index]!))).join('  ').trimEnd());
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
