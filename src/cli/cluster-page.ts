import { counted } from '../core/figures.ts';
import { nodeId } from '../core/node.ts';
import { UserError, quoted } from '../core/user-error.ts';
import type { LiveCluster } from '../replicas/http/cluster.ts';
import type { ClusterConfig } from '../replicas/http/cluster-config.ts';
import type { Brief, Seen } from '../replicas/http/seen.ts';
import { serviceNamed } from '../replicas/http/services.ts';
import type { Fields } from '../trace/sound.ts';
import { openNodesBeside, type Answered, type NodesBeside } from './beside-nodes.ts';

/** A page beside the console of a cluster. */
export interface ClusterPage extends NodesBeside {
  /** A replica tells in which view it is. */
  entered(id: number, view: number): void;
  readonly seen: (id: number, seen: readonly Seen[], left: number) => void;
  fell(id: number): void;
  rose(id: number): void;
}

/** Milliseconds for which facts wait for those of other threads: who hears tells of it before who spoke, now and then. */
const HOLD = 150;

/** More messages than are ever on their way. */
const SENT_MAX = 50_000;

export const CLUSTER_LINES: readonly (readonly [form: string, summary: string])[] = [
  ['set <key> <value>', 'has the log remember a value'],
  ['get <key>', 'asks for it'],
  ['kill <node>', 'ends a node at once'],
  ['restart <node>', 'starts it again, with what it has on disk'],
  ['status', 'shows who commands, and who is up'],
  ['exit', 'ends the cluster; for the console alone'],
  ['help', 'shows these lines; any other is put into the log as it is'],
];

export async function openClusterPage(port: number, { members, protocol }: ClusterConfig, kinds: ReadonlyMap<number, string>): Promise<ClusterPage> {
  const ids = members.map(({ id }) => nodeId(id));
  const { name, clients } = serviceNamed(protocol);
  const head: Fields = {
    v: 2, type: 'scheduled', protocol: name, seed: 0, members: ids,
    clients: Array.from({ length: ids.length * clients }, (_, index) => nodeId(ids.length + index)),
    traitors: [...kinds].map(([id, kind]) => ({ id: nodeId(id), kind })),
    about: `${counted(ids.length, 'replica')} over HTTP, under ${name}`,
    plan: { isPartial: true },
  };
  const beside = await openNodesBeside(port, {
    system: 'cluster',
    prompt: 'cluster>',
    commands: CLUSTER_LINES,
    hint: 'such as set colour blue, get colour, or kill 2',
  }, head);
  const { page } = beside;
  const views = new Map<number, number>();
  /** Messages on their way, by whom they are between and what they say: those first that were said first. */
  const sent = new Map<string, number[]>();
  let messages = 0;
  let waiting: (Seen & { readonly by: number })[] = [];
  let timer: NodeJS.Timeout | undefined;
  const entered = (id: number, view: number, at?: number): void => {
    if (views.get(id) === view) return;
    views.set(id, view);
    page.tell({ ...(at === undefined ? {} : { at }), type: 'entered', by: id, view });
  };
  return {
    ...beside,
    entered,
    seen: (by, seen, left) => {
      page.leave(left);
      waiting.push(...seen.map((one) => ({ ...one, by })));
      timer ??= setTimeout(tell, HOLD).unref();
    },
    fell: (id) => page.tell({ type: 'fell', replica: id }),
    rose(id) {
      views.delete(id);
      page.tell({ type: 'came-back', replica: id });
    },
    async close() {
      clearTimeout(timer);
      await beside.close();
    },
  };

  function tell(): void {
    const until = performance.timeOrigin + performance.now() - HOLD;
    const ready = waiting.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at || Number(a.type === 'heard') - Number(b.type === 'heard'));
    waiting = waiting.filter(({ at }) => at > until);
    timer = waiting.length === 0 ? undefined : setTimeout(tell, HOLD).unref();
    for (const one of ready) tellOne(one);
  }

  function tellOne(seen: Seen & { readonly by: number }): void {
    const at = page.since(seen.at);
    switch (seen.type) {
      case 'sent':
        messages += 1;
        for (const to of seen.to) keep(keyOf(seen.from, to, seen.message), messages);
        return page.tell({ at, type: 'sent', id: messages, from: seen.from, to: seen.to, message: seen.message });
      case 'heard': {
        const [id, ...others] = sent.get(keyOf(seen.from, seen.to, seen.message)) ?? [];
        if (id === undefined) return undefined;
        if (others.length === 0) sent.delete(keyOf(seen.from, seen.to, seen.message));
        else sent.set(keyOf(seen.from, seen.to, seen.message), others);
        return page.tell({ at, type: 'heard', id, from: seen.from, to: seen.to });
      }
      case 'entered':
        return entered(seen.by, seen.view, at);
      case 'executed':
        return page.tell({ at, type: 'executed', by: seen.by, sequence: seen.sequence, view: seen.view, operations: seen.operations.map(shown) });
      case 'transferred':
        return page.tell({ at, type: 'transferred', by: seen.by, sequence: seen.sequence });
      default:
        return seen satisfies never;
    }
  }

  function keep(key: string, id: number): void {
    sent.set(key, [...(sent.get(key) ?? []), id]);
    if (sent.size > SENT_MAX) sent.delete(sent.keys().next().value!);
  }
}

