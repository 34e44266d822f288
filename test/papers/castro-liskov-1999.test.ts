import { expect } from 'chai';
import { nodeId } from '../../src/core/node.ts';
import { byzantineQuorum, faultsTolerated, oneLoyal } from '../../src/core/quorum.ts';
import { symbolicSigner } from '../../src/core/signer.ts';
import type { Effect, Proposal, Signed, ViewChangeBody } from '../../src/replicas/pbft/messages.ts';
import { NO_REQUESTS, planOf } from '../../src/replicas/pbft/new-view.ts';
import { flawOf } from '../../src/replicas/pbft/proof.ts';
import { Cluster, twisted } from '../support/replicas.ts';

/** What “Practical Byzantine Fault Tolerance” (OSDI 1999) says, rule by rule. */
describe('Castro and Liskov 1999: replicas together', () => {
  it('any two quorums of 2f + 1 of 3f + 1 share a loyal replica, and a quorum is left when f are silent (§3)', () => {
    for (let n = 1; n <= 100; n += 1) {
      const f = faultsTolerated(n);
      const quorum = byzantineQuorum(n);
      expect(2 * quorum - n).to.be.at.least(f + 1);
      expect(quorum).to.be.at.most(n - f);
      if (n === 3 * f + 1) expect([quorum, oneLoyal(n)]).to.deep.equal([2 * f + 1, f + 1]);
    }
  });

  const silencing = (type: string): unknown => twisted((effect: Effect) => (effect.type === 'send' && effect.message.type === type ? [] : [effect]));

  it('prepared needs a pre-prepare and 2f prepares of different backups (§4.2)', () => {
    for (const [silent, isPrepared] of [[[3], true], [[2, 3], false]] as const) {
      const cluster = new Cluster(4, {}, new Map(silent.map((id) => [id, silencing('prepare')])));
      cluster.ask('order');
      cluster.rest(20);
      expect(cluster.state(1).slots[1]?.isPrepared, `${silent.length} silent`).to.equal(isPrepared);
    }
  });

  it('committed-local needs 2f + 1 commits (§4.2)', () => {
    for (const [silent, executed] of [[[3], 1], [[2, 3], 0]] as const) {
      const cluster = new Cluster(4, {}, new Map(silent.map((id) => [id, silencing('commit')])));
      cluster.ask('order');
      cluster.rest(20);
      expect(cluster.status(1).executed, `${silent.length} silent`).to.equal(executed);
    }
  });

  it('a client believes f + 1 equal replies, and no fewer (§4.1)', () => {
    const lying = twisted((effect, self) => {
      if (effect.type !== 'send' || effect.message.type !== 'reply') return [effect];
      const body = { ...effect.message.body, answers: effect.message.body.answers.map(([timestamp, request]) => [timestamp, request, 'a lie'] as const) };
      return [{ ...effect, message: { type: 'reply', body, signature: symbolicSigner(self).sign('reply', body) } }];
    });
    const cluster = new Cluster(4, {}, new Map([[1, lying]]));
    cluster.link = (from, _to, message) => (message.type === 'reply' && from.id === 2 ? [] : message.type === 'reply' && from.id !== 1 ? [50] : [1]);
    const ticket = cluster.ask('order');
    cluster.rest(49);
    expect(cluster.answers.size).to.equal(0);
    cluster.rest(20);
    expect(cluster.answers.get(ticket)).to.equal('1');
  });

  it('a checkpoint is stable with 2f + 1 proofs, and then moves the water marks (§4.3)', () => {
    const cluster = new Cluster(4, { checkpointEvery: 2, batch: 1 }, new Map([[2, silencing('checkpoint')], [3, silencing('checkpoint')]]));
    for (let i = 0; i < 6; i += 1) cluster.ask(`order ${i}`);
    cluster.rest(50);
    // 2 and 3 have three checkpoints, their own among them; 0 and 1 have two, and stop at H = h + 2K.
    expect([0, 1, 2, 3].map((id) => cluster.state(id).stable >= 2)).to.deep.equal([false, false, true, true]);
    expect(cluster.status(0).sequence).to.equal(4);
  });

  describe('view changes (§4.4)', () => {
    const n = 4;
    const signers = [0, 1, 2, 3].map((id) => symbolicSigner(nodeId(id)));
    const sizes = { n, quorum: 3, slots: Array.from({ length: 8 }, () => undefined), settings: { checkpointEvery: 4 } as never };
    const proposal = (view: number, sequence: number, digest: string): Signed<Proposal> => {
      const body = { view, sequence, digest };
      return { body, signature: signers[view % n]!.sign('pre-prepare', body) };
    };
    const prepared = (view: number, sequence: number, digest: string): ViewChangeBody['prepared'][number] => {
      const voters = [0, 1, 2, 3].filter((id) => id !== view % n).slice(0, 2);
      const prepares = voters.map((id) => {
        const body = { view, sequence, digest, replica: nodeId(id) };
        return { body, signature: signers[id]!.sign('prepare', body) };
      });
      return { prePrepare: proposal(view, sequence, digest), prepares };
    };
    const viewChange = (id: number, view: number, certificates: ViewChangeBody['prepared']): Signed<ViewChangeBody> => {
      const body = { view, stable: 0, proof: [], prepared: certificates, replica: nodeId(id) };
      return { body, signature: signers[id]!.sign('view-change', body) };
    };

    it('O takes the request that prepared in the latest view, and the null request where none did', () => {
      const changes = [viewChange(0, 3, [prepared(0, 1, 'a'), prepared(0, 3, 'c')]), viewChange(1, 3, [prepared(2, 1, 'b')]), viewChange(2, 3, [])];
      const nothing = signers[0]!.digest(NO_REQUESTS);
      expect(planOf(signers[0]!, 3, changes).map(({ digest }) => digest)).to.deep.equal(['b', nothing, 'c']);
    });

    it('a view-change with good proofs is taken', () => {
      expect(flawOf(signers[0]!, sizes, viewChange(1, 2, [prepared(0, 1, 'a'), prepared(1, 2, 'b')]))).to.equal(undefined);
    });

    const one = prepared(0, 1, 'a');
    const vote = one.prepares[0]!;
    const bad: Readonly<Record<string, ViewChangeBody['prepared']>> = {
      'a certificate with one prepare too few': [{ ...one, prepares: [vote] }],
      'a certificate with one prepare twice': [{ ...one, prepares: [vote, vote] }],
      'a certificate with a prepare of the primary': [{ ...one, prepares: [vote, { body: { ...vote.body, replica: nodeId(0) }, signature: signers[0]!.sign('prepare', { ...vote.body, replica: nodeId(0) }) }] }],
      'a certificate with a forged prepare': [{ ...one, prepares: [vote, { body: { ...vote.body, replica: nodeId(2) }, signature: vote.signature }] }],
      'a certificate with a forged pre-prepare': [{ ...one, prePrepare: { ...one.prePrepare, signature: vote.signature } }],
      'a certificate of prepares for something else': [{ ...one, prePrepare: proposal(0, 1, 'b') }],
      'a certificate of the view that it asks for': [prepared(2, 1, 'a')],
      'a certificate above the window': [prepared(0, 9, 'a')],
      'two certificates for one place': [one, prepared(1, 1, 'a')],
    };
    for (const [name, certificates] of Object.entries(bad)) {
      it(`${name} proves nothing`, () => {
        expect(flawOf(signers[0]!, sizes, viewChange(1, 2, certificates))).to.match(/^a view-change with/);
      });
    }

    it('a checkpoint without 2f + 1 signatures proves nothing', () => {
      const proof = [0, 1].map((id) => {
        const body = { sequence: 4, digest: 'state', replica: nodeId(id) };
        return { body, signature: signers[id]!.sign('checkpoint', body) };
      });
      const body = { view: 1, stable: 4, proof, prepared: [], replica: nodeId(1) };
      expect(flawOf(signers[0]!, sizes, { body, signature: signers[1]!.sign('view-change', body) })).to.equal('a view-change without proof of its checkpoint');
    });
  });
});
