import { createInterface, type Interface } from 'node:readline';
import { counted } from '../core/figures.ts';
import { UserError, quoted, quotedPath } from '../core/user-error.ts';
import { faultsTolerated } from '../core/quorum.ts';
import { LiveCluster, OFFLINE, urlOf, type LiveClusterOptions } from '../replicas/http/cluster.ts';
import { lockCluster, readCluster, replicaFolder, writeCluster } from '../replicas/http/folder.ts';
import { isAddress, newClusterConfig, type ClusterConfig } from '../replicas/http/cluster-config.ts';
import type { Commanding } from '../replicas/http/replica.ts';
import { serviceNamed } from '../replicas/http/services.ts';
import { threadsFor } from '../replicas/http/room.ts';
import type { Answered } from './beside-nodes.ts';
import { obeyed, openClusterPage, type ClusterPage } from './cluster-page.ts';
import { runPrinter, type Printer } from './cluster-runs.ts';
import { UsageError } from './arguments.ts';
import type { ClusterOptions, CompareOptions } from './subcommands/cluster.ts';
import { nodesUp } from './nodes-up.ts';
import { warnIfOpen } from './open.ts';
import { mustHaveRoom } from './room.ts';
import { newSeed } from './seeds.ts';
import { untilSignalled } from './signals.ts';

/** Starts the replicas of a cluster, and keeps them going until a signal. @returns the exit status */
export async function clusterCommand(options: ClusterOptions | CompareOptions): Promise<number> {
  if (options.type === 'compare') return (await import('./compare.ts')).compareCommand(options);
  const planned = planFor(options);
  const kinds = kindsFor(options, planned.plan);
  // Nothing is made for who made a mistake; then nobody else may begin here, and be told other keys.
  const release = options.data === undefined ? () => undefined : lockCluster(options.data);
  try {
    const { plan, secrets } = options.data === undefined ? planned : planFor(options);
    if (options.urls !== undefined) return prepared(options, plan, secrets);
    return await untilSignalled((signalled) => served(options, { plan, secrets, kinds, seed: options.seed ?? newSeed() }, signalled));
  } finally {
    release();
  }
}

type Say = (line: string, fact: object) => void;

type Begun = Pick<LiveClusterOptions, 'plan' | 'secrets' | 'kinds' | 'seed'>;

async function served(options: ClusterOptions, begun: Begun, signalled: Promise<number>): Promise<number> {
  const { plan, secrets, kinds } = begun;
  mustHaveRoom({ members: plan.members.length, running: plan.members.filter(({ id }) => kinds.get(id) !== OFFLINE).length, separate: options.processes, logged: options.data !== undefined });
  // The secrets are kept before anything is said by them.
  if (options.data !== undefined) writeCluster(options.data, plan, secrets);
  const page = options.web === undefined ? undefined : await openClusterPage(options.web, plan, kinds);
  const say: Say = (line, fact) => {
    process.stdout.write(options.json ? `${JSON.stringify({ v: 1, ...fact })}\n` : `${line}\n`);
    page?.page.speak(line, 'printed');
  };
  const firstView = Number(plan.settings['firstView']);
  let command: Commanding = { view: firstView, commander: firstView % plan.members.length, collector: undefined };
  let printer: Printer | undefined;
  const nodes = nodesUp(plan.members.map(({ id }) => id).filter((id) => kinds.get(id) !== OFFLINE), plan.members.length, say);
  const cluster = await LiveCluster.start({
    ...begun,
    host: options.host,
    port: options.port,
    folderOf: options.data === undefined ? undefined : (id) => replicaFolder(options.data!, id),
    separate: options.processes,
    listener: {
      answered: (_id, run) => printer?.answered(run),
      ...(page === undefined ? {} : { seen: page.seen }),
      commanded(id, told) {
        page?.entered(id, told.view);
        // All tell the same; the loyal are believed, for what is shown here.
        const { view, commander } = told;
        if (view < command.view || kinds.has(id)) return;
        const isNew = view > command.view;
        command = told;
        // Before all are there, they only tell what they remember.
        if (isNew && printer !== undefined) say(`Node ${commander} commands now, in view ${view}`, { type: 'commander', view, commander });
      },
      down(id, reason) {
        page?.fell(id);
        nodes.down(id, reason);
      },
      lost(id, reason) {
        page?.fell(id);
        nodes.lost(id, reason);
      },
    },
  });
  for (const [id, kind] of kinds) if (kind === OFFLINE) page?.fell(id);
  let console: Console | undefined;
  try {
    if (options.data !== undefined) writeCluster(options.data, { ...plan, members: plan.members.map((member, id) => ({ ...member, url: cluster.urls[id]! })) }, secrets);
    warnIfOpen(options.host);
    if (nodes.count > 0) tell(options, begun, cluster, command, say);
    nodes.begin();
    printer = runPrinter(cluster, plan.members.map(({ id }) => id), say);
    if (page !== undefined) console = attend(page, cluster, () => command.commander, (id) => nodes.rose(id));
    const status = await Promise.race([signalled, nodes.gone, ...(console === undefined ? [] : [console.left])]);
    return nodes.wereDown ? 1 : status;
  } finally {
    console?.lines.close();
    await printer?.close();
    await cluster.close();
    await page?.close();
  }
}

