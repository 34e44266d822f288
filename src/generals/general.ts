import type { Choose } from '../core/choice.ts';
import type { News, Report } from './host.ts';
import type { Effect, Machine, Signer } from '../core/machine.ts';
import type { Behaviour, NodeSpec } from './run-spec.ts';
import type { NodeId } from '../core/node.ts';
import type { Order } from './order.ts';
import { contextOf, wordIn, type AnyRoundsProtocol, type Context } from './protocol.ts';
import { dictated, dictation, type Dictation } from './faults/dictated.ts';
import { asTold, telling, type Telling } from './faults/out-of-turn.ts';
import { strategyNamed } from './faults/registry.ts';
import { adversaryOf, traitorous, traitorousBallots, type Adversary, type AdversaryOptions } from './faults/traitor.ts';
import { protocolNamed } from './protocols/registry.ts';
import { synchronizer, type Course, type Synchronized, type SynchronizerState } from './synchronizer.ts';

/** The share of the deadline for which generals wait for each other, so that their accusations are in before it ends. */
const PATIENCE = 0.8;

/** One general in one order: a machine that any host can run, threads as well as virtual time. */
export interface General {
  readonly machine: GeneralMachine;
  readonly context: Context;
  /** What it heard and tampered with since this was asked last; undefined if nothing. */
  news(state: SynchronizerState): News | undefined;
  /** The general's account of its rounds, once they are over. */
  report(course: Course): Report;
}

type GeneralMachine = Machine<Synchronized, SynchronizerState, Context>;

/**
 * @param behaviour what this general does beside what its protocol asks for; how it breaks down is for its host to see to
 * @param choose answers the questions that treason raises
 * @param signer this general's own
 * @param terms fix what a traitor does, whatever its strategy
 */
export function general(spec: NodeSpec, self: NodeId, { strategy, crashRound }: Behaviour, choose: Choose, signer: Signer, terms: Terms = {}): General {
  const { protocol, context, report } = roleInstance(spec, self, strategy, choose, signer, terms);
  const machine = synchronizer(protocol, spec.number, spec.deadline * PATIENCE);
  let [rounds, tampered] = [0, 0];
  return {
    machine: crashRound === undefined ? machine : fallingIn(machine, crashRound),
    context,
    news(state) {
      const news = { told: rounds, heard: state.heard.slice(rounds), tampered: state.tampered.slice(tampered) };
      if (news.heard.length + news.tampered.length === 0) return undefined;
      [rounds, tampered] = [state.heard.length, state.tampered.length];
      return news;
    },
    report,
  };
}

/**
 * A general that falls in the middle of a round: what it says then reaches the first half of the others, by id, whether
 * they live or not; for which of them are known here to be lost may differ from host to host. Where it says nothing then,
 * it falls before it says anything after.
 */
function fallingIn(machine: GeneralMachine, round: number): GeneralMachine {
  return {
    ...machine,
    step(context, state, event) {
      const effects = machine.step(context, state, event);
      const end = effects.findIndex((effect) => effect.type === 'output' || (effect.type === 'send' && effect.message[1] >= round));
      if (end === -1) return effects;
      const others = context.members.filter((id) => id !== context.self);
      const hearers = others.slice(0, Math.ceil(others.length / 2));
      const last = effects.slice(end).flatMap((effect): Effect<Synchronized>[] => {
        if (effect.type !== 'send' || effect.message[1] !== round) return [];
        const to = effect.to.filter((id) => hearers.includes(id));
        return to.length === 0 ? [] : [{ ...effect, to }];
      });
      return [...effects.slice(0, end), ...last, { type: 'halt' }];
    },
  };
}

/** A general without the means of making rounds real. */
export interface RoleInstance {
  readonly protocol: AnyRoundsProtocol;
  readonly context: Context;
  /** How it comes by the protocol, if it is a traitor. */
  readonly adversary?: Adversary | undefined;
  readonly report: General['report'];
  /** What it tells the quorum, having decided so. */
  readonly ballot: (decision: Order | undefined) => Order | undefined;
}

/** How an instance that is a traitor goes about it. */
export interface Terms {
  /** Fixes what it does, message by message, whatever its strategy. */
  readonly dictate?: Dictation | undefined;
  /** Fixes what it does out of turn; in all else that is not dictated it is honest. */
  readonly tell?: Telling | undefined;
  /** Whether it is noted what it tampered with, for those who want to read that; true if not given. */
  readonly isNoted?: boolean;
}

/** The protocol as this general runs it. The other arguments are those of `general`. */
export function roleInstance(spec: NodeSpec, self: NodeId, strategy: string | undefined, choose: Choose, signer: Signer, { dictate, tell, isNoted = true }: Terms = {}): RoleInstance {
  const honest = known(protocolNamed(spec.protocol), spec.protocol);
  const context = contextOf(spec, self, signer);
  const isFixed = dictate !== undefined || tell !== undefined;
  const options: AdversaryOptions | undefined =
    strategy === undefined
      ? undefined
      : isFixed
        ? { strategy: dictated, choose: dictate?.choose ?? ((_question, [honest]) => honest!), spec, isNoted }
        : { strategy: known(strategyNamed(strategy), strategy), choose, spec, isNoted };
  const misstate = options === undefined || self === spec.commander ? undefined : traitorousBallots(options, context);
  const ballot = (decision: Order | undefined): Order | undefined => (misstate === undefined || decision === undefined ? decision : misstate(decision));
  const adversary = options === undefined ? undefined : adversaryOf(honest, options);
  const inTurn = adversary === undefined ? honest : traitorous(adversary);
  return {
    protocol: tell === undefined ? inTurn : asTold(inTurn, tell),
    context,
    adversary,
    ballot,
    report: ({ decision, heard, sent, tampered }) => ({ id: self, decision, ballot: ballot(decision), strategy, heard, tampered, sent }),
  };
}

/** What fixes a traitor's messages in that order. */
export function termsOf(spec: NodeSpec, self: NodeId, { words, deeds }: Behaviour): Terms {
  const protocol = known(protocolNamed(spec.protocol), spec.protocol);
  return {
    dictate: words && dictation(self, words, (message) => wordIn(protocol, spec, message)),
    tell: deeds && telling(self, deeds),
  };
}

function known<T>(found: T | undefined, name: string): T {
  if (found === undefined) throw new Error(`nothing is named '${name}' in the registry`);
  return found;
}
