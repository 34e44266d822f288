import { quoted } from '../../core/user-error.ts';
import type { Met } from '../../trace/nodes/met.ts';
import type { Event } from '../../trace/nodes/run.ts';
import { inWords, type RunFact } from '../sim/facts.ts';

/** A fact that only replicas and their clients have. */
export type OwnFact = Exclude<RunFact, { readonly type: 'sent' | 'heard' | 'accused' | Met }>;

/** More characters of what clients ask and are answered nobody reads in a picture. */
const DATA_MAX = 16;

/** What such a fact is in pictures and sentences. */
export function eventOf(fact: OwnFact): Event {
  const { at, type: name } = fact;
  const said = { at, type: 'event', name, line: inWords(fact), isDetail: false } as const;
  switch (fact.type) {
    case 'asked':
      return { ...said, node: fact.client, words: `asks ${quoted(fact.data, DATA_MAX)}`, repeated: 'asks', line: `client ${fact.client} is asked for ${JSON.stringify(fact.data)}, request ${fact.request}`, isDetail: true };
    case 'executed':
      return { ...said, node: fact.by, words: `executes n${fact.sequence}`, repeated: 'executes' };
    case 'entered':
      return { ...said, node: fact.by, words: `enters view ${fact.view}`, repeated: 'enters views' };
    case 'transferred':
      return { ...said, node: fact.by, words: `takes the state at n${fact.sequence}`, repeated: 'takes a state' };
    case 'answered':
      return { ...said, node: fact.client, words: `gets ${fact.result === null ? 'null' : quoted(fact.result, DATA_MAX)}`, repeated: 'is answered' };
    case 'refused':
      return { ...said, node: fact.client, words: 'is refused', repeated: 'is refused' };
    case 'lapsed':
      return { ...said, node: fact.client, words: 'begins anew', repeated: 'begins anew' };
    case 'ended':
      return { ...said, node: fact.replica, words: fact.status === null ? 'ends as it crashed' : `ends at n${fact.status.sequence}`, repeated: 'ends' };
    default:
      return fact satisfies never;
  }
}
