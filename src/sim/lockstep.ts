import { seeded } from '../core/choice.ts';
import type { Account, Accusation } from '../core/host.ts';
import { symbolicKeyring } from '../core/keyring.ts';
import type { Mission } from '../core/mission.ts';
import type { NodeId } from '../core/node.ts';
import type { Order } from '../core/order.ts';
import type { Context, Effect, Heard, OrderVocabulary } from '../core/protocol.ts';
import type { Course, Inbox } from '../protocols/synchronizer.ts';
import { soldier, type Soldier } from './general.ts';
import type { Circumstances } from './simulate.ts';

/**
 * Runs one order round by round, without frames, timers and virtual time, none of which matter while nobody breaks down:
 * the account is the one that `simulate` gives, in a fraction of the time.
 */
export function lockstep(mission: Mission, { traitors, choose = seeded(mission.seed) }: Pick<Circumstances, 'traitors' | 'choose'> = {}): Account {
  const army = mission.members.map((id) => soldier(mission, id, traitors?.get(id), choose, symbolicKeyring(id)));
  return march(army, mission.order);
}

/** As `lockstep`, with soldiers of one's own making, one for each member and in their order. */
export function march(soldiers: readonly Soldier[], order: Order): Account {
  const army = soldiers.map((one): Marcher => {
    const { protocol, context } = one;
    const state = protocol.begin(context);
    return { soldier: one, protocol, context, state, inbox: [], next: [], decision: undefined, sent: 0, heard: [], tampered: [], accusations: [] };
  });
  const marchers = new Map(army.map((one) => [one.context.self, one]));
  const commander = army.find(({ context }) => context.self === context.commander)!;
  commander.protocol.step(commander.context, commander.state, { type: 'input', input: order });
  const rounds = commander.protocol.rounds(commander.context);
  for (let round = 1; round <= rounds + 1; round += 1) {
    for (const one of army) {
      if (round > 1) one.heard.push(inboxOf(one.inbox));
      const event = { type: 'round', round, inbox: one.inbox } as const;
      for (const effect of one.protocol.step(one.context, one.state, event)) perform(one, round, effect);
    }
    for (const one of army) {
      one.inbox = one.next;
      one.next = [];
    }
  }
  return { reports: army.map((one) => one.soldier.report(one)), losses: [], accusations: army.flatMap(({ accusations }) => accusations) };

  function perform(one: Marcher, round: number, effect: Effect<OrderVocabulary>): void {
    switch (effect.type) {
      case 'send':
        if (!(one.protocol.speaks?.(one.context, round, one.context.self, effect.to) ?? true)) break;
        one.sent += 1;
        if (effect.to !== one.context.self) marchers.get(effect.to)?.next.push({ from: one.context.self, message: effect.message });
        break;
      case 'output':
        one.decision ??= effect.output;
        break;
      case 'accuse':
        one.accusations.push({ by: one.context.self, kind: effect.kind, suspect: effect.suspect, evidence: effect.evidence });
        break;
      case 'note':
        if (effect.fact.type === 'tampered') one.tampered.push(effect.fact);
        break;
      case 'set-timer':
      case 'cancel-timer':
        throw new Error(`a protocol in rounds has no timers, but asked for '${effect.timer}'`);
      default:
        effect satisfies never;
    }
  }
}

/** A general on its way through the rounds. */
interface Marcher {
  readonly soldier: Soldier;
  readonly protocol: Soldier['protocol'];
  readonly context: Context;
  readonly state: unknown;
  inbox: Heard<unknown>[];
  /** What arrives with the next round. Filled in the order of the members, and so by sender. */
  next: Heard<unknown>[];
  decision: Order | undefined;
  sent: number;
  readonly heard: Inbox[];
  readonly tampered: Course['tampered'][number][];
  readonly accusations: Accusation[];
}

function inboxOf(inbox: readonly Heard<unknown>[]): Inbox {
  const from: NodeId[] = [];
  const messages: unknown[] = [];
  for (const heard of inbox) {
    from.push(heard.from);
    messages.push(heard.message);
  }
  return { from, messages };
}
