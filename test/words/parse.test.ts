import { expect } from 'chai';
import fc from 'fast-check';
import { DATAGRAM_MAX, MEMBERS_MAX, TEXT_MAX, WORDS, type Message } from '../../src/words/messages.ts';
import { messageIn, parseMessage } from '../../src/words/parse.ts';
import { GREETING_ROOM, REPLY_ROOM, print } from '../../src/words/print.ts';
import { MESSAGES, at, messages } from '../support/words.ts';

const read = (fields: object): ReturnType<typeof messageIn> => messageIn(JSON.stringify(fields));

const bytes = (message: Message): number => new TextEncoder().encode(print(message)).length;

describe('the word database, datagrams:', () => {
  for (const [type, arbitrary] of Object.entries(MESSAGES)) {
    it(`${type} is read as it was written`, () => {
      fc.assert(fc.property<[Message]>(arbitrary, (message) => void expect(messageIn(print(message))).to.deep.equal(message)), { numRuns: 100 });
    });
  }

  it('what is sent has the standard names, in bytes that stay the same for ever', () => {
    const sent: readonly (readonly [Message, string])[] = [
      [{ type: 'gossip', host: '127.0.0.1', port: 5001, name: 'ann', id: 'a1', room: 3 }, '{"command":"GOSSIP","host":"127.0.0.1","port":5001,"name":"ann","messageID":"a1","pad":"   "}'],
      [{ type: 'gossip-reply', host: '127.0.0.1', port: 5001, name: 'ann' }, '{"command":"GOSSIP_REPLY","host":"127.0.0.1","port":5001,"name":"ann"}'],
      [{ type: 'gossip-reply', host: '127.0.0.1', port: 5001, name: 'ann', replyTo: 'a1' }, '{"command":"GOSSIP_REPLY","host":"127.0.0.1","port":5001,"name":"ann","reply-to":"a1"}'],
      [{ type: 'gossip-reply', host: '127.0.0.1', port: 5001, name: 'ann', replyTo: 'a1', id: 'b2' }, '{"command":"GOSSIP_REPLY","host":"127.0.0.1","port":5001,"name":"ann","reply-to":"a1","messageID":"b2"}'],
      [{ type: 'consensus', om: 1, index: 2, value: 'cats', peers: [at(2), at(3)], id: 'a1', due: 1_800_000_000.25 }, '{"command":"CONSENSUS","OM":1,"index":2,"value":"cats","peers":["127.0.0.1:5002","127.0.0.1:5003"],"messageID":"a1","due":1800000001}'],
      [
        { type: 'consensus', om: 0, index: 2, value: null, peers: [at(3)], id: 'b2', due: 1_800_000_000, path: [at(1), at(2)], root: 'a1', within: 900, missed: false },
        '{"command":"CONSENSUS","OM":0,"index":2,"value":null,"peers":["127.0.0.1:5003"],"messageID":"b2","due":1800000000,"path":["127.0.0.1:5001","127.0.0.1:5002"],"root":"a1","within":900,"missed":false}',
      ],
      [{ type: 'consensus-reply', value: 'cats', replyTo: 'a1' }, '{"command":"CONSENSUS-REPLY","value":"cats","reply-to":"a1"}'],
      [{ type: 'query-reply', database: ['a', 'b', 'c', 'd', 'e'] }, '{"command":"QUERY-REPLY","database":["a","b","c","d","e"]}'],
      [{ type: 'set', index: 4, value: 'cats' }, '{"command":"SET","index":4,"value":"cats"}'],
    ];
    for (const [message, datagram] of sent) expect(print(message)).to.equal(datagram);
    expect(print({ type: 'query' })).to.match(/^\{"command":"QUERY","pad":" +"\}$/);
  });

  it('reads the names and shapes of all older programs', () => {
    const gossip = { host: '127.0.0.1', port: 5001, name: 'ann', messageID: 'a1' };
    for (const command of ['GOSSIP', 'FLOOD']) expect(read({ command, ...gossip })).to.deep.equal({ type: 'gossip', host: '127.0.0.1', port: 5001, name: 'ann', id: 'a1' });
    for (const command of ['GOSSIP_REPLY', 'GOSSIP-REPLY', 'FLOOD_REPLY', 'FLOOD-REPLY']) expect(read({ command, host: '127.0.0.1', port: 5001, name: 'ann' })).to.deep.equal({ type: 'gossip-reply', host: '127.0.0.1', port: 5001, name: 'ann' });
    for (const command of ['CONSENSUS-REPLY', 'CONSENSUS_REPLY']) expect(read({ command, value: 'cats', 'reply-to': 'a1' })).to.deep.equal({ type: 'consensus-reply', value: 'cats', replyTo: 'a1' });
    for (const [command, field] of [['QUERY-REPLY', 'database'], ['QUERY_REPLY', 'database'], ['QUERY-REPLY', 'data']] as const) expect(read({ command, [field]: ['a', '', 1, true, [2]] })).to.deep.equal({ type: 'query-reply', database: ['a', '', '1', 'true', '[2]'] });
    const oral = { command: 'CONSENSUS', OM: 1, index: 0, value: 'cats', messageID: 'a1' };
    for (const due of [1_800_000_000, 1_800_000_000.75, -5]) {
      for (const peers of [['127.0.0.1:5002', '127.0.0.1:5003'], [['127.0.0.1', 5002], ['127.0.0.1', 5003]], ['127.0.0.1:5002', ['127.0.0.1', 5003]]]) {
        expect(read({ ...oral, peers, due })).to.deep.equal({ type: 'consensus', om: 1, index: 0, value: 'cats', peers: [at(2), at(3)], id: 'a1', due });
      }
    }
    expect(read({ ...oral, peers: [], due: 1, colour: 'red' }), 'a field that nobody here knows').to.deep.equal({ type: 'consensus', om: 1, index: 0, value: 'cats', peers: [], id: 'a1', due: 1 });
  });

  it('says of what is none what it is counted under', () => {
    for (const text of ['', 'GOSSIP', '{', '{"command":"GOSSIP"', '\u0000']) expect(messageIn(text)).to.equal('not-json');
    for (const text of ['null', '5', '"GOSSIP"', '[]', '[{"command":"QUERY"}]']) expect(messageIn(text)).to.equal('no-object');
    for (const command of ['gossip', 'GOSSIP ', 'TOAST', 'toString', '__proto__', 'constructor', 5, null, ['GOSSIP'], undefined, 'X'.repeat(4000)]) expect(read({ command }), String(command)).to.equal('unknown-command');
    // As a related protocol has it.
    expect(read({ type: 'GOSSIP', host: '127.0.0.1', port: 5001, name: 'ann', messageID: 'a1' })).to.equal('unknown-command');
    expect(messageIn('{"__proto__":{"command":"QUERY"}}')).to.equal('unknown-command');
    expect(messageIn('{"command":"SET","__proto__":{"index":1,"value":"x"}}')).to.equal('bad-fields');
  });

  it('an index is one of 0 to 4, as a number', () => {
    for (const index of [-1, 5, 1.5, '1', null, [1], true, 1e9, undefined]) {
      expect(read({ command: 'SET', index, value: 'x' }), String(index)).to.equal('bad-fields');
      expect(read({ command: 'CONSENSUS', OM: 0, index, value: 'x', peers: [], messageID: 'a', due: 1 }), String(index)).to.equal('bad-fields');
    }
    expect(messageIn('{"command":"SET","index":-0,"value":"x"}')).to.equal('bad-fields');
    for (let index = 0; index < WORDS; index += 1) expect(read({ command: 'SET', index, value: 'x' })).to.deep.equal({ type: 'set', index, value: 'x' });
  });

  it('a word, a name and an id have at most 64 characters that a terminal can show', () => {
    const right = ['', 'x'.repeat(TEXT_MAX), 'naïve', '言葉', '<script>', '"', '|'];
    const wrong = ['x'.repeat(TEXT_MAX + 1), 'x'.repeat(60_000), 'a\nb', '\u001b[2J', '\ud800', '\u202e', '\u0000'];
    for (const value of right) expect(read({ command: 'SET', index: 0, value })).to.deep.equal({ type: 'set', index: 0, value });
    for (const text of wrong) {
      expect(read({ command: 'SET', index: 0, value: text })).to.equal('bad-fields');
      for (const field of ['name', 'host', 'messageID']) expect(read({ command: 'GOSSIP', host: 'a', port: 1, name: 'b', messageID: 'c', [field]: text })).to.equal('bad-fields');
    }
    for (const id of ['', 5, null]) expect(read({ command: 'GOSSIP', host: 'a', port: 1, name: 'b', messageID: id })).to.equal('bad-fields');
  });

  it('a list of peers names at most 64, nobody twice, each by address and port', () => {
    const oral = (peers: unknown): ReturnType<typeof messageIn> => read({ command: 'CONSENSUS', OM: 0, index: 0, value: 'x', peers, messageID: 'a', due: 1 });
    const many = (count: number): string[] => Array.from({ length: count }, (_, number) => at(number + 1));
    expect(oral(many(MEMBERS_MAX))).to.include({ type: 'consensus' });
    const wrong = [many(MEMBERS_MAX + 1), many(10_000), [at(1), at(1)], [at(1), ['127.0.0.1', 5001]], ['127.0.0.1'], ['127.0.0.1:0'], ['127.0.0.1:65536'], ['0.0.0.0:5001'], ['moon:5001'], ['127.0.0.1:5001 '], [['127.0.0.1', '5001']], [null], 'x', {}, null];
    for (const peers of wrong) expect(oral(peers), JSON.stringify(peers).slice(0, 80)).to.equal('bad-fields');
  });

  it('a message with one field that is wrong is none, and what is made of any JSON is read again as itself', () => {
    const names = ['command', 'host', 'port', 'name', 'messageID', 'OM', 'index', 'value', 'peers', 'due', 'path', 'root', 'within', 'missed', 'unsure', 'reply-to', 'database'];
    const wild = fc.oneof(
      fc.jsonValue(),
      fc.tuple(messages, fc.constantFrom(...names), fc.oneof(fc.jsonValue(), fc.constantFrom(-1, 1.5, 2 ** 53, 1e300, 'x'.repeat(5000)))).map(([message, name, value]) => ({ ...(JSON.parse(print(message)) as object), [name]: value })),
    );
    fc.assert(
      fc.property(wild, (input) => {
        const message = parseMessage(input);
        expect(message ?? 'none').to.deep.equal(typeof messageIn(JSON.stringify(input)) === 'string' ? 'none' : messageIn(JSON.stringify(input)));
        if (message === undefined) return;
        expect(messageIn(print(message))).to.deep.equal('due' in message ? { ...message, due: Math.ceil(message.due) + 0 } : message);
        for (const [name, value] of Object.entries(message)) if (typeof value === 'number') expect(Math.abs(value), name).to.be.at.most(1e12);
        for (const text of Object.values(message).flat()) if (typeof text === 'string') expect(text.length).to.be.at.most(TEXT_MAX);
      }),
      { numRuns: 3000, examples: [-0, -0.5].map((due): [unknown] => [{ command: 'CONSENSUS', OM: 0, index: 0, value: null, peers: [], messageID: ' ', due }]) },
    );
  });

  it('no text makes it throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void messageIn(text)), { numRuns: 2000 });
  });

  it('the longest message of each kind fits in a datagram, and a question is no shorter than any answer to it', () => {
    const word = '言'.repeat(TEXT_MAX);
    const members = Array.from({ length: MEMBERS_MAX }, (_, number) => `255.255.255.255:${60_000 + number}` as ReturnType<typeof at>);
    const oral: Message = { type: 'consensus', om: 3, index: 0, value: word, peers: members.slice(32), id: word, due: 1e12, path: members.slice(0, 32), root: word, within: 60_000, missed: true };
    expect(bytes(oral)).to.be.at.most(DATAGRAM_MAX);
    const uuid = 'x'.repeat(36);
    const longest = { type: 'gossip-reply', host: '255.255.255.255', port: 65_535, name: word, replyTo: uuid, id: uuid, life: uuid, known: false } as const;
    expect(bytes({ type: 'gossip', host: '1.1.1.1', port: 1, name: '', id: uuid, life: uuid, room: GREETING_ROOM })).to.be.at.least(bytes({ ...longest, room: REPLY_ROOM }));
    expect(bytes({ ...longest, host: '1.1.1.1', port: 1, name: '', known: true, room: REPLY_ROOM })).to.be.at.least(bytes(longest));
    for (const text of [word, '"'.repeat(TEXT_MAX), '😀'.repeat(TEXT_MAX / 2)]) expect(bytes({ type: 'query' })).to.be.at.least(bytes({ type: 'query-reply', database: Array.from({ length: WORDS }, () => text) }));
  });
});
