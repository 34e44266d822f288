import { Duplex } from 'node:stream';
import { expect } from 'chai';
import { LineServer, serve } from '../../../src/words/udp/line-server.ts';
import type { WordsNode } from '../../../src/words/udp/node.ts';
import { Client, groupOf } from '../../support/words-nodes.ts';

describe('lines to a peer of the word database, over TCP', () => {
  let nodes: WordsNode[];
  let server: LineServer;
  const clients: Client[] = [];

  before(async () => {
    nodes = await groupOf(4);
    server = await LineServer.listen(nodes[0]!, '127.0.0.1', 0);
  });

  after(async () => {
    await server.stop();
    await Promise.all(nodes.map((node) => node.stop()));
  });

  afterEach(() => {
    for (const { socket } of clients.splice(0)) socket.destroy();
  });

  const client = async (): Promise<Client> => {
    const one = await Client.to(server.port);
    clients.push(one);
    await one.heard();
    return one;
  };

  /** As it would be on any machine. */
  const plain = (text: string): string => nodes.reduce((all, { address }, place) => all.replaceAll(address, `127.0.0.1:500${place + 1}`), text);

  it('are answered as people expect', async () => {
    const one = await Client.to(server.port);
    clients.push(one);
    let transcript = plain(await one.heard());
    for (const line of ['peers', 'current', 'set 2 two words', 'CONSENSUS 2', 'why', 'lie 50 two-faced', 'truth', 'query @2', 'query @1', 'query 127.0.0.1:1', 'help']) transcript += `> ${line}\n${plain(await one.say(`${line}\n`))}`;
    expect(transcript).to.equal(`peer @1, at 127.0.0.1:5001; help shows what can be said
> peers
127.0.0.1:5002 @2
127.0.0.1:5003 @3
127.0.0.1:5004 @4
> current
0 "apple"
1 "birch"
2 "cloud"
3 "delta"
4 "ember"
> set 2 two words
word 2 is "two words"
> CONSENSUS 2
word 2 is "two words": holds (m = 1 among 4 peers)
> why
word 2 is "two words": holds (m = 1 among 4 peers)
this peer began it, and was answered:
  @2: "two words"
  @3: "two words"
  @4: "two words"
> lie 50 two-faced
this peer lies in 50 of 100 messages, as two-faced
> truth
this peer tells the truth
> query @2
0 "apple"
1 "birch"
2 "two words"
3 "delta"
4 "ember"
> query @1
0 "apple"
1 "birch"
2 "two words"
3 "delta"
4 "ember"
> query 127.0.0.1:1
127.0.0.1:1 gives no answer
> help
peers                     who else is there
current                   its five words
consensus <index>         settle a word with all others by Oral Messages
lie [percent] [strategy]  lie to each receiver, in so many of 100 messages; in all if not told otherwise
truth                     tell the truth again
set <index> <word>        give a word another value, here alone
query <peer>              ask another peer, by its address or name, for its words
why                       who said what in the last consensus, as a tree
counts                    what was dropped, and why
help                      this list
exit                      end this session; the peer goes on
`);
  });

  it('of every wrong kind are answered by one line that shows the right form, and change nothing', async () => {
    const one = await client();
    const before = structuredClone(nodes[0]!.state.database);
    const wrong: Readonly<Record<string, string>> = {
      'consensus': 'consensus needs an index – consensus <index>',
      'consensus -1': 'consensus takes an index from 0 to 4, not "-1" – consensus <index>',
      'consensus 5': 'consensus takes an index from 0 to 4, not "5" – consensus <index>',
      'consensus 1.5': 'consensus takes an index from 0 to 4, not "1.5" – consensus <index>',
      'consensus one': 'consensus takes an index from 0 to 4, not "one" – consensus <index>',
      'consensus 1 2': 'consensus takes one index – consensus <index>',
      'set': 'set needs an index – set <index> <word>',
      'set 1': 'set needs a word – set <index> <word>',
      'set 7 x': 'set takes an index from 0 to 4, not "7" – set <index> <word>',
      'set 1 \u001b[2J': 'set takes a word of at most 64 characters that can be seen, not "\\u001b[2J" – set <index> <word>',
      [`set 1 ${'x'.repeat(65)}`]: `set takes a word of at most 64 characters that can be seen, not "${'x'.repeat(40)}…" – set <index> <word>`,
      'lie 101': 'lie takes 0 to 100, not "101" – lie [percent] [strategy]',
      'lie 1.5': 'lie takes 0 to 100, not "1.5" – lie [percent] [strategy]',
      'lie badly': 'lie knows no strategy "badly", but coin, liar, silent, two-faced, splitter, sleeper, late, arbitrary, mute – lie [percent] [strategy]',
      'lie 5 liar now': 'lie takes a percentage and a strategy – lie [percent] [strategy]',
      'truth now': 'truth stands alone, without "now" – truth',
      'query': 'query needs a peer – query <peer>',
      'query moon': 'no peer is called "moon", and it is no address such as 127.0.0.1:5000',
      'toString': 'there is no command "toString" – peers, current, consensus, lie, truth, set, query, why, counts, help, exit',
      '__proto__ 1': 'there is no command "__proto__" – peers, current, consensus, lie, truth, set, query, why, counts, help, exit',
    };
    for (const [line, answer] of Object.entries(wrong)) expect(await one.say(`${line}\n`), line).to.equal(`${answer}\n`);
    expect(await one.say('\n')).to.equal('');
    expect(nodes[0]!.state.database).to.deep.equal(before);
    expect(nodes[0]!.state.lying).to.equal(undefined);
  });

  it('may end as telnet ends them, come in pieces, and hold what telnet says to itself', async () => {
    const one = await client();
    expect(await one.say('set 0 telnet\r\n')).to.equal('word 0 is "telnet"\n');
    one.socket.write('set 0 pie');
    expect(await one.say('ces\n')).to.equal('word 0 is "pieces"\n');
    expect(await one.say(Buffer.concat([Buffer.from([255, 253, 3, 255, 251, 31]), Buffer.from('set 0 iac\n')]))).to.equal('word 0 is "iac"\n');
  });

  it('come from several at once, each of whom hears what he asked', async () => {
    const several = await Promise.all(Array.from({ length: 5 }, client));
    const answers = await Promise.all(several.map((one, index) => one.say(`consensus ${index}\n`)));
    answers.forEach((answer, index) => expect(answer).to.include(`word ${index} is `));
  });

  it('are all answered where they come together, as from a pipe, and the session ends with them, or with exit', async () => {
    const one = await client();
    one.socket.end('set 0 a\nset 1 b\ncurrent\n');
    let text = '';
    while (!one.isOver) text += await one.heard();
    expect(text).to.include('word 0 is "a"').and.include('word 1 is "b"').and.include('4 "ember"');
    const other = await client();
    expect(await other.say('exit\nset 0 never\n')).to.equal('');
    expect(other.isOver).to.equal(true);
    expect(nodes[0]!.state.database[0]).to.equal('a');
  });

  it('that are too long end the session with a line that says so; the peer goes on', async () => {
    const one = await client();
    expect(await one.say('x'.repeat(5000))).to.equal('a line has at most 1,024 bytes\n');
    const other = await client();
    expect(await other.say('truth\n')).to.equal('this peer tells the truth\n');
  });

  it('come from 32 at most', async () => {
    const many: Client[] = [];
    for (let number = 0; number < 32; number += 1) many.push(await client());
    const last = await Client.to(server.port);
    clients.push(last);
    expect(await last.heard()).to.equal('no more than 32 can talk to this peer at once\n');
  });

  it('come from somebody else where there is no place, once whoever has it said nothing for five minutes; who said something keeps it', async () => {
    let now = 0;
    const own = await LineServer.listen(nodes[1]!, '127.0.0.1', 0, () => now);
    const comes = async (): Promise<[Client, string]> => {
      const one = await Client.to(own.port, { allowHalfOpen: true });
      clients.push(one);
      return [one, await one.heard()];
    };
    try {
      const many: Client[] = [];
      for (let number = 0; number < 32; number += 1) many.push((await comes())[0]);
      now = 299_999;
      expect((await comes())[1]).to.equal('no more than 32 can talk to this peer at once\n');
      expect(await many[0]!.say('truth\n')).to.equal('this peer tells the truth\n');
      now = 300_000;
      const [last, greeting] = await comes();
      expect(greeting).to.match(/^peer @2, at /);
      expect(await many[1]!.heard()).to.equal('\nnothing was said here for 5 minutes, and somebody else wants this place\n');
      expect(many[1]!.isOver).to.equal(true);
      // What it says all the same is not heard.
      many[1]!.socket.write('set 0 late\n');
      expect(await many[0]!.say('truth\n')).to.equal('this peer tells the truth\n');
      expect(await last.say('truth\n')).to.equal('this peer tells the truth\n');
      expect(nodes[1]!.state.database[0]).not.to.equal('late');
      // Each place that is given up is given to one.
      for (let number = 0; number < 30; number += 1) expect((await comes())[1], String(number)).to.match(/^peer @2, at /);
      expect((await comes())[1]).to.equal('no more than 32 can talk to this peer at once\n');
    } finally {
      await own.stop();
    }
  });

  it('leave room for others when they end, though the client does not hang up', async () => {
    const own = await LineServer.listen(nodes[1]!, '127.0.0.1', 0);
    try {
      for (let number = 0; number < 33; number += 1) {
        const one = await Client.to(own.port, { allowHalfOpen: true });
        clients.push(one);
        await one.heard();
        expect(await one.say(number % 2 === 0 ? 'exit\n' : 'x'.repeat(5000))).to.equal(number % 2 === 0 ? '' : 'a line has at most 1,024 bytes\n');
      }
      const other = await Client.to(own.port);
      clients.push(other);
      expect(await other.heard()).to.match(/^peer @2, at /);
    } finally {
      // It ends with nobody left, those too who were turned away.
      await own.stop();
    }
  });

  it('end where more than 32 came, none of whom hangs up', async () => {
    const own = await LineServer.listen(nodes[1]!, '127.0.0.1', 0);
    for (let number = 0; number < 40; number += 1) {
      const one = await Client.to(own.port, { allowHalfOpen: true });
      clients.push(one);
      await one.heard();
    }
    await own.stop();
  });

  it('are read no more while nobody reads the answers', async () => {
    let asked = 0;
    let isRead = (): void => undefined;
    const deaf = new Duplex({ writableHighWaterMark: 1, read: () => undefined, write: (_chunk, _encoding, taken) => void (isRead = taken) });
    nodes[1]!.watch({ said: () => undefined, heard: () => undefined, asked: () => void (asked += 1) });
    const served = serve(nodes[1]!, deaf);
    deaf.push('truth\n'.repeat(100));
    const turns = async (): Promise<void> => {
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    };
    await turns();
    expect(asked).to.equal(1);
    // The greeting with a prompt, the answer, and the next prompt.
    for (const read of [1, 1, 2]) {
      isRead();
      await turns();
      expect(asked).to.equal(read);
    }
    // Who hangs up meanwhile is let go.
    deaf.destroy();
    await served;
  });
});
