import { behavioursOf, type RunSpec } from '../generals/run-spec.ts';
import { nameOf, nodeId } from '../core/node.ts';
import { ORDERS } from '../generals/order.ts';
import { parseId } from '../core/parse.ts';
import { UserError } from '../core/user-error.ts';
import { BOTH, NOTHING, SILENCE, WordMissing } from '../generals/faults/dictated.ts';
import { simulate } from '../generals/sim/simulate.ts';
import type { Session } from './command.ts';
import type { Question } from './person.ts';

const SUMMARIES: Readonly<Record<string, string>> = {
  [NOTHING]: 'a message for neither order',
  [SILENCE]: 'no message',
  [BOTH]: 'the honest one, then a lie',
};

/**
 * Asks what a traitor says in the first message that has no word yet; undefined if each has one. What it will have to say is
 * seen in virtual time, as if the order were to attack.
 * @param words its id, and the words for its messages so far
 */
export function nextSaying({ army }: Session, [id = '', ...said]: readonly string[]): Question | undefined {
  const traitor = nodeId(parseId(id) ?? 0);
  const members = army.members();
  const commander = members.find(({ role }) => role === 'primary')?.id;
  if (commander === undefined) throw new UserError('there is no general to give the order');
  const missing = trial(said);
  if (!(missing instanceof WordMissing)) return undefined;
  const words = [...ORDERS, NOTHING, SILENCE, BOTH].filter((word) => {
    const result = trial([...said, word]);
    return result === undefined || result instanceof WordMissing;
  });
  return {
    type: 'list',
    message: `Message ${said.length + 1} of ${nameOf(traitor)}, to ${nameOf(missing.to)} in round ${missing.round}:`,
    choices: words.map((word) => ({ word, ...(SUMMARIES[word] === undefined ? {} : { summary: SUMMARIES[word] }) })),
  };

  /** What keeps these words from being all that the traitor says; undefined if nothing does. */
  function trial(tried: readonly string[]): UserError | undefined {
    const behaviours = behavioursOf(new Map(members.flatMap((member) => (member.state.type === 'faulty' ? [[member.id, member.state.strategy]] : []))));
    behaviours.set(traitor, { ...behaviours.get(traitor), words: tried });
    const lost = new Set(members.flatMap((member) => (member.state.type === 'lost' ? [member.id] : [])));
    const { seed, protocol, m, deadline } = army;
    const spec: RunSpec = { number: 1, draw: 1, order: ORDERS[0]!, protocol: protocol.name, m, seed, commander: commander!, members: members.map((member) => member.id), deadline };
    try {
      simulate(spec, { behaviours, lost });
      return undefined;
    } catch (error) {
      if (error instanceof UserError) return error;
      throw error;
    }
  }
}
