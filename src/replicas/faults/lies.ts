import type { Context } from '../../core/machine.ts';
import type { Batch, Message, Proposal } from '../pbft/messages.ts';
import { NUMBERS } from '../pbft/settings.ts';

export const NOTHING: Batch = { requests: [] };

/** Another message of the same kind that its speaker can sign itself; undefined where there is none. */
export function falsified({ signer, self }: Context, message: Message): Message | undefined {
  switch (message.type) {
    case 'pre-prepare': {
      const requests = message.batch.requests.length > 1 ? message.batch.requests.slice(1) : [...message.batch.requests, ...message.batch.requests];
      const batch = { requests };
      const body = { ...message.body, digest: signer.digest(batch) };
      return { type: 'pre-prepare', body, signature: signer.sign('pre-prepare', body), batch };
    }
    case 'prepare':
    case 'commit': {
      const body = { ...message.body, digest: signer.digest(NOTHING) };
      return { type: message.type, body, signature: signer.sign(message.type, body) };
    }
    case 'checkpoint': {
      const body = { ...message.body, digest: signer.digest(NOTHING) };
      return { type: 'checkpoint', body, signature: signer.sign('checkpoint', body) };
    }
    case 'view-change': {
      // It may always say that nothing prepared with it.
      const body = { ...message.body, prepared: [] };
      return { type: 'view-change', body, signature: signer.sign('view-change', body) };
    }
    case 'new-view': {
      const prePrepares = message.body.prePrepares.map(({ body }) => {
        const other = { ...body, digest: signer.digest(NOTHING) };
        return { body: other, signature: signer.sign('pre-prepare', other) };
      });
      const body = { ...message.body, prePrepares };
      return { type: 'new-view', body, signature: signer.sign('new-view', body) };
    }
    case 'reply': {
      // It has another answer, or says that the number is used, which it has stand where it likes.
      const body = { ...message.body, answers: message.body.answers.map(([timestamp, request]) => [timestamp, request, timestamp % 2 === 0 ? 'a lie' : { stale: NUMBERS - 1 }] as const) };
      return { type: 'reply', body, signature: signer.sign('reply', body) };
    }
    case 'status':
      return { ...message, executed: message.executed + 3, view: message.view + 1 };
    case 'state':
      return { ...message, manifest: { ...message.manifest, tail: [`a lie of ${self}`] } };
    case 'chunk':
      return { ...message, chunk: { type: 'values', entries: [['a lie', `of ${self}`]] } };
    case 'fetch-chunk':
      return { ...message, index: message.index + 1 };
    case 'committed':
    case 'executed':
    case 'batch':
      return { ...message, batch: NOTHING };
    case 'certificate':
      return { ...message, votes: message.votes.slice(1) };
    case 'stable':
      return { ...message, proof: message.proof.slice(1) };
    case 'request':
    case 'fetch':
      return undefined;
    default:
      return message satisfies never;
  }
}

/** The same with one number more or less, signed anew. */
export function shifted({ signer }: Context, message: Message, by: { readonly view: number; readonly sequence: number }): Message | undefined {
  const moved = <Body extends Proposal>(body: Body): Body => ({ ...body, view: Math.max(0, body.view + by.view), sequence: Math.max(1, body.sequence + by.sequence) });
  switch (message.type) {
    case 'pre-prepare': {
      const body = moved(message.body);
      return { ...message, body, signature: signer.sign('pre-prepare', body) };
    }
    case 'prepare':
    case 'commit': {
      const body = moved(message.body);
      return { type: message.type, body, signature: signer.sign(message.type, body) };
    }
    case 'view-change': {
      const body = { ...message.body, view: Math.max(1, message.body.view + by.view) };
      return { type: 'view-change', body, signature: signer.sign('view-change', body) };
    }
    default:
      return undefined;
  }
}
