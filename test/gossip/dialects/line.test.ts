import { expect } from 'chai';
import fc from 'fast-check';
import type { Hello, Message } from '../../../src/gossip/messages.ts';
import { LINE_MAX, line } from '../../../src/gossip/dialects/line.ts';
import { allOf, at, cut, decoded, hashOf, linkOf, messages } from '../../support/gossip.ts';

const OURS: Hello = { type: 'hello', address: at(5001), own: { role: 'peer', version: '0.1.0', cluster: 'lab', key: 'k'.repeat(43), visits: false, life: 0, nonce: 'n'.repeat(22) } };

/** What the programs of 2026 say: this stands for ever. */
const TODAY: readonly (readonly [text: string, message: Message])[] = [
  ['HELLO|127.0.0.1|5001', { type: 'hello', address: at(5001) }],
  ['PING|1716900000.123456', { type: 'ping', at: 1_716_900_000.123456 }],
  ['PONG|1716900000.123456', { type: 'pong', at: 1_716_900_000.123456 }],
  [`GOSSIP|${hashOf('1716900000.5:127.0.0.1:3')}|1716900000.5:127.0.0.1:3`, { type: 'gossip', hash: hashOf('1716900000.5:127.0.0.1:3'), payload: '1716900000.5:127.0.0.1:3' }],
  ['SUSPECT_NOTICE|127.0.0.1|5001|127.0.0.2|5002', { type: 'suspect-notice', address: at(5001), by: at(5002, '127.0.0.2') }],
  ['REGISTER|127.0.0.1|5001', { type: 'register', address: at(5001) }],
  ['REGISTER_OK', { type: 'registered', ok: true }],
  ['REGISTER_FAIL', { type: 'registered', ok: false }],
  ['GET_PEERS', { type: 'get-peers' }],
  ['PEER_LIST|127.0.0.1:5001,127.0.0.1:5002', { type: 'peer-list', peers: [{ address: at(5001) }, { address: at(5002) }] }],
  ['PEER_LIST|', { type: 'peer-list', peers: [] }],
  ['JOIN_PROPOSE|127.0.0.1|5001', { type: 'join-propose', address: at(5001) }],
  ['JOIN_VOTE|127.0.0.1|5001|OK', { type: 'join-vote', address: at(5001), ok: true }],
  ['JOIN_COMMIT|127.0.0.1|5001', { type: 'join-commit', address: at(5001) }],
  ['DEAD_PROPOSE|127.0.0.1|5001', { type: 'dead-propose', address: at(5001) }],
  ['DEAD_VOTE|127.0.0.1|5001|OK', { type: 'dead-vote', address: at(5001), ok: true }],
  ['DEAD_COMMIT|127.0.0.1|5001', { type: 'dead-commit', address: at(5001) }],
  ['Dead Node:127.0.0.1:5001:1716900000.5:127.0.0.2', { type: 'dead-report', address: at(5001), at: '1716900000.5', reporter: '127.0.0.2' }],
  ['DEAD_CONFIRMED|127.0.0.1|5001', { type: 'dead-answer', address: at(5001), confirmed: true }],
  ['DEAD_REJECTED|127.0.0.1|5001', { type: 'dead-answer', address: at(5001), confirmed: false }],
];

const [KEY, SIGNATURE] = ['k'.repeat(43), 's'.repeat(86)];
const VOTE = `{"seed":"127.0.0.1:5000","signature":"${SIGNATURE}"}`;
const MEMBER = `{"type":"member","address":"127.0.0.1:5001","key":"${KEY}","life":2,"votes":[${VOTE}]}`;
const DEAD = `{"type":"dead","address":"127.0.0.1:5001","life":2,"votes":[${VOTE}]}`;
const ABOUT = '"address":"127.0.0.1:5001","life":2';
const votes = [{ seed: at(5000), signature: SIGNATURE }] as const;
const [member, dead] = [{ type: 'member', address: at(5001), key: KEY, life: 2, votes }, { type: 'dead', address: at(5001), life: 2, votes }] as const;
const about = { address: at(5001), life: 2 } as const;