interface Console {
  readonly lines: Interface;
  /** Resolves to the exit status where somebody types `exit`. */
  readonly left: Promise<0>;
}

/** Beside a page lines are read here as well: what is typed here is seen there, and the other way round. */
function attend(page: ClusterPage, cluster: LiveCluster, commander: () => number, up: (id: number) => void): Console {
  process.stderr.write(`${page.line}\n`);
  const obey = async (line: string): Promise<Answered> => {
    const down = cluster.urls.map((_, id) => id).filter((id) => !cluster.isUp(id));
    const answer = await obeyed(cluster, commander, line);
    for (const id of down) {
      if (!cluster.isUp(id)) continue;
      up(id);
      page.rose(id);
    }
    return answer;
  };
  page.heed(async (line) => {
    process.stderr.write(`page> ${line}\n`);
    const answer = await obey(line);
    for (const one of answer.lines) process.stderr.write(`${one}\n`);
    return answer;
  });
  const lines = createInterface({ input: process.stdin });
  /** What is being done. One line does not wait for another: who asks in vain may start a node again. */
  const under = new Set<Promise<void>>();
  const left = new Promise<0>((leave) => {
    lines.on('line', (typed) => {
      const line = typed.trim();
      // What came before is answered.
      if (/^(exit|quit)$/i.test(line)) void Promise.all(under).then(() => leave(0));
      else if (line !== '') {
        const one: Promise<void> = run(line).finally(() => under.delete(one));
        under.add(one);
      }
    });
  });
  async function run(line: string): Promise<void> {
    page.typed(line);
    const answer = await obey(line);
    for (const one of answer.lines) process.stderr.write(`${one}\n`);
    page.answered(answer);
  }
  return { lines, left };
}

function planFor(options: ClusterOptions): { readonly plan: ClusterConfig; readonly secrets: readonly string[] } {
  const { data, urls } = options;
  const stray = urls?.find((url, index) => !isAddress(url) || urls.indexOf(url) !== index);
  if (stray !== undefined) throw new UsageError(`--urls are different addresses such as http://127.0.0.1:8080: not ${quoted(stray)}${isAddress(stray) ? ' twice' : ''}`);
  const found = data === undefined ? undefined : readCluster(data);
  if (found !== undefined) mustFit(options, found.plan);
  const count = found?.plan.members.length ?? urls?.length ?? options.members ?? 4;
  if (options.port > 0 && options.port + count > 65_536) throw new UsageError(`--port ${options.port} leaves no room for ${counted(count, 'node')}: ports end at 65535`);
  if (found !== undefined) return found;
  const { protocol = 'pbft', commander = 0, batch, timeout } = options;
  const service = serviceNamed(protocol);
  if (commander >= count) throw new UsageError(`--commander is one of the nodes 0 to ${count - 1}, not ${commander}`);
  const settings = { ...service.settings(count), firstView: commander, ...(batch === undefined ? {} : { batch }), ...(timeout === undefined ? {} : { timeout }) };
  return newClusterConfig(service.name, settings, urls ?? Array.from({ length: count }, (_, id) => urlOf(options.host, options.port + (options.port === 0 ? 1 : id))));
}

/** All nodes of a cluster know what it was begun with, so nothing of that is changed later. */
function mustFit({ data, protocol, members, commander, batch, timeout, urls }: ClusterOptions, { protocol: own, members: nodes, settings }: ClusterConfig): void {
  const holds = (what: string): UserError => new UserError(`${quotedPath(data!)} holds a cluster ${what}: another --data begins a new one`);
  const count = nodes.length;
  const isOther = (protocol !== undefined && serviceNamed(protocol).name !== serviceNamed(own).name) || (members !== undefined && members !== count);
  if (isOther) throw holds(`of ${counted(count, 'node')} under ${own}, not of ${members ?? count} under ${protocol ?? own}`);
  if (urls !== undefined && urls.join() !== nodes.map(({ url }) => url).join()) throw holds(`at other URLs`);
  for (const [name, wanted, begun] of [['commander', commander, settings['firstView']], ['batch', batch, settings['batch']], ['timeout', timeout, settings['timeout']]] as const) {
    if (wanted !== undefined && wanted !== begun) throw holds(`that was begun with --${name} ${String(begun)}, not ${wanted}`);
  }
}

