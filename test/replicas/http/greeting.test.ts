import { expect } from 'chai';
import { differenceOf, sharedOf } from '../../../src/replicas/http/greeting.ts';
import { newClusterConfig } from '../../../src/replicas/http/cluster-config.ts';
import { Replica } from '../../../src/replicas/http/replica.ts';
import { serviceNamed } from '../../../src/replicas/http/services.ts';
import { sealed } from '../../support/raw.ts';
import { post } from '../../support/served.ts';

const URLS = Array.from({ length: 4 }, () => 'http://127.0.0.1:1');

describe('nodes that were started otherwise', () => {
  const { plan, secrets } = newClusterConfig('pbft', { checkpointEvery: 64, batch: 100 }, URLS);

  it('are told from those that were started alike, wherever these think that all are', () => {
    const elsewhere = { ...plan, settings: { batch: 100, checkpointEvery: 64 }, members: plan.members.map((member) => ({ ...member, url: 'http://elsewhere:1' })) };
    expect(sharedOf(elsewhere)).to.equal(sharedOf(plan));
    expect(differenceOf(sharedOf(plan), sharedOf(elsewhere))).to.equal(undefined);
  });

  const { plan: strangers } = newClusterConfig('pbft', {}, URLS);
  const OTHERS = [
    ['a setting', { ...plan, settings: { checkpointEvery: 48, batch: 100 } }, 'other settings: checkpointEvery 48, here 64'],
    ['a setting left out, and one more', { ...plan, settings: { checkpointEvery: 64, collector: true } }, 'other settings: batch none, here 100; collector true, here none'],
    ['the protocol', { ...plan, protocol: 'collector' }, 'other settings: protocol collector, here pbft'],
    ['fewer members', { ...plan, members: plan.members.slice(0, 3) }, /^other settings: members 3, here 4; the keys of node 3 none, here \S{8}$/],
    ['the keys of another member', { ...plan, members: [...plan.members.slice(0, 3), strangers.members[3]!] }, /^other settings: the keys of node 3 \S{8}, here \S{8}$/],
  ] as const;
  for (const [what, other, words] of OTHERS) {
    it(`are told what is other: ${what}`, () => {
      const difference = differenceOf(sharedOf(plan), sharedOf(other));
      if (typeof words === 'string') expect(difference).to.equal(words);
      else expect(difference).to.match(words);
    });
  }

  it('may greet with anything', () => {
    for (const text of ['', '{', 'null', '[]', '{"settings":1,"keys":[]}', '{"settings":{},"keys":7}']) expect(differenceOf(sharedOf(plan), text), text).to.equal('settings that cannot be read');
    expect(differenceOf(sharedOf(plan), '{"v":1,"settings":{"\\u001b[2J":{"a":1}},"keys":[]}')).to.match(/^[ -~]+$/);
  });

  it('name each other, on both sides and once, and take nothing from each other; the rest goes on', async () => {
    const { plan: alike, secrets: own } = newClusterConfig('pbft', serviceNamed('pbft').settings(4), URLS);
    const other = { ...alike, settings: { ...alike.settings, checkpointEvery: 48 } };
    const warnings: Record<number, string[]> = { 0: [], 1: [], 2: [], 3: [] };
    const replicas = own.map((secret, id) => {
      const listener = { answered: () => undefined, commanded: () => undefined, failed: () => undefined, warned: (line: string) => void warnings[id]!.push(line) };
      return new Replica({ plan: id === 2 ? other : alike, id, secret, service: serviceNamed('pbft'), listener });
    });
    try {
      const urls = (await Promise.all(replicas.map((replica) => replica.listen('127.0.0.1', 0)))).map((port) => `http://127.0.0.1:${port}`);
      await Promise.all(replicas.map((replica) => replica.start(urls)));
      for (const id of [0, 1, 3]) expect(warnings[id]).to.deep.equal([`node 2 was started with other settings: checkpointEvery 48, here 64; node ${id} takes nothing from it`]);
      expect(warnings[2]!.toSorted()).to.deep.equal([0, 1, 3].map((id) => `node ${id} was started with other settings: checkpointEvery 64, here 48; node 2 takes nothing from it`));
      const answer = await fetch(`${urls[0]!}/preprepare`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"data":"by three"}' });
      expect(answer.status).to.equal(200);
      // And were it to say something all the same:
      const body = JSON.stringify({ type: 'status', view: 0, isChanging: false, executed: 0, stable: 0 });
      const refused = await post(`${urls[0]!}/standing`, body, sealed({ plan: alike, secrets: own }, { from: 2, to: 0, path: '/standing', body }));
      expect([refused.status, await refused.text()]).to.deep.equal([409, 'you were started with other settings\n']);
      const shown = (await (await fetch(`${urls[0]!}/status?full`)).json()) as { differing: object; counts: Record<string, Record<string, number>> };
      expect(shown.differing).to.deep.equal({ 2: 'other settings: checkpointEvery 48, here 64' });
      expect(shown.counts['messages_received']).not.to.equal(undefined);
      expect(replicas[2]!.status().executed).to.equal(0);
      expect(replicas[0]!.counts.of('differing')['2']).to.be.at.least(2);
    } finally {
      await Promise.all(replicas.map((replica) => replica.close()));
    }
  });

  it('are heard again once they are started alike', async () => {
    const { plan: alike, secrets: own } = newClusterConfig('pbft', serviceNamed('pbft').settings(4), URLS);
    const warnings: string[] = [];
    const made = (id: number, checkpointEvery = 64): Replica => {
      const listener = { answered: () => undefined, commanded: () => undefined, failed: () => undefined, warned: (line: string) => void warnings.push(line) };
      return new Replica({ plan: { ...alike, settings: { ...alike.settings, checkpointEvery } }, id, secret: own[id]!, service: serviceNamed('pbft'), listener });
    };
    const replicas = [made(0), made(1), made(2, 48), made(3)];
    try {
      const ports = await Promise.all(replicas.map((replica) => replica.listen('127.0.0.1', 0)));
      const urls = ports.map((port) => `http://127.0.0.1:${port}`);
      await Promise.all(replicas.map((replica) => replica.start(urls)));
      expect(warnings).to.have.length(6);
      await replicas[2]!.close();
      replicas[2] = made(2);
      await replicas[2].listen('127.0.0.1', ports[2]!);
      await replicas[2].start(urls);
      await replicas[3]!.close();
      // Three are a quorum only with the one that has come back.
      const answer = await fetch(`${urls[0]!}/preprepare`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"data":"by three"}' });
      expect(answer.status).to.equal(200);
      expect(warnings).to.have.length(6);
    } finally {
      await Promise.all(replicas.map((replica) => replica.close()));
    }
  });

  it('know when they have the file of another cluster', async () => {
    const warnings: string[] = [];
    const listener = { answered: () => undefined, commanded: () => undefined, failed: () => undefined, warned: (line: string) => void warnings.push(line) };
    const one = new Replica({ plan, id: 0, secret: secrets[0]!, service: serviceNamed('pbft'), listener });
    const two = new Replica({ plan: { ...plan, cluster: 'another' }, id: 1, secret: secrets[1]!, service: serviceNamed('pbft'), listener });
    try {
      const urls = await Promise.all([one, two].map(async (replica) => `http://127.0.0.1:${await replica.listen('127.0.0.1', 0)}`));
      await Promise.all([one, two].map((replica) => replica.start(urls)));
      expect(warnings).to.have.members(['node 1 does not know this node by its keys: one of the two has the file of another cluster', 'node 0 does not know this node by its keys: one of the two has the file of another cluster']);
    } finally {
      await Promise.all([one, two].map((replica) => replica.close()));
    }
  });
});
