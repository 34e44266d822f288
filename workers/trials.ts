import { workerData } from 'node:worker_threads';
import { performing, type Answer, type Task } from '../src/campaign/task.ts';

// Whoever loads this without a pool brought nothing.
const perform = performing(workerData?.doings === undefined ? undefined : workerData);

/** What the pool of a campaign calls in its threads. */
export default (task: Task): Answer | Promise<Answer> => perform(task);
