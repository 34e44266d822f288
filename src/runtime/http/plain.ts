import type { ServerResponse } from 'node:http';
import type { Counts } from './counts.ts';

/** An answer of one line, or of nothing but its status. */
export interface Plain {
  readonly status: number;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers straight from Node's own server. */
export function answerPlainly(counts: Counts, response: ServerResponse, { status, text, headers }: Plain): void {
  counts.add('answers', `${status}`);
  if (text === undefined) response.writeHead(status, headers === undefined ? KEPT : { ...KEPT, ...headers }).end();
  else response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'content-length': Buffer.byteLength(text) + 1, ...headers }).end(`${text}\n`);
}

const KEPT = { connection: 'keep-alive' };
