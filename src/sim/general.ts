import type { Choose } from '../core/choice.ts';
import type { Report } from '../core/host.ts';
import type { Briefing } from '../core/mission.ts';
import type { NodeId } from '../core/node.ts';
import type { Context, Effect, Event } from '../core/protocol.ts';
import { strategyNamed } from '../faults/registry.ts';
import { traitorous, traitorousBallot, type Treason } from '../faults/traitor.ts';
import { protocolNamed } from '../protocols/registry.ts';
import { synchronizer, type Course, type Synchronized } from '../protocols/synchronizer.ts';

/** The share of the deadline for which generals wait for each other, so that their accusations are in before it ends. */
const PATIENCE = 0.8;

/** One general in one order: a machine that any host can feed, threads as well as virtual time. */
export interface General {
  handle(event: Event<Synchronized>): Effect<Synchronized>[];
  parse(input: unknown): Synchronized['message'] | undefined;
  /** The general's account of its rounds, once they are over. */
  report(course: Course): Report;
}

/**
 * @param strategy the way in which this general is a traitor; undefined if it is loyal
 * @param choose answers the questions that treason raises
 */
export function general(briefing: Briefing, self: NodeId, strategy: string | undefined, choose: Choose): General {
  const honest = known(protocolNamed(briefing.protocol), briefing.protocol);
  const context: Context = { self, members: briefing.members, commander: briefing.commander, faults: briefing.faults };
  const treason: Treason | undefined =
    strategy === undefined ? undefined : { strategy: known(strategyNamed(strategy), strategy), choose, order: briefing.draw };
  const protocol = treason === undefined ? honest : traitorous(honest, treason);
  const machine = synchronizer(protocol, briefing.number, briefing.deadline * PATIENCE);
  const state = machine.begin(context);
  return {
    handle: (event) => machine.step(context, state, event),
    parse: (input) => machine.parse(input),
    report({ decision, heard, sent, tampered }) {
      const isSteady = treason === undefined || decision === undefined || self === context.commander;
      const ballot = isSteady ? decision : traitorousBallot(treason, context, decision);
      return { id: self, decision, ballot, strategy, heard, tampered, sent };
    },
  };
}

function known<T>(found: T | undefined, name: string): T {
  if (found === undefined) throw new Error(`nothing is named '${name}' in the registry`);
  return found;
}
