import { guarded } from '../../core/observer.ts';
import { linkOf } from './rules.ts';
import { rulesOf, type FaultPlan } from './fault-plan.ts';
import type { NodeId } from '../../core/node.ts';
import { Network, type SimNode } from './network.ts';
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
    link: linkOf(rulesOf(plan), plan.seed),
    sync: () => plan.sync,
    sent(from, to, message, id) {
      run.sent?.(from, to, message);
      watcher?.({ at: network.now, type: 'sent', id, from: from.id, to, message } as Fact);
    },
    ...(watcher === undefined ? {} : { heard: (node: SimNode, from: NodeId, id: number) => watcher({ at: network.now, type: 'heard', id, from, to: node.id } as Fact) }),
    output: (node, output) => run.output(node, output),
    accuse(by, { suspect, evidence }) {
      run.accuse(by, suspect, evidence);
      watcher?.({ at: network.now, type: 'accused', by: by.id, suspect, evidence } as Fact);
    },
  });
  for (const node of network.nodes) network.start(node);
  run.ask(network);
  inject(network, plan, run, (type, replica) => watcher?.({ at: network.now, type, replica } as Fact));
  const isBroken = (): boolean => run.violation() !== undefined;
  network.run(plan.stabilisesAt, isBroken);
  // Whether all is well is asked now and then, not after every event.
  while (!isBroken() && !run.isDone() && network.now < plan.stabilisesAt + PATIENCE) network.run(network.now + LOOK, isBroken);
  run.ended?.();
  const broken = run.violation();
  const finding: Finding = broken === undefined ? run.end() : { type: 'violated', ...broken };
  return { ...finding, events: network.events, figures: run.figures(), progress: run.progress(), time: network.now, ...watching?.thrown };
}

/** Has nodes stop and go on, crash and restart, when the plan says. */
function inject(network: Network, { pauses, crashes }: FaultPlan, run: Run, tell: (type: string, replica: number) => void): void {
  for (const { node: id, at, until } of pauses) {
    const nodes = run.sharing?.(id) ?? network.nodes.filter((node) => node.id === id);
    network.at(at, () => {
      tell('paused', id);
      for (const node of nodes) network.pause(node);
    });
    network.at(until, () => {
      tell('went-on', id);
      for (const node of nodes) network.resume(node);
    });
  }
  for (const { node: id, at, until } of crashes) {
    const nodes = run.sharing?.(id) ?? network.nodes.filter((node) => node.id === id);
    const member = network.nodes[id]!;
    network.at(at, () => {
      if (!member.isUp) return;
      tell('fell', id);
      for (const node of nodes) network.crash(node);
      run.crashed?.(member);
    });
    network.at(until, () => {
      if (member.isUp) return;
      tell('came-back', id);
      run.restarting?.(member, { at });
      for (const node of nodes) network.start(node);
      run.restarted?.(member);
    });
  }
}
