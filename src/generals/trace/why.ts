import { counted } from '../../core/figures.ts';
import type { Accusation } from '../host.ts';
import type { Signer } from '../../core/machine.ts';
import { nameOf, type NodeId } from '../../core/node.ts';
import { DEFAULT_ORDER, type Order } from '../order.ts';
import type { Outcome, MemberResult } from '../outcome.ts';
import { contextOf, inWords, type AnyRoundsProtocol, type Vote } from '../protocol.ts';
import { causesOf } from './cause.ts';
import { liesAsHeard, type Lie } from './messages.ts';

/** One message, or the lack of one where somebody had the floor. */
export interface Hearing extends Lie {
  readonly round: number;
  readonly from: NodeId;
  readonly text: string;
}

/** What a traitor did to one of its messages. */
export interface Misdeed {
  readonly round: number;
  readonly to: NodeId;
  readonly honest: string;
  /** What it said instead; empty where it kept silent. */
  readonly said: readonly string[];
  readonly late: readonly string[];
  /** Those of both that are under a forged signature. */
  readonly forged: readonly string[];
}

/** Why one general decided as it did. */
export interface Reasons {
  readonly general: MemberResult;
  /** The messages that fixed its decision; undefined where it decided nothing, or for its own order. */
  readonly causes: readonly { readonly round: number; readonly from: NodeId; readonly text: string }[] | undefined;
  /** How it came from what it heard to what it decided, in the protocol's own way. */
  readonly evidence: readonly string[];
  readonly accusations: readonly Accusation[];
  readonly hearings: readonly Hearing[];
  readonly misdeeds: readonly Misdeed[];
  /** The orders of which its decision is the majority; none for a primary, which decides for its own order. */
  readonly votes: readonly (Vote & { readonly isTampered: boolean })[];
  readonly decision: Order | undefined;
  readonly ballot: Order | undefined;
}

/** The last order, told from what the generals reported. */
export interface Explanation {
  readonly outcome: Outcome;
  /** The one general that was asked about, or undefined for all. */
  readonly about: NodeId | undefined;
  readonly reasons: readonly Reasons[];
}

/**
 * @param signerOf the signatures of a general in that order
 * @param about one general, whose decision is traced back to its causes; all, without causes, if undefined
 */
export function explain(outcome: Outcome, protocol: AnyRoundsProtocol, signerOf: (id: NodeId) => Signer, about?: NodeId): Explanation {
  const asked = outcome.roster.filter(({ id }) => about === undefined || id === about);
  return { outcome, about, reasons: asked.map((general) => reasonsOf(general, outcome, protocol, signerOf(general.id), about !== undefined)) };
}

function reasonsOf(general: MemberResult, outcome: Outcome, protocol: AnyRoundsProtocol, signer: Signer, isDeep: boolean): Reasons {
  const report = outcome.account.reports.find(({ id }) => id === general.id);
  const context = contextOf({ ...outcome, members: outcome.roster.map(({ id }) => id) }, general.id, signer);
  const inboxes = report?.heard ?? [];
  const say = (message: unknown): string => inWords(protocol, context, message);
  const lieIn = liesAsHeard(outcome.account.reports.flatMap(({ tampered }) => tampered), say);
  const hearings = inboxes.flatMap((inbox, index) =>
    inbox.flatMap(({ from, messages }) =>
      messages.map((message): Hearing => {
        const text = say(message);
        return { round: index + 1, from, text, ...lieIn(index + 1, from, general.id, text) };
      }),
    ),
  );
  const decision = general.id === outcome.commander ? undefined : report?.decision;
  const votes = decision === undefined ? [] : (protocol.votes?.(context, inboxes) ?? []);
  const causes = decision === undefined || !isDeep ? undefined : causesOf(protocol, context, inboxes, decision);
  return {
    general,
    causes: causes?.map(({ round, from, message }) => ({ round, from, text: say(message) })),
    evidence: decision === undefined || !isDeep ? [] : (protocol.evidence?.(context, inboxes) ?? []),
    accusations: outcome.account.accusations.filter(({ by, kind }) => by === general.id && kind === 'misbehaviour'),
    hearings,
    misdeeds: (report?.tampered ?? []).map(({ round, to, honest, said, late, forged = [] }) => ({
      round,
      to,
      honest: say(honest),
      said: said.map(say),
      late: late.map(say),
      forged: forged.map(say),
    })),
    votes: votes.map((vote) => ({ ...vote, isTampered: hearings.some(({ from, honest }) => from === vote.from && honest !== undefined) })),
    decision: report?.decision,
    ballot: report?.ballot,
  };
}

/** More causes than this are counted, not told. */
const CAUSES_MAX = 6;

/** Why a general decided so, in a sentence, the messages that made it, and what would have been without them; a line for each. */
export function causesInWords({ general, causes, decision }: Reasons): string[] {
  const decided = `${nameOf(general.id)} decided ${decision ?? 'nothing'}`;
  if (causes === undefined) return [`${decided}.`];
  if (causes.length === 0) return [`${decided}, the default: nothing that it heard made it decide otherwise.`];
  const lines = new Map<string, { readonly round: number; readonly text: string; readonly from: string[] }>();
  for (const { round, from, text } of causes.slice(0, CAUSES_MAX)) {
    const key = `${round} ${text}`;
    const line = lines.get(key) ?? { round, text, from: [] };
    line.from.push(nameOf(from));
    lines.set(key, line);
  }
  const rest = causes.length - CAUSES_MAX;
  const isDefault = decision === DEFAULT_ORDER;
  const these = causes.length === 1 ? 'this' : 'one of these';
  return [
    `${decided} because of what it heard:`,
    ...[...lines.values()].map(({ round, text, from }) => `  round ${round}: ${from.join(', ')} said ${text}`),
    ...(rest > 0 ? [`  and ${counted(rest, 'more message like this', 'more messages like these')}`] : []),
    isDefault
      ? `Had all else said the opposite, it would have decided the same. Had ${these} said so as well, it would not.`
      : `Had it heard nothing else, it would have decided the same. Had ${these} been missing as well, it would not.`,
  ];
}

/** What `g-why` says first, in one sentence for each thing. */
export function headlines({ outcome }: Explanation): string[] {
  const lost = outcome.roster.filter(({ state }) => state.type === 'lost');
  return [
    `Order ${outcome.number}: ${nameOf(outcome.commander)} ordered ${outcome.order}; ${counted(outcome.roster.length, 'general')}, ${traitorsText(outcome.roster)}; protocol ${outcome.protocol}, ${counted(outcome.messages, 'message')}.`,
    ...lost.map(({ id, state }) => `${nameOf(id)} is lost${state.type === 'lost' ? `: it ${state.reason}` : ''}.`),
  ];
}

/** `no traitors`, or `traitors G2, G3`. */
export function traitorsText(roster: Outcome['roster']): string {
  const traitors = roster.filter(({ state }) => state.type === 'faulty').map(({ id }) => nameOf(id));
  return traitors.length === 0 ? 'no traitors' : `traitors ${traitors.join(', ')}`;
}
