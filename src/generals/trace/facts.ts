import type { Fact, HeardFact, Tampered } from '../fact.ts';
import type { Outcome } from '../outcome.ts';
import { inWords } from '../protocol.ts';
import { protocolNamed } from '../protocols/registry.ts';

/**
 * All facts of an order, messages in their protocol's own words (so without signatures, which differ from host to host):
 * round by round, within a round by sender and receiver, then the decisions.
 */
export function factsOf(outcome: Outcome): Fact[] {
  const { number, commander, order, protocol, m: faults, seed, roster, account, verdict, findings, messages } = outcome;
  const traitors = roster.flatMap(({ id, state }) => (state.type === 'faulty' ? [{ id, strategy: state.strategy }] : []));
  const members = roster.map(({ id }) => id);
  const known = protocolNamed(protocol);
  const say = (message: unknown): unknown => (known === undefined ? message : inWords(known, { members, commander, m: faults }, message));
  return [
    { type: 'ordered', number, commander, order, protocol, m: faults, seed, members, traitors },
    ...[...heard(outcome, say), ...account.reports.flatMap(({ tampered }) => tampered.map((fact) => worded(fact, say)))].toSorted(
      (a, b) => a.round - b.round || a.from - b.from || a.to - b.to || (a.type < b.type ? -1 : a.type > b.type ? 1 : 0),
    ),
    // Who is silent is lost, which is told below; which of the others gave it up first is a race of their clocks.
    ...account.accusations.filter(({ kind }) => kind === 'misbehaviour').map((accusation) => ({ type: 'accused', ...accusation }) as const),
    ...account.losses.map(({ id, reason }) => ({ type: 'lost', general: id, reason }) as const),
    ...account.reports.flatMap(({ id, decision }) => (decision === undefined ? [] : [{ type: 'decided', by: id, decision } as const])),
    ...account.reports.flatMap(({ id, ballot }) => (ballot === undefined || id === commander ? [] : [{ type: 'voted', by: id, ballot } as const])),
    { type: 'judged', verdict: verdict.type, order: verdict.order ?? null, votes: verdict.votes, messages, findings: findings ?? null },
  ];
}

type Say = (message: unknown) => unknown;

const heard = ({ account }: Outcome, say: Say): HeardFact[] =>
  account.reports.flatMap((report) =>
    report.heard.flatMap((inbox, index) =>
      inbox.flatMap(({ from, messages }) => messages.map((message): HeardFact => ({ type: 'heard', round: index + 1, from, to: report.id, message: say(message) }))),
    ),
  );

const worded = ({ honest, said, late, ...fact }: Tampered, say: Say): Tampered => ({ ...fact, honest: say(honest), said: said.map(say), late: late.map(say) });
