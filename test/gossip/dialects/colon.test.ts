import { expect } from 'chai';
import fc from 'fast-check';
import type { Link } from '../../../src/gossip/dialects/dialect.ts';
import type { Message } from '../../../src/gossip/messages.ts';
import { TEXT_MAX, colon } from '../../../src/gossip/dialects/colon.ts';
import { dialectOf } from '../../../src/gossip/dialects/registry.ts';
import { allOf, at, decoded, hashOf, linkOf, messages } from '../../support/gossip.ts';

const gossip = (payload: string): Message => ({ type: 'gossip', hash: hashOf(payload), payload });

/** What the programs of 2024 say to a node that they dialled, in all shades. */
const TODAY: readonly (readonly [text: string, message: Message])[] = [
  ['127.0.0.1:5001', { type: 'register', address: at(5001) }],
  ['127.0.0.1:5001:3', { type: 'register', address: at(5001) }],
  ['0.0.0.0:5001', { type: 'register', address: at(5001, '10.0.0.7') }],
  [':7106', { type: 'register', address: at(7106, '10.0.0.7') }],
  ['New Connect Request From:127.0.0.1:5001', { type: 'hello', address: at(5001) }],
  ['New Connect Request From:0.0.0.0:5001', { type: 'hello', address: at(5001, '10.0.0.7') }],
  ['Liveness Request:1716900000.123456:127.0.0.1', { type: 'ping', at: 1_716_900_000.123456 }],
  ['Liveness Request:1716900000:127.0.0.1', { type: 'ping', at: 1_716_900_000 }],
  ['Liveness Reply:1716900000.5:127.0.0.1:127.0.0.2', { type: 'pong', at: 1_716_900_000.5 }],
  ['1716900000.5:127.0.0.1:5001:GOSSIP1', gossip('1716900000.5:127.0.0.1:5001:GOSSIP1')],
  ['1716900000:127.0.0.1:10', gossip('1716900000:127.0.0.1:10')],
  ['Dead Node:127.0.0.1:5001:1716900000.5:127.0.0.2', { type: 'dead-report', address: at(5001), at: '1716900000.5', reporter: '127.0.0.2' }],
];

const SOURCE = { source: '10.0.0.7' };

