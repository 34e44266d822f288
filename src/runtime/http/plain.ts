import type { ServerResponse } from 'node:http';
import type { Counts } from './counts.ts';

/** An answer of one line, or of nothing but its status. */
export interface Plain {
  readonly status: number;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Answers straight from Node's own server. */
export function answerPlainly(counts: Counts, response: ServerResponse, { status, text, headers }: Plain): void {
  if (text !== undefined) return answerText(counts, response, { status, text: `${text}\n`, headers });
  counts.add('answers', `${status}`);
  response.writeHead(status, headers).end();
}

/** The same, with a text that has all its lines. */
export function answerText(counts: Counts, response: ServerResponse, { status, text, headers }: Plain & { readonly text: string }): void {
  counts.add('answers', `${status}`);
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(text), ...headers }).end(text);
}
