import type { NodeId } from '../../core/node.ts';
import { longNames } from './names.ts';
import type { Fact, Run } from './run.ts';
import { atTime } from './sentences.ts';

export interface TranscriptOptions {
  /** Whether every message is told too: who sent it to whom, and when it arrived. */
  readonly messages?: boolean;
}

/** What happened in a run, in the sentences that `simulate` says while it goes. */
export function transcriptOf({ head, facts, judgement }: Run, { messages = false }: TranscriptOptions = {}): string {
  const nameOf = longNames(head);
  const words = new Map<number, string>();
  const lines = [`${head.about}.`];
  for (const fact of facts) {
    const line = told(fact);
    if (line !== undefined) lines.push(atTime(fact.at, line));
  }
  lines.push(judgement.text);
  return lines.map((line) => `${line}\n`).join('');

  function told(fact: Fact): string | undefined {
    if (fact.type === 'event') return messages || !fact.isDetail ? fact.line : undefined;
    if (!messages) return undefined;
    if (fact.type === 'heard') return `${nameOf(fact.to)} hears ${words.get(fact.id)!} from ${nameOf(fact.from)}`;
    words.set(fact.id, fact.words);
    return `${nameOf(fact.from)} sends ${fact.words} to ${fact.to.map(nameOf).join(', ') || 'nobody'}`;
  }
}

/** How all came about that a node did and of which the trace tells that, each below what it is about. */
export function reasonsOf({ head, facts }: Run, node: NodeId): string {
  const told = facts.flatMap((fact) => (fact.type === 'event' && fact.node === node && fact.why !== undefined ? [[atTime(fact.at, fact.line ?? fact.words), ...fact.why.map((line) => atDepth(line))]] : []));
  if (told.length === 0) return `The trace does not tell why ${longNames(head)(node)} did anything.\n`;
  return told.flat().map((line) => `${line}\n`).join('');
}

/** Below what stands behind the time. */
const atDepth = (line: string): string => `${' '.repeat(atTime(0, '').length + 2)}${line}`;
