import type { Machine } from '../../core/machine.ts';
import type { ClientVocabulary } from '../pbft/client.ts';
import type { Request } from '../pbft/messages.ts';
import { parseMessage } from '../pbft/parse.ts';

/** A Byzantine client: under one number it signs two requests, each with a mark of its own, and asks half of the replicas for each. */
export const twoFacedClient: Machine<ClientVocabulary, { next: number }> = {
  begin: () => ({ next: 1 }),
  parse: parseMessage,
  step({ self, members, signer }, state, event) {
    if (event.type !== 'input') return [];
    const timestamp = state.next;
    state.next += 1;
    return bothOf(event.input).map(({ data, mark }, half) => {
      const body = { client: self, timestamp, mark, key: '', operation: data };
      const message: Request = { type: 'request', body, signature: signer.sign('request', body) };
      return { type: 'send', to: members.filter((id) => id % 2 === half), message };
    });
  },
};

/** What it asks for where an honest one would ask for this. */
export const bothOf = ({ data, mark }: Wish): readonly [Wish, Wish] => [{ data, mark }, { data: `${data}, or not`, mark: `${mark}-` }];

type Wish = Pick<ClientVocabulary['input'], 'data' | 'mark'>;
