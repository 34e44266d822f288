import { expect } from 'chai';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { choosesNothing } from '../../src/core/choice.ts';
import { nodeId } from '../../src/core/node.ts';
import { symbolicSigner } from '../../src/core/signer.ts';
import { decodeReport, encodeSpec, type FromWorker } from '../../src/generals/threads/worker-messages.ts';
import { serve } from '../../src/generals/threads/member.ts';
import { Network } from '../../src/runtime/virtual/network.ts';
import { probe, probeService, word, type Effect, type Seen } from '../support/probe.ts';
import { post, startReplicas } from '../support/served.ts';
import { skip } from '../support/skip.ts';

/** What carries messages between four machines, and does what they ask for. */
interface Transport {
  /** Has a node's machine ask for that. */
  do(at: number, effects: readonly Effect[]): Promise<void>;
  seen(at: number): Seen;
  fall(id: number): Promise<void>;
  /** Lets things go on until that is so. */
  until(isSo: () => boolean): Promise<void>;
  /** How much a node dropped because it is no message. */
  dropped?(at: number): number;
  close(): Promise<void>;
}

const TRANSPORTS: readonly { readonly name: string; readonly start: () => Promise<Transport> }[] = [
  {
    name: 'the simulated network',
    async start() {
      const members = [0, 1, 2, 3].map(nodeId);
      const network = new Network(members.map((id) => ({ id, machine: probe, context: { self: id, members, signer: symbolicSigner(id), settings: {}, choose: choosesNothing } })), { link: () => [3], sync: () => 2 });
      for (const node of network.nodes) network.start(node);
      return {
        do: async (at, effects) => network.hear(network.nodes[at]!, nodeId(4), { type: 'do', client: 4, ticket: 0, effects }),
        seen: (at) => network.nodes[at]!.state as Seen,
        fall: async (id) => network.crash(network.nodes[id]!),
        until: async (isSo) => void network.run(60_000, isSo),
        close: async () => undefined,
      };
    },
  },
  {
    name: 'HTTP',
    async start() {
      const replicas = await startReplicas(4, probeService);
      return {
        async do(at, effects) {
          const answer = await post(`${replicas.urls[at]!}/preprepare`, JSON.stringify({ data: JSON.stringify(effects) }));
          expect(answer.status).to.equal(200);
        },
        seen: (at) => replicas.replicas[at]!.status()['seen'] as Seen,
        fall: (id) => replicas.fall(id),
        async until(isSo) {
          while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
        },
        dropped: (at) => replicas.replicas[at]!.counts.of('dropped')['malformed'] ?? 0,
        close: () => replicas.close(),
      };
    },
  },
];

const ALL = [0, 1, 2, 3];
const othersOf = (id: number): ReturnType<typeof nodeId>[] => ALL.filter((other) => other !== id).map(nodeId);
const say = (to: readonly number[], text: string): Effect => ({ type: 'send', to: to.map(nodeId), message: word(text) });

for (const { name, start } of TRANSPORTS) {
  describe(`${name}, as a transport,`, () => {
    let transport: Transport;
    beforeEach(async () => {
      transport = await start();
    });
    afterEach(() => transport.close());

    const heardFrom = (at: number, from: number): string[] => transport.seen(at).heard.filter(([by]) => by === from).map(([, text]) => text);

    it('brings all that one says to another once, in order, and under the name of who said it', async () => {
      const words = Array.from({ length: 100 }, (_, index) => `word ${index}`);
      await Promise.all(ALL.map((id) => transport.do(id, words.map((text) => say(othersOf(id), `${text} of ${id}`)))));
      await transport.until(() => ALL.every((id) => transport.seen(id).heard.length >= 300));
      for (const at of ALL) {
        for (const from of othersOf(at)) expect(heardFrom(at, from), `${at} from ${from}`).to.deep.equal(words.map((text) => `${text} of ${from}`));
        expect(transport.seen(at).heard).to.have.length(300);
      }
    });

    it('does what a machine asks for in that order, also what it says before and after it saves', async () => {
      await transport.do(0, [say([1], 'first'), { type: 'save', record: 'a' }, say([1, 2], 'second'), { type: 'save', record: 'b' }, { type: 'save', record: 'c' }, say([1], 'third')]);
      await transport.do(0, [say([1], 'fourth')]);
      await transport.until(() => heardFrom(1, 0).length === 4 && heardFrom(2, 0).length === 1);
      expect(heardFrom(1, 0)).to.deep.equal(['first', 'second', 'third', 'fourth']);
      expect(heardFrom(2, 0)).to.deep.equal(['second']);
    });

    it('is not held up by a node that is gone', async () => {
      await transport.fall(3);
      await transport.do(0, Array.from({ length: 100 }, (_, index) => say([3, 1, 2], `word ${index}`)));
      await transport.do(1, [say([3, 2], 'another')]);
      await transport.until(() => heardFrom(1, 0).length === 100 && transport.seen(2).heard.length === 101);
      expect(heardFrom(2, 0).at(-1)).to.equal('word 99');
    });

    it('drops what is no message, and what follows comes', async function () {
      if (transport.dropped === undefined) return skip(this, 'messages go as objects, and are not parsed');
      const rubbish = [null, 7, 'word', [], {}, { type: 'nothing' }, { type: { type: 'word' } }];
      await transport.do(0, [...rubbish.map((message): Effect => ({ type: 'send', to: [nodeId(1)], message })), say([1], 'after')]);
      await transport.until(() => heardFrom(1, 0).length > 0);
      expect(transport.seen(1).heard).to.deep.equal([[0, 'after']]);
      expect(transport.dropped(1)).to.equal(rubbish.length);
    });

    it('keeps timers: one set anew begins anew, one that is cancelled is silent', async () => {
      const timer = (name: string, after: number): Effect => ({ type: 'set-timer', timer: name, after });
      await transport.do(2, [timer('cancelled', 1), timer('twice', 1), timer('twice', 5), { type: 'cancel-timer', timer: 'cancelled' }, { type: 'cancel-timer', timer: 'unknown' }, timer('last', 40)]);
      await transport.until(() => transport.seen(2).timeouts.includes('last'));
      expect(transport.seen(2).timeouts).to.deep.equal(['twice', 'last']);
    });
  });
}

