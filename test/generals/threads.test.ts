import { expect } from 'chai';
import { once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { nodeId } from '../../src/core/node.ts';
import type { Report } from '../../src/generals/host.ts';
import { serve } from '../../src/generals/threads/member.ts';
import { decodeReport, encodeSpec } from '../../src/generals/threads/worker-messages.ts';
import { ids } from '../support/trials.ts';

describe('a general in its thread', () => {
  it('hears what a peer said of an order that has not reached it yet, though the peer has died since', async () => {
    const main = new MessageChannel();
    serve(main.port2);
    const told = async (): Promise<unknown> => ((await once(main.port1, 'message')) as [unknown])[0];
    const peers = new Map<number, MessagePort>();
    const links = [1, 3, 4].map((id) => {
      const { port1, port2 } = new MessageChannel();
      peers.set(id, port1);
      return [nodeId(id), port2] as const;
    });
    const ready = told();
    main.port1.postMessage({ type: 'link', self: nodeId(2), peers: links }, links.map(([, port]) => port));
    expect(await ready).to.deep.equal({ type: 'ready' });

    peers.get(4)!.postMessage([1, 2, 'attack']);
    const left = once(peers.get(4)!, 'close');
    peers.get(4)!.close();
    await left;
    // What closes a port is told at its other end in the same turn or the next.
    await new Promise(setImmediate);

    const report = told();
    const spec = { number: 1, members: ids(4), commander: nodeId(1), protocol: 'exchange', m: 1, seed: 1, draw: 1, deadline: 60_000 };
    main.port1.postMessage(encodeSpec({ spec }));
    peers.get(1)!.postMessage([1, 1, 'attack']);
    peers.get(3)!.postMessage([1, 2, 'retreat']);
    const { decision, heard }: Report = decodeReport((await report) as Parameters<typeof decodeReport>[0]).report;
    for (const port of [main.port1, ...peers.values()]) port.close();
    expect(heard.flat().map(({ from, messages }) => `${from}: ${messages.join()}`)).to.have.members(['1: attack', '3: retreat', '4: attack']);
    expect(decision).to.equal('attack');
  });
});
