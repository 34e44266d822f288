import type { NodeId } from '../../core/node.ts';
import { longNames } from './names.ts';
import type { Fact, Run } from './run.ts';
import { atTime } from './sentences.ts';

export interface TranscriptOptions {
  /** Whether every message is told too: who sent it to whom, and when it arrived. */
  readonly messages?: boolean;
}

/** What happened in a run, in the sentences that `simulate` says while it goes. */
export function transcriptOf(run: Run, options: TranscriptOptions = {}): string {
  const { head, facts, judgement } = run;
  const tell = tellerOf(run, options);
  const lines = [`${head.about}.`];
  for (const fact of facts) {
    const line = tell(fact);
    if (line !== undefined) lines.push(atTime(fact.at, line));
  }
  lines.push(judgement.text);
  return lines.map((line) => `${line}\n`).join('');
}

/** What is said of each fact of a run; undefined of what people would see too much of. */
export function tellerOf({ head, facts }: Run, { messages = false }: TranscriptOptions = {}): (fact: Fact) => string | undefined {
  const nameOf = longNames(head);
  const words = new Map(messages ? facts.flatMap((fact) => (fact.type === 'sent' ? [[fact.id, fact.words] as const] : [])) : []);
  return (fact) => {
    if (fact.type === 'event') return messages || !fact.isDetail ? fact.line : undefined;
    if (!messages) return undefined;
    if (fact.type === 'heard') return `${nameOf(fact.to)} hears ${words.get(fact.id)!} from ${nameOf(fact.from)}`;
    return `${nameOf(fact.from)} sends ${fact.words} to ${fact.to.map(nameOf).join(', ') || 'nobody'}`;
  };
}

/** How all came about that a node did and of which the trace tells that, each below what it is about. */
export function reasonsOf({ head, facts }: Run, node: NodeId): string {
  const told = facts.flatMap((fact) => (fact.type === 'event' && fact.node === node && fact.why !== undefined ? [[atTime(fact.at, fact.line ?? fact.words), ...fact.why.map((line) => atDepth(line))]] : []));
  if (told.length === 0) return `The trace does not tell why ${longNames(head)(node)} did anything.\n`;
  return told.flat().map((line) => `${line}\n`).join('');
}

/** Below what stands behind the time. */
const atDepth = (line: string): string => `${' '.repeat(atTime(0, '').length + 2)}${line}`;
