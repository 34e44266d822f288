import type { Executed, Slot, Vote } from './service.ts';

/**
 * Of the votes that a node received for one sequence number in the log, in the view in which it was decided: those that carried what was executed
 * there, and those that did not. Each voter's vote of each kind counts once, however often it came, and whether alone or in a certificate;
 * who voted for both is in both.
 */
export interface Tally {
  readonly correct: number;
  readonly corrupt: number;
}

/** What one message says about a sequence number: all its votes that carry one digest. */
interface Heard extends Omit<Slot, 'order'> {
  readonly votes: readonly Pick<Vote, 'kind' | 'voter'>[];
}

/** What one node has said, by sequence number, and how many messages that were. */
interface Sender {
  count: number;
  readonly slots: Map<number, Heard[]>;
}

/** Counts votes, and knows what was executed, for the last few sequence numbers in the log. */
export class Tallies {
  /** By who sent it, so that who makes up votes pushes out none but his own. */
  readonly #heard = new Map<number, Sender>();
  readonly #executed = new Map<number, Executed>();
  readonly #most: number;

  /** @param members who may vote */
  constructor(members: number) {
    this.#most = Math.max(HEARD_MIN, Math.floor(HEARD_MAX / members));
  }

  /** Takes note of the votes in one message. */
  heard(from: number, votes: readonly Vote[]): void {
    let sender = this.#heard.get(from);
    if (sender === undefined) this.#heard.set(from, (sender = { count: 0, slots: new Map() }));
    for (const { order, view, digest } of distinct(votes)) {
      const alike = votes.length < 2 ? votes : votes.filter((vote) => vote.order === order && vote.view === view && vote.digest === digest);
      const heard = sender.slots.get(order);
      if (heard === undefined) sender.slots.set(order, [{ view, digest, votes: alike }]);
      // A node says a handful of things about one sequence number.
      else if (heard.every((one) => one.view !== view || one.digest !== digest || !areSame(one.votes, alike))) heard.push({ view, digest, votes: alike });
      else continue;
      sender.count += 1;
    }
    while (sender.count > this.#most) dropOldest(sender);
  }

  executed(executed: Executed): void {
    this.#executed.set(executed.order, executed);
    trim(this.#executed, ORDERS_MAX);
  }

  /** Where a request was executed, if it was here and not long ago. */
  slotOf(request: string): Slot | undefined {
    const found = [...this.#executed.values()].findLast(({ requests }) => requests.includes(request));
    return found === undefined ? undefined : { order: found.order, view: found.view, digest: found.digest };
  }

  of({ order, view, digest }: Slot): Tally {
    const [correct, corrupt] = [new Set<string>(), new Set<string>()];
    for (const { slots } of this.#heard.values()) {
      for (const one of slots.get(order) ?? []) {
        if (one.view !== view) continue;
        for (const { kind, voter } of one.votes) (one.digest === digest ? correct : corrupt).add(`${kind} ${voter}`);
      }
    }
    return { correct: correct.size, corrupt: corrupt.size };
  }
}

/** The votes, one for each sequence number and digest. */
const distinct = (votes: readonly Vote[]): readonly Vote[] =>
  votes.length < 2 ? votes : votes.filter((vote, index) => index === votes.findIndex(({ order, view, digest }) => order === vote.order && view === vote.view && digest === vote.digest));

const areSame = (some: Heard['votes'], others: Heard['votes']): boolean =>
  some.length === others.length && some.every(({ kind, voter }, index) => others[index]!.kind === kind && others[index]!.voter === voter);

/** Of the sequence number that was spoken of first. */
function dropOldest(sender: Sender): void {
  const [order, heard] = sender.slots.entries().next().value!;
  heard.shift();
  sender.count -= 1;
  if (heard.length === 0) sender.slots.delete(order);
}

function trim(map: Map<unknown, unknown>, most: number): void {
  while (map.size > most) map.delete(map.keys().next().value);
}

/** How many messages are remembered: of all nodes together, and at least of each. A sequence number takes up to three of each. */
const HEARD_MAX = 4096;
const HEARD_MIN = 48;
const ORDERS_MAX = 256;
