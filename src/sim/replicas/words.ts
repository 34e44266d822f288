import type { NodeId } from '../../core/node.ts';
import { symbolicDigest } from '../../core/seal.ts';
import type { LogJudge, Word } from '../../judge/log.ts';
import type { Message } from '../../protocols/pbft/messages.ts';
import { primaryOf } from '../../protocols/pbft/state.ts';

/** Tells the judge what a replica gives its word for in a message; what it passes on is the word of others. */
export function judgeWords(judge: LogJudge, by: NodeId, n: number, message: Message): void {
  for (const word of wordsIn(by, n, message)) judge.said(by, word);
  if (message.type === 'view-change' && message.body.replica === by) judge.left(by, message.body.view);
}

function wordsIn(by: NodeId, n: number, message: Message): Word[] {
  switch (message.type) {
    case 'pre-prepare':
    case 'prepare':
    case 'commit': {
      const { view, sequence, digest } = message.body;
      return [{ type: message.type, view, sequence, content: digest }];
    }
    case 'checkpoint':
      return [{ type: 'checkpoint', sequence: message.body.sequence, content: message.body.digest }];
    case 'view-change':
      return [{ type: 'view-change', view: message.body.view, content: symbolicDigest(message.body) }];
    case 'new-view': {
      const { view, prePrepares } = message.body;
      if (primaryOf(view, n) !== by) return [];
      return [{ type: 'new-view', view, content: symbolicDigest(message.body) }, ...prePrepares.map(({ body }) => ({ type: 'pre-prepare', view, sequence: body.sequence, content: body.digest }))];
    }
    default:
      return [];
  }
}
