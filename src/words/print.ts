import type { Message } from './messages.ts';

/** So many blanks make room in a reply for the longest reply to it: a name may be longer than another. */
export const REPLY_ROOM = 260;
/** And in a greeting for that reply. */
export const GREETING_ROOM = REPLY_ROOM + 300;

/** A message as the strictest readers want it: the standard names, `due` as an integer, values as strings, peers as `"host:port"`. */
export const print = (message: Message): string => JSON.stringify(fieldsOf(message));

/** How many bytes it takes. */
export const sizeOf = (message: Message): number => new TextEncoder().encode(print(message)).length;

function fieldsOf(message: Message): object {
  switch (message.type) {
    case 'gossip':
      return { command: 'GOSSIP', host: message.host, port: message.port, name: message.name, messageID: message.id, ...lifeOf(message), ...padOf(message) };
    case 'gossip-reply':
      return { command: 'GOSSIP_REPLY', host: message.host, port: message.port, name: message.name, ...(message.replyTo === undefined ? {} : { 'reply-to': message.replyTo }), ...(message.id === undefined ? {} : { messageID: message.id }), ...lifeOf(message), ...(message.known === undefined ? {} : { known: message.known }), ...padOf(message) };
    case 'consensus': {
      const { om, index, value, peers, id, due, path, root, within, missed } = message;
      return { command: 'CONSENSUS', OM: om, index, value, peers, messageID: id, due: Math.ceil(due), ...(path === undefined ? {} : { path, root, within, missed }) };
    }
    case 'consensus-reply':
      return { command: 'CONSENSUS-REPLY', value: message.value, 'reply-to': message.replyTo, ...(message.unsure === undefined ? {} : { unsure: message.unsure }) };
    case 'query':
      return { command: 'QUERY', pad: PAD };
    case 'query-reply':
      return { command: 'QUERY-REPLY', database: message.database };
    case 'set':
      return { command: 'SET', index: message.index, value: message.value };
    default:
      return message satisfies never;
  }
}

const padOf = ({ room }: { readonly room?: number }): object => (room === undefined ? {} : { pad: ' '.repeat(room) });

const lifeOf = ({ life }: { readonly life?: string }): object => (life === undefined ? {} : { life });

/** A peer that does not know us answers with no more bytes than it was asked with: so there is room for five of the longest words. */
const PAD = ' '.repeat(5 * 200);
