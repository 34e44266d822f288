import { quoted } from '../core/refusal.ts';
import { REPLICA_FAULTS } from '../faults/replicas/registry.ts';
import { looksOf, wantsColour } from '../repl/looks.ts';
import { describeFact } from '../sim/replicas/facts.ts';
import { runSchedule } from '../sim/replicas/run.ts';
import { describeSchedule, drawSchedule, type Schedule } from '../sim/replicas/schedule.ts';
import { UsageError } from './arguments.ts';
import type { SimulateOrder } from './faces/simulate.ts';

/** Lets replicas go through the schedules of seeds, and says how that went. @returns the exit status: 0 holds, 3 violated */
export function simulateCommand(order: SimulateOrder): number {
  const { seed, schedules } = order;
  let events = 0;
  for (let at = seed; at < seed + schedules; at += 1) {
    const schedule = scheduleOf(order, at);
    const isAlone = schedules === 1;
    if (isAlone && !order.json) say(`${describeSchedule(schedule)}.`);
    const outcome = runSchedule(schedule, isAlone && !order.json ? { observe: (fact) => { const line = describeFact(fact); if (line !== undefined) say(line); } } : {});
    events += outcome.events;
    if (outcome.type === 'holds' && !isAlone) continue;
    if (order.json) say(JSON.stringify({ v: 1, protocol: order.protocol, members: order.members, seed: at, ...outcome }));
    else if (outcome.type === 'holds') say(paint(order).green(`Safety and liveness held: ${outcome.places} places of the log, view ${outcome.view}, ${outcome.events} events in ${outcome.time} ms of virtual time.`));
    else {
      say(paint(order).red(`Violated: ${outcome.witness}.`));
      say(`To repeat it: generals simulate --protocol ${order.protocol} --members ${order.members} --seed ${at}${order.kind === undefined ? '' : ` --kind ${order.kind}`}`);
    }
    if (outcome.type === 'violated') return 3;
  }
  if (schedules > 1) say(order.json ? JSON.stringify({ v: 1, type: 'holds', schedules, events }) : paint(order).green(`Safety and liveness held in ${schedules} schedules of ${events} events.`));
  return 0;
}

function scheduleOf({ protocol, members, kind }: SimulateOrder, seed: number): Schedule {
  if (protocol !== 'pbft' && protocol !== 'collector') throw new UsageError(`there is no protocol ${quoted(protocol)} of replicas: pbft, collector`);
  const names = REPLICA_FAULTS.map(({ name }) => name);
  if (kind !== undefined && !names.includes(kind)) throw new UsageError(`there is no Byzantine kind ${quoted(kind)}: ${names.join(', ')}`);
  return drawSchedule({ n: members, seed, protocol, ...(kind === undefined ? {} : { kinds: [kind] }) });
}

const paint = ({ colourless }: SimulateOrder): ReturnType<typeof looksOf>['paint'] => looksOf(wantsColour(process.env, process.stdout.isTTY, colourless)).paint;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
