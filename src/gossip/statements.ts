import type { Address } from './address.ts';

/**
 * What nodes tell each other of members, whoever hands it on: it holds by the signatures that it carries. A member is an address in
 * one of its lives; seeds number the lives, so that no news about an earlier one touches a later one.
 */
export type Statement = Member | Alive | Suspect | Left | Dead;

/** Seeds let it in. */
export interface Member {
  readonly type: 'member';
  readonly address: Address;
  /** Its public key; empty if it has none, as older programs. */
  readonly key: string;
  /** 1, 2, 3 …: the how-manieth member of that address it is. */
  readonly life: number;
  readonly votes: readonly SeedVote[];
}

/** It says that it lives. Only it raises its incarnation, which is 0 when it is let in. */
export interface Alive {
  readonly type: 'alive';
  readonly address: Address;
  readonly life: number;
  readonly incarnation: number;
  readonly signature: string;
}

/** Another member does not hear it. */
export interface Suspect {
  readonly type: 'suspect';
  readonly address: Address;
  readonly life: number;
  readonly incarnation: number;
  readonly by: Address;
  readonly signature: string;
}

/** It says that it goes. */
export interface Left {
  readonly type: 'left';
  readonly address: Address;
  readonly life: number;
  readonly signature: string;
}

/** Seeds took it off their lists. */
export interface Dead {
  readonly type: 'dead';
  readonly address: Address;
  readonly life: number;
  readonly votes: readonly SeedVote[];
}

export interface SeedVote {
  readonly seed: Address;
  readonly signature: string;
}

/** What a seed saves of its list. */
export type Saved = Statement | Aged;

/** Time went by, in which a seed may have forgotten somebody: no life that it forgot is above its floor. @see forgetting.ts */
export interface Aged {
  readonly type: 'aged';
  readonly floor: number;
}

/** What each is signed over, under the domain that its type is. */
export const bodyOf = {
  member: ({ address, key, life }: Omit<Member, 'type' | 'votes'>): object => ({ address, key, life }),
  alive: ({ address, life, incarnation }: Omit<Alive, 'type' | 'signature'>): object => ({ address, life, incarnation }),
  suspect: ({ address, life, incarnation, by }: Omit<Suspect, 'type' | 'signature'>): object => ({ address, life, incarnation, by }),
  left: ({ address, life }: Omit<Left, 'type' | 'signature'>): object => ({ address, life }),
  dead: ({ address, life }: Omit<Dead, 'type' | 'votes'>): object => ({ address, life }),
};

/** No life, incarnation or number of a message is beyond this: what is cannot have come about by counting. */
export const COUNT_MAX = 2 ** 31;
