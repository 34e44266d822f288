import { expect } from 'chai';
import { nodeId } from '../../../src/core/node.ts';
import { client } from '../../../src/replicas/pbft/client.ts';
import type { Message } from '../../../src/replicas/pbft/messages.ts';
import { parseMessage } from '../../../src/replicas/pbft/parse.ts';
import { replica } from '../../../src/replicas/pbft/replica.ts';
import { Cluster } from '../../support/replicas.ts';

/** Every kind of message that a cluster sends in good times and bad. */
function heardMessages(): Map<string, Message> {
  const heard = new Map<string, Message>();
  for (const collector of [false, true]) {
    const cluster = new Cluster(4, { collector, checkpointEvery: 2, batch: 2 });
    let cut = 3;
    let isMissing = true;
    cluster.link = (from, to, message) => {
      heard.set(message.type, message);
      if (message.type === 'pre-prepare' && to.id === 1 && isMissing) return [];
      return from.id === cut || to.id === cut ? [] : [1];
    };
    for (let i = 0; i < 7; i += 1) cluster.ask(`order ${i}`);
    cluster.untilAnswered();
    cut = 0;
    isMissing = false;
    cluster.ask('another');
    cluster.untilAnswered();
    cut = -1;
    cluster.rest(5000);
    // In good times again, and so many that a collector is trusted once more.
    for (let i = 0; i < 12; i += 1) {
      cluster.ask(`good order ${i}`);
      cluster.untilAnswered();
    }
  }
  return heard;
}

describe('PBFT’s parser', () => {
  const heard = heardMessages();

  it('takes every message that replicas and clients send, after JSON as before', () => {
    expect([...heard.keys()]).to.include.members(['request', 'pre-prepare', 'prepare', 'commit', 'certificate', 'checkpoint', 'view-change', 'new-view', 'reply', 'status', 'committed', 'state', 'fetch-chunk', 'chunk']);
    for (const [type, message] of heard) {
      expect(parseMessage(message), type).to.equal(message);
      expect(parseMessage(JSON.parse(JSON.stringify(message))), type).to.deep.equal(message);
    }
  });

  it('drops whatever has a field too many, too few, or of another kind', () => {
    const wrong = [undefined, null, -1, -0, 0.5, 1e300, '', 'x'.repeat(100_000), [], {}, true];
    const isLegal = (path: string, value: unknown): boolean => value === '' || (value === null && /answers\.\d+\.2$/.test(path)) || (path.endsWith('isChanging') && value === true) || (Array.isArray(value) && value.length === 0);
    const broken = (value: unknown, path: string): [string, unknown][] => {
      if (typeof value !== 'object' || value === null) return wrong.filter((other) => other !== value && !isLegal(path, other)).map((other) => [path, other]);
      const inside = Object.entries(value).flatMap(([key, one]) => broken(one, `${path}.${key}`).map(([where, other]): [string, unknown] => [where, Array.isArray(value) ? value.map((item, i) => (`${i}` === key ? other : item)) : { ...value, [key]: other }]));
      return Array.isArray(value) ? inside : [...inside, [`${path} and more`, { ...value, more: 1 }]];
    };
    let count = 0;
    for (const [type, message] of heard) {
      for (const [where, input] of broken(message, type)) {
        expect(parseMessage(input), where).to.equal(undefined);
        count += 1;
      }
    }
    expect(count).to.be.above(1000);
  });

  for (const input of [undefined, null, 1, 'prepare', [], {}, { type: 'prepare' }, { type: '__proto__' }, { type: 'constructor' }, new Map()]) {
    it(`drops ${JSON.stringify(input)}`, () => {
      expect(parseMessage(input)).to.equal(undefined);
      expect(client.parse(input)).to.equal(undefined);
    });
  }
});

describe('A replica', () => {
  it('drops what a flood sends, and stays as small as it is', () => {
    const cluster = new Cluster(4, { checkpointEvery: 4, batch: 2 });
    const node = cluster.node(2);
    const signer = cluster.node(3).context.signer;
    const hear = (from: number, message: Message): void => void replica.step(node.context, cluster.state(2), { type: 'message', from: nodeId(from), message });
    const flood = (from: number, to: number): void => {
      for (let i = from; i < to; i += 1) {
        const body = { view: i % 3, sequence: 1 + i, digest: `digest ${i}`, replica: nodeId(3) };
        for (const type of ['prepare', 'commit'] as const) hear(3, { type, body, signature: signer.sign(type, body) });
        const point = { sequence: 4 * i + 4, digest: `digest ${i}`, replica: nodeId(3) };
        hear(3, { type: 'checkpoint', body: point, signature: signer.sign('checkpoint', point) });
        const change = { view: 1 + i, stable: 0, proof: [], prepared: [], replica: nodeId(3) };
        hear(3, { type: 'view-change', body: change, signature: signer.sign('view-change', change) });
        hear(3, { type: 'status', view: i, isChanging: false, executed: 0, stable: 0 });
        hear(3, { type: 'fetch', digest: `digest ${i}` });
        const request = { client: nodeId(4), timestamp: 1 + i, mark: `${i}`, key: '', operation: `order ${i}` };
        hear(4, { type: 'request', body: request, signature: cluster.node(4).context.signer.sign('request', request) });
      }
    };
    const size = (): number => JSON.stringify({ ...cluster.state(2), waiting: [...cluster.state(2).waiting], early: cluster.state(2).early }).length;
    flood(0, 2000);
    const before = size();
    flood(2000, 20_000);
    expect(size()).to.be.below(1.1 * before);
  });
});