describe('message ports between generals, as a transport,', () => {
  const MEMBERS = [1, 2, 3, 4].map(nodeId);
  let ports: MessagePort[];
  beforeEach(() => {
    ports = [];
  });
  afterEach(() => {
    for (const port of ports) port.close();
  });

  const channel = (): MessageChannel => {
    const made = new MessageChannel();
    ports.push(made.port1, made.port2);
    return made;
  };

  /**
   * Four generals in this thread, and what each decided when it was ordered to attack by G1.
   * @param carry what becomes of a frame between two of them
   */
  async function decisions(carry: (frame: unknown, to: MessagePort) => void, gone: readonly number[] = []): Promise<Record<number, string | undefined>> {
    const links = new Map(MEMBERS.map((id) => [id, [] as [ReturnType<typeof nodeId>, MessagePort][]]));
    for (const a of MEMBERS) {
      for (const b of MEMBERS.filter((id) => id > a)) {
        const [left, right] = [channel(), channel()];
        left.port2.on('message', (frame) => carry(frame, right.port2));
        right.port2.on('message', (frame) => carry(frame, left.port2));
        links.get(a)!.push([b, left.port1]);
        links.get(b)!.push([a, right.port1]);
        left.port2.on('close', () => right.port2.close());
        right.port2.on('close', () => left.port2.close());
      }
    }
    const spec = { number: 1, protocol: 'exchange', m: 1, members: MEMBERS, commander: nodeId(1), seed: 1, draw: 1, deadline: 60_000 };
    const reports = MEMBERS.filter((id) => !gone.includes(id)).map(async (id) => {
      const main = channel();
      serve(main.port1);
      const report = new Promise<[number, string | undefined]>((resolve) => {
        main.port2.on('message', (answer: FromWorker) => {
          if (typeof answer === 'string') resolve([id, decodeReport(answer).report.decision]);
        });
      });
      main.port2.postMessage({ type: 'link', self: id, peers: links.get(id)! }, links.get(id)!.map(([, port]) => port));
      main.port2.postMessage(encodeSpec({ spec, order: id === 1 ? 'attack' : undefined }));
      return report;
    });
    for (const id of gone) for (const [, port] of links.get(nodeId(id))!) port.close();
    return Object.fromEntries(await Promise.all(reports));
  }

  const plainly = (frame: unknown, to: MessagePort): void => to.postMessage(frame);

  it('bring what generals say', async () => {
    expect(await decisions(plainly)).to.deep.equal({ 1: 'attack', 2: 'attack', 3: 'attack', 4: 'attack' });
  });

  it('drop what is no frame of the order, before, between and after what is', async () => {
    const rubbish = [undefined, null, 7, 'attack', [], {}, [1], [1, 'x'], ['1', 1, 'attack'], [Number.NaN, 1], [0, 1, 'retreat'], [1, 99, 'retreat'], [1, -1, 'retreat'], [1, 0.5, 'retreat'], new Map(), new Uint8Array(4)];
    const littered = (frame: unknown, to: MessagePort): void => {
      for (const one of [...rubbish, frame, ...rubbish]) to.postMessage(one);
    };
    expect(await decisions(littered)).to.deep.equal({ 1: 'attack', 2: 'attack', 3: 'attack', 4: 'attack' });
  });

  it('bring each frame once, however often it is posted', async () => {
    const thrice = (frame: unknown, to: MessagePort): void => {
      for (let count = 0; count < 3; count += 1) to.postMessage(frame);
    };
    expect(await decisions(thrice)).to.deep.equal({ 1: 'attack', 2: 'attack', 3: 'attack', 4: 'attack' });
  });

  it('are not held up by a general that is gone', async () => {
    expect(await decisions(plainly, [3])).to.deep.equal({ 1: 'attack', 2: 'attack', 4: 'attack' });
  });
});
