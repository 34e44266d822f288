import { expect } from 'chai';
import { logLineOf, nameInLog, stamped } from '../../src/gossip/log-lines.ts';
import type { Output } from '../../src/gossip/outputs.ts';
import { timeStamp } from '../../src/gossip/tcp/log-file.ts';
import { at } from '../support/gossip.ts';

const [a, b] = [at(6001), at(5001)];

/** What people search for in the logs of the older programs. */
const OLD: readonly (readonly [output: Output, text: string])[] = [
  [{ type: 'asked-to-join', address: a }, 'Received registration proposal for peer 127.0.0.1:6001'],
  [{ type: 'voted', about: 'join', address: a, seed: b, ok: true, reason: 'it answers' }, 'Received registration proposal for peer 127.0.0.1:6001'],
  [{ type: 'decided', about: 'join', address: a, ok: true, votes: 2, seeds: 3 }, 'Consensus SUCCESS for registration of 127.0.0.1:6001 (votes=2/3)'],
  [{ type: 'decided', about: 'join', address: a, ok: false, votes: 1, seeds: 3 }, 'Consensus FAILED for registration of 127.0.0.1:6001 (votes=1/3)'],
  [{ type: 'applied', about: 'join', address: a, life: 1, from: b }, 'Applied JOIN_COMMIT for peer 127.0.0.1:6001'],
  [{ type: 'registered', seed: b, life: 1 }, 'Successfully registered with seed 127.0.0.1:5001'],
  [{ type: 'listed', seed: b, peers: [a] }, 'Received peer list from seed 127.0.0.1:5001:'],
  [{ type: 'generated', payload: '1716900000.5:127.0.0.1:1', hash: '' }, 'Generated gossip message: 1716900000.5:127.0.0.1:1'],
  [{ type: 'heard', payload: '1716900000.5:127.0.0.1:1', hash: '', from: a }, 'Received new gossip message: 1716900000.5:127.0.0.1:1 from 127.0.0.1:6001'],
  [{ type: 'suspecting', address: a, reason: 'it is silent' }, 'Locally suspecting neighbor 127.0.0.1:6001 as dead.'],
  [{ type: 'noticed', address: a, by: b }, 'Received SUSPECT_NOTICE for 127.0.0.1:6001 from 127.0.0.1:5001'],
  [{ type: 'agreed', address: a, by: [b] }, 'Peer-level consensus reached for dead node 127.0.0.1:6001'],
  [{ type: 'decided', about: 'removal', address: a, ok: true, votes: 2, seeds: 3 }, 'Consensus SUCCESS for dead-node removal 127.0.0.1:6001 (votes=2/3)'],
  [{ type: 'confirmed', address: a, seed: b }, 'Confirmed dead-node removal for 127.0.0.1:6001 after seed-level consensus.'],
];

describe('the log of a gossip node', () => {
  it('has a clock that is off somebody else’s, and when it no more is', () => {
    expect([3600, -2.5, 0].map((ahead) => logLineOf({ type: 'clock', address: a, ahead }))).to.deep.equal([
      'Clock is 3600 s ahead of that of 127.0.0.1:6001',
      'Clock is 2.5 s behind that of 127.0.0.1:6001',
      'Clock agrees with that of 127.0.0.1:6001 again',
    ]);
  });

  for (const [output, text] of OLD) {
    it(`has "${text}", as people search for it`, () => {
      expect(logLineOf(output)).to.satisfy((line: string) => line.startsWith(text));
    });
  }

  it('has a time, who speaks, and the text in one line', () => {
    expect(timeStamp(new Date(2026, 4, 7, 9, 8, 3))).to.equal('2026-05-07 09:08:03');
    expect(nameInLog('seed', b)).to.equal('SEED-127.0.0.1:5001');
    expect(stamped('2026-05-07 09:08:03', nameInLog('peer', a), 'Ready')).to.equal('2026-05-07 09:08:03 [PEER-127.0.0.1:6001] Ready');
  });

  it('has no line that somebody else wrote, and nothing that moves what is on a terminal', () => {
    const payload = '1:127.0.0.1:x\n2026-05-07 09:08:03 [SEED-127.0.0.1:5001] Applied DEAD_COMMIT\u001b[2J\u202e\ud800\u2028\u0085y';
    const line = stamped('now', 'PEER-x', logLineOf({ type: 'heard', payload, hash: '', from: a })!);
    expect(line).not.to.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(line.isWellFormed()).to.equal(true);
  });
});
