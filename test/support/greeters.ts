import type { DurableMachine, Vocabulary } from '../../src/core/machine.ts';
import { nodeId, type NodeId } from '../../src/core/node.ts';
import { systemOf } from '../../src/runtime/virtual/members.ts';

interface Greeting extends Vocabulary {
  readonly input: { readonly name: string };
  readonly message: { readonly type: 'greeting'; readonly from: number; readonly name: string };
  readonly output: { readonly type: 'met'; readonly name: string };
  readonly record: never;
}

/** Who is given a name says it to all, once; whom one hears one has met. It stands no fault. */
const greeter: DurableMachine<Greeting, object> = {
  begin: () => ({}),
  recover: () => ({}),
  parse: (input) => input as Greeting['message'],
  step({ self, members }, _state, event) {
    if (event.type === 'input') return [{ type: 'send', to: members.filter((id) => id !== self), message: { type: 'greeting', from: self, name: event.input.name } }];
    return event.type === 'message' ? [{ type: 'output', output: { type: 'met', name: event.message.name } }] : [];
  },
  lies: () => [],
};

/** A system that nothing in the program knows of. */
export const greeters = systemOf({
  name: 'greeters',
  summary: 'nodes that say their names',
  promises: 'Politeness',
  members: 3,
  machine: greeter,
  settings: {},
  tolerates: () => 0,
  inputs: (draw, n) => Array.from({ length: n }, (_, id) => ({ at: 10 + draw(21, id, 30), node: nodeId(id), input: { name: `number ${id}` } })),
  judge(plan) {
    const met = new Set<string>();
    return {
      output: (by: NodeId, { name }: Greeting['output']) => void met.add(`${by} ${name}`),
      restarted: () => undefined,
      violation: undefined,
      isDone: () => met.size === plan.n * (plan.n - 1),
      end: () => (met.size === plan.n * (plan.n - 1) ? { type: 'holds' } : { type: 'unknown', reason: 'somebody has not met everybody' }),
      figures: () => ({ meetings: met.size }),
      progress: () => `${met.size} meetings`,
    };
  },
  words: {
    asked: (inputs) => `${inputs.length} names`,
    input: ({ name }) => `is to say that it is ${JSON.stringify(name)}`,
    output: ({ name }) => `met ${JSON.stringify(name)}`,
  },
});