/** Only writes what a cluster that spans machines needs. */
function prepared({ data, json }: ClusterOptions, plan: ClusterConfig, secrets: readonly string[]): number {
  if (data === undefined) throw new UsageError('--urls writes the files of a cluster to a folder: --data <folder>');
  writeCluster(data, plan, secrets);
  const lines = plan.members.map(({ id, url }) => `at ${url}: generals replica --id ${id} --cluster ${data}/cluster.json, with the folder ${replicaFolder(data, id)}, which is nobody else’s`);
  process.stdout.write(json ? `${JSON.stringify({ type: 'prepared', ...plan })}\n` : `${lines.join('\n')}\n`);
  return 0;
}

function kindsFor({ byzantine, kind, traitors, seed }: ClusterOptions, { members, protocol }: ClusterConfig): ReadonlyMap<number, string> {
  const known = [OFFLINE, ...serviceNamed(protocol).strategies];
  if (kind !== undefined && !known.includes(kind)) throw new UsageError(`--kind is ${known.join(', ')}, not ${quoted(kind)}`);
  if (kind !== undefined && byzantine === undefined && traitors === undefined) throw new UsageError(`--kind ${kind} says how, but not how many: --byzantine <k>, or which: --traitors <ids>`);
  if (seed !== undefined && byzantine === undefined && traitors === undefined) throw new UsageError(`--seed ${seed} decides what traitors choose, and there are none: --byzantine <k>, or which: --traitors <ids>`);
  if (byzantine !== undefined && traitors !== undefined) throw new UsageError('--traitors says how many are Byzantine: leave --byzantine out');
  const count = members.length;
  if (byzantine !== undefined && byzantine > count) throw new UsageError(`--byzantine is at most ${count}, the number of nodes`);
  const stray = traitors?.find((id) => id >= count);
  if (stray !== undefined) throw new UsageError(`--traitors are some of the nodes 0 to ${count - 1}, not ${stray}`);
  // Backups first, as the one that commands is the worst to lose.
  const ids = traitors ?? members.map(({ id }) => id).slice(count - (byzantine ?? 0));
  return new Map(ids.map((id) => [id, kind ?? OFFLINE]));
}

/** In the old program's words and order, with our own between. */
function tell(options: ClusterOptions, { plan, kinds, seed }: Begun, cluster: LiveCluster, { view, commander, collector }: Commanding, say: Say): void {
  const { members, protocol } = plan;
  const { urls, pids } = cluster;
  const faults = faultsTolerated(members.length);
  const ids = members.map(({ id }) => id);
  const nodes = ids.map((id) => ({ id, url: urls[id], kind: kinds.get(id) ?? 'loyal', ...(pids.has(id) ? { pid: pids.get(id) } : {}) }));
  const started = ids.filter((id) => kinds.get(id) !== OFFLINE);
  // Who is off chooses nothing.
  const isChosen = started.some((id) => kinds.has(id));
  // Where the commander is off, any other takes requests.
  const door = started.includes(commander) ? commander : (started[0] ?? commander);
  const lines = [
    `Protocol: ${protocol}, which stands ${counted(faults, 'Byzantine node')}`,
    `Total Nodes: ${ids.length} -> ${listed(ids)}`,
    `Byzantine Nodes: ${kinds.size}  -> ${listed([...kinds.keys()])}`,
    ...[...new Set(kinds.values())].map((kind) => `Byzantine Kind: ${kind}`),
    ...(isChosen ? [`Seed: ${seed}`] : []),
    `Commander Node: 1 -> ${commander}`,
    ...(collector === undefined ? [] : [`Communication Node: ${collector}`]),
    '',
    'Starting Nodes',
    '',
    ...started.map((id) => `Node ${id} started on ${urls[id]}`),
    ...(pids.size === 0 ? [] : [`Processes: ${[...pids].toSorted(([a], [b]) => a - b).map(([id, pid]) => `node ${id} ${pid}`).join(', ')}`]),
    ...(pids.size > 0 || threadsFor(ids.length) === ids.length ? [] : [`Threads: ${threadsFor(ids.length)}, which the nodes share`]),
    '',
    `Node ${commander} is the commander node.`,
    ...(view === Number(plan.settings['firstView']) ? [] : [`View: ${view}`]),
    `Running on ${urls[commander]}`,
    ...(kinds.size > faults ? [`More than ${faults} Byzantine: nothing is promised`] : []),
    options.data === undefined ? 'Without --data, nothing outlives this program' : `Logs: ${options.data}`,
    `Ready: curl -X POST -H 'Content-Type: application/json' -d '{"data":"very-important-data"}' ${urls[door]}/preprepare`,
  ];
  say(lines.join('\n'), { type: 'ready', protocol, view, commander, seed: isChosen ? seed : undefined, nodes });
}

const listed = (ids: readonly number[]): string => `[${ids.join(', ')}]`;
