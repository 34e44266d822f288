import { guarded } from '../../core/observer.ts';
import { linkOf } from './rules.ts';
import { rulesOf, type FaultPlan } from './fault-plan.ts';
import type { NodeId } from '../../core/node.ts';
import { Network, peerOf, type SimNode } from './network.ts';
import type { BeginOptions, Fact, Finding, Outcome, Run, System } from './system.ts';

/** How long after the network has stabilised all must be well: the longest timeout of any system, twice, and then some. */
const PATIENCE = 60_000;

/** Milliseconds between two looks at whether all is well. */
const LOOK = 50;

/** Lets a plan happen, and judges it: what must never break as it goes, what must come about once the network has stabilised. */
export function simulate<Plan extends FaultPlan>(system: System<Plan>, plan: Plan, options: BeginOptions = {}): Outcome {
  const watching = options.observe === undefined ? undefined : guarded(options.observe);
  const watcher = watching?.tell;
  const run = system.begin(plan, { ...options, observe: watcher });
  const network: Network = new Network(run.nodes, {
    link: run.link ?? linkOf(rulesOf(plan), plan.seed),
    sync: () => plan.sync,
    sent(from, to, message, id) {
      run.sent?.(from, to, message);
      watcher?.({ at: network.now, type: 'sent', id, from: from.id, to: receiversOf(from, to), message } as Fact);
    },
    ...(watcher === undefined ? {} : { heard: (node: SimNode, from: NodeId, id: number) => watcher({ at: network.now, type: 'heard', id, from, to: node.id } as Fact) }),
    output: (node, output) => run.output(node, output),
    accuse(by, { suspect: peer, evidence }) {
      const suspect = peerOf(by, peer);
      run.accuse(by, suspect, evidence);
      watcher?.({ at: network.now, type: 'accused', by: by.id, suspect, evidence } as Fact);
    },
  });
  const absent = new Set(plan.joins.flatMap(({ node }) => nodesOf(run, network, node)));
  const tell: Injected['tell'] = (type, replica) => watcher?.({ at: network.now, type, replica } as Fact);
  for (const { node, percent } of plan.clocks) for (const one of nodesOf(run, network, node)) one.pace = percent / 100;
  for (const node of network.nodes) {
    if (absent.has(node)) continue;
    run.starting?.(node, network);
    network.start(node);
  }
  run.ask(network);
  inject({ network, run, tell, absent }, plan);
  const isBroken = (): boolean => run.violation() !== undefined;
  network.run(plan.stabilisesAt, isBroken);
  // Whether all is well is asked now and then, not after every event.
  while (!isBroken() && !run.isDone() && network.now < plan.stabilisesAt + (run.patience ?? PATIENCE)) network.run(network.now + LOOK, isBroken);
  run.ended?.();
  const broken = run.violation();
  const finding: Finding = broken === undefined ? run.end() : { type: 'violated', ...broken };
  return { ...finding, events: network.events, figures: run.figures(), progress: run.progress(), time: network.now, ...watching?.thrown };
}

/** To whom something is said: over a link that is closed by now to nobody. */
const receiversOf = (from: SimNode, to: readonly NodeId[]): NodeId[] => to.filter((peer) => from.address === undefined || from.links.has(peer)).map((peer) => peerOf(from, peer));

interface Injected {
  readonly network: Network;
  readonly run: Run;
  readonly tell: (type: string, replica: NodeId) => void;
  /** Who is not there yet, or no more. */
  readonly absent: Set<SimNode>;
}

/** Those who share the fate of a member: it, and whoever is on the same machine. */
const nodesOf = (run: Run, { nodes }: Network, id: NodeId): readonly SimNode[] => run.sharing?.(id, nodes) ?? nodes.filter((node) => node.id === id);

/** Has nodes come and go, stop and go on, crash and restart, and clocks jump, when the plan says. */
function inject({ network, run, tell, absent }: Injected, { pauses, crashes, joins, leaves, jumps }: FaultPlan): void {
  for (const { node: id, at, until } of pauses) {
    const nodes = nodesOf(run, network, id);
    const member = network.nodes[id]!;
    network.at(at, () => {
      if (!member.isUp) return;
      tell('paused', id);
      for (const node of nodes) network.pause(node);
    });
    network.at(until, () => {
      if (member.held === undefined) return;
      tell('went-on', id);
      for (const node of nodes) network.resume(node);
    });
  }
  for (const { node: id, at, until } of crashes) {
    const nodes = nodesOf(run, network, id);
    const member = network.nodes[id]!;
    network.at(at, () => {
      if (!member.isUp) return;
      tell('fell', id);
      for (const node of nodes) network.crash(node);
      run.crashed?.(member);
    });
    network.at(until, () => {
      if (member.isUp || absent.has(member)) return;
      tell('came-back', id);
      run.restarting?.(member, { at });
      for (const node of nodes) {
        run.starting?.(node, network);
        network.start(node);
      }
      run.restarted?.(member);
    });
  }
  for (const { node: id, at } of joins) {
    network.at(at, () => {
      tell('joined', id);
      for (const node of nodesOf(run, network, id)) {
        absent.delete(node);
        run.starting?.(node, network);
        network.join(node);
      }
    });
  }
  for (const { node: id, at } of leaves) {
    const member = network.nodes[id]!;
    network.at(at, () => {
      tell('left', id);
      for (const node of nodesOf(run, network, id)) {
        absent.add(node);
        network.leave(node);
      }
      run.crashed?.(member);
    });
  }
  for (const { node: id, at, by } of jumps) {
    network.at(at, () => {
      if (!network.nodes[id]!.isUp) return;
      tell('clock-jumped', id);
      for (const node of nodesOf(run, network, id)) network.jump(node, by);
    });
  }
}
