import { wordIn, type AnyRoundsProtocol, type Setting } from '../protocol.ts';
import { say, type Action } from '../strategy.ts';
import type { Word } from './result.ts';

/**
 * What may become of a traitor's message, the honest message first: each lie that the protocol knows, silence, and the honest
 * message together with a lie; without those that do the same as another one with no more lies, as the protocol claims.
 * Of two smallest lies the first is shown, so where lies may be forgeries that come to nothing, silence is before them.
 *
 * What else may become of one message (it is late, garbled, or said once more) is dropped by all of our protocols. For
 * the exchange, OM and the phase king that is all that traitors can do, since there every message that a receiver
 * looks at is one that its sender was to send. In SM traitors could also sign in each other's names, or keep a chain back for
 * a later round: neither is tried here, for the reasons that `generals/protocols/signed.ts` gives. In PBFT, which knows no rounds, what
 * is late counts too, and is not tried; a verdict about these two says what it leaves out.
 */
export function alternativesTo<Message>({ claims = {} }: AnyRoundsProtocol, honest: Message, lies: readonly Message[]): Action<Message>[] {
  const told = lies.map((lie) => say(lie));
  // Where silence is the default order, either the honest message or its lie does what silence would.
  const silence = claims.silenceIsTheDefault === true ? [] : [say<Message>()];
  if (claims.firstWordCounts === true) return [say(honest), ...told, ...silence];
  return [say(honest), ...silence, ...told, ...lies.map((lie) => say(honest, lie))];
}

/**
 * What an action comes to in one word: the word of its message, `silence`, or `both` for the honest message and a lie.
 * Undefined for what no checker tries: the same twice, or something late.
 */
export function wordOf(protocol: AnyRoundsProtocol, setting: Setting, { now, late }: Action<unknown>): Word | undefined {
  const [first, second] = now;
  if (late.length > 0 || now.length > 2 || (now.length === 2 && first === second)) return undefined;
  if (second !== undefined) return 'both';
  if (first === undefined) return 'silence';
  return wordIn(protocol, setting, first);
}
