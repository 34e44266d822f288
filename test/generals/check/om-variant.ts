import { majorityOf, tally, type Tally } from '../../../src/generals/majority.ts';
import { nodeId, type NodeId } from '../../../src/core/node.ts';
import { DEFAULT_ORDER, type Order } from '../../../src/generals/order.ts';
import type { Context, OrderVocabulary, RoundsEffect, RoundsProtocol } from '../../../src/generals/protocol.ts';
import { oral } from '../../../src/generals/protocols/oral.ts';
import { oralMessage, pathIn } from '../../support/oral.ts';

interface Variant {
  /** What a general takes for a message that did not come. */
  readonly absent?: Order;
  /** What it makes of the orders that it holds for a path: its own, and what it makes of each longer path. */
  readonly resolve?: (tally: Tally, self: NodeId) => Order;
  /** Whether it counts all that it has heard at once, instead of level by level. */
  readonly isFlat?: boolean;
}

interface Spoken extends OrderVocabulary {
  readonly message: number;
}

/** What was heard, by path; the commander's own order under the empty path. */
type Heard = Record<string, Order>;

/**
 * OM(m) once more, written as the paper's recursion and without any eye to speed, with one thing done otherwise. It says
 * what `oral` says, so that checks of the two can be compared message by message; without a variation they are the same.
 */
export function omVariant({ absent = DEFAULT_ORDER, resolve = majorityOf, isFlat = false }: Variant): RoundsProtocol<Spoken, Heard> {
  return {
    ...oral,
    begin: () => ({}),
    step(context, heard, event) {
      if (event.type === 'input') heard[''] = event.input;
      if (event.type !== 'round') return [];
      const { self, commander, m: faults } = context;
      if (self === commander) return event.round === 1 ? command(context, heard[''] ?? absent) : [];
      for (const message of event.inbox.flatMap(({ messages }) => messages)) heard[pathIn(context, message).join(' ')] ??= message % 2 === 1 ? 'attack' : 'retreat';
      if (event.round < 2 || event.round > faults + 2) return [];
      return event.round === faults + 2 ? [{ type: 'output', output: decide(context, heard) }] : relay(context, heard, event.round);
    },
  };

  function relay(context: Context, heard: Heard, round: number): RoundsEffect<Spoken>[] {
    return outside(context, [context.commander]).map((to) => {
      const common = paths(context, round - 1).filter((path) => !path.includes(to));
      const messages = common.map((path) => oralMessage(context, `${heard[path.join(' ')] ?? absent} ${path.join(' ')} ${context.self}`)!);
      return { type: 'send', to: [to], messages };
    });
  }

  function decide(context: Context, heard: Heard): Order {
    if (!isFlat) return make(context, heard, [context.commander]);
    const all = Array.from({ length: context.m + 1 }, (_, index) => paths(context, index + 1)).flat();
    return resolve(tally(all.map((path) => heard[path.join(' ')] ?? absent)), context.self);
  }

  function make(context: Context, heard: Heard, path: readonly NodeId[]): Order {
    const own = heard[path.join(' ')] ?? absent;
    if (path.length > context.m) return own;
    const others = outside(context, path).map((next) => make(context, heard, [...path, next]));
    return resolve(tally([own, ...others]), context.self);
  }
}

function command(context: Context, order: Order): RoundsEffect<Spoken>[] {
  const messages = [oralMessage(context, `${order} ${context.self}`)!];
  return [{ type: 'send', to: outside(context, []), messages }, { type: 'output', output: order }];
}

/** All paths of that length on which one may hear something, in the order in which `oral` speaks on them. */
function paths(context: Context, length: number): NodeId[][] {
  if (length === 1) return [[context.commander]];
  return paths(context, length - 1).flatMap((path) => outside(context, path).map((next) => [...path, next]));
}

const outside = ({ self, members }: Context, path: readonly NodeId[]): NodeId[] => members.filter((id) => id !== self && !path.includes(id));

export const ids = (...numbers: number[]): NodeId[] => numbers.map(nodeId);
