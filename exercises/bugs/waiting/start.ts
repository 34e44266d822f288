// Something is wrong here. Find the smallest run that shows it, and mend it.
import { DEFAULT_ORDER, byzantineMembers, counterpart, defineProtocol, faultsTolerated, majority, parseOrder, type NodeId, type Order } from 'generals';

/** An order, and through whom it came: the commander first, its sender last. */
interface Message {
  readonly order: Order;
  readonly path: readonly number[];
}

interface State {
  order: Order;
  /** What was heard on each path, by the path with dots between: the first word counts. */
  readonly heard: Record<string, Order>;
}

const keyOf = (path: readonly number[]): string => path.join('.');

export default defineProtocol({
  name: 'om',
  summary: 'OM(m): pass on all that was heard for m + 1 rounds, and take majorities of majorities',
  timing: 'rounds',
  shots: 'single',
  membersNeeded: byzantineMembers,
  faultsByDefault: (members) => Math.min(2, faultsTolerated(members)),
  refuses: (members, faults) => (faults > Math.max(0, Math.min(2, members - 2)) ? `om with m = ${faults} does not fit: m is at most 2, and at most n - 2` : undefined),
  rounds: ({ m }) => m + 1,
  messages({ members, m }) {
    let [level, sum] = [1, 0];
    for (let length = 1; length <= m + 1 && length < members.length; length += 1) {
      level *= members.length - length;
      sum += level;
    }
    return sum;
  },

  parse(input): Message | undefined {
    if (typeof input !== 'object' || input === null || Object.keys(input).length !== 2) return undefined;
    const { order: word, path } = input as Partial<Record<string, unknown>>;
    const order = parseOrder(word);
    if (order === undefined || !Array.isArray(path) || path.length === 0 || path.length > 10 || !path.every((id) => Number.isSafeInteger(id) && id > 0)) return undefined;
    return { order, path: path as number[] };
  },
  lies: (_context, { order, path }: Message) => [{ order: counterpart(order), path }],
  describe: (_setting, { order, path }) => `${order} ${path.map((id) => `G${id}`).join('→')}`,
  path: (_setting, { path }) => path as NodeId[],

  begin: (): State => ({ order: DEFAULT_ORDER, heard: {} }),

  step({ self, commander, lieutenants, m }, state, event) {
    if (event.type === 'input') {
      state.order = event.input;
      return [];
    }
    const { round, inbox } = event;
    if (self === commander) {
      if (round !== 1) return [];
      return [{ type: 'send', to: lieutenants, messages: [{ order: state.order, path: [self] }] }, { type: 'output', output: state.order }];
    }
    if (round === 1 || round > m + 2) return [];
    const others = lieutenants.filter((id) => id !== self);
    for (const { from, messages } of inbox) {
      for (const { order, path } of messages) {
        // It fits the round, comes from the commander, ends with its sender, and holds nobody twice, nor me.
        const isAsked = path.length === round - 1 && path[0] === commander && path.at(-1) === from && !path.includes(self) && new Set(path).size === path.length && path.slice(1).every((id) => others.some((one) => one === id));
        if (isAsked) state.heard[keyOf(path)] ??= order;
      }
    }
    // Who is silent counts as saying retreat.
    const heardOn = (path: readonly number[]): Order => state.heard[keyOf(path)] ?? DEFAULT_ORDER;
    if (round <= m + 1) {
      const paths = pathsOf(commander, others, round - 1);
      return others.map((to) => ({ type: 'send', to: [to], messages: paths.filter((path) => !path.includes(to)).map((path) => ({ order: heardOn(path), path: [...path, self] })) }));
    }
    const made = (path: readonly number[]): Order => {
      if (path.length === m + 1) return heardOn(path);
      return majority([heardOn(path), ...others.filter((id) => !path.includes(id)).map((id) => made([...path, id]))]);
    };
    if (round > 2 && inbox.length < others.length) return [];
    return [{ type: 'output', output: made([commander]) }];
  },
});

/** All paths of that many generals, the commander first. */
function pathsOf(commander: number, others: readonly number[], length: number): (readonly number[])[] {
  let paths: (readonly number[])[] = [[commander]];
  for (let grown = 1; grown < length; grown += 1) paths = paths.flatMap((path) => others.filter((id) => !path.includes(id)).map((id) => [...path, id]));
  return paths;
}
