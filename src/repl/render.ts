import type { ChalkInstance } from 'chalk';
import { summaryOf } from '../campaign/summary.ts';
import { counted, figure } from '../core/figures.ts';
import type { Fact } from '../generals/fact.ts';
import type { Finding, Verdict } from '../generals/findings.ts';
import { tally } from '../generals/majority.ts';
import { nameOf, type NodeId } from '../core/node.ts';
import type { Member, MemberState, Outcome, MemberResult } from '../generals/outcome.ts';
import type { Order } from '../generals/order.ts';
import { inShell } from '../core/shell.ts';
import { quotedPath } from '../core/user-error.ts';
import { strictMajority } from '../core/quorum.ts';
import { SILENCE } from '../generals/faults/dictated.ts';
import { linesThatTell } from '../generals/faults/out-of-turn.ts';
import { DEFAULT_STRATEGY } from '../generals/faults/registry.ts';
import { protocolNamed } from '../generals/protocols/registry.ts';
import { sentencesOf } from '../generals/check/report.ts';
import type { Violation } from '../generals/check/result.ts';
import { linesOfFacts } from '../generals/trace/jsonl.ts';
import { causesInWords, headlines, traitorsText, type Explanation, type Reasons } from '../generals/trace/why.ts';
import type { DemoStep, HelpGroup, Result } from './command.ts';
import { widthOf, wrapped } from '../core/wrapped.ts';
import { columns } from './layout.ts';
import { PIPE_WIDTH, type Theme } from './theme.ts';
import { pictureOf, stepLines } from './picture.ts';

/** A result as people read it: lines of text, each ended by a line feed, and none longer than there is room for. */
export const render = (result: Result, looks: Theme): string => textOf(result, looks).map((line) => `${line}\n`).join('');

function textOf(result: Result, looks: Theme): string[] {
  const { paint, width } = looks;
  const flow = (lines: readonly string[]): string[] => lines.flatMap((line) => wrapped(line, width));
  switch (result.type) {
    case 'roster':
      return flow(result.members.length === 0 ? ['The camp is empty: g-add <count> musters generals.'] : result.members.map((member) => rosterLine(member, paint)));
    case 'outcome':
      return [...flow(outcomeLines(result.outcome, result.primary, paint)), ...factLines(result.facts, paint)];
    case 'facts':
      return factLines(result.facts, paint);
    case 'trace':
      return flow([result.isOn ? 'orders are followed by their facts' : 'orders are not followed by their facts; g-trace last shows those of the last one']);
    case 'check':
      return flow([...sentencesOf(result.result, result.protocol), ...(result.result.type === 'violated' ? [repetitionOf(result.result.violation)] : result.trivial)]);
    case 'campaign':
      return flow(summaryOf(result.campaign));
    case 'why':
      return whyLines(result.explanation, paint, width);
    case 'protocol':
      return [
        ...flow([`protocol ${result.current}, m=${result.faults} among ${counted(result.members, 'general')}`]),
        ...columns(result.protocols.map(({ name, summary }) => [name === result.current ? `* ${name}` : `  ${name}`, summary]), width),
      ];
    case 'strategies':
      return columns(result.strategies.map(({ name, summary }) => [name, summary]), width);
    case 'seed':
      return [`seed ${result.seed}`];
    case 'breakdown':
      return flow([`${result.general} will ${result.crashMode} when the next order reaches it`]);
    case 'doom':
      return flow([`${result.general} will die in the middle of round ${result.round} of the next order`]);
    case 'dictation':
      return flow([`${result.general} will say ${result.words.join(', ')} in the next order`]);
    case 'telling':
      return flow([`${result.general} will ${result.words === SILENCE ? `say nothing to ${result.to}` : `tell ${result.to} ${result.words}, out of turn,`} in round ${result.round} of the next order, and is honest in all else`]);
    case 'show':
      return showLines(result.outcome, result.round, roomOf(looks), paint);
    case 'steps':
      return pagesOf(result, looks).flatMap((page, index) => [...(index === 0 ? [] : ['']), ...page]);
    case 'demos':
      return [...columns(result.demos.map(({ name, summary }) => [name, summary]), roomOf(looks)), ...wrapped('demo <name> runs one, in a camp of its own.', roomOf(looks))];
    case 'demo':
      return result.steps.flatMap((step, index) => demoLines(step, index === 0, looks));
    case 'saved':
      return flow([`${result.commands} ${result.commands === 1 ? 'command is' : 'commands are'} saved in ${quotedPath(result.file)}; to repeat them: generals run ${inShell(result.file)}`]);
    case 'help':
      return helpLines(result.groups, result.notes, roomOf(looks), paint);
    case 'topic':
      return [
        ...result.text.flatMap((line) => wrapped(line, roomOf(looks), 0)),
        ...(result.paper === undefined ? [] : wrapped(paint.dim(`Paper: ${result.paper}.`), roomOf(looks))),
        ...(result.example === undefined ? [] : [`for example  ${result.example}`]),
      ];
    case 'version':
      return [`generals ${result.version}`];
    case 'clear':
    case 'farewell':
      return [];
    default:
      result satisfies never;
      return [];
  }
}

