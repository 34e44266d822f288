import type { TypedVocabulary } from '../core/byzantine.ts';
import type { Machine, Vocabulary } from '../core/machine.ts';
import type { BroadcastVocabulary } from '../broadcast/messages.ts';
import type { Definition } from '../runtime/virtual/members.ts';
import type { ConsensusVocabulary } from './consensus.ts';

/** What nodes are asked, and hand on, by the problem that they solve. */
export interface Problems {
  readonly 'reliable-broadcast': Pick<BroadcastVocabulary, 'input' | 'output'>;
  readonly consensus: Pick<ConsensusVocabulary, 'input' | 'output'>;
}

/** A machine that solves a problem which there is a judge for. Its links are reliable: messages are late, in any order, and nothing else. */
export interface Solution<Name extends keyof Problems, Message extends { readonly type: string }, State extends object, System extends string = string> {
  readonly name: System;
  /** One line for people who choose among systems. */
  readonly summary: string;
  readonly problem: Name;
  readonly machine: Machine<Vocabulary & Problems[Name] & { readonly message: Message }, State>;
}

/** A system with inputs, words and a judge of its own. */
export type OwnSystem<V extends TypedVocabulary, State extends object> = Omit<Definition<V, State>, 'settings'> & { readonly settings?: Definition<V, State>['settings'] };
