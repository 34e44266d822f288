import type { Address } from '../address.ts';
import type { Link, Neighbour } from '../links.ts';
import type { PeerTurn } from '../peer-state.ts';

/** A way of noticing that a neighbour is dead. Which is taken moves nothing else: what becomes of a suspicion is the same. */
export interface Detector {
  readonly name: string;
  /** One line for people who choose. */
  readonly summary: string;
  /** Milliseconds between two ticks. */
  period(turn: PeerTurn): number;
  tick(turn: PeerTurn): void;
  /** Others suspect a neighbour: it is looked at before its turn. */
  check?(turn: PeerTurn, neighbour: Neighbour): void;
  /** A neighbour answered a ping. */
  answered?(turn: PeerTurn, neighbour: Neighbour): void;
  /** Nobody answers at a member of whom others had answers: they are asked again. @returns whether there is anybody to ask */
  ask?(turn: PeerTurn, address: Address): boolean;
  /** What was waited for did not come. */
  overdue?(turn: PeerTurn, what: string, about: string): void;
  /** Whoever was asked to look did. */
  looked?(turn: PeerTurn, link: Link, number: number, ok: boolean): void;
}