/** The room of what is laid out for a page: help, pictures. */
const roomOf = ({ width }: Theme): number => (width === Infinity ? PIPE_WIDTH : width);

function helpLines(groups: readonly HelpGroup[], notes: readonly string[], width: number, paint: ChalkInstance): string[] {
  // The forms stand in a column of their own that leaves most of the room to what they mean.
  const most = Math.max(16, Math.min(52, Math.floor(width * 0.35)));
  const rows = groups.flatMap(({ lines }) => lines);
  const widest = Math.max(0, ...rows.map(([form]) => form.length).filter((length) => length <= most));
  const lines = groups.flatMap(({ title, lines: some }, index) => [
    ...(title === undefined ? [] : [...(index === 0 ? [] : ['']), paint.bold(title)]),
    ...columns(some, width - 2, { least: widest, most }).map((line) => (title === undefined ? line : `  ${line}`)),
  ]);
  return [...lines, ...(groups.length > 1 ? [''] : []), ...notes.flatMap((note) => wrapped(note, width, 0))];
}

function showLines(outcome: Outcome, round: number | undefined, width: number, paint: ChalkInstance): string[] {
  const { number, commander, order, protocol, m: faults, verdict, findings } = outcome;
  const head = wrapped(`Order ${number}: ${nameOf(commander)} ordered ${order}; protocol ${protocol}, m=${faults}.`, width);
  if (verdict.type === 'undecidable') return [...head, ...wrapped(notGiven(outcome), width)];
  const verdictLines = [verdictLine(verdict, paint), ...findingLines(findings, paint)];
  return [...head, '', ...pictureOf(outcome, round, width, paint), ...(round === undefined ? verdictLines.flatMap((line) => wrapped(line, width)) : [])];
}

/** The pages of `g-step`: how the order began, its rounds, and how it ended. */
export function pagesOf({ outcome, steps }: Result & { type: 'steps' }, looks: Theme): string[][] {
  const { number, commander, order, protocol, m: faults, roster, verdict, findings } = outcome;
  const { paint } = looks;
  const width = roomOf(looks);
  const flow = (lines: readonly string[]): string[] => lines.flatMap((line) => wrapped(line, width));
  const begin = flow([
    paint.bold(`Order ${number}: ${nameOf(commander)} was to order ${order}.`),
    `Protocol ${protocol}, m=${faults}; ${roster.length} generals, ${traitorsText(roster)}.`,
  ]);
  if (verdict.type === 'undecidable') return [[...begin, ...flow([notGiven(outcome)])]];
  return [
    begin,
    ...steps.map((step) => [...flow([paint.bold(`Round ${step.round} of ${steps.length}`)]), ...stepLines(step, outcome, width, paint)]),
    flow([
      paint.bold('The end'),
      ...roster.map((standing) => standingLine(standing, paint)),
      ...quorumLines(outcome),
      verdictLine(verdict, paint),
      ...findingLines(findings, paint),
    ]),
  ];
}

/** What stands before a demo's commands: not the prompt, lest they be run again with a transcript that holds a demo. */
const DEMO_PROMPT = 'demo> ';

