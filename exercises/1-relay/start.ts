// Pass on what you heard. As it stands, generals believe their commander, and say nothing to each other.
import { DEFAULT_ORDER, byzantineMembers, counterpart, defineProtocol, faultsTolerated, parseOrder, type NodeId, type Order } from 'generals';

interface State {
  /** What the commander said: its own order, or what was heard of it. */
  order: Order;
}

export default defineProtocol({
  name: 'relay',
  summary: 'believe the commander',
  timing: 'rounds',
  shots: 'single',
  membersNeeded: byzantineMembers,
  faultsByDefault: (members) => Math.min(1, faultsTolerated(members)),
  refuses: (_members, faults) => (faults > 1 ? 'relay stands one traitor at the most' : undefined),
  rounds: () => 1,
  messages: ({ members: { length: n } }) => n - 1,
  parse: parseOrder,
  lies: (_context, honest) => [counterpart(honest)],
  begin: (): State => ({ order: DEFAULT_ORDER }),

  step({ self, commander, lieutenants }, state, event) {
    if (event.type === 'input') {
      state.order = event.input;
      return [];
    }
    const saidBy = (from: NodeId): Order => event.inbox.find((heard) => heard.from === from)?.messages[0] ?? DEFAULT_ORDER;
    if (self === commander) {
      if (event.round !== 1) return [];
      return [{ type: 'send', to: lieutenants, messages: [state.order] }, { type: 'output', output: state.order }];
    }
    // Your part. Who hears the commander alone believes whatever it says: tell the others what you heard, and hear what they say.
    return event.round === 2 ? [{ type: 'output', output: saidBy(commander) }] : [];
  },
});
