import { expect } from 'chai';
import { choosesNothing } from '../../../src/core/choice.ts';
import type { Context } from '../../../src/core/machine.ts';
import { nodeId } from '../../../src/core/node.ts';
import { symbolicSigner } from '../../../src/core/signer.ts';
import { client } from '../../../src/replicas/pbft/client.ts';
import type { Answer, Request } from '../../../src/replicas/pbft/messages.ts';
import { CLIENTS, CLIENT_WINDOW, NUMBERS } from '../../../src/replicas/pbft/settings.ts';
import { Cluster } from '../../support/replicas.ts';

const members = [0, 1, 2, 3].map(nodeId);
const self = nodeId(4);
const context: Context = { self, members, signer: symbolicSigner(self), settings: {}, choose: choosesNothing };

describe('A client of PBFT that is not answered', () => {
  it('tells everyone of its oldest requests alone, and the new primary of the rest', () => {
    const state = client.begin(context);
    const sent = (effects: ReturnType<typeof client.step>): { readonly to: readonly number[]; readonly timestamp: number }[] =>
      effects.flatMap((effect) => (effect.type === 'send' && effect.message.type === 'request' ? [{ to: effect.to, timestamp: effect.message.body.timestamp }] : []));
    const requests: string[] = [];
    for (let ticket = 1; ticket <= 100; ticket += 1) {
      for (const effect of client.step(context, state, { type: 'input', input: { ticket, data: `request ${ticket}`, mark: `mark-${ticket}` } })) {
        if (effect.type === 'send' && effect.message.type === 'request') requests.push(context.signer.digest(effect.message.body));
      }
    }
    expect(sent(client.step(context, state, { type: 'timeout', timer: 'retry' }))).to.deep.equal([]);
    const again = sent(client.step(context, state, { type: 'timeout', timer: 'retry' }));
    expect(again).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8].map((timestamp) => ({ to: members, timestamp })));

    const reply = (replica: number): ReturnType<typeof client.step> => {
      const body = { view: 1, client: self, replica: nodeId(replica), answers: [[1, requests[0]!, 'done']] as const };
      return client.step(context, state, { type: 'message', from: nodeId(replica), message: { type: 'reply', body, signature: symbolicSigner(nodeId(replica)).sign('reply', body) } });
    };
    expect(sent(reply(1))).to.deep.equal([]);
    expect(sent(reply(2))).to.deep.equal(Array.from({ length: 92 }, (_, index) => ({ to: [1], timestamp: 9 + index })));
  });
});

describe('A client of PBFT that has much to ask', () => {
  it('has the numbers of one window under way, and goes on when the oldest of them is answered', () => {
    const state = client.begin(context);
    const digests = new Map<number, string>();
    const asks = (effects: ReturnType<typeof client.step>): number[] =>
      effects.flatMap((effect) => {
        if (effect.type !== 'send' || effect.message.type !== 'request') return [];
        const { body } = effect.message;
        digests.set(body.timestamp, context.signer.digest(body));
        return [body.timestamp];
      });
    const answered = (timestamp: number): number[] =>
      [1, 2].flatMap((replica) => {
        const body = { view: 0, client: self, replica: nodeId(replica), answers: [[timestamp, digests.get(timestamp)!, 'done']] as const };
        return asks(client.step(context, state, { type: 'message', from: nodeId(replica), message: { type: 'reply', body, signature: symbolicSigner(nodeId(replica)).sign('reply', body) } }));
      });
    const first = Array.from({ length: CLIENT_WINDOW + 9 }, (_, index) => index + 1).flatMap((ticket) => asks(client.step(context, state, { type: 'input', input: { ticket, data: `request ${ticket}`, mark: `mark-${ticket}` } })));
    expect(first).to.deep.equal(Array.from({ length: CLIENT_WINDOW }, (_, index) => index + 1));
    expect(answered(2), 'the oldest is still under way').to.deep.equal([]);
    expect(answered(3)).to.deep.equal([]);
    expect(answered(1)).to.deep.equal([1, 2, 3].map((more) => CLIENT_WINDOW + more));
  });
});

