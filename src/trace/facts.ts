import type { Fact, HeardFact } from '../core/fact.ts';
import type { Outcome } from '../core/outcome.ts';

/** All facts of an order: round by round, within a round by sender and receiver, then the decisions. */
export function factsOf(outcome: Outcome): Fact[] {
  const { number, commander, order, protocol, faults, seed, roster, account, verdict, findings, messages } = outcome;
  const traitors = roster.flatMap(({ id, state }) => (state.type === 'faulty' ? [{ id, strategy: state.strategy }] : []));
  const members = roster.map(({ id }) => id);
  return [
    { type: 'ordered', number, commander, order, protocol, m: faults, seed, members, traitors },
    ...[...heard(outcome), ...account.reports.flatMap(({ tampered }) => tampered)].toSorted(
      (a, b) => a.round - b.round || a.from - b.from || a.to - b.to || (a.type < b.type ? -1 : a.type > b.type ? 1 : 0),
    ),
    ...account.accusations.map((accusation) => ({ type: 'accused', ...accusation }) as const).toSorted((a, b) => a.by - b.by || a.suspect - b.suspect),
    ...account.losses.map(({ id, reason }) => ({ type: 'lost', general: id, reason }) as const),
    ...account.reports.flatMap(({ id, decision }) => (decision === undefined ? [] : [{ type: 'decided', by: id, decision } as const])),
    ...account.reports.flatMap(({ id, ballot }) => (ballot === undefined || id === commander ? [] : [{ type: 'voted', by: id, ballot } as const])),
    { type: 'judged', verdict: verdict.type, order: verdict.order ?? null, votes: verdict.votes, messages, findings: findings ?? null },
  ];
}

const heard = ({ account }: Outcome): HeardFact[] =>
  account.reports.flatMap((report) =>
    report.heard.flatMap(({ from, messages }, index) =>
      messages.map((message, place): HeardFact => ({ type: 'heard', round: index + 1, from: from[place]!, to: report.id, message })),
    ),
  );
