/**
 * What goes through a queue: bundles of tasks, and their answers. Both are checked by whoever takes them, for anybody may write to
 * a Redis.
 */
import { UserError, quoted } from '../../../core/user-error.ts';
import { PROTOCOLS } from '../../../generals/protocols/registry.ts';
import { STRATEGIES } from '../../../generals/faults/registry.ts';
import { fieldOf, listIn, objectIn, unexpected, wholeIn, wordIn, type Field } from '../../fields.ts';
import { cellOf, type Cell } from '../../grid.ts';
import { VERSION, digestOf, tallyIn } from '../../results.ts';
import { VIOLATIONS_KEPT, type Violation } from '../../tally.ts';
import type { Answer, Task } from '../../task.ts';
import { WORST } from '../../worst.ts';
import { exactData, exactIn } from '../shard.ts';

/** The queue's name, behind the prefix. */
export const QUEUE = 'batches';

const FORMAT = 'generals batches';

/** Who can work together: programs of one version. */
export const editionOf = (program: string): string => `${program}/${VERSION}`;

export interface Bundle {
  readonly format: typeof FORMAT;
  readonly edition: string;
  /** The digest of the campaign's grid. */
  readonly campaign: string;
  readonly tasks: readonly Task[];
}

export const bundleOf = (edition: string, campaign: string, tasks: readonly Task[]): Bundle => ({ format: FORMAT, edition, campaign, tasks });

/** What a bundle is about: the same of the same tasks, so that what is asked for twice is done once. */
export function idOf({ campaign, tasks }: Bundle): string {
  const [first] = tasks.map(keyOf) as [string];
  return `${campaign}.${first}${tasks.length === 1 ? '' : `.${tasks.length}.${digestOf(tasks.map(keyOf))}`}`;
}

const keyOf = (task: Task): string => (task.type === 'trials' ? `${task.cell.id}.${task.span.from}-${task.span.from + task.span.count - 1}` : `${task.cell.id}.${task.type}`);

/** Whether a job's data is a bundle at all, be it of another version. */
export const isOurs = (data: unknown): data is Pick<Bundle, 'format' | 'edition'> => typeof data === 'object' && data !== null && 'format' in data && data.format === FORMAT && 'edition' in data && typeof data.edition === 'string';

/** Of one bundle, as a worker may find it. */
const TASKS_MAX = 10_000;

/** @throws UserError in one line, if it is none that can be worked on */
export function bundleIn(data: unknown): Bundle {
  const field: Field = { name: 'the batch', value: data };
  const tasks = listIn(fieldOf(field, 'tasks'));
  if (tasks.length === 0 || tasks.length > TASKS_MAX) throw unexpected({ name: 'the batch', value: tasks.length }, `of 1 to ${TASKS_MAX} tasks`);
  const { edition, campaign } = objectIn(field);
  return bundleOf(String(edition), String(campaign), tasks.map((value, index) => taskIn({ name: `the batch.${index}`, value })));
}

function taskIn(field: Field): Task {
  const at = (key: string): Field => fieldOf(field, key);
  const cell = cellIn(at('cell'));
  const type = wordIn(at('type'), ['trials', 'violations', 'worst', 'exact']);
  if (type === 'worst' || type === 'exact') return { type, cell };
  const seed = wholeIn(at('seed'), 0);
  if (type === 'violations') return { type, cell, seed, orders: wholeIn(at('orders'), 1) };
  const size = wholeIn(at('size'), 1);
  const span = { from: wholeIn(fieldOf(at('span'), 'from'), 1), count: wholeIn(fieldOf(at('span'), 'count'), 1) };
  if ((span.from - 1) % size !== 0) throw unexpected(fieldOf(at('span'), 'from'), 'the first of a batch');
  return { type, cell, seed, engine: wordIn(at('engine'), ['simulator', 'kernel']), size, span };
}

function cellIn(field: Field): Cell {
  const at = (key: string): Field => fieldOf(field, key);
  const whole = (key: string, min: number): number => wholeIn(at(key), min, 256);
  const members = whole('members', 1);
  const cell = cellOf(wordIn(at('protocol'), PROTOCOLS.map(({ name }) => name)), whole('m', 0), members, wholeIn(at('faults'), 0, members), wordIn(at('strategy'), STRATEGIES.map(({ name }) => name)));
  if (at('id').value !== cell.id) throw unexpected(at('id'), cell.id);
  return cell;
}

/** What a worker gives back. */
export interface Reply {
  readonly format: typeof REPLY;
  readonly campaign: string;
  readonly answers: readonly object[];
}

const REPLY = 'generals counts';

export const replyOf = (campaign: string, answers: readonly Answer[]): Reply => ({ format: REPLY, campaign, answers: answers.map((answer) => ('exact' in answer ? { exact: exactData(answer.exact) } : answer)) });

/** More no answer takes: it is not even fetched. */
export const replyMost = (tasks: number): number => 4096 + 2048 * tasks;

/** @param text what stands in Redis @throws UserError in one line, if it is no answer to these tasks */
export function answersIn(text: string, { campaign, tasks }: Bundle): readonly Answer[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UserError('it is not JSON');
  }
  if (typeof value !== 'object' || value === null || !('format' in value) || value.format !== REPLY) throw new UserError('it holds no counts');
  const field: Field = { name: 'it', value };
  const of = fieldOf(field, 'campaign');
  if (of.value !== campaign) throw new UserError(`it is of another grid, ${quoted(String(of.value))}`);
  const answers = listIn(fieldOf(field, 'answers'));
  if (answers.length !== tasks.length) throw unexpected({ name: 'it', value: answers.length }, `of ${tasks.length} answers`);
  return tasks.map((task, index) => answerIn({ name: `answer ${index + 1}`, value: answers[index] }, task));
}

function answerIn(field: Field, task: Task): Answer {
  switch (task.type) {
    case 'worst':
      return { worst: wordIn(fieldOf(field, 'worst'), WORST) };
    case 'exact': {
      const told = exactIn(fieldOf(field, 'exact'));
      if (told === undefined) throw unexpected(fieldOf(field, 'exact'), 'what is told of exact values');
      return { exact: told };
    }
    case 'violations':
      return { violations: within(fieldOf(field, 'violations'), listIn(fieldOf(field, 'violations')), 1, task.orders) };
    case 'trials': {
      const { from, count } = task.span;
      const counts = fieldOf(field, 'tally');
      const tally = tallyIn({ name: field.name, value: { counts: counts.value, violations: objectIn(counts)['violations'] } }, { orders: count });
      if (tally.orders !== count) throw unexpected(fieldOf(counts, 'orders'), `${count}, as so many were asked for`);
      return { tally: { ...tally, violations: within(counts, tally.violations, from, from + count - 1) } };
    }
    default:
      return task satisfies never;
  }
}

/** Violations in ascending order, of orders that there are. */
function within(field: Field, list: readonly unknown[], from: number, to: number): Violation[] {
  let next = from;
  if (list.length > VIOLATIONS_KEPT) throw unexpected({ name: field.name, value: list.length }, `of ${VIOLATIONS_KEPT} violations at the most`);
  return list.map((value, index) => {
    const one = { name: `${field.name}.violations.${index}`, value };
    const order = wholeIn(fieldOf(one, 'order'), next, to);
    next = order + 1;
    return { order, property: wordIn(fieldOf(one, 'property'), ['agreement', 'validity']) };
  });
}
