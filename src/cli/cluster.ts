import { Refusal, quoted, quotedPath } from '../core/refusal.ts';
import { faultsTolerated } from '../core/quorum.ts';
import { LiveCluster, OFFLINE, urlOf } from '../hosts/processes/cluster.ts';
import { readCluster, replicaFolder, writeCluster } from '../hosts/processes/folder.ts';
import { newPlan, type Plan } from '../hosts/processes/plan.ts';
import { serviceNamed } from '../hosts/processes/services.ts';
import { runPrinter, type Printer } from './cluster-runs.ts';
import { warnIfOpen } from './openness.ts';
import { UsageError, type ClusterOrder } from './options.ts';
import { untilSignalled } from './signals.ts';

/** Starts the replicas of a cluster, and keeps them going until a signal. @returns the exit status */
export async function clusterCommand(order: ClusterOrder): Promise<number> {
  if (order.compare) return (await import('./compare.ts')).compareCommand(order);
  const { plan, secrets } = planFor(order);
  if (order.urls !== undefined) return prepared(order, plan);
  return untilSignalled((signalled) => served(order, plan, secrets, signalled));
}

async function served(order: ClusterOrder, plan: Plan, secrets: readonly string[], signalled: Promise<number>): Promise<number> {
  const kinds = kindsFor(order, plan);
  const say = (line: string, fact: object): void => void process.stdout.write(order.json ? `${JSON.stringify({ v: 1, ...fact })}\n` : `${line}\n`);
  let printer: Printer | undefined;
  let view = order.commander;
  const cluster = await LiveCluster.start({
    plan,
    secrets,
    kinds,
    host: order.host,
    port: order.port,
    folderOf: order.data === undefined ? undefined : (id) => replicaFolder(order.data!, id),
    separate: order.processes,
    listener: {
      answered: (_id, run) => printer?.answered(run),
      commanded(id, newView, commander) {
        // All tell the same; the first that is loyal is believed, for what is shown here.
        if (newView <= view || kinds.has(id)) return;
        view = newView;
        say(`Node ${commander} commands now, in view ${newView}`, { type: 'commander', view: newView, commander });
      },
      lost: (id, reason) => say(`Node ${id} is gone: it ${reason}`, { type: 'lost', id, reason }),
    },
  });
  try {
    printer = runPrinter(cluster, plan.members.length, say);
    if (order.data !== undefined) writeCluster(order.data, { ...plan, members: plan.members.map((member, id) => ({ ...member, url: cluster.urls[id]! })) }, secrets);
    warnIfOpen(order.host);
    tell(order, plan, kinds, cluster, say);
    return await signalled;
  } finally {
    printer?.close();
    await cluster.close();
  }
}

function planFor(order: ClusterOrder): { readonly plan: Plan; readonly secrets: readonly string[] } {
  const { data, protocol, members, commander, batch, timeout, urls } = order;
  const count = urls?.length ?? members;
  const service = serviceNamed(protocol);
  if (commander >= count) throw new UsageError(`--commander is one of the nodes 0 to ${count - 1}, not ${commander}`);
  const settings = { ...service.settings(count), firstView: commander, ...(batch === undefined ? {} : { batch }), ...(timeout === undefined ? {} : { timeout }) };
  const found = data === undefined ? undefined : readCluster(data);
  if (found === undefined) {
    const made = newPlan(protocol, settings, urls ?? Array.from({ length: count }, (_, id) => urlOf(order.host, order.port + (order.port === 0 ? 1 : id))));
    if (data !== undefined) writeCluster(data, made.plan, made.secrets);
    return made;
  }
  const { plan } = found;
  if (plan.protocol !== protocol || plan.members.length !== count)
    throw new Refusal(`${quotedPath(data!)} holds a cluster of ${plan.members.length} nodes under ${plan.protocol}, not of ${count} under ${protocol}: another --data begins a new one`);
  return found;
}

/** Only writes what a cluster that spans machines needs. */
function prepared({ data, json }: ClusterOrder, plan: Plan): number {
  if (data === undefined) throw new UsageError('--urls writes the files of a cluster to a folder: --data <folder>');
  const lines = plan.members.map(({ id, url }) => `at ${url}: generals replica --id ${id} --cluster ${data}/cluster.json, with the folder ${replicaFolder(data, id)}, which is nobody else’s`);
  process.stdout.write(json ? `${JSON.stringify({ type: 'prepared', ...plan })}\n` : `${lines.join('\n')}\n`);
  return 0;
}

function kindsFor({ byzantine, kind, traitors, protocol }: ClusterOrder, { members }: Plan): ReadonlyMap<number, string> {
  const known = [OFFLINE, ...serviceNamed(protocol).strategies];
  if (!known.includes(kind)) throw new UsageError(`--kind is ${known.join(', ')}, not ${quoted(kind)}`);
  const count = members.length;
  if (byzantine > count) throw new UsageError(`--byzantine is at most ${count}, the number of nodes`);
  const stray = traitors?.find((id) => id >= count);
  if (stray !== undefined) throw new UsageError(`--traitors are some of the nodes 0 to ${count - 1}, not ${stray}`);
  // Backups first, as the one that commands is the worst to lose.
  const ids = traitors ?? members.map(({ id }) => id).slice(count - byzantine);
  return new Map(ids.map((id) => [id, kind]));
}

function tell(order: ClusterOrder, plan: Plan, kinds: ReadonlyMap<number, string>, cluster: LiveCluster, say: (line: string, fact: object) => void): void {
  const { members, protocol } = plan;
  const { urls, pids } = cluster;
  const commander = Number(plan.settings['firstView'] ?? 0);
  const faults = faultsTolerated(members.length);
  const nodes = members.map(({ id }) => ({ id, url: urls[id], kind: kinds.get(id) ?? 'loyal', ...(pids.has(id) ? { pid: pids.get(id) } : {}) }));
  const traitors = [...kinds].map(([id, kind]) => `Node ${id} (${kind})`).join(', ');
  const lines = [
    `Protocol: ${protocol}, which stands ${faults} Byzantine ${faults === 1 ? 'node' : 'nodes'}`,
    `Total nodes: ${members.length}`,
    `Byzantine nodes: ${kinds.size}${kinds.size === 0 ? '' : `: ${traitors}`}`,
    `Commander node: ${commander}`,
    ...nodes.map(({ id, url, kind, pid }) => `Node ${id}: ${url}${id === commander ? ', commander' : ''}${kind === 'loyal' ? '' : `, ${kind}`}${pid === undefined ? '' : `, process ${pid}`}`),
    ...(kinds.size > faults ? [`More than ${faults} Byzantine: nothing is promised`] : []),
    order.data === undefined ? 'Without --data, nothing outlives this program' : `Logs: ${order.data}`,
    `Ready: curl -X POST -H 'Content-Type: application/json' -d '{"data":"very-important-data"}' ${urls[commander]}/preprepare`,
  ];
  say(lines.join('\n'), { type: 'ready', protocol, commander, nodes });
}
