import { counted } from '../../core/figures.ts';
import { nodeId } from '../../core/node.ts';
import { NODES_MAX } from '../../trace/nodes/kind.ts';
import type { Head } from '../../trace/nodes/run.ts';
import { isCount, isList, type Fields } from '../../trace/sound.ts';

/*
 * Version 1 of the traces of replicas: messages had no numbers, nothing was said of arrivals, `members` was how many replicas there
 * were, and what was drawn stood among the other fields of the first fact.
 */

/** Whether the first fact has what that version had beside what all have. */
export const isOldHead = (head: Fields): boolean =>
  [head['members'], head['clients']].every((count) => isCount(count) && count <= NODES_MAX) && head['members'] !== 0 && typeof head['follows'] === 'boolean' &&
  ['lost', 'repeated', 'delay'].every((field) => isCount(head[field])) && ['requests', 'pretences', 'cuts', 'falls', 'pauses', 'lapses'].every((field) => isList(head[field])) &&
  (head['traitors'] as Fields[]).every(({ id }) => (id as number) < (head['members'] as number));

/** The first fact of a run as it would be in this version. The last client is a Byzantine one, who may have asked for nothing. */
export function modern({ protocol, seed, members, clients, traitors, ...plan }: Fields): Head {
  const [n, c] = [members as number, clients as number];
  const named = traitors as Head['traitors'];
  const { follows, lost, repeated, delay } = plan;
  const count = (field: string, one: string, several?: string): string => counted((plan[field] as unknown[]).length, one, several);
  const who = named.map(({ id, kind }) => `replica ${id} ${kind}`).join(', ') || 'no traitor';
  const users = `${follows === true ? 'users who follow redirects' : counted(c, 'client')}${(plan['pretences'] as unknown[]).length === 0 ? '' : ' beside a Byzantine one'}`;
  const lapses = (plan['lapses'] as unknown[]).length === 0 ? '' : `, ${count('lapses', 'lapse')} of clients`;
  return {
    protocol: protocol as string,
    seed: seed as number,
    members: Array.from({ length: n }, (_, id) => nodeId(id)),
    clients: Array.from({ length: c + 1 }, (_, index) => nodeId(n + index)),
    traitors: named,
    about:
      `${counted(n, 'replica')}, ${who}; ${count('requests', 'request')} of ${users}; ${count('cuts', 'partition')}, ${count('falls', 'crash', 'crashes')}, ${count('pauses', 'pause')}${lapses}; ` +
      `${String(lost)} of 256 messages lost, ${String(repeated)} repeated, each up to ${String(delay)} ms late`,
    noun: 'replica',
    hasArrivals: false,
    remarks: ['This trace is of version 1, which does not tell what arrived.'],
  };
}
