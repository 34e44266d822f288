import type { ReplicaMachine } from '../../core/machine.ts';
import type { ClientVocabulary } from '../../protocols/pbft/client.ts';
import type { Request } from '../../protocols/pbft/messages.ts';
import { parseMessage } from '../../protocols/pbft/parse.ts';

/** A Byzantine client: under one number it signs two requests, and asks half of the replicas for each. */
export const twoFacedClient: ReplicaMachine<ClientVocabulary, { next: number }> = {
  begin: () => ({ next: 1 }),
  recover: () => ({ next: 1 }),
  parse: parseMessage,
  step({ self, members, seal }, state, event) {
    if (event.type !== 'input') return [];
    const timestamp = state.next;
    state.next += 1;
    return bothOf(event.input.data).map((operation, half) => {
      const body = { client: self, timestamp, operation };
      const message: Request = { type: 'request', body, signature: seal.sign('request', body) };
      return { type: 'send', to: members.filter((id) => id % 2 === half), message };
    });
  },
};

/** What it asks for where an honest one would ask for this. */
export const bothOf = (data: string): [string, string] => [data, `${data}, or not`];
