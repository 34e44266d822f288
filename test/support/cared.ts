import type { ChildProcess } from 'node:child_process';
import { Guardian } from '../../src/runtime/guardian.ts';

const guardian = new Guardian();

/**
 * A process that a test started, which ends with the tests however they end: where they are killed nothing of theirs is ended by them, and
 * what serves or waits for ever would do so for nobody.
 */
export function cared<Child extends ChildProcess>(child: Child): Child {
  guardian.watch(child);
  return child;
}
