import type { NodeId } from '../../core/node.ts';
import { symbolicDigest } from '../../core/signer.ts';
import type { LogJudge, SignedStatement } from '../judge/log.ts';
import type { Message, Proposal } from '../pbft/messages.ts';
import { primaryOf } from '../pbft/state.ts';

/** Tells the judge what a replica gives its word for in a message; what it passes on is the word of others. */
export function judgeStatements(judge: LogJudge, by: NodeId, n: number, message: Message): void {
  switch (message.type) {
    case 'pre-prepare':
    case 'prepare':
    case 'commit':
      return judge.said(by, placed(message.type, message.body));
    case 'checkpoint':
      return judge.said(by, { type: 'checkpoint', sequence: message.body.sequence, content: message.body.digest });
    case 'view-change': {
      const { view, replica } = message.body;
      if (replica !== by) return;
      judge.said(by, { type: 'view-change', view, content: symbolicDigest(message.body) });
      return judge.left(by, view);
    }
    case 'new-view': {
      const { view, prePrepares } = message.body;
      if (primaryOf(view, n) !== by) return;
      judge.said(by, { type: 'new-view', view, content: symbolicDigest(message.body) });
      for (const { body } of prePrepares) judge.said(by, placed('pre-prepare', body));
      return;
    }
    default:
  }
}

const placed = (type: string, { view, sequence, digest }: Proposal): SignedStatement => ({ type, view, sequence, content: digest });
