import { expect } from 'chai';
import { Army } from '../../../src/index.ts';
import { majorityOf, tally } from '../../../src/generals/majority.ts';
import type { Order } from '../../../src/generals/order.ts';
import { PROTOCOLS } from '../../../src/generals/protocols/registry.ts';
import { sessionOf } from '../../../src/repl/session.ts';
import { execute } from '../../../src/repl/execute.ts';
import { jsonOf } from '../../../src/repl/json.ts';
import { themeOf } from '../../../src/repl/theme.ts';
import { render } from '../../../src/repl/render.ts';
import { drawTrial, repeatLine, soaked } from '../../support/trials.ts';

interface Said {
  readonly round: number;
  readonly from: string;
}

/** What `g-why <id>` tells a program about one general; only what these tests look at. */
interface Biography {
  readonly decision: Order;
  readonly causes: readonly (Said & { readonly text: string })[];
  readonly heard: readonly (Said & { readonly message: string; readonly honest?: string; readonly forged?: true })[];
  readonly evidence: readonly string[];
  readonly votes: readonly { readonly order: Order }[];
}

/** Each loyal lieutenant of many random orders, as data and in words. */
async function* biographies(protocol: string, { n, m }: { n: number; m: number }): AsyncGenerator<{ name: string; why: Biography; text: string; replay: string }> {
  for (let seed = 1; seed <= soaked(300, 20); seed += 1) {
    const one = drawTrial({ protocol, n, m, seed, traitors: seed % 3 });
    const army = await Army.muster(n, { host: 'sim', seed });
    const at = sessionOf(army);
    const run = (line: string) => execute(at, line, new AbortController().signal);
    const adversaries = [...one.traitors].map(([id, strategy]) => `g-state ${id} faulty ${strategy}`);
    for (const line of [`g-protocol ${protocol} ${m}`, `g-elect ${one.commander}`, ...adversaries, `actual-order ${one.order} anyway`]) await run(line);
    for (const id of one.members) {
      if (id === one.commander || one.traitors.has(id)) continue;
      const answer = await run(`g-why ${id}`);
      if (answer.type !== 'result') throw new Error(repeatLine(one));
      const { generals } = JSON.parse(jsonOf(answer)) as { generals: Biography[] };
      yield { name: `G${id}`, why: generals[0]!, text: render(answer.result, themeOf(false)), replay: repeatLine(one) };
    }
    await army.disband();
  }
}