const keyOf = (from: number, to: number, message: Brief): string => `${from} ${to} ${JSON.stringify(message)}`;

/** What is asked may be long, and hold anything. */
const shown = (operation: string): string => quoted(operation, 60).slice(1, -1);

/** What a line at the console of a cluster does. Never rejects for what somebody typed. */
export async function obeyed(cluster: LiveCluster, commander: () => number, line: string): Promise<Answered> {
  try {
    return { lines: await done(cluster, commander, line.trim()), isMistake: false };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { lines: [error.message], isMistake: true };
  }
}

async function done(cluster: LiveCluster, commander: () => number, line: string): Promise<readonly string[]> {
  const ids = cluster.urls.map((_, id) => id);
  const [, verb, word = ''] = /^(kill|restart)\b\s*(.*)$/i.exec(line) ?? [];
  if (verb !== undefined) {
    const id = ids.find((one) => word.toUpperCase() === String(one) || word.toUpperCase() === `R${one}`);
    if (id === undefined) throw new UserError(`${verb} takes one of the nodes 0 to ${ids.length - 1}, not ${quoted(word)}`);
    await (verb.toLowerCase() === 'kill' ? cluster.kill(id) : cluster.restart(id));
    return [];
  }
  if (/^help$/i.test(line)) return CLUSTER_LINES.map(([form, summary]) => `${form.padEnd(18)} ${summary}`);
  const up = ids.filter((id) => cluster.isUp(id));
  if (/^status$/i.test(line)) return [`Node ${commander()} commands; up: ${up.join(', ') || 'nobody'}`];
  if (line === '') throw new UserError('a line says what is asked: help shows what can be');
  return [await asked(cluster, up, commander(), line)];
}

/** Asks as users do: whoever does not command says who does. */
async function asked({ urls }: LiveCluster, up: readonly number[], commander: number, data: string): Promise<string> {
  let door = up.includes(commander) ? commander : up[0];
  if (door === undefined) throw new UserError('no node is up');
  for (let tries = 0; ; tries += 1) {
    const answer = await posted(`${urls[door]}/preprepare`, data);
    const other = Number(answer.headers.get('generals-commander') ?? Number.NaN);
    if (answer.status === 401 && up.includes(other) && tries < DOORS_MAX) {
      door = other;
      continue;
    }
    const text = (await answer.text()).trim();
    if (!answer.ok) throw new UserError(text);
    const result = answer.headers.get('generals-result');
    return `${result === null ? '' : `${decodeURIComponent(result)}; `}${text}`;
  }
}

const DOORS_MAX = 3;

async function posted(url: string, data: string): Promise<Response> {
  try {
    return await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ data }) });
  } catch {
    throw new UserError('the node that was asked is gone: ask again');
  }
}
