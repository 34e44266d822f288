import { byzantineQuorum } from '../core/quorum.ts';

/** Which nodes are up, so that it is said when they are too few. */
export interface NodesUp {
  readonly count: number;
  /** Whether some could not be started. */
  readonly wereDown: boolean;
  /** The exit status, once none is left. */
  readonly gone: Promise<number>;
  /** A node could not be started, for what is in its folder. */
  down(id: number, reason: string): void;
  /** A node ended that nobody ended. */
  lost(id: number, reason: string): void;
  /** One that was gone is there again. */
  rose(id: number): void;
  /** All have been started that can be. */
  begin(): void;
}

export function nodesUp(started: readonly number[], members: number, say: (line: string, fact: object) => void): NodesUp {
  const up = new Set(started);
  const quorum = byzantineQuorum(members);
  let [hasBegun, wereDown] = [false, false];
  let end: (status: number) => void = () => undefined;
  const gone = new Promise<number>((resolve) => (end = resolve));

  function look(): void {
    if (!hasBegun || up.size >= quorum) return;
    const few = { up: up.size, needed: quorum };
    if (up.size > 0) return say(`Only ${up.size} of ${members} nodes are up, and a decision takes ${quorum}: nothing can be decided`, { type: 'too-few', ...few });
    say('No node is up', { type: 'none-up', ...few });
    end(1);
  }

  return {
    get count() {
      return up.size;
    },
    get wereDown() {
      return wereDown;
    },
    gone,
    down(id, reason) {
      up.delete(id);
      wereDown = true;
      say(`Node ${id} is down: ${reason}`, { type: 'down', id, reason });
    },
    lost(id, reason) {
      up.delete(id);
      say(`Node ${id} is gone: it ${reason}`, { type: 'lost', id, reason });
      look();
    },
    rose(id) {
      up.add(id);
      say(`Node ${id} is there again`, { type: 'rose', id });
    },
    begin() {
      hasBegun = true;
      look();
    },
  };
}
