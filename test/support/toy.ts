import type { Context, DurableMachine, Effect, Event, Vocabulary } from '../../src/core/machine.ts';
import { nodeId } from '../../src/core/node.ts';
import { faultsTolerated } from '../../src/core/quorum.ts';
import type { Service } from '../../src/replicas/http/service.ts';

interface Toy extends Vocabulary {
  readonly input: { readonly ticket: number; readonly data: string };
  readonly message:
    | { readonly type: 'request'; readonly client: number; readonly ticket: number; readonly data: string }
    | { readonly type: 'pre-prepare' | 'prepare'; readonly order: number; readonly client: number; readonly ticket: number; readonly data: string; readonly signature: string }
    | { readonly type: 'reply'; readonly ticket: number; readonly order: number };
  readonly output: { readonly type: 'executed'; readonly order: number; readonly data: string; readonly request: string } | { readonly type: 'answered'; readonly ticket: number; readonly result: unknown };
  readonly record: { readonly order: number; readonly data: string };
}

interface State {
  log: string[];
  votes: Record<number, number>;
  open: Record<number, number>;
}

type Effects = Effect<Toy>[];

/** What the HTTP host needs of a protocol, and no more: replica 0 puts requests in order, and all wait for a quorum's votes. It stands silent backups. */
const replica: DurableMachine<Toy, State> = {
  begin: () => ({ log: [], votes: {}, open: {} }),
  recover: (_context, records) => ({ log: records.map(({ data }) => data), votes: {}, open: {} }),
  parse,
  step(context: Context, state: State, event: Event<Toy>): Effects {
    if (event.type !== 'message') return [];
    const { message } = event;
    const others = context.members.filter((id) => id !== context.self);
    if (message.type === 'request') {
      const { client, ticket, data } = message;
      const order = state.log.length;
      const body = { order, data };
      return [...accepted(state, body, client, ticket), { type: 'send', to: others, message: { type: 'pre-prepare', ...body, client, ticket, signature: context.signer.sign('vote', body) } }, ...counted(context, state, order, { client, ticket, data })];
    }
    if (message.type === 'reply') return [];
    const { order, client, ticket, data, signature } = message;
    const body = { order, data };
    if (!context.signer.verify(event.from, 'vote', body, signature)) return [{ type: 'accuse', kind: 'misbehaviour', suspect: event.from, evidence: 'a forged vote' }];
    const isFirst = message.type === 'pre-prepare';
    const before: Effects = isFirst
      ? [...accepted(state, body, client, ticket), { type: 'send', to: others, message: { ...message, type: 'prepare', signature: context.signer.sign('vote', body) } }, ...counted(context, state, order, message)]
      : [];
    return [...before, ...counted(context, state, order, message)];
  },
};

function accepted(state: State, body: { readonly order: number; readonly data: string }, _client: number, _ticket: number): Effects {
  state.log[body.order] = body.data;
  return [{ type: 'save', record: body }];
}

function counted(context: Context, state: State, order: number, { client, ticket, data }: { readonly client: number; readonly ticket: number; readonly data: string }): Effects {
  state.votes[order] = (state.votes[order] ?? 0) + 1;
  if (state.votes[order] !== context.members.length - faultsTolerated(context.members.length)) return [];
  return [
    { type: 'output', output: { type: 'executed', order, data, request: `${client}:${ticket}` } },
    { type: 'send', to: [nodeId(client)], message: { type: 'reply', ticket, order } },
  ];
}

const client: DurableMachine<Toy, Record<number, number>> = {
  begin: () => ({}),
  recover: () => ({}),
  parse,
  step(context, state, event) {
    if (event.type === 'input') return [{ type: 'send', to: [nodeId(0)], message: { type: 'request', client: context.self, ...event.input } }];
    if (event.type !== 'message' || event.message.type !== 'reply') return [];
    const { ticket, order } = event.message;
    state[ticket] = (state[ticket] ?? 0) + 1;
    return state[ticket] === Math.floor((context.members.length - 1) / 3) + 1 ? [{ type: 'output', output: { type: 'answered', ticket, result: order } }] : [];
  },
};

function parse(input: unknown): Toy['message'] | undefined {
  const type = typeof input === 'object' && input !== null ? (input as { type?: unknown }).type : undefined;
  return ['request', 'pre-prepare', 'prepare', 'reply'].includes(String(type)) ? (input as Toy['message']) : undefined;
}

const PATHS = ['/preprepare', '/prepare', '/request', '/reply'];
export const TOY_BYTES_MAX = 16 * 1024 * 1024;

export const toyService: Service = {
  name: 'toy',
  replica: () => replica,
  client,
  flawOfSettings: () => undefined,
  settings: () => ({}),
  clientWindow: 32,
  sizes: () => new Map(PATHS.map((path) => [path, { bytes: TOY_BYTES_MAX, depth: 4, parts: 1000 }])),
  clients: 8,
  patience: () => 30_000,
  flawIn: () => undefined,
  strategies: [],
  paths: PATHS,
  agreement: ['preprepare', 'prepare'],
  asking: ['request', 'reply'],
  pathOf: (message) => `/${(message as Toy['message']).type.replaceAll('-', '')}`,
  ask: ({ ticket, data }) => ({ ticket, data }),
  answered(own, output) {
    const answer = output as Toy['output'];
    return answer.type === 'answered' ? { ...answer, request: `${own}:${answer.ticket}` } : undefined;
  },
  executed(output) {
    const executed = output as Toy['output'];
    return executed.type === 'executed' ? { order: executed.order, view: 0, digest: executed.data, requests: [executed.request] } : undefined;
  },
  seen: () => undefined,
  votesIn(from, message) {
    const vote = message as Toy['message'];
    return vote.type === 'prepare' || vote.type === 'pre-prepare' ? [{ kind: vote.type, voter: from, order: vote.order, view: 0, digest: vote.data }] : [];
  },
  keep: (records) => records,
  command: () => ({ view: 0, commander: nodeId(0), hasBegun: true }),
  collector: () => undefined,
  status(state) {
    const { log } = state as State;
    return { view: 0, commander: nodeId(0), executed: log.length, digest: log.join('|'), tail: log.slice(-5), dropped: 0 };
  },
};
