import type { NodeId } from '../core/node.ts';
import type { Heard } from './protocol.ts';
import { NOTHING, type Maybe, type Wording } from './values.ts';

/**
 * What each speaker said first under that label; nothing of whoever did not.
 * @param speakers in ascending order, as the senders in an inbox are
 */
export function firstWords<Label, Message>(words: Wording<Label, Message>, speakers: readonly NodeId[], inbox: readonly Heard<Message>[], label: Label): Maybe[] {
  const said: Maybe[] = [];
  let place = 0;
  for (let index = 0; index < speakers.length; index += 1) {
    const from = speakers[index]!;
    let heard = inbox[place];
    while (heard !== undefined && heard.from < from) heard = inbox[(place += 1)];
    said.push(heard?.from === from ? firstIn(words, heard.messages, label) : NOTHING);
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
