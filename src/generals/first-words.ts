import type { NodeId } from '../core/node.ts';
import type { Heard } from './protocol.ts';
import { NOTHING, type Maybe, type Wording } from './values.ts';

/**
 * What each speaker said first under that label; nothing of whoever did not.
 * @param speakers in ascending order, as the senders in an inbox are
 */
export function firstWords<Label, Message>(words: Wording<Label, Message>, speakers: readonly NodeId[], inbox: readonly Heard<Message>[], label: Label): Maybe[] {
  // Of its size from the beginning, and without a look beyond the inbox's end: a sixth of a campaign's exchange among 16 was lost so.
  const said = Array<Maybe>(speakers.length);
  let place = 0;
  for (let index = 0; index < speakers.length; index += 1) {
    const from = speakers[index]!;
    while (place < inbox.length && inbox[place]!.from < from) place += 1;
    said[index] = place < inbox.length && inbox[place]!.from === from ? firstIn(words, inbox[place]!.messages, label) : NOTHING;
  }
  return said;
}

/** The same of one speaker. */
export function firstWord<Label, Message>(words: Wording<Label, Message>, speaker: NodeId, inbox: readonly Heard<Message>[], label: Label): Maybe {
  for (let place = 0; place < inbox.length; place += 1) if (inbox[place]!.from === speaker) return firstIn(words, inbox[place]!.messages, label);
  return NOTHING;
}

function firstIn<Label, Message>(words: Wording<Label, Message>, messages: readonly Message[], label: Label): Maybe {
  for (let place = 0; place < messages.length; place += 1) if (words.labelOf(messages[place]!) === label) return words.valueOf(messages[place]!);
  return NOTHING;
}
