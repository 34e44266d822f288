// Something is wrong here. Find the smallest run that shows it, and mend it.
import { DEFAULT_ORDER, byzantineMembers, counterpart, defineProtocol, faultsTolerated, parseOrder, type NodeId, type Order } from 'generals';

interface State {
  /** What the commander said: its own order, or what was heard of it. */
  order: Order;
}

export default defineProtocol({
  name: 'relay',
  summary: 'pass on what the commander said, and decide for the majority',
  timing: 'rounds',
  shots: 'single',
  membersNeeded: byzantineMembers,
  faultsByDefault: (members) => Math.min(1, faultsTolerated(members)),
  refuses: (_members, faults) => (faults > 1 ? 'relay stands one traitor at the most' : undefined),
  rounds: () => 2,
  messages: ({ members: { length: n } }) => n - 1 + (n - 1) * Math.max(0, n - 2),
  parse: parseOrder,
  lies: (_context, honest) => [counterpart(honest)],
  begin: (): State => ({ order: DEFAULT_ORDER }),

  step({ self, commander, lieutenants }, state, event) {
    if (event.type === 'input') {
      state.order = event.input;
      return [];
    }
    const saidBy = (from: NodeId): Order => event.inbox.find((heard) => heard.from === from)?.messages[0] ?? DEFAULT_ORDER;
    const others = lieutenants.filter((id) => id !== self);
    if (self === commander) {
      if (event.round !== 1) return [];
      return [{ type: 'send', to: lieutenants, messages: [state.order] }, { type: 'output', output: state.order }];
    }
    switch (event.round) {
      case 2:
        state.order = saidBy(commander);
        return [{ type: 'send', to: others, messages: [state.order] }];
      case 3:
        return [{ type: 'output', output: [state.order, ...others.map(saidBy)].filter((order) => order === 'attack').length > (lieutenants.length + 1) / 2 ? 'attack' : 'retreat' }];
      default:
        return [];
    }
  },
});
