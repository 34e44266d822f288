import { expect } from 'chai';
import { nodeId } from '../../../src/core/node.ts';
import type { Vote } from '../../../src/replicas/http/service.ts';
import { serviceNamed } from '../../../src/replicas/http/services.ts';
import { Tallies } from '../../../src/replicas/http/tally.ts';

const PLACE = { order: 1, view: 0, digest: 'right' };

const vote = (voter: number, kind: string, { order = 1, view = 0, digest = 'right' } = {}): Vote => ({ order, view, digest, kind, voter: nodeId(voter) });

/** What the primary of four loyal nodes hears of a place, each message as often as that. */
function toldPrimary(tallies: Tallies, times = 1, of = {}): void {
  for (let time = 0; time < times; time += 1) {
    for (const kind of ['prepare', 'commit']) for (const voter of [1, 2, 3]) tallies.heard(voter, [vote(voter, kind, of)]);
  }
}

describe('the votes that a node received', () => {
  let tallies: Tallies;
  beforeEach(() => (tallies = new Tallies(4)));

  it('are six where four are loyal: three prepares and three commits', () => {
    toldPrimary(tallies);
    expect(tallies.of(PLACE)).to.deep.equal({ correct: 6, corrupt: 0 });
  });

  it('count once, however often they come', () => {
    toldPrimary(tallies, 5);
    expect(tallies.of(PLACE)).to.deep.equal({ correct: 6, corrupt: 0 });
  });

  it('count in the view in which the place was decided, and not in others', () => {
    toldPrimary(tallies);
    toldPrimary(tallies, 1, { view: 1 });
    toldPrimary(tallies, 1, { view: 2, digest: 'another' });
    for (const view of [0, 1]) expect(tallies.of({ ...PLACE, view })).to.deep.equal({ correct: 6, corrupt: 0 });
    expect(tallies.of({ ...PLACE, view: 2 })).to.deep.equal({ correct: 0, corrupt: 6 });
  });

  it('count once, whether they came alone, in a certificate, or both', () => {
    const certificate = [0, 1, 2].map((voter) => vote(voter, 'prepare'));
    tallies.heard(1, certificate);
    expect(tallies.of(PLACE)).to.deep.equal({ correct: 3, corrupt: 0 });
    for (const voter of [0, 1, 2]) tallies.heard(voter, [vote(voter, 'prepare')]);
    expect(tallies.of(PLACE)).to.deep.equal({ correct: 3, corrupt: 0 });
  });

  it('are corrupt where they carry something else; who votes for both is in both', () => {
    toldPrimary(tallies);
    tallies.heard(3, [vote(3, 'prepare', { digest: 'a lie' })]);
    tallies.heard(3, [vote(3, 'prepare', { digest: 'another lie' })]);
    expect(tallies.of(PLACE)).to.deep.equal({ correct: 6, corrupt: 1 });
  });

  for (const what of ['order', 'view', 'digest'] as const) {
    it(`are kept when a traitor makes up any number of votes, each for another ${what}, and only his own are forgotten`, () => {
      toldPrimary(tallies);
      for (let made = 2; made < 20_000; made += 1) tallies.heard(3, [vote(3, 'commit', { [what]: what === 'digest' ? `made up ${made}` : made })]);
      expect(tallies.of(PLACE).correct).to.equal(4);
      expect(tallies.of(PLACE).corrupt).to.be.at.most(1);
    });
  }

  it('are those that their sender could cast: his own prepares and commits, and the pre-prepares of the views in which he is primary', () => {
    const service = serviceNamed('pbft');
    const body = { sequence: 4, view: 5, digest: 'd' };
    const cast = (from: number, message: object): readonly Vote[] => service.votesIn(nodeId(from), message, 4);
    expect(cast(1, { type: 'pre-prepare', body })).to.deep.equal([{ order: 4, view: 5, digest: 'd', kind: 'pre-prepare', voter: 1 }]);
    expect(cast(2, { type: 'pre-prepare', body })).to.deep.equal([]);
    for (const type of ['prepare', 'commit']) {
      expect(cast(3, { type, body: { ...body, replica: 3 } })).to.deep.equal([{ order: 4, view: 5, digest: 'd', kind: type, voter: 3 }]);
      expect(cast(3, { type, body: { ...body, replica: 2 } })).to.deep.equal([]);
    }
    const votes = [0, 2].map((replica) => ({ body: { ...body, replica }, signature: '' }));
    expect(cast(3, { type: 'certificate', phase: 'commit', votes }).map(({ kind, voter }) => `${kind} ${voter}`)).to.deep.equal(['commit 0', 'commit 2']);
    expect(cast(3, { type: 'reply', body })).to.deep.equal([]);
  });
});
