import type { NodeId } from '../../core/node.ts';
import type { Fact, HeardFact, Ordered, Tampered } from '../fact.ts';
import type { Accusation, Loss, News, Report, RunObserver } from '../host.ts';
import type { Member, Outcome } from '../outcome.ts';
import { inWords } from '../protocol.ts';
import { protocolNamed } from '../protocols/registry.ts';

/**
 * All facts of an order, messages in their protocol's own words (so without signatures, which differ from host to host):
 * round by round, within a round by sender and receiver, then the decisions.
 */
export function factsOf(outcome: Outcome): Fact[] {
  const { commander, account, verdict, findings, messages } = outcome;
  const ordered = orderedOf(outcome);
  const say = sayingOf(ordered);
  return [
    ordered,
    ...account.reports.flatMap(({ id, heard, tampered }) => newsFacts(id, { told: 0, heard, tampered }, say)).toSorted(
      (a, b) => a.round - b.round || a.from - b.from || a.to - b.to || (a.type < b.type ? -1 : a.type > b.type ? 1 : 0),
    ),
    ...account.accusations.flatMap(accusedFacts),
    ...account.losses.map(lostFact),
    ...account.reports.flatMap(decidedFacts),
    ...account.reports.flatMap((report) => votedFacts(report, commander)),
    { type: 'judged', verdict: verdict.type, order: verdict.order ?? null, votes: verdict.votes, messages, findings: findings ?? null },
  ];
}

/** The first fact of an order, which can be told before anything else is known of it. */
export function orderedOf({ number, commander, order, protocol, m, seed, roster }: Pick<Outcome, 'number' | 'commander' | 'order' | 'protocol' | 'm' | 'seed'> & { readonly roster: readonly Member[] }): Ordered {
  const traitors = roster.flatMap(({ id, state }) => (state.type === 'faulty' ? [{ id, strategy: state.strategy }] : []));
  return { type: 'ordered', number, commander, order, protocol, m, seed, members: roster.map(({ id }) => id), traitors };
}

/** Tells that an order was given, then makes facts of what a host tells while it is under way. */
export function factsAsTheyCome(ordered: Ordered, tell: (fact: Fact) => void): RunObserver {
  const say = sayingOf(ordered);
  tell(ordered);
  const tellAll = (facts: readonly Fact[]): void => facts.forEach((fact) => tell(fact));
  return {
    news: (id, news) => tellAll(newsFacts(id, news, say).toSorted((a, b) => a.round - b.round)),
    reported: (report) => tellAll([...decidedFacts(report), ...votedFacts(report, ordered.commander)]),
    accused: (accusation) => tellAll(accusedFacts(accusation)),
    lost: (loss) => tell(lostFact(loss)),
  };
}

type Say = (message: unknown) => unknown;

function sayingOf({ members, commander, protocol, m }: Ordered): Say {
  const known = protocolNamed(protocol);
  return (message) => (known === undefined ? message : inWords(known, { members, commander, m }, message));
}

const newsFacts = (id: NodeId, { told, heard, tampered }: News, say: Say): (HeardFact | Tampered)[] => [
  ...heard.flatMap((inbox, index) =>
    inbox.flatMap(({ from, messages }) => messages.map((message): HeardFact => ({ type: 'heard', round: told + index + 1, from, to: id, message: say(message) }))),
  ),
  ...tampered.map(({ honest, said, late, forged, ...fact }): Tampered => ({ ...fact, honest: say(honest), said: said.map(say), late: late.map(say), ...(forged === undefined ? {} : { forged: forged.map(say) }) })),
];

/** Who is silent is lost, which is told as such; which of the others gave it up first is a race of their clocks. */
const accusedFacts = (accusation: Accusation): Fact[] => (accusation.kind === 'misbehaviour' ? [{ type: 'accused', ...accusation }] : []);

const lostFact = ({ id, reason }: Loss): Fact => ({ type: 'lost', general: id, reason });

const decidedFacts = ({ id, decision }: Report): Fact[] => (decision === undefined ? [] : [{ type: 'decided', by: id, decision }]);

const votedFacts = ({ id, ballot }: Report, commander: NodeId): Fact[] => (ballot === undefined || id === commander ? [] : [{ type: 'voted', by: id, ballot }]);