/** What nodes of ours said to each other in version 0.1.0: later ones understand it, for ever. */
const OURS_TODAY: readonly (readonly [text: string, message: Message])[] = [
  [`GENERALS|{"type":"proof","signature":"${SIGNATURE}"}`, { type: 'proof', signature: SIGNATURE }],
  [`GENERALS|{"type":"statements","statements":[${MEMBER},{"type":"alive",${ABOUT},"incarnation":3,"signature":"${SIGNATURE}"}]}`, { type: 'statements', statements: [member, { type: 'alive', ...about, incarnation: 3, signature: SIGNATURE }] }],
  [`GENERALS|{"type":"statements","statements":[{"type":"suspect",${ABOUT},"incarnation":3,"by":"127.0.0.1:5002","signature":"${SIGNATURE}"}]}`, { type: 'statements', statements: [{ type: 'suspect', ...about, incarnation: 3, by: at(5002), signature: SIGNATURE }] }],
  [`GENERALS|{"type":"statements","statements":[{"type":"left",${ABOUT},"signature":"${SIGNATURE}"},${DEAD}]}`, { type: 'statements', statements: [{ type: 'left', ...about, signature: SIGNATURE }, dead] }],
  ['GENERALS|{"type":"view","checksum":7,"size":2,"isAnswer":true}', { type: 'view', checksum: 7, size: 2, isAnswer: true }],
  [`GENERALS|{"type":"ask-about","members":[{${ABOUT}}]}`, { type: 'ask-about', members: [about] }],
  ['GENERALS|{"type":"probe","number":4,"address":"127.0.0.1:5001"}', { type: 'probe', number: 4, address: at(5001) }],
  ['GENERALS|{"type":"probed","number":4,"ok":true}', { type: 'probed', number: 4, ok: true }],
  ['GENERALS|{"type":"beacon","root":"127.0.0.1:5001","life":2,"number":5}', { type: 'beacon', root: at(5001), life: 2, number: 5 }],
  ['GENERALS|{"type":"degree","degree":6}', { type: 'degree', degree: 6 }],
  ['GENERALS|{"type":"left-noted"}', { type: 'left-noted' }],
  ['REGISTER_FAIL|undecided', { type: 'registered', ok: false, why: 'undecided' }],
  ['REGISTER_FAIL|unreached', { type: 'registered', ok: false, why: 'unreached' }],
  ['GENERALS|{"type":"refused","reason":"it is full"}', { type: 'refused', reason: 'it is full' }],
  ['GENERALS|{"type":"peer-list","peers":[{"address":"127.0.0.1:5001","degree":6}]}', { type: 'peer-list', peers: [{ address: at(5001), degree: 6 }] }],
  [`JOIN_PROPOSE|127.0.0.1|5001|${KEY}|2`, { type: 'join-propose', ...about, key: KEY }],
  [`JOIN_VOTE|127.0.0.1|5001|OK|2|${SIGNATURE}`, { type: 'join-vote', ...about, ok: true, signature: SIGNATURE }],
  [`JOIN_COMMIT|127.0.0.1|5001|${MEMBER}`, { type: 'join-commit', address: at(5001), statement: member }],
  ['DEAD_PROPOSE|127.0.0.1|5001|2', { type: 'dead-propose', ...about }],
  [`DEAD_VOTE|127.0.0.1|5001|OK|2|${SIGNATURE}`, { type: 'dead-vote', ...about, ok: true, signature: SIGNATURE }],
  [`DEAD_COMMIT|127.0.0.1|5001|${DEAD}`, { type: 'dead-commit', address: at(5001), statement: dead }],
];
const GREETING = `HELLO|127.0.0.1|5001|generals|peer|0.1.0|lab|${KEY}|0|${'n'.repeat(22)}`;

