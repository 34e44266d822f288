import type { Settings } from '../../core/machine.ts';
import type { Command } from '../command.ts';
import type { NodeId } from '../../core/node.ts';
import type { AnyMachine } from '../../core/machine.ts';
import type { Size } from '../../runtime/http/json.ts';

/** All that the HTTP host knows of a protocol: its machines, and how to name on HTTP what they say. */
export interface Service {
  readonly name: string;
  /** How a replica behaves; as a traitor in that way, if one is named. */
  replica(strategy?: string): AnyMachine;
  /** Who asks replicas on behalf of users: it signs requests, and awaits f + 1 equal replies. */
  readonly client: AnyMachine;
  /** How many requests one client may have under way. */
  readonly clientWindow: number;
  /** How many clients a node may have. */
  readonly clients: number;
  /** Milliseconds in which a user is answered, unless more goes wrong than is to be expected. */
  patience(settings: Settings, n: number): number;
  /** Of n replicas on one machine. */
  settings(n: number): Settings;
  /** What is wrong with settings, in words; undefined if nothing is. */
  flawOfSettings(settings: Settings): string | undefined;
  /** The ways of being a traitor, beside `offline`. */
  readonly strategies: readonly string[];
  /** The paths to which messages are posted. */
  readonly paths: readonly string[];
  /** Of what is posted, what agreeing on one request takes, by path without the slash. */
  readonly agreement: readonly string[];
  /** And what users' requests and answers take. */
  readonly asking: readonly string[];
  /** The path for a message. */
  pathOf(message: unknown): string;
  /** How large the messages to each path can be among n replicas: no loyal one sends larger ones. */
  sizes(n: number, settings: Settings): ReadonlyMap<string, Size>;
  /** What is wrong with a user's data or key, as far as a replica in that state knows; undefined if nothing is. */
  flawIn(asked: Pick<Wish, 'data' | 'key'>, state: unknown): Refused | undefined;
  /** What a user asked, as the client's input. */
  ask(wish: Wish): unknown;
  /** What the output of that client answers; undefined if it is no answer. */
  answered(client: NodeId, output: unknown): Answer | undefined;
  /** What a replica's output says to have been executed. */
  executed(output: unknown): Executed | undefined;
  /** What a replica's output says that it did, for who looks on; undefined if that is nothing. */
  seen(output: unknown): Deed | undefined;
  /** The votes that a message is or holds, but for those that its sender could not cast. @param members how many replicas there are */
  votesIn(from: NodeId, message: unknown, members: number): readonly Vote[];
  /** Of all that a replica saved, what it would still need to recover. */
  keep(records: readonly unknown[]): readonly unknown[];
  /** Who commands now; asked for often. */
  command(state: unknown): Command;
  /** Who collects the votes for the next request, if anybody does. */
  collector(state: unknown): NodeId | undefined;
  status(state: unknown): Status;
}

/** What a user wants done. */
export interface Wish {
  readonly data: string;
  /** The answer will carry it. */
  readonly ticket: number;
  /** Drawn at random for this wish. */
  readonly mark: string;
  /** What is asked again under one is done once. */
  readonly key: string | undefined;
}

export type Answer = Decided | Refused & { readonly ticket: number };

export interface Decided {
  readonly ticket: number;
  readonly result: unknown;
  /** The request’s name, by which those who executed it know it. */
  readonly request: string;
}

/** Why a user is not answered what was asked, in HTTP's terms. */
export interface Refused {
  readonly status: 400 | 413 | 422 | 429 | 503 | 507;
  readonly reason: string;
  /** The client can ask nothing more. */
  readonly isSpent?: boolean;
}

/** Something that a replica did. */
export type Deed =
  | { readonly type: 'executed'; readonly sequence: number; readonly view: number; readonly operations: readonly string[] }
  | { readonly type: 'entered'; readonly view: number }
  | { readonly type: 'transferred'; readonly sequence: number };

/** A sequence number in the log, and what got it. */
export interface Slot {
  readonly order: number;
  /** The view in which it was decided. */
  readonly view: number;
  /** What votes for it carry. */
  readonly digest: string;
}

/** A batch of requests got its sequence number in the log. */
export interface Executed extends Slot {
  /** The names of the requests. */
  readonly requests: readonly string[];
}

/** A word for a batch to get a sequence number. */
export interface Vote extends Slot {
  /** Such as prepare: of each, a voter has one vote for a sequence number in a view. */
  readonly kind: string;
  readonly voter: NodeId;
}

/** A replica as people may look at it. */
export interface Status extends Omit<Command, 'hasBegun'> {
  /** How many requests have been executed. */
  readonly executed: number;
  /** Of the state that the executed requests made. */
  readonly digest: string;
  /** The last few requests that were executed. */
  readonly tail: readonly unknown[];
  /** How many messages were not heeded, such as those of another view or outside the window. */
  readonly dropped: number;
  readonly [more: string]: unknown;
}