describe('the dialect of 2024:', () => {
  for (const [text, message] of TODAY) {
    it(`${text} is understood`, () => {
      expect(decoded(colon, text, SOURCE)).to.deep.equal([message]);
      expect(dialectOf(text, true)?.name).to.equal('2024');
    });
  }

  it('texts that come together are heard one by one', () => {
    const together = fc.uniqueArray(fc.constantFrom(...TODAY.filter(([text]) => !/^[\d.:]+$/.test(text))), { minLength: 1, maxLength: 5 });
    fc.assert(fc.property(together, (all) => void expect(decoded(colon, all.map(([text]) => text).join(''), SOURCE)).to.deep.equal(all.map(([, message]) => message))), { numRuns: 1000 });
    const [first, second] = ['1716900000.5:127.0.0.1:5001:GOSSIP1', '1716900001.5:127.0.0.1:5001:GOSSIP10'];
    expect(decoded(colon, `${first}${second}${first}`)).to.deep.equal([gossip(first), gossip(second), gossip(first)]);
    expect(decoded(colon, `1716900000:127.0.0.1:1${'1716900001:127.0.0.1:12'}`)).to.deep.equal([gossip('1716900000:127.0.0.1:1'), gossip('1716900001:127.0.0.1:12')]);
  });

  it('a text that comes split is heard once it is whole', () => {
    for (const [text, message] of TODAY) {
      for (let at = 1; at < text.length; at += 1) expect(allOf(colon.codec(linkOf(SOURCE)), [text.slice(0, at), text.slice(at)]).messages, `${text} at ${at}`).to.deep.equal([message]);
    }
  });

  it('a report, or one of a node that went, is never a registration', () => {
    for (const text of ['Dead Node', 'Dead Node:', 'Dead Node:127.0.0.1', 'Disconnected Node:127.0.0.1:5001', 'Dead Node 127.0.0.1:5001']) expect(decoded(colon, text)).to.deep.equal([]);
  });

  it('a report without a port is about the only one who is known there', () => {
    expect(decoded(colon, 'Dead Node:127.0.0.1:1716900000.5:127.0.0.2', { knownAt: () => [at(5001)] })).to.deep.equal([{ type: 'dead-report', address: at(5001), at: '1716900000.5', reporter: '127.0.0.2' }]);
  });

  it('a peer that dials asks for a connection, and any of the words that are in use accept it', () => {
    for (const word of ['New Connect Accepted', 'New peer connection accepted', 'New Connection Accepted']) {
      const codec = colon.codec(linkOf({ dialled: at(5001) }));
      expect(codec.encode({ type: 'hello', address: at(5000) }).text).to.equal('New Connect Request From:127.0.0.1:5000');
      expect(allOf(codec, [word]).messages).to.deep.equal([{ type: 'hello', address: at(5001) }]);
      expect(allOf(codec, [word]).messages, 'once').to.deep.equal([]);
    }
    expect(decoded(colon, 'New Connect Accepted'), 'from whom was not asked').to.deep.equal([]);
  });

  it('a peer that is asked accepts once', () => {
    const codec = colon.codec(linkOf());
    const hello: Message = { type: 'hello', address: at(5000) };
    expect(codec.encode(hello).text).to.equal(undefined);
    expect(allOf(codec, ['New Connect Request From:127.0.0.1:5001']).messages).to.deep.equal([{ type: 'hello', address: at(5001) }]);
    expect(codec.encode(hello).text).to.equal('New Connect Accepted');
    expect(codec.encode(hello).text).to.equal(undefined);
  });

  it('a ping is answered to the host that asks', () => {
    const codec = colon.codec(linkOf({ own: at(5000, '10.0.0.1') }));
    allOf(codec, ['Liveness Request:1716900000.5:10.0.0.9']);
    expect(codec.encode({ type: 'pong', at: 1_716_900_000.5 }).text).to.equal('Liveness Reply:1716900000.5:10.0.0.9:10.0.0.1');
    expect(codec.encode({ type: 'ping', at: 1_716_900_000.5 }).text).to.equal('Liveness Request:1716900000.5:10.0.0.1');
  });

  it('who registers gets the list, itself last, without a comma behind', () => {
    const answer = (registration: string, peers: readonly number[]): string => {
      const codec = colon.codec(linkOf({ isSeed: true }));
      allOf(codec, [registration]);
      expect(codec.encode({ type: 'registered', ok: true })).to.deep.equal({ text: undefined, heard: [{ type: 'get-peers' }] });
      return codec.encode({ type: 'peer-list', peers: peers.map((port) => ({ address: at(port), degree: port % 10 })) }).text!;
    };
    expect(answer('127.0.0.1:5001', [5001, 5002, 5003]).split(',').toSorted()).to.deep.equal(['127.0.0.1:5001', '127.0.0.1:5002', '127.0.0.1:5003']);
    expect(answer('127.0.0.1:5001', [5001, 5002, 5003])).to.match(/,127\.0\.0\.1:5001$/);
    expect(answer('127.0.0.1:5001', [])).to.equal('127.0.0.1:5001');
    expect(answer('127.0.0.1:5001:2', [5002, 5001])).to.equal('127.0.0.1:5002:2;127.0.0.1:5001:1');
    const [one, other] = [5001, 5007].map((port) => answer(`127.0.0.1:${port}`, Array.from({ length: 500 }, (_, index) => 6000 + index)));
    for (const list of [one!, other!]) {
      expect(list.length).to.be.at.most(TEXT_MAX);
      expect(list.split(',')).to.have.length.above(60);
    }
    expect(one!.split(',').filter((peer) => other!.includes(peer)), 'others for another').to.have.length.below(10);
  });

  it('a seed says yes by its list, with a comma behind it or not, and has it ready for whoever asks', () => {
    for (const [text, ports] of [['127.0.0.1:5001,127.0.0.1:5000', [5001, 5000]], ['127.0.0.1:5001,127.0.0.1:5000,', [5001, 5000]], ['127.0.0.1:5000', [5000]]] as const) {
      const codec = colon.codec(linkOf({ dialled: at(4000), isToSeed: true }));
      expect(codec.encode({ type: 'register', address: at(5000) }).text).to.equal('127.0.0.1:5000');
      expect(allOf(codec, [text]).messages).to.deep.equal([{ type: 'registered', ok: true }]);
      expect(codec.encode({ type: 'get-peers' })).to.deep.equal({ text: undefined, heard: [{ type: 'peer-list', peers: ports.map((port) => ({ address: at(port) })) }] });
    }
    const codec = colon.codec(linkOf({ dialled: at(4000), isToSeed: true }));
    codec.encode({ type: 'register', address: at(5000) });
    expect(codec.decode('127.0.0.1:5001:3;127.0.0.1:5000:0').messages).to.deep.equal([]);
    expect(codec.flush().messages).to.deep.equal([{ type: 'registered', ok: true }]);
    expect(codec.encode({ type: 'get-peers' }).heard).to.deep.equal([{ type: 'peer-list', peers: [{ address: at(5001), degree: 3 }, { address: at(5000), degree: 0 }] }]);
  });

  it('what is told of degrees is answered by a word', () => {
    expect(allOf(colon.codec(linkOf({ isSeed: true })), ['UPDATE:127.0.0.1:5001:3INCREMENT:127.0.0.1:5001']).replies).to.deep.equal(['OK', 'OK']);
  });

  it('a seed takes every report for granted, and says nothing', () => {
    const codec = colon.codec(linkOf({ dialled: at(4000), isToSeed: true }));
    expect(codec.encode({ type: 'dead-report', address: at(5001), at: '1716900000.5', reporter: '127.0.0.1' })).to.deep.equal({
      text: 'Dead Node:127.0.0.1:5001:1716900000.5:127.0.0.1',
      heard: [{ type: 'dead-answer', address: at(5001), confirmed: true }],
    });
  });

  it('nothing is said to a seed that it could take for a registration', () => {
    const seed = colon.codec(linkOf({ dialled: at(4000), isToSeed: true }));
    fc.assert(
      fc.property(messages, (message) => {
        const { text } = seed.encode(message);
        if (text !== undefined) expect(message.type).to.be.oneOf(['register', 'dead-report', 'gossip', 'pong']);
      }),
    );
  });

  it('whatever is said fits one read of 1,023 bytes, and whatever comes is read without an error', () => {
    const link = fc.constantFrom<Partial<Link>>({}, { dialled: at(4000) }, { dialled: at(4000), isToSeed: true }, { isSeed: true });
    const piece = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...TODAY.map(([text]) => text), ',', ';', ':', '\n', '127.0.0.1:', 'UPDATE:', 'New Connect Accepted'));
    fc.assert(
      fc.property(link, fc.array(fc.oneof(piece, messages), { maxLength: 20 }), (of, all) => {
        const codec = colon.codec(linkOf(of));
        for (const one of all) {
          if (typeof one === 'string') codec.decode(one);
          else expect(Buffer.byteLength(codec.encode(one).text ?? '')).to.be.at.most(TEXT_MAX);
        }
        for (const message of codec.flush().messages) codec.encode(message);
      }),
      { numRuns: 2000 },
    );
  });

  it('a text without an end is too much in the end', () => {
    const codec = colon.codec(linkOf());
    let flaw: string | undefined;
    for (let count = 0; count < 100 && flaw === undefined; count += 1) ({ flaw } = codec.decode('x'.repeat(1000)));
    expect(flaw).to.equal('a text has no end');
  });
});

describe('the dialect of a link', () => {
  it('shows by what is said first', () => {
    for (const text of ['HELLO|127.0.0.1|5000\n', 'HELLO|', 'REGISTER|127', 'GET_PEERS\r\n', 'Dead Node:127.0.0.1:5001:1:127.0.0.1\n', 'GENERALS|{}\n', 'what is this?\n', `${'z'.repeat(200)}`]) expect(dialectOf(text, false)?.name, text).to.equal('2026');
    for (const text of ['127.0.0.1:5001', 'localhost:5001', ':5001', '[::1]:5001', 'New Connect Request From:', 'Liveness Request:1:127.0.0.1']) expect(dialectOf(text, false)?.name, text).to.equal('2024');
  });

  it('is open until enough came', () => {
    for (const text of ['', 'H', 'HELLO', 'Dead', 'Dead Node:127.0.0.1:5001:1:127.0.0.1', 'N']) expect(dialectOf(text, false), text).to.equal(undefined);
    expect(dialectOf('Dead Node:127.0.0.1:5001:1:127.0.0.1', true)?.name).to.equal('2024');
    expect(dialectOf('', true)).to.equal(undefined);
  });
});