describe('A client of PBFT whose disk was lost', () => {
  for (const [name, kept] of [['lost', 0], ['put back to an earlier time', 1]] as const) {
    it(`or was ${name}, uses numbers again, and is answered what it asks now, executed once`, () => {
      const cluster = new Cluster(4);
      const life = (): void => {
        cluster.network.crash(cluster.node(4));
        cluster.network.start(cluster.node(4));
      };
      const order = (data: string): string | null | undefined => {
        const ticket = cluster.ask(data);
        expect(cluster.untilAnswered(100), data).to.equal(true);
        return cluster.answers.get(ticket);
      };
      expect([order('set k one'), order('get k')]).to.deep.equal(['1', 'one']);
      life();
      for (let count = 0; count < 5; count += 1) order('more');
      life();
      order('more');
      const node = cluster.node(4);
      cluster.network.crash(node);
      node.disk = node.disk.slice(0, kept);
      cluster.network.start(node);
      expect([order('set k two'), order('get k')]).to.deep.equal(['9', 'two']);
      for (let id = 0; id < 4; id += 1) expect(cluster.log(id).filter((operation) => operation.startsWith('set'))).to.deep.equal(['set k one', 'set k two']);
    });
  }

  const asked = (): { state: ReturnType<typeof client.begin>; request: Request } => {
    const state = client.begin(context);
    const [request] = client.step(context, state, { type: 'input', input: { ticket: 1, data: 'set k two', mark: 'new' } }).flatMap((effect) => (effect.type === 'send' && effect.message.type === 'request' ? [effect.message] : []));
    return { state, request: request! };
  };
  const hears = (state: ReturnType<typeof client.begin>, replica: number, answer: Answer): ReturnType<typeof client.step> => {
    const body = { view: 0, client: self, replica: nodeId(replica), answers: [answer] };
    return client.step(context, state, { type: 'message', from: nodeId(replica), message: { type: 'reply', body, signature: symbolicSigner(nodeId(replica)).sign('reply', body) } });
  };
  const requestsIn = (effects: ReturnType<typeof client.step>): readonly Request[] => effects.flatMap((effect) => (effect.type === 'send' && effect.message.type === 'request' ? [effect.message] : []));

  it('believes no answer to another request of its number', () => {
    const { state, request } = asked();
    for (const id of [0, 1, 2, 3]) expect(hears(state, id, [1, symbolicSigner(self).digest({ ...request.body, mark: 'old' }), '1'])).to.deep.equal([]);
    expect(state.open.size).to.equal(1);
  });

  it('goes on behind its numbers, where a liar cannot push it, under the same mark', () => {
    const { state, request } = asked();
    const digest = symbolicSigner(self).digest(request.body);
    expect(hears(state, 3, [1, digest, { stale: NUMBERS - 1 }])).to.deep.equal([{ type: 'send', to: members, message: request }]);
    expect(hears(state, 0, [1, digest, { stale: 7000 }])).to.deep.equal([]);
    const effects = hears(state, 1, [1, digest, { stale: 7005 }]);
    expect(requestsIn(effects).map(({ body }) => body)).to.deep.equal([{ ...request.body, timestamp: 7006 }]);
    expect(effects).to.deep.include({ type: 'save', record: { type: 'reserved', upTo: 8005 } });
    expect(client.recover(context, [{ type: 'reserved', upTo: 8005 }]).next).to.equal(8006);
  });

  it('says so where its numbers are used up', () => {
    const state = client.recover(context, [{ type: 'reserved', upTo: NUMBERS - 1 }]);
    expect(client.step(context, state, { type: 'input', input: { ticket: 1, data: 'order', mark: 'm' } })).to.deep.equal([
      { type: 'output', output: { type: 'refused', ticket: 1, flaw: 'spent', reason: 'the numbers of this client are used up' } },
    ]);
  });
});

describe('Clients of PBFT', () => {
  it('more than eight of a replica are heard by none', () => {
    const cluster = new Cluster(4, {}, new Map(), 4 * CLIENTS + 1);
    const [last, stranger] = [3 + 4 * CLIENTS, 4 + 4 * CLIENTS];
    cluster.ask('a stranger’s', stranger);
    cluster.rest(3000);
    const ticket = cluster.ask('order', last);
    cluster.rest(20);
    expect(cluster.answers.get(ticket)).to.equal('1');
    for (let id = 0; id < 4; id += 1) expect(cluster.status(id)).to.include({ executed: 1, waiting: 0, view: 0 });
  });

  it('are told by the state machine what is wrong, before they ask and after', () => {
    const cluster = new Cluster(4);
    const ticket = cluster.ask('get a b');
    expect([cluster.refusals.get(ticket), cluster.sent.get('request')]).to.deep.equal(['form', undefined]);
    const [first, other] = [cluster.ask('pay', 4, 'key'), cluster.ask('pay more', 4, 'key')];
    cluster.untilAnswered();
    expect([cluster.answers.get(first), cluster.refusals.get(other)]).to.deep.equal(['1', 'conflict']);
  });

  it('that ask under one key, at other nodes, under another primary, and after all have fallen, have it executed once and get the one answer', () => {
    const cluster = new Cluster(4, { checkpointEvery: 2, batch: 1 }, new Map(), 3);
    const results: (string | null | undefined)[] = [];
    const again = (by: number): void => {
      const ticket = cluster.ask('pay', by, 'key');
      expect(cluster.untilAnswered()).to.equal(true);
      results.push(cluster.answers.get(ticket));
    };
    again(4);
    again(5);
    cluster.network.crash(cluster.node(0));
    again(6);
    cluster.network.start(cluster.node(0));
    cluster.rest(2000);
    for (let id = 0; id < 7; id += 1) cluster.network.crash(cluster.node(id));
    for (let id = 0; id < 7; id += 1) cluster.network.start(cluster.node(id));
    again(4);
    expect(results).to.deep.equal(['1', '1', '1', '1']);
    cluster.rest(2000);
    for (let id = 0; id < 4; id += 1) expect(cluster.status(id).executed).to.equal(1);
  });
});
