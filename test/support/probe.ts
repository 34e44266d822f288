import type { DurableMachine, Effect as EffectOf, Vocabulary } from '../../src/core/machine.ts';
import { nodeId, type NodeId } from '../../src/core/node.ts';
import type { Service } from '../../src/replicas/http/service.ts';

export type Effect = EffectOf<Vocabulary>;

type Message =
  /** Has the machine ask for these. */
  | { readonly type: 'do'; readonly client: number; readonly ticket: number; readonly effects: readonly Effect[] }
  | { readonly type: 'done'; readonly ticket: number }
  | { readonly type: 'word'; readonly text: string };

/** What a probe has seen. */
export interface Seen {
  readonly self: NodeId;
  readonly heard: [from: number, text: string][];
  readonly timeouts: string[];
}

/** A machine that asks for what it is told to, and remembers what it hears: it shows what a host does. */
export const probe: DurableMachine<Vocabulary, Seen> = {
  begin: ({ self }) => ({ self, heard: [], timeouts: [] }),
  recover: ({ self }) => ({ self, heard: [], timeouts: [] }),
  parse,
  step(_context, state, event) {
    if (event.type === 'timeout') state.timeouts.push(event.timer);
    if (event.type !== 'message') return [];
    const message = event.message as Message;
    if (message.type === 'word') state.heard.push([event.from, message.text]);
    return message.type === 'do' ? [...message.effects, { type: 'send', to: [nodeId(message.client)], message: { type: 'done', ticket: message.ticket } }] : [];
  },
};

export const word = (text: string): Message => ({ type: 'word', text });

/** Tells the probe of its own node what a user posts, as JSON. */
const client: DurableMachine<Vocabulary, object> = {
  begin: () => ({}),
  recover: () => ({}),
  parse,
  step({ self, members }, _state, event) {
    if (event.type === 'input') {
      const { ticket, data } = event.input as { ticket: number; data: string };
      return [{ type: 'send', to: [nodeId(self % members.length)], message: { type: 'do', client: self, ticket, effects: JSON.parse(data) } }];
    }
    const message = event.type === 'message' ? (event.message as Message) : undefined;
    return message?.type === 'done' ? [{ type: 'output', output: message }] : [];
  },
};

function parse(input: unknown): Message | undefined {
  const type = typeof input === 'object' && input !== null ? (input as { type?: unknown }).type : undefined;
  return ['do', 'done', 'word'].includes(String(type)) ? (input as Message) : undefined;
}

export const probeService: Service = {
  name: 'probe',
  replica: () => probe as ReturnType<Service['replica']>,
  client: client as Service['client'],
  clientWindow: 32,
  clients: 8,
  patience: () => 30_000,
  settings: () => ({}),
  flawOfSettings: () => undefined,
  strategies: [],
  paths: ['/preprepare', '/message'],
  agreement: [],
  asking: [],
  pathOf: () => '/message',
  sizes: () => new Map([['/message', { bytes: 64 * 1024, depth: 8, parts: 1000 }]]),
  flawIn: () => undefined,
  ask: ({ ticket, data }) => ({ ticket, data }),
  answered: (own, output) => ({ ticket: (output as { ticket: number }).ticket, result: '', request: `${own}` }),
  executed: () => undefined,
  seen: () => undefined,
  votesIn: () => [],
  keep: (records) => records,
  // Each node takes what its own users post.
  command: (state) => ({ view: 0, commander: (state as Seen).self, hasBegun: true }),
  collector: () => undefined,
  status: (state) => ({ view: 0, commander: (state as Seen).self, executed: 0, digest: '', tail: [], dropped: 0, seen: state }),
};