/** One step of a demo. */
function demoLines(step: DemoStep, isFirst: boolean, looks: Theme): string[] {
  if (step.type === 'comment') return [...(isFirst ? [] : ['']), ...wrapped(`# ${step.text}`, looks.width).map((line) => looks.paint.cyan(line))];
  const { line, answer } = step;
  const said = answer.type === 'result' ? textOf(answer.result, looks) : answer.type === 'mistake' ? looks.mistake(answer.message, looks.width).split('\n') : [];
  return [...wrapped(`${looks.paint.bold(DEMO_PROMPT)}${line}`, looks.width), ...said];
}

const factLines = (facts: readonly Fact[], paint: ChalkInstance): string[] =>
  facts.length === 0 ? [] : linesOfFacts(facts).trimEnd().split('\n').map((line) => paint.dim(line));

const rosterLine = ({ id, role, state }: Member, paint: ChalkInstance): string =>
  `${paint.bold(nameOf(id))}, ${roleText(role, paint)}, state=${stateText(state, paint)}`;

const standingLine = ({ id, role, state, majority }: MemberResult, paint: ChalkInstance): string =>
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
  lines.push(...findingLines(findings, paint));
  for (const { id, reason } of account.losses) lines.push(paint.magenta(`${nameOf(id)} is lost: it ${reason}.`));
  if (account.losses.some(({ id }) => id === commander)) {
    lines.push(primary === undefined ? 'No general is left to be primary.' : `${primary} is primary now.`);
  }
  return lines;
}

const findingLines = (findings: Outcome['findings'], paint: ChalkInstance): string[] =>
  (Object.entries(findings ?? {}) as [string, Finding][]).flatMap(([property, finding]) => {
    if (finding.type === 'violated') return [paint.red(`${capital(property)} violated: ${finding.witness}.`)];
    return finding.type === 'unknown' ? [paint.yellow(`${capital(property)} unknown: ${finding.reason}.`)] : [];
  });

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

function whyLines(explanation: Explanation, paint: ChalkInstance, width: number): string[] {
  const { outcome, reasons, about } = explanation;
  const flow = (lines: readonly string[]): string[] => lines.flatMap((line) => wrapped(line, width));
  const lines = flow(headlines(explanation));
  if (outcome.verdict.type === 'undecidable') return [...lines, ...flow([notGiven(outcome)])];
  if (about !== undefined) return [...lines, '', ...flow(reasons.flatMap((one) => biography(one, outcome, paint)))];
  const accused = reasons.flatMap(({ general, accusations }) => accusations.map(({ suspect, evidence }) => `${nameOf(general.id)} accuses ${nameOf(suspect)}: ${evidence}`));
  return [
    ...lines,
    '',
    ...table(reasons, outcome, paint, width),
    '',
    ...flow([...quorumLines(outcome), ...accused, 'g-why <id> tells what one general heard, message by message.', replayLine(outcome)]),
  ];
}

/** Why an order was not given, and how to have it given all the same. */
function notGiven({ verdict: { members, faulty }, order }: Outcome): string {
  return `It was not given: with this protocol ${counted(members, 'general')} cannot stand ${counted(faulty, 'traitor')}. To see what would happen: actual-order ${order} anyway`;
}

/** How to give the order again, to these generals as they were, and with the same chance. */
const replayLine = ({ seed, draw, dictations, deeds, order }: Outcome): string =>
  `To repeat it with the same generals: ${[`g-seed ${seed} ${draw}`, ...[...deeds].flatMap(([id, told]) => linesThatTell(id, told)), ...linesThatRepeat({ choices: dictations, order })].join('; ')}`;

/** How to see what a check found among the generals as they stand; it needs no chance. */
const repetitionOf = (violation: Violation): string => `To repeat it with the same generals: ${linesThatRepeat(violation).join('; ')}`;

/** The commands that have traitors say that word by word, and the order given. */
export const linesThatRepeat = ({ choices, order }: { readonly choices: ReadonlyMap<NodeId, readonly string[]>; readonly order: Order }): string[] =>
  [...[...choices].filter(([, said]) => said.length > 0).map(([id, said]) => `choose ${id} ${said.join(' ')}`), `actual-order ${order} anyway`];

