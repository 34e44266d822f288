import type { Context, DurableMachine } from '../../core/machine.ts';
import { philox } from '../../core/philox.ts';
import type { Effect, Message, Pbft } from '../pbft/messages.ts';
import { parseMessage } from '../pbft/parse.ts';
import { replica } from '../pbft/replica.ts';
import type { ReplicaState } from '../pbft/state.ts';

export type Send = Extract<Effect, { type: 'send' }>;

/**
 * A way of being a Byzantine replica: what it says instead of each thing that it would say if it were loyal. It signs with
 * its own key alone, and the host authenticates it, so it neither forges a signature nor speaks in another’s name.
 */
export interface ReplicaFault {
  readonly name: string;
  /** One line for people who choose among them. */
  readonly summary: string;
  readonly says: (honest: Send, occasion: Occasion) => readonly Send[];
  /** The machine itself, where more is Byzantine than what it says. */
  readonly machine?: (seed: number) => DurableMachine<Pbft, ReplicaState>;
}

export interface Occasion {
  readonly context: Context;
  readonly state: ReplicaState;
  /** What it said and heard before, the latest last. */
  readonly past: readonly Message[];
  /** A whole number below `options`, another one at each call. */
  readonly draw: (options: number) => number;
}

/** A loyal replica’s state, so that it can be looked at as one, and what only a traitor remembers. */
export interface TraitorState extends ReplicaState {
  readonly treason: { asked: number; past: Message[] };
}

/** How many messages of each type a traitor remembers. */
const MEMORY = 16;

/** A replica that is Byzantine in that way. @param seed decides what is left to chance */
export const byzantine = (fault: ReplicaFault, seed: number): DurableMachine<Pbft, ReplicaState> => fault.machine?.(seed) ?? traitor(fault, seed);

/** A loyal replica but for what it says. @param seed decides what is left to chance */
export function traitor(fault: ReplicaFault, seed = 0): DurableMachine<Pbft, TraitorState> {
  const asTraitor = (state: ReplicaState): TraitorState => Object.assign(state, { treason: { asked: 0, past: [] } });
  return {
    begin: (context) => asTraitor(replica.begin(context)),
    recover: (context, records) => asTraitor(replica.recover(context, records)),
    parse: parseMessage,
    step(context, state, event) {
      const { treason } = state;
      if (event.type === 'message') remember(treason.past, event.message);
      const draw = (options: number): number => {
        treason.asked += 1;
        return philox(treason.asked, context.self, 0x7a17, 0, seed >>> 0, Math.floor(seed / 2 ** 32)) % options;
      };
      const effects: Effect[] = [];
      for (const effect of replica.step(context, state, event)) {
        if (effect.type === 'send') effects.push(...fault.says(effect, { context, state, past: treason.past, draw }));
        else effects.push(effect);
        if (effect.type === 'send') remember(treason.past, effect.message);
      }
      return effects;
    },
  };
}

function remember(past: Message[], message: Message): void {
  past.push(message);
  if (past.filter(({ type }) => type === message.type).length > MEMORY) past.splice(past.findIndex(({ type }) => type === message.type), 1);
}