describe('the dialect of 2026:', () => {
  for (const [text, message] of TODAY) {
    it(`${text.slice(0, 40)} is read and written as older programs do`, () => {
      expect(decoded(line, `${text}\n`)).to.deep.equal([message]);
      expect(line.codec(linkOf()).encode(message).text).to.equal(`${text}\n`);
    });
  }

  it('what version 0.1.0 says is understood word for word, and later fields do no harm (serf 481, consul 3217)', () => {
    const hearer = line.codec(linkOf());
    hearer.encode(OURS);
    expect(hearer.decode(`${GREETING}\n`).messages).to.deep.equal([OURS]);
    for (const [text, message] of OURS_TODAY) expect(hearer.decode(`${text}\n`).messages, text).to.deep.equal([message]);
    // Of a later version.
    expect(decoded(line, `${GREETING.replace('0.1.0', '99.5.0-next')}|later|more\n`)).to.deep.equal([{ ...OURS, own: { ...OURS.own, version: '99.5.0-next' } }]);
    expect(hearer.decode('GENERALS|{"type":"degree","degree":6,"colour":"red"}\nGENERALS|{"type":"from-later","degree":6}\nLATER|x\n').messages).to.deep.equal([{ type: 'degree', degree: 6 }]);
  });

  it('a node of ours is understood by one of ours, whatever it says', () => {
    fc.assert(
      fc.property(messages, (message) => {
        const [speaker, hearer] = [line.codec(linkOf()), line.codec(linkOf())];
        const [hello, back] = [speaker.encode(OURS).text!, hearer.encode(OURS).text!];
        speaker.decode(back);
        hearer.decode(hello);
        expect(hearer.decode(speaker.encode(message).text!).messages).to.deep.equal([message]);
      }),
      { numRuns: 500 },
    );
  });

  it('a greeting of ours begins as one of older programs does, and has the rest behind it', () => {
    const text = line.codec(linkOf()).encode(OURS).text!;
    expect(text.split('|').slice(0, 3)).to.deep.equal(['HELLO', '127.0.0.1', '5001']);
    expect(decoded(line, text)).to.deep.equal([OURS]);
    expect(decoded(line, 'HELLO|127.0.0.1|5001|colour|red\n')).to.deep.equal([{ type: 'hello', address: at(5001) }]);
  });

  it('to whom has not greeted as ours, nothing is said beyond the old forms', () => {
    fc.assert(
      fc.property(messages, (message) => {
        fc.pre(message.type !== 'hello');
        const text = line.codec(linkOf()).encode(message).text;
        if (text === undefined) return;
        expect(text).to.match(/^(?:PING|PONG|GOSSIP|SUSPECT_NOTICE|REGISTER|REGISTER_OK|REGISTER_FAIL|GET_PEERS|PEER_LIST|JOIN_|DEAD_|COMMITTED|Dead Node:)/);
        if (/^(?:JOIN|DEAD)_(?:PROPOSE|COMMIT)/.test(text)) expect(text.split('|')).to.have.length(3);
        if (/^(?:JOIN|DEAD)_VOTE/.test(text)) expect(text.split('|')).to.have.length(4);
      }),
      { numRuns: 500 },
    );
  });

  it('lines that come split and together are the same lines', () => {
    const text = TODAY.map(([one], index) => `${one}${index % 2 === 0 ? '\n' : ' \r\n'}`).join('');
    fc.assert(fc.property(cut(text), (pieces) => void expect(allOf(line.codec(linkOf()), pieces).messages).to.deep.equal(TODAY.map(([, message]) => message))));
  });

  it('who listens everywhere, or says no address, listens where it calls from; a mapped address is the one that it maps', () => {
    const from = (text: string, source = '10.0.0.7'): unknown => (decoded(line, `${text}\n`, { source })[0] as Hello).address;
    for (const host of ['0.0.0.0', '::', '', '0:0:0:0:0:0:0:0']) {
      expect(from(`HELLO|${host}|5001`)).to.equal('10.0.0.7:5001');
      expect(from(`REGISTER|${host}|5001`)).to.equal('10.0.0.7:5001');
    }
    expect(from('HELLO|::|5001', '::ffff:10.0.0.7')).to.equal('10.0.0.7:5001');
    expect(from('HELLO|::ffff:10.0.0.8|5001')).to.equal('10.0.0.8:5001');
    expect(from('HELLO|::1|5001')).to.equal('[::1]:5001');
    expect(decoded(line, 'PEER_LIST|0.0.0.0:5001,127.0.0.1:5002,127.0.0.1:5002,\n')).to.deep.equal([{ type: 'peer-list', peers: [{ address: at(5002) }] }]);
  });

  it('a report without a port is about the only one who is known there, and else about nobody', () => {
    const report = (known: readonly number[]): readonly Message[] => decoded(line, 'Dead Node:127.0.0.1:1716900000.5:127.0.0.2\n', { knownAt: (host) => (host === '127.0.0.1' ? known.map((port) => at(port)) : []) });
    expect(report([5001])).to.deep.equal([{ type: 'dead-report', address: at(5001), at: '1716900000.5', reporter: '127.0.0.2' }]);
    expect(report([5001, 5002])).to.deep.equal([]);
    expect(report([])).to.deep.equal([]);
  });

  it('what is no message is ignored, and what follows is heard', () => {
    const nonsense = ['', ' ', '|', 'HELLO', 'HELLO||', 'HELLO|a b|5001', 'HELLO|127.0.0.1|0', 'HELLO|127.0.0.1|70000', 'HELLO|127.0.0.1|5001x', 'PING|', 'PING|now', 'PING|1e999', 'GOSSIP|short|x', 'GOSSIP', 'toString|x', '__proto__', 'GENERALS|{', 'GENERALS|{"type":"toString"}', 'Dead Node:', 'REGISTER|999.1.1.1|5000', `REGISTER|${'a'.repeat(65)}|5000`, 'register|127.0.0.1|5001'];
    const { messages: heard, ignored, flaw } = allOf(line.codec(linkOf()), nonsense.map((text) => `${text}\n`).concat('PING|1\n'));
    expect(heard).to.deep.equal([{ type: 'ping', at: 1 }]);
    expect(ignored).to.equal(nonsense.length - 2);
    expect(flaw).to.equal(undefined);
  });

  it('whatever comes, it is read without an error, and what is read can be written', () => {
    const piece = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\n', '|', 'HELLO|', 'GENERALS|', 'PEER_LIST|', 'JOIN_VOTE|', 'Dead Node:', '127.0.0.1|5000', '::1|5000', '{"type":"view"}', 'OK'));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const codec = line.codec(linkOf());
        for (const message of allOf(codec, pieces).messages) codec.encode(message);
      }),
      { numRuns: 2000 },
    );
  });

  it('a line may be as long as a page of statements, and no longer, be its end there or not', () => {
    const of = (length: number): string => `X${'x'.repeat(length - 1)}`;
    expect(allOf(line.codec(linkOf()), [`${of(LINE_MAX)}\n`, 'PING|1\n']).flaw).to.equal(undefined);
    expect(allOf(line.codec(linkOf()), [`${of(LINE_MAX + 1)}\n`]).flaw).to.equal('a line is too long');
    expect(allOf(line.codec(linkOf()), [of(LINE_MAX), 'x']).flaw).to.equal('a line is too long');
  });

  it('a gossip message that is named by the hash of another is ignored, however it is said', () => {
    const payload = '1716900000.5:127.0.0.1:3';
    for (const said of [`GOSSIP|${hashOf('x')}|${payload}\n`, `GENERALS|${JSON.stringify({ type: 'gossip', hash: hashOf('x'), payload })}\n`]) expect(decoded(line, said)).to.deep.equal([]);
    expect(decoded(line, `GOSSIP|${hashOf(payload)}|${payload}\n`)).to.have.length(1);
  });

  it('a gossip message of several lines is not said, as it would be others', () => {
    const payload = 'x\nDead Node:127.0.0.1:5001:1:127.0.0.1';
    expect(line.codec(linkOf()).encode({ type: 'gossip', hash: hashOf(payload), payload }).text).to.equal(undefined);
  });
});
