import { nameOf, type NodeId } from '../core/node.ts';
import type { Member, Outcome } from '../generals/outcome.ts';
import { checkJson } from '../generals/check/report.ts';
import { sayingsOf, traceOf, type Saying } from '../generals/trace/steps.ts';
import type { Lie } from '../generals/trace/messages.ts';
import type { Answer } from './command.ts';

/** One JSON object for one command, in the format `v: 1`: `ok` tells success, `type` what else is there. */
export function jsonOf(answer: Exclude<Answer, { type: 'nothing' }>): string {
  if (answer.type === 'mistake') return JSON.stringify({ v: 1, ok: false, error: answer.message });
  return JSON.stringify({ v: 1, ok: true, command: answer.command, ...dataOf(answer) });
}

function dataOf({ result }: Answer & { type: 'result' }): object {
  switch (result.type) {
    case 'roster':
      return { type: result.type, members: result.members.map(memberData) };
    case 'outcome':
      return { type: result.type, ...outcomeData(result.outcome), primary: result.primary ?? null, ...(result.facts.length === 0 ? {} : { facts: result.facts }) };
    case 'check':
      return checkJson(result.result, result.protocol);
    case 'why': {
      const { outcome, reasons } = result.explanation;
      return {
        type: result.type,
        ...outcomeData(outcome),
        generals: reasons.map(({ general, causes, evidence, accusations, hearings, misdeeds, votes, decision, ballot }) => ({
          ...memberData(general),
          ...(causes === undefined ? {} : { causes: causes.map((cause) => ({ ...cause, from: nameOf(cause.from) })), evidence }),
          accusations: accusations.map(({ suspect, evidence: proof }) => ({ suspect: nameOf(suspect), evidence: proof })),
          heard: hearings.map(({ round, from, text, ...lie }) => ({ round, from: nameOf(from), message: text, ...lieData(lie) })),
          tampered: misdeeds.map(({ to, forged, ...misdeed }) => ({ ...misdeed, ...(forged.length === 0 ? {} : { forged }), to: nameOf(to) })),
          votes: votes.map(({ from, order, isAssumed, isTampered }) => ({ from: nameOf(from), order, assumed: isAssumed, tampered: isTampered })),
          decision: decision ?? null,
          ballot: ballot ?? null,
        })),
      };
    }
    case 'help':
      return { type: result.type, lines: result.groups.flatMap(({ lines }) => lines), notes: result.notes };
    case 'topic':
      return { ...result, paper: result.paper ?? null, example: result.example ?? null };
    case 'show':
      return { type: result.type, ...outcomeData(result.outcome), round: result.round ?? null, sayings: sayingsOf(traceOf(result.outcome)).filter(({ round }) => result.round === undefined || round === result.round).map(sayingData) };
    case 'steps':
      return {
        type: result.type,
        ...outcomeData(result.outcome),
        rounds: result.steps.map(({ round, sayings, lieutenants }) => ({
          round,
          sayings: sayings.map(sayingData),
          generals: lieutenants.map(({ id, heard, before, after }) => ({ name: nameOf(id), heard: heard.map(({ from, text, ...lie }) => ({ from: nameOf(from), text, ...lieData(lie) })), before: before ?? null, after: after ?? null })),
        })),
      };
    case 'demo':
      return { type: result.type, name: result.name, steps: result.steps.map((step) => (step.type === 'comment' || step.answer.type === 'nothing' ? { type: 'comment', text: step.type === 'comment' ? step.text : step.line } : { type: step.type, line: step.line, answer: JSON.parse(jsonOf(step.answer)) as unknown })) };
    default:
      return result;
  }
}

function outcomeData({ number, order, protocol, m: faults, seed, draw, commander, roster, verdict, findings, messages, account }: Outcome): object {
  return {
    number,
    order,
    protocol,
    m: faults,
    seed,
    draw,
    commander: nameOf(commander),
    members: roster.map((standing) => ({ ...memberData(standing), majority: standing.majority ?? null })),
    verdict: { ...verdict, order: verdict.order ?? null },
    findings: findings ?? null,
    messages,
    losses: account.losses.map(({ id, reason }: { id: NodeId; reason: string }) => ({ general: nameOf(id), reason })),
  };
}

const sayingData = ({ from, to, text, honest, isForged, ...saying }: Saying): object => ({ ...saying, from: nameOf(from), to: to.map(nameOf), text: text ?? null, ...lieData({ honest, isForged }) });

const lieData = ({ honest, isForged }: Lie): object => ({ ...(honest === undefined ? {} : { honest }), ...(isForged ? { forged: true } : {}) });

const memberData = ({ id, role, state }: Member): object => ({
  id,
  name: nameOf(id),
  role,
  state: { loyal: 'NF', faulty: 'F', lost: 'lost' }[state.type],
  ...(state.type === 'faulty' ? { strategy: state.strategy } : {}),
});