describe('g-why of one general', () => {
  it('tells that a chain is under a forged signature, to who heard it and of who said it', async () => {
    const army = await Army.muster(4, { host: 'sim', seed: 1, protocol: 'signed', primary: 1 });
    await army.setProtocol('signed', 1);
    await army.corrupt(3, 'liar');
    const session = sessionOf(army);
    const answer = async (line: string) => execute(session, line, new AbortController().signal);
    await answer('actual-order attack');
    const said = async (line: string): Promise<string> => {
      const given = await answer(line);
      return given.type === 'result' ? `${render(given.result, themeOf(false))}${jsonOf(given)}` : '';
    };
    expect(await said('g-why 2')).to.include('G3 told G2 retreat:1:3 under a forged signature. An honest general would have said attack:1:3.').and.to.include('"message":"retreat:1:3","honest":"attack:1:3","forged":true');
    expect(await said('g-why 3')).to.include('G3 said retreat:1:3 under a forged signature to G2.').and.to.include('"forged":["retreat:1:3"]');
    expect(await said('g-show')).to.match(/retreat:1:3! \(forged;/).and.to.include('forged: under a signature that is not genuine');
    expect(await said('g-step')).to.include('G3 retreat:1:3! (forged)');
    await army.disband();
  });

  for (const { name: protocol } of PROTOCOLS) {
    it(`says first, in a sentence, what it decided and which of the messages that it heard fixed that (${protocol})`, async () => {
      let explained = 0;
      for await (const { name, why, text, replay } of biographies(protocol, { n: 5, m: 1 })) {
        const lines = text.split('\n').slice(2);
        const reasons = lines.slice(0, lines.indexOf(''));
        const decided = `${name} decided ${why.decision}`;
        expect(reasons[0], replay).to.equal(why.causes.length === 0 ? `${decided}, the default: nothing that it heard made it decide otherwise.` : `${decided} because of what it heard:`);
        if (why.causes.length > 0) expect(reasons.at(-1), replay).to.match(/^Had .*, it would have decided the same\. Had .* as well, it would not\.$/);
        const heard = why.heard.map(({ round, from, message }) => `${from} said ${message} in round ${round}`);
        for (const { round, from, text: cause } of why.causes) expect(heard, replay).to.include(`${from} said ${cause} in round ${round}`);
        for (const { round, from, text: cause } of why.causes.slice(0, 6))
          expect(reasons.some((line) => line.startsWith(`  round ${round}: `) && line.endsWith(` said ${cause}`) && line.split(/[ ,]+/).includes(from)), `${from}, ${cause}; ${replay}`).to.equal(true);
        if (why.causes.length > 6) expect(reasons.at(-2), replay).to.match(new RegExp(`^  and ${why.causes.length - 6} more (?:message like this|messages like these)$`));
        if (why.causes.length > 0) explained += 1;
      }
      expect(explained).to.be.greaterThan(10);
    });

    it(`then what it heard, message by message, each lie beside the honest word (${protocol})`, async () => {
      let lies = 0;
      for await (const { name, why, text, replay } of biographies(protocol, { n: 4, m: 1 })) {
        for (const { round, from, message, honest, forged = false } of why.heard) {
          const line = `round ${round}: ${from} told ${name} ${message}`;
          expect(text, replay).to.include(honest === undefined ? `\n${line}\n` : `\n${line}${forged ? ' under a forged signature' : ''}. An honest general would have said ${honest}`);
          if (honest !== undefined) lies += 1;
        }
      }
      // Some protocols say little, and whom the seeds make a traitor depends on how many strategies there are.
      expect(lies).to.be.greaterThan(0);
    });
  }

  it('of OM ends with the tree, whose majorities are taken level by level, and whose root is what it decided', async () => {
    for (const [n, m] of [[4, 1], [5, 2], [6, 2], [6, 3]] as const) {
      for await (const { name, why, replay } of biographies('oral', { n, m })) {
        const nodes = new Map(why.evidence.map((line) => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 2)]));
        expect(nodes.size, replay).to.equal(nodesIn(n, m));
        const heard = new Map<string, string>();
        for (const { message } of why.heard) {
          const [order = '', place = ''] = message.split(' ');
          // The first word on a path is the one that counts.
          if (!heard.has(place)) heard.set(place, order);
        }
        for (const [path, text] of nodes) {
          const [own = '', majority] = text.split(', majority ');
          // What came late was dropped, though it was heard.
          if (!own.startsWith('silent')) expect(own, `${path} of ${name}; ${replay}`).to.equal(heard.get(path));
          const below = [...nodes].filter(([other]) => other.startsWith(`${path}→`) && other.split('→').length === path.split('→').length + 1);
          expect(majority === undefined, replay).to.equal(below.length === 0);
          if (majority === undefined) continue;
          const votes = [valueOf(text), ...below.map(([, one]) => majorityIn(one))];
          expect(majority, `${path} of ${name}; ${replay}`).to.equal(majorityOf(tally(votes)));
        }
        expect(majorityIn([...nodes.values()][0]!), replay).to.equal(why.decision);
        expect(majorityOf(tally(why.votes.map(({ order }) => order))), replay).to.equal(why.decision);
      }
    }
  });

  it('of SM ends with the chains of signatures by which it learnt orders, and what it made of them', async () => {
    for await (const { why, replay } of biographies('signed', { n: 5, m: 2 })) {
      const sum = why.evidence.at(-1)!;
      const learnt = why.evidence.flatMap((line) => {
        const [, round = '', order = '', signers = ''] = /^round (\d): learnt that the commander signed (attack|retreat), by the signatures of (.*)$/.exec(line) ?? [];
        return round === '' ? [] : [{ round: Number(round), order, signers: signers.split(', then ') }];
      });
      for (const { round, order, signers } of learnt) {
        expect(signers, replay).to.have.length(round);
        expect(new Set(signers).size, replay).to.equal(round);
        const message = [order, ...signers.map((signer) => signer.slice(1))].join(':');
        expect(why.heard.some((one) => one.round === round && one.from === signers.at(-1) && one.message === message), `${message}; ${replay}`).to.equal(true);
      }
      const orders = [...new Set(learnt.map(({ order }) => order))];
      expect(orders, replay).to.have.length(learnt.length);
      expect(sum, replay).to.equal(orders.length === 1 ? `it knows one order, ${orders[0]!}` : `it knows ${orders.length === 0 ? 'no order' : 'both orders'}, so the default, retreat`);
      expect(why.decision, replay).to.equal(orders.length === 1 ? orders[0] : 'retreat');
    }
  });
});

/** In the tree of a lieutenant: the commander, then each of the others but itself, and so on, m + 1 levels deep. */
const nodesIn = (n: number, m: number): number => Array.from({ length: m }, (_, level) => level).reduce((sum, level) => sum + falling(n - 2, level + 1), 1);

const falling = (from: number, factors: number): number => Array.from({ length: factors }, (_, index) => from - index).reduce((product, factor) => product * factor, 1);

/** What was heard at a place of the tree; silence counts as the default. */
const valueOf = (text: string): Order => (/^(?:silent, so )?attack/.test(text) ? 'attack' : 'retreat');

/** What a place of the tree comes to: its majority, or what was heard where nothing is below. */
const majorityIn = (text: string): Order => (text.endsWith(', majority attack') || (!text.includes(', majority ') && valueOf(text) === 'attack') ? 'attack' : 'retreat');
