import type { Tampered } from '../fact.ts';
import type { Signer } from '../../core/machine.ts';
import type { NodeId } from '../../core/node.ts';
import type { Outcome } from '../outcome.ts';
import { contextOf, inWords, wordIn, type AnyRoundsProtocol } from '../protocol.ts';
import type { Saying } from './dictated.ts';
import { strategyNamed } from './registry.ts';

/** What became of one message that a general was to send. */
export interface Said {
  readonly round: number;
  readonly to: NodeId;
  /** What reached the receiver in that round, in the protocol’s own words. */
  readonly texts: readonly string[];
  /** The same as `choose` takes it. */
  readonly word: Saying;
}

/**
 * All that a general said in an order, one entry a message, in the order in which the protocol sends them. With these words given
 * to `choose`, it says the same again, and so they are what to change when somebody asks what would have been.
 * @returns undefined where it cannot be told so: it was lost, follows another protocol, or said something too late or more than a lie beside the truth
 */
export function saidBy(outcome: Outcome, protocol: AnyRoundsProtocol, id: NodeId, signer: Signer): Said[] | undefined {
  const report = outcome.account.reports.find((one) => one.id === id);
  // Who follows something else than the protocol is told by no words for its messages.
  if (report === undefined || strategyNamed(report.strategy ?? '')?.wrap !== undefined) return undefined;
  const setting = { ...outcome, members: outcome.roster.map((member) => member.id) };
  const context = contextOf(setting, id, signer);
  const say = (message: unknown): string => inWords(protocol, setting, message);
  const state = protocol.begin(context);
  if (id === outcome.commander) protocol.step(context, state, { type: 'input', input: outcome.order });
  const tampered = [...report.tampered];
  const all: Said[] = [];
  for (let round = 1; round <= protocol.rounds(setting); round += 1) {
    for (const effect of protocol.step(context, state, { type: 'round', round, inbox: report.heard[round - 2] ?? [] })) {
      if (effect.type !== 'send') continue;
      for (const to of effect.to) for (const honest of effect.messages) {
        const at = tampered.findIndex((one) => one.round === round && one.to === to && say(one.honest) === say(honest));
        const [lie] = at < 0 ? [] : tampered.splice(at, 1);
        const word = lie === undefined ? wordIn(protocol, setting, honest) : wordOf(lie);
        if (word === undefined) return undefined;
        all.push({ round, to, texts: (lie?.said ?? [honest]).map(say), word });
      }
    }
  }
  return tampered.length === 0 ? all : undefined;

  function wordOf({ honest, said, late }: Tampered): Saying | undefined {
    if (late.length > 0 || said.length > 2) return undefined;
    if (said.length === 0) return 'silence';
    if (said.length === 1) return wordIn(protocol, setting, said[0]);
    return say(said[0]) === say(honest) && say(said[1]) !== say(honest) ? 'both' : undefined;
  }
}
