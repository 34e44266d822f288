import { randomBytes } from 'node:crypto';
import { nodeId, type NodeId } from '../../core/node.ts';
import type { Driver } from '../../runtime/driver.ts';
import type { Decided, Refused, Service } from './service.ts';

/** One client machine, and the users whose requests it has under way. */
interface ClientSession {
  readonly id: NodeId;
  readonly driver: Driver;
  readonly users: Map<number, (fate: Fate) => void>;
  /** It can ask nothing more. */
  isSpent: boolean;
}

/** What became of a user’s request; undefined if the user left, or waited too long. */
export type Fate = Decided | Refused | undefined;

/** The id of a node's k-th client: those of replicas come first, and the home of any id is its remainder. */
export const clientId = (home: number, index: number, members: number): NodeId => nodeId(home + members * (index + 1));

/**
 * Asks replicas on behalf of users, who cannot sign. A client may only have so many requests under way, so there are a few
 * of them. As few as can be have work, for a replica answers all requests of one client in a batch by one reply.
 */
export class Gateway {
  readonly #service: Service;
  readonly #sessions: readonly ClientSession[];
  readonly #patience: number;
  #tickets = 0;

  /** @param patience milliseconds that a user is let wait */
  constructor(service: Service, drivers: ReadonlyMap<NodeId, Driver>, patience: number) {
    this.#service = service;
    this.#patience = patience;
    this.#sessions = [...drivers].map(([id, driver]) => ({ id, driver, users: new Map(), isSpent: false }));
  }

  /** How many users wait. */
  get waiting(): number {
    return this.#sessions.reduce((sum, { users }) => sum + users.size, 0);
  }

  stop(): void {
    for (const { driver } of this.#sessions) driver.stop();
  }

  /** Has a request ordered. @returns what became of it; `full` if too many wait already */
  ask(data: string, key: string | undefined, signal: AbortSignal): Promise<Fate> | 'full' {
    const session = this.#sessions.find(({ users, isSpent }) => !isSpent && users.size < this.#service.clientWindow);
    if (session === undefined) return 'full';
    this.#tickets += 1;
    const ticket = this.#tickets;
    return new Promise((resolve) => {
      const end = (fate: Fate): void => {
        clearTimeout(patience);
        signal.removeEventListener('abort', leave);
        session.users.delete(ticket);
        resolve(fate);
      };
      const leave = (): void => end(undefined);
      const patience = setTimeout(leave, this.#patience);
      signal.addEventListener('abort', leave, { once: true });
      session.users.set(ticket, end);
      session.driver.take({ type: 'input', input: this.#service.ask({ data, ticket, key, mark: newMark() }) });
    });
  }

  /** What a client machine put out. */
  heed(client: NodeId, output: unknown): void {
    const answer = this.#service.answered(client, output);
    const session = this.#sessions.find(({ id }) => id === client);
    if (answer === undefined || session === undefined) return;
    if ('isSpent' in answer && answer.isSpent === true) session.isSpent = true;
    session.users.get(answer.ticket)?.(answer);
  }

  /** @returns whether anything follows from it */
  hear(client: NodeId, from: NodeId, message: unknown): boolean {
    return this.#sessions.find(({ id }) => id === client)?.driver.take({ type: 'message', from, message }) === true;
  }
}

/** A mark that no other request in the world has. Chance is drawn for many at once, as each draw is a call to the system. */
function newMark(): string {
  if (drawn.length < MARK_BYTES) drawn = randomBytes(256 * MARK_BYTES);
  const mark = drawn.toString('base64url', 0, MARK_BYTES);
  drawn = drawn.subarray(MARK_BYTES);
  return mark;
}

const MARK_BYTES = 12;
let drawn = Buffer.alloc(0);
