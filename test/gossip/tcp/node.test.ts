import { expect } from 'chai';
import dns from 'node:dns';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { ACCEPTED } from '../../../src/core/machine.ts';
import { nodeId, type NodeId } from '../../../src/core/node.ts';
import { UserError } from '../../../src/core/user-error.ts';
import { KNOCK } from '../../../src/gossip/dialects/registry.ts';
import { LINE_MAX } from '../../../src/gossip/dialects/line.ts';
import { openFilesMax } from '../../../src/replicas/http/room.ts';
import { LIMITS } from '../../../src/gossip/tcp/limits.ts';
import { LAN } from '../../../src/gossip/settings.ts';
import { GossipNode, type GossipMachine, type NodeOptions } from '../../../src/gossip/tcp/node.ts';
import { at, hashOf } from '../../support/gossip.ts';
import { OWN_HOST } from '../../support/own-host.ts';
import { soaked } from '../../support/trials.ts';
import { Raw, RawServer, Recorder, nodeOf, until } from '../../support/gossip-nodes.ts';

const HELLO = 'HELLO|127.0.0.1|5001\n';

describe('a gossip node on TCP:', () => {
  const open: { close(): unknown }[] = [];
  let recorder: Recorder;

  beforeEach(() => {
    recorder = new Recorder();
  });

  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });

  async function node(options: Partial<NodeOptions> = {}, seeds: Parameters<typeof nodeOf>[2] = [], of = recorder): Promise<GossipNode> {
    const made = await nodeOf(of, options, seeds);
    open.push({ close: () => made.stop() });
    return made;
  }

  async function raw({ address }: GossipNode, options: Parameters<typeof Raw.to>[1] = {}): Promise<Raw> {
    const link = await Raw.to(address, options);
    open.push({ close: () => link.socket.destroy() });
    return link;
  }

  async function server(met?: (link: Raw) => void): Promise<RawServer> {
    const made = await RawServer.listen(met);
    open.push(made);
    return made;
  }

  /** That it still serves others. */
  async function answers(of: GossipNode): Promise<void> {
    const link = await raw(of);
    expect(await link.say('PING|12345\n').has('\n')).to.equal('PONG|12345\n');
    link.socket.destroy();
  }

  describe('what comes by the network', () => {
    it('is told of as a link once it means something, and of its end', async () => {
      const link = await raw(await node());
      await link.say('what?\nHELLO|127.0.0.1|5001\n').has('HELLO|');
      link.socket.end();
      await recorder.told('gone');
      expect(recorder.events.map(({ type }) => type)).to.deep.equal(['start', 'joined', 'message', 'gone']);
      expect(recorder.events[1]).to.deep.equal({ type: 'joined', peer: ACCEPTED });
      expect(recorder.messages).to.deep.equal([{ type: 'hello', address: at(5001) }]);
    });

    it('no HELLO, a bad one or nonsense: the link is closed, and the machine hears nothing', async () => {
      const of = await node({ limits: { ...LIMITS, silence: 50 } });
      for (const text of ['', 'HELLO|\nHELLO|::::|99999\n', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', '\u0000\u0001\u0002', 'HELLO', 'Dead Node:\n', '{}', ':::::']) {
        const link = await raw(of);
        if (text !== '') link.say(text);
        await link.over();
      }
      expect(recorder.events.map(({ type }) => type)).to.deep.equal(['start']);
      await answers(of);
    });

    it('a slow one, letter by letter: the link is closed when its time is over', async () => {
      const of = await node({ limits: { ...LIMITS, silence: 100 } });
      const link = await raw(of);
      const letters = setInterval(() => link.say('H'), 5);
      await link.over();
      clearInterval(letters);
      expect(of.counts.get('closed: it said nothing')).to.equal(1);
      await answers(of);
    });

    it('invalid UTF-8: the link is closed', async () => {
      const of = await node();
      const link = await raw(of);
      await link.say(Buffer.from([0x50, 0xff, 0xfe, 0x0a])).over();
      const late = await raw(of);
      await late.say('PING|1\n').has('PONG|1');
      await late.say(Buffer.concat([Buffer.from('PING|2'), Buffer.from([0xc3, 0x28, 0x0a])])).over();
      expect(recorder.messages).to.deep.equal([{ type: 'ping', at: 1 }]);
      expect(of.counts.get('dropped: invalid UTF-8')).to.equal(2);
      await answers(of);
    });

    it('letters that are cut between segments are whole', async () => {
      const link = await raw(await node());
      const bytes = Buffer.from(`GOSSIP|${hashOf('1:127.0.0.1:grüße')}|1:127.0.0.1:grüße\nPING|1\n`);
      const cut = bytes.indexOf('ü') + 1;
      link.say(bytes.subarray(0, cut));
      await new Promise(setImmediate);
      await link.say(bytes.subarray(cut)).has('PONG');
      expect(recorder.messages[0]).to.have.property('payload', '1:127.0.0.1:grüße');
    });

    it('a line without end, and lines of 1 MB: the link is closed, and nothing of them is kept', async () => {
      const of = await node({ limits: { ...LIMITS, rate: 1e6, burst: 1e6 } });
      for (const text of ['x'.repeat(2 * LINE_MAX), `PING|1\n${'x'.repeat(1_000_000)}\nPING|2\n`, `GENERALS|"${'x'.repeat(1_000_000)}"\n`]) await (await raw(of)).say(text).over();
      expect(of.counts.get('dropped: a line is too long')).to.equal(3);
      expect(recorder.messages).to.deep.equal([{ type: 'ping', at: 1 }]);
      expect(of.links).to.equal(0);
      await answers(of);
    });

    it('segments that come together or split, in both dialects', async () => {
      const of = await node();
      const link = await raw(of);
      link.say('PING|1\nPI');
      await recorder.heard('ping', 1);
      await link.say('NG|2\r\nPING|3\n').has('PONG|3');
      const older = await raw(of);
      older.say('New Connect Request From:127.0.0.1:50');
      older.say('01Liveness Request:1716900000.5:127.0.0.1');
      await older.has('Liveness Reply');
      expect(recorder.messages.slice(3)).to.deep.equal([{ type: 'hello', address: at(5001) }, { type: 'ping', at: 1_716_900_000.5 }]);
    });

    it('who asks and says no more is answered, and then closed', async () => {
      const of = await node();
      const link = await raw(of, { allowHalfOpen: true });
      link.say('GET_PEERS\n').socket.end();
      expect(await link.over()).to.equal('PEER_LIST|127.0.0.1:6001,127.0.0.1:6002\n');
      await recorder.told('gone');
      const older = await raw(of, { allowHalfOpen: true });
      older.say('127.0.0.1:5001').socket.end();
      expect((await older.over()).split(',')).to.have.members(['127.0.0.1:6001', '127.0.0.1:6002', '127.0.0.1:5001']);
    });

    it('a neighbour that ends is gone at once, though it may be half-open', async () => {
      const link = await raw(await node(), { allowHalfOpen: true });
      await link.say('HELLO|127.0.0.1|5001\n').has('HELLO');
      link.socket.end();
      await recorder.told('gone');
    });
  });

  describe('what it costs is bounded:', () => {
    const silentLinks = soaked(10_000, 4);

    it(`${silentLinks} links that say nothing give way to one that speaks, and memory stays flat`, async () => {
      const links = silentLinks / 5;
      const of = await node({ limits: { ...LIMITS, links, silence: 60_000 } });
      // This process has both ends of those that are open.
      const count = Math.min(silentLinks, openFilesMax() - links - 1000);
      const before = process.memoryUsage().rss;
      const silent: Raw[] = [];
      while (silent.length < count) silent.push(...(await Promise.all(Array.from({ length: Math.min(250, count - silent.length) }, () => raw(of)))));
      await answers(of);
      await Promise.all(silent.slice(0, count - links - 250).map((link) => link.over()));
      expect(of.links).to.be.at.most(links);
      expect(recorder.count('joined')).to.equal(1);
      // Half of that is the other ends.
      expect(process.memoryUsage().rss - before).to.be.below(250_000_000);
    });

    it('links that speak give way to nobody', async () => {
      const of = await node({ limits: { ...LIMITS, links: 2 } });
      const [one, other] = [await raw(of), await raw(of)];
      await one.say('PING|1\n').has('PONG|1');
      await other.say('PING|2\n').has('PONG|2');
      await (await raw(of)).over();
      await one.say('PING|3\n').has('PONG|3');
      expect(of.counts.get('links refused')).to.equal(1);
    });

    it('a flood is read as fast as its link may speak, and another link is served meanwhile', async () => {
      const of = await node({ limits: { ...LIMITS, rate: 100, burst: 200 } });
      const flood = await raw(of);
      const lines = 'SUSPECT_NOTICE|127.0.0.1|5001|127.0.0.1|5002\n'.repeat(100_000);
      flood.say(lines);
      await recorder.heard('suspect-notice', 300);
      for (let count = 0; count < 5; count += 1) await answers(of);
      // What one read brings is read; the next one waits.
      expect(recorder.messages.length).to.be.below(10_000);
      expect(of.counts.get('slowed')).to.be.at.least(1);
      expect(of.counts.get('bytes received')).to.be.below(lines.length / 2);
    });

    it('a neighbour that reads nothing while 10⁵ messages are for it is closed, and memory stays flat', async () => {
      const of = await node({ limits: { ...LIMITS, rate: 1e6, burst: 1e6 } });
      const link = await raw(of);
      await link.say('PING|0\n').has('PONG|0');
      link.socket.pause();
      const before = process.memoryUsage().rss;
      const line = `PING|${'1'.repeat(15)}\n`;
      for (let count = 0; count < 100 && recorder.count('gone') === 0; count += 1) {
        link.say(line.repeat(10_000));
        await new Promise(setImmediate);
      }
      await recorder.told('gone');
      expect(of.counts.get('closed: it does not read')).to.equal(1);
      // This process is the sender of the flood as well.
      expect(process.memoryUsage().rss - before).to.be.below(80_000_000);
      await answers(of);
    });

    it('an idle node whose clients are gone has nothing to do', async () => {
      const of = await node();
      const links = await Promise.all(Array.from({ length: 50 }, () => raw(of)));
      for (const [index, link] of links.entries()) link.say(index % 2 === 0 ? 'HELLO|127.0.0.1|5001\n' : 'Liveness Request:1716900000.5:127.0.0.1');
      await recorder.heard('hello', 25);
      await recorder.heard('ping', 25);
      const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
      for (const link of links) link.socket.destroy();
      await recorder.told('gone', 50);
      expect(of.links).to.equal(0);
      // But the one by which this test would be ended.
      expect(timers()).to.be.at.most(1);
    });
  });

  describe('what it says', () => {
    it('to an older program of 2024 comes in segments of its own, as its readers need', async () => {
      const link = await raw(await node());
      link.say('New Connect Request From:127.0.0.1:5001Liveness Request:1716900001:127.0.0.1Liveness Request:1716900002:127.0.0.1');
      await link.has('1716900002');
      expect(link.segments).to.deep.equal(['New Connect Accepted', `Liveness Reply:1716900001:127.0.0.1:${OWN_HOST}`, `Liveness Reply:1716900002:127.0.0.1:${OWN_HOST}`]);
    });

    it('before it hangs up arrives, and nobody is gone by that', async () => {
      const of = await node();
      const link = await raw(of);
      await link.say('HELLO|127.0.0.1|5001\nDead Node:127.0.0.1:5001:1:127.0.0.1\n').over();
      expect(link.text).to.match(/PONG\|7\n$/);
      await answers(of);
      const older = await raw(of);
      older.say('Liveness Request:1716900001:127.0.0.1Dead Node:127.0.0.1:5001:1:127.0.0.1');
      await older.over();
      expect(older.segments).to.deep.equal([`Liveness Reply:1716900001:127.0.0.1:${OWN_HOST}`, `Liveness Reply:7:127.0.0.1:${OWN_HOST}`]);
      await recorder.told('joined', 3);
      expect(recorder.events.filter((event) => event.type === 'gone' && event.peer !== ACCEPTED + 1)).to.deep.equal([]);
    });
  });

  describe('whom it dials', () => {
    it('is looked up by name anew each time, as it may be elsewhere by now (consul 7750)', async () => {
      const of = await node();
      const other = await server();
      const { lookup } = dns;
      const asked: string[] = [];
      // At first nobody is there.
      const answers = ['127.0.0.99', OWN_HOST];
      dns.lookup = ((host: string, options: dns.LookupAllOptions, done: (error: null, found: unknown, family?: number) => void) => {
        asked.push(host);
        const address = answers[asked.length - 1]!;
        if (options.all) done(null, [{ address, family: 4 }]);
        else done(null, address, 4);
      }) as typeof lookup;
      try {
        const seed = at(Number(other.address.slice(other.address.lastIndexOf(':') + 1)), 'seed.lab.example');
        of.input({ type: 'dial', address: seed });
        await recorder.told('gone');
        of.input({ type: 'dial', address: seed });
        await other.link(1);
      } finally {
        dns.lookup = lookup;
      }
      expect(asked).to.deep.equal(['seed.lab.example', 'seed.lab.example']);
    });

    it('is greeted once the link is open', async () => {
      const of = await node();
      const other = await server();
      of.input({ type: 'dial', address: other.address });
      const link = await other.link(1);
      expect(await link.has('\n')).to.equal(`HELLO|${of.address.replace(':', '|')}\n`);
      link.say('HELLO|127.0.0.1|5001\n');
      await recorder.heard('hello');
      link.socket.destroy();
      await recorder.told('gone');
      expect(recorder.events.map(({ type }) => type)).to.deep.equal(['start', 'input', 'joined', 'message', 'gone']);
    });

    it('is gone if nobody listens there', async () => {
      const of = await node();
      const closed = createServer().listen(0, OWN_HOST);
      await once(closed, 'listening');
      const { port } = closed.address() as AddressInfo;
      await new Promise((resolve) => closed.close(resolve));
      of.input({ type: 'dial', address: at(port, OWN_HOST) });
      await recorder.told('gone');
      expect(recorder.count('joined')).to.equal(0);
      expect(of.links).to.equal(0);
    });

    it('is spoken to as in 2024 if it says nothing to a greeting, and from then on at once', async () => {
      const of = await node();
      const other = await server((link) => {
        void link.has('New Connect Request').then(() => !link.isOver && link.say('New Connect Accepted'));
      });
      of.input({ type: 'dial', address: other.address });
      await recorder.heard('hello');
      expect(recorder.messages).to.deep.equal([{ type: 'hello', address: other.address }]);
      expect(recorder.events.map(({ type }) => type), 'the machine notices nothing of it').to.deep.equal(['start', 'input', 'joined', 'message']);
      expect((await other.link(2)).text).to.equal(`New Connect Request From:${of.address}`);
      of.input({ type: 'dial', address: other.address });
      expect(await (await other.link(3)).has('New Connect')).to.equal(`New Connect Request From:${of.address}`);
    });

    it('is spoken to as in 2024 if it closes on a greeting', async () => {
      const of = await node();
      const other = await server((link) => {
        void link.has(/HELLO|New/).then((text) => (text.startsWith('HELLO') ? link.socket.destroy() : link.say('New Connection Accepted')));
      });
      of.input({ type: 'dial', address: other.address });
      await recorder.heard('hello');
      expect(other.links).to.have.length(2);
      expect(recorder.count('gone')).to.equal(0);
    });

    it('of 2024 is kept one-way if it neither accepts nor closes', async () => {
      const of = await node({ dialect: '2024' });
      const other = await server();
      of.input({ type: 'dial', address: other.address });
      await recorder.heard('hello');
      expect(other.links).to.have.length(1);
      expect(other.links[0]!.isOver).to.equal(false);
      // Its silence said nothing of its dialect: it is spoken to as it speaks, once it does.
      await (await raw(of)).say(`HELLO|${other.address.replace(':', '|')}\n`).has('HELLO');
      of.input({ type: 'dial', address: other.address });
      expect(await (await other.link(2)).has('|')).to.match(/^HELLO\|/);
    });

    it('of ours is not spoken to as in 2024, as it may only stand still', async () => {
      const [still, older] = [await server(), await server()];
      const { address: ours } = still;
      const of = await node({ isOurs: (_state, address) => address === ours });
      of.input({ type: 'dial', address: still.address });
      of.input({ type: 'dial', address: older.address });
      await older.link(2);
      expect(still.links).to.have.length(1);
      expect(still.links[0]!.isOver).to.equal(false);
    });

    describe('in a network of 2024 is a seed', () => {
      it('of ours: it answers a knock, and both go on in lines', async () => {
        const seed = new Recorder();
        const there = await node({ role: 'seed' }, [], seed);
        const of = await node({ dialect: '2024' }, [there.address]);
        of.input({ type: 'dial', address: there.address });
        await recorder.heard('hello');
        expect(seed.messages).to.deep.equal([{ type: 'hello', address: of.address }]);
      });

      it('of the others: it hears a report about nobody, and nothing that it could take for a registration', async () => {
        const there = await server();
        const of = await node({ dialect: '2024' }, [there.address]);
        of.input({ type: 'dial', address: there.address });
        await recorder.told('joined');
        await new Promise(setImmediate);
        expect(there.links.map(({ text }) => text)).to.deep.equal([KNOCK]);
      });

      it('of the others, which a report ends: it is dialled again', async () => {
        const there = await server((link) => void link.has(KNOCK).then(() => link.socket.destroy()));
        const of = await node({ dialect: '2024' }, [there.address]);
        of.input({ type: 'dial', address: there.address });
        await recorder.told('joined');
        expect(recorder.count('gone')).to.equal(0);
        expect(there.links).to.have.length(2);
      });
    });
  });

  describe('that stands still', () => {
    /** Says a ping to each of its links every 20 ms. */
    const beating = (own: Recorder): GossipMachine => ({
      ...own.machine,
      begin: () => new Set<NodeId>(),
      step: (context, state, event) => {
        const links = state as Set<NodeId>;
        if (event.type === 'joined') links.add(event.peer);
        if (event.type === 'gone') links.delete(event.peer);
        const effects = own.machine.step(context, state, event);
        if (event.type !== 'start' && event.type !== 'timeout') return effects;
        return [...effects, { type: 'set-timer', timer: 'beat', after: 20 }, { type: 'send', to: [...links], message: { type: 'ping', at: 1 } }];
      },
    });
    const beats = ({ text }: Raw): number => text.split('PING').length - 1;
    let still: GossipNode;
    let clock: Raw;

    beforeEach(async () => {
      still = await node({ machine: beating(recorder) });
      const going = new Recorder();
      clock = await raw(await node({ machine: beating(going) }, [], going));
      await clock.say(HELLO).has('PING');
    });

    /** Time, as another node has it that goes on. */
    async function passed(count: number): Promise<void> {
      const from = beats(clock);
      await until(clock, () => beats(clock) >= from + count);
    }

    it('says nothing, and hears what came meanwhile when it goes on, behind its timers', async () => {
      const link = await raw(still);
      await link.say(HELLO).has('PING');
      still.hold();
      // What was said before is on its way.
      await passed(2);
      const [said, heard, read] = [link.text, recorder.events.length, still.counts.get('bytes received')];
      link.say('PONG|12\n');
      still.input({ type: 'dial', address: at(1) });
      await passed(10);
      expect([link.text, recorder.events.length, still.counts.get('bytes received')]).to.deep.equal([said, heard, read]);
      still.goOn();
      await recorder.heard('pong');
      // A machine that has much to do is as late as one that stood still.
      expect(recorder.events[heard]!.type).to.be.oneOf(['timeout', 'stalled']);
      await until(link, () => link.text.length > said.length);
    });

    it('has what came before its timers if those are as late as to take somebody for silent', async () => {
      const link = await raw(still);
      await link.say(HELLO).has('PING');
      still.hold();
      await passed(2);
      const heard = recorder.events.length;
      link.say('PONG|12\n');
      await passed(20);
      still.goOn();
      await recorder.told('timeout', recorder.count('timeout') + 1);
      expect(recorder.events.slice(heard).map(({ type }) => type)).to.deep.equal(['stalled', 'message', 'timeout']);
    });

    it('lets whoever dials it wait, and answers when it goes on', async () => {
      still.hold();
      const link = await raw(still);
      const short = await raw(still, { allowHalfOpen: true });
      link.say(HELLO);
      short.say('GET_PEERS\n').socket.end();
      await passed(10);
      expect([link.text, link.isOver, short.text, short.isOver]).to.deep.equal(['', false, '', false]);
      expect([still.links, still.counts.size]).to.deep.equal([0, 0]);
      still.goOn();
      await link.has('HELLO');
      expect(await short.over()).to.match(/^PEER_LIST/);
    });

    it('opens no link, and answers no end of one', async () => {
      const other = await server();
      still.input({ type: 'dial', address: other.address });
      const link = await other.link(1);
      await link.say(HELLO).has('PING');
      still.hold();
      still.input({ type: 'dial', address: other.address });
      link.socket.end();
      await passed(10);
      expect([other.links.length, link.isOver, recorder.count('gone')]).to.deep.equal([1, false, 0]);
      still.goOn();
      await link.over();
      await recorder.told('gone');
      await other.link(2);
    });

    it('does nothing more of what it was about to: says nothing, dials nobody, closes no link', async () => {
      const other = await server();
      const link = nodeId(ACCEPTED);
      const about: GossipMachine = {
        ...recorder.machine,
        step: (_context, _state, { type }) => (type === 'message' ? [{ type: 'output', output: { type: 'left' } }, { type: 'send', to: [link], message: { type: 'pong', at: 7 } }, { type: 'dial', peer: nodeId(1), address: other.address }, { type: 'hang-up', peer: link }] : []),
      };
      const halting = await node({ machine: about, listener: { output: () => halting.hold(), failed: (error) => { throw error; } } });
      const asking = await raw(halting);
      asking.say(HELLO);
      await passed(10);
      expect([asking.text, asking.isOver, other.links.length]).to.deep.equal(['', false, 0]);
      halting.goOn();
      expect(await asking.over()).to.contain('PONG|7');
      await other.link(1);
    });

    it('has no link say what is late, or spaced, before it goes on', async () => {
      const other = await server();
      const dialled = new Recorder();
      const late = await node({ machine: beating(dialled), dialect: '2024' }, [], dialled);
      late.input({ type: 'dial', address: other.address });
      const link = await other.link(1);
      await link.say('New Connect Accepted').has('Liveness');
      late.hold();
      await passed(2);
      const said = link.text;
      await passed(20);
      expect(link.text).to.equal(said);
      late.goOn();
      await until(link, () => link.text.length > said.length);

      const slow = await raw(still);
      still.suffer({ cuts: [], loss: 0, slow: [[still.address, 100]], clocks: [] });
      await slow.say(HELLO).has('PING');
      still.hold();
      await passed(2);
      const before = slow.text;
      await passed(10);
      expect(slow.text).to.equal(before);
    });

    it('closes no link for its silence, and ends at once when it is to', async () => {
      const impatient = await node({ limits: { ...LIMITS, silence: 60 } }, [], new Recorder());
      const link = await raw(impatient);
      impatient.hold();
      await passed(10);
      expect(link.isOver).to.equal(false);
      await impatient.stop();
      await link.over();
    });
  });

  describe('where it listens', () => {
    it('is known before anybody is told, at ports that the system chooses: 20 at once have 20, time and again (akka.net 3239, solana 5986)', async () => {
      for (let time = 0; time < 5; time += 1) {
        const nodes = await Promise.all(Array.from({ length: 20 }, () => node({}, [], new Recorder())));
        expect(new Set(nodes.map(({ address }) => address)).size).to.equal(20);
        for (const one of nodes) await answers(one);
        await Promise.all(nodes.map((one) => one.stop()));
      }
    });

    it('is open before it is started, and who comes early is heard then', async () => {
      const of = await GossipNode.listen({ role: 'peer', machine: recorder.machine, host: '127.0.0.1', port: 0, settings: LAN, dialect: '2026', version: '1', listener: { output: () => undefined, failed: () => undefined } });
      open.push({ close: () => of.stop() });
      const [link, reset] = [await raw(of), await raw(of)];
      link.say('PING|1\n');
      reset.socket.resetAndDestroy();
      of.start([]);
      expect(await link.has('\n')).to.equal('PONG|1\n');
    });

    it('is one address, be it told as 127.0.0.1, ::1, localhost, 127.0.0.2 or all', async () => {
      for (const [host, is] of [['127.0.0.1', /^127\.0\.0\.1:\d+$/], ['::1', /^\[::1\]:\d+$/], ['localhost', /^localhost:\d+$/], ['127.0.0.2', /^127\.0\.0\.2:\d+$/], ['0.0.0.0', /^(?!0\.0\.0\.0)[\d.]+:\d+$/]] as const) {
        const of = await node({ host }, [], new Recorder());
        expect(of.address).to.match(is);
        await answers(of);
      }
    });

    it('is nobody else’s, and an address of this machine: else one line says so', async () => {
      const { address } = await node();
      const refused = async (options: Partial<NodeOptions>): Promise<string> => {
        try {
          await nodeOf(new Recorder(), options);
        } catch (error) {
          if (error instanceof UserError) return error.message;
        }
        return 'it listens';
      };
      expect(await refused({ port: Number(address.split(':')[1]) })).to.equal(`${address} cannot be listened at: something listens there already`);
      expect(await refused({ host: '203.0.113.1', port: 5000 })).to.equal('203.0.113.1:5000 cannot be listened at: that is no address of this machine');
    });
  });
});
