import { perform, type Answer, type Task } from '../src/campaign/task.ts';

/** What the pool of a campaign calls in its threads. */
export default (task: Task): Answer => perform(task);