/**
 * One row for each general that decided by votes: its votes by voter, the tally, what it decided and what it said. Where there
 * is not enough room the orders are letters; where there still is not, the votes are left out.
 */
function table(reasons: readonly Reasons[], outcome: Outcome, paint: ChalkInstance, width: number): string[] {
  const isTold = reasons.some(({ votes }) => votes.length > 0) && outcome.roster.length <= TABLE_MAX;
  const drafts = (['words', 'letters', 'none'] as const).filter((votes) => isTold || votes === 'none').map((votes) => tableWith(votes, reasons, outcome, paint, width));
  return (drafts.find((lines) => lines.every((line) => widthOf(line) <= width)) ?? drafts.at(-1)!);
}

function tableWith(shown: 'words' | 'letters' | 'none', reasons: readonly Reasons[], outcome: Outcome, paint: ChalkInstance, width: number): string[] {
  const voters = shown === 'none' ? [] : outcome.roster.map(({ id }) => id);
  const isShort = shown === 'letters';
  const said = (order: Order): string => (isShort ? order[0]! : order);
  const rows = reasons
    .filter(({ general }) => general.role === 'secondary')
    .map(({ general, votes, decision, ballot }) => {
      const { attack, retreat } = tally(votes.map(({ order }) => order));
      const cells = voters.map((voter) => {
        const vote = votes.find(({ from }) => from === voter);
        return vote === undefined ? '·' : vote.isAssumed ? `(${said(vote.order)})` : `${said(vote.order)}${vote.isTampered ? '*' : ''}`;
      });
      const name = `${nameOf(general.id)}${general.state.type === 'faulty' ? ' F' : general.state.type === 'lost' ? ' lost' : ''}`;
      const tallied = votes.length === 0 ? [] : [`${said('attack')} ${attack}, ${said('retreat')} ${retreat}`];
      return [name, ...cells, ...tallied, decision === undefined ? 'nothing' : said(decision), ballot === undefined ? 'none' : `${said(ballot)}${ballot === decision ? '' : '*'}`];
    });
  const heads = ['', ...voters.map((id) => (id === outcome.commander && !isShort ? `from ${nameOf(id)}` : nameOf(id))), ...(reasons.some(({ votes }) => votes.length > 0) ? ['tally'] : []), 'decided', 'ballot'];
  const [head = '', ...body] = columns([heads, ...rows]);
  const cells = rows.flat().join(' ');
  const legend = [
    ...(isShort ? ['a attack, r retreat'] : []),
    ...(cells.includes('*') ? ['* tampered with: an honest general would have said the other order'] : []),
    ...(cells.includes('(') ? ['( ) nothing was heard, so the default was taken'] : []),
  ];
  return [paint.dim(head), ...body, ...legend.flatMap((line) => wrapped(line, width))];
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
    ...hearings.map(({ round, from, text, honest, isForged }) => {
      const line = `round ${round}: ${nameOf(from)} told ${name} ${text}`;
      return honest === undefined ? line : paint.red(`${line}${isForged ? FORGED : ''}. An honest general would have said ${honest}.`);
    }),
    ...votes.filter(({ isAssumed }) => isAssumed).map(({ from, order }) => `${nameOf(from)} was silent, which counts as ${order}`),
    ...misdeeds.map(({ round, to, honest, said: now, late: after, forged }) => {
      const [said, late] = [now, after].map((texts) => texts.map((text) => `${text}${forged.includes(text) ? FORGED : ''}`)) as [string[], string[]];
      const instead = said.length === 0 ? 'kept silent' : `said ${said.join(' and ')}`;
      return paint.red(`round ${round}: ${name} ${instead} to ${nameOf(to)}${late.length === 0 ? '' : `, and ${late.join(' and ')} a round too late`}. An honest general would have said ${honest}.`);
    }),
    ...accusations.map(({ suspect, evidence: proof }) => `${name} accuses ${nameOf(suspect)}: ${proof}`),
    ...(votes.length === 0 ? [] : [`of the ${counted(votes.length, 'order')} that ${name} holds, attack has ${figure(attack)}, retreat ${figure(retreat)}`]),
    ...evidence,
  ];
}

const FORGED = ' under a forged signature';

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
