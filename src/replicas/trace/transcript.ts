import { atTime, describeFact, describeJudgement } from '../sim/facts.ts';
import type { Run, ToldFact } from './run.ts';

export interface TranscriptOptions {
  /** Whether every message is told too: who sent it to whom, and when it arrived. */
  readonly messages?: boolean;
}

/** What happened in a run, in the sentences that `simulate` says while it goes. */
export function transcriptOf({ scheduled, facts, judged }: Run, { messages = false }: TranscriptOptions = {}): string {
  const replicas = new Set<number>(scheduled.members);
  const nameOf = (id: number): string => `${replicas.has(id) ? 'replica' : 'client'} ${id}`;
  const words = new Map<number, string>();
  const lines = [`${scheduled.about}.`];
  for (const fact of facts) {
    if (fact.type === 'sent' && messages) words.set(fact.id, fact.words);
    const line = describeFact(fact) ?? (messages ? said(fact) : undefined);
    if (line !== undefined) lines.push(line);
  }
  lines.push(describeJudgement(judged));
  return lines.map((line) => `${line}\n`).join('');

  function said(fact: ToldFact): string | undefined {
    switch (fact.type) {
      case 'asked':
        return atTime(fact.at, `client ${fact.client} is asked for ${JSON.stringify(fact.data)}, request ${fact.request}`);
      case 'sent':
        return atTime(fact.at, `${nameOf(fact.from)} sends ${fact.words} to ${fact.to.map(nameOf).join(', ')}`);
      case 'heard':
        return atTime(fact.at, `${nameOf(fact.to)} hears ${words.get(fact.id) ?? 'a message'} from ${nameOf(fact.from)}`);
      default:
        return undefined;
    }
  }
}
