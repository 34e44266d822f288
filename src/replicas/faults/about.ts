import type { Message } from '../pbft/messages.ts';

/**
 * The type of a message and the numbers that tell it from others: what a traitor chooses about it depends on these. Digests,
 * marks and signatures are left out, as they depend on what somebody drew.
 */
export function aboutOf(message: Message): string {
  switch (message.type) {
    case 'request':
      return `request ${message.body.client} ${message.body.timestamp}`;
    case 'pre-prepare':
    case 'prepare':
    case 'commit':
      return `${message.type} ${message.body.view} ${message.body.sequence}`;
    case 'certificate':
      return `certificate ${message.phase} ${message.votes[0]?.body.view} ${message.votes[0]?.body.sequence}`;
    case 'checkpoint':
      return `checkpoint ${message.body.sequence}`;
    case 'view-change':
    case 'new-view':
      return `${message.type} ${message.body.view}`;
    case 'reply':
      return `reply ${message.body.client} ${message.body.answers[0]?.[0]}`;
    case 'status':
      return `status ${message.view} ${message.isChanging} ${message.executed} ${message.stable}`;
    case 'committed':
      return `committed ${message.commits[0]?.body.sequence}`;
    case 'executed':
      return `executed ${message.sequence}`;
    case 'state':
      return `state ${message.manifest.sequence}`;
    case 'fetch-chunk':
    case 'chunk':
      return `${message.type} ${message.sequence} ${message.index}`;
    case 'stable':
      return `stable ${message.proof[0]?.body.sequence}`;
    case 'batch':
      return `batch ${message.batch.requests[0]?.body.client} ${message.batch.requests[0]?.body.timestamp}`;
    case 'fetch':
      return 'fetch';
    default:
      return message satisfies never;
  }
}
