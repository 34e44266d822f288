import { expect } from 'chai';
import fc from 'fast-check';
import { ORDERS } from '../../src/generals/order.ts';
import type { Fact } from '../../src/generals/fact.ts';
import { STRATEGIES } from '../../src/generals/faults/registry.ts';
import { PROTOCOLS } from '../../src/generals/protocols/registry.ts';
import { transcriptOf } from '../support/run.ts';
import { soaked } from '../support/trials.ts';

/** One command's answer as JSON; only what these tests look at. */
interface Answer {
  readonly ok: boolean;
  readonly error?: string;
  readonly facts?: readonly Fact[];
  readonly words?: readonly string[];
  readonly general?: string;
  readonly number?: number;
  readonly draw?: number;
  readonly verdict?: unknown;
  readonly members?: readonly { readonly name: string; readonly majority: string | null }[];
  readonly generals?: readonly { readonly tampered: readonly { readonly to: string; readonly honest: string; readonly said: readonly string[] }[] }[];
}

interface Camp {
  readonly count?: number;
  readonly seed?: number;
  /** The same on threads and in virtual time: for one test of each kind, as most differ in what no thread is told. */
  readonly onThreads?: boolean;
}

const THREADS: Camp = { onThreads: true };

/** What the commands answer to an army in which G1 is primary. */
async function answers(commands: readonly string[], { count = 4, seed = 1, onThreads = false }: Camp = {}): Promise<Answer[]> {
  const script = ['g-elect 1', ...commands].join('\n');
  const play = (host: 'sim' | 'threads'): Promise<string> => transcriptOf(script, { host, seed }, count, true);
  const [sim, threads] = await Promise.all([play('sim'), onThreads ? play('threads') : undefined]);
  if (threads !== undefined) expect(threads).to.equal(sim);
  const lines = sim.split('\n').filter((line) => line.startsWith('{'));
  return lines.slice(1).map((line) => JSON.parse(line) as Answer);
}

/** The same, and the last answer. */
const lastOf = async (commands: readonly string[], camp?: Camp): Promise<Answer> => (await answers(commands, camp)).at(-1)!;

/** As a person reads them. */
const printed = (commands: readonly string[], { count = 4, seed = 1 }: Camp = {}): Promise<string> => transcriptOf(['g-elect 1', ...commands].join('\n'), { host: 'sim', seed }, count);

/** Whom a general told what in a round: `2: attack` for each message, with `2: ` where G2 was told nothing. */
function told(facts: readonly Fact[], from: number, round: number): string[] {
  const said = facts.flatMap((fact) => (fact.type === 'heard' && fact.from === from && fact.round === round ? [`${fact.to}: ${String(fact.message)}`] : []));
  const silent = facts.flatMap((fact) => (fact.type === 'tampered' && fact.from === from && fact.round === round && fact.said.length === 0 ? [`${fact.to}: `] : []));
  return [...said, ...silent].toSorted();
}

const factsIn = ({ facts, error }: Answer): readonly Fact[] => {
  if (facts === undefined) throw new Error(error ?? 'no facts');
  return facts;
};

/** What G1 told in round 1 of its order to attack, with these words. */
const ordered = async (protocol: string, words: string, camp?: Camp): Promise<string[]> =>
  told(factsIn(await lastOf([`g-protocol ${protocol}`, 'g-state 1 faulty', `choose 1 ${words}`, 'actual-order attack', 'g-trace last'], camp)), 1, 1);

describe('choose, word by word,', () => {
  describe('fixes what a traitor says, message by message:', () => {
    it('a commander of the exchange tells each lieutenant its word, in the order of their ids', async () => {
      expect(await ordered('exchange', 'attack retreat silence', THREADS)).to.deep.equal(['2: attack', '3: retreat', '4: ']);
      expect(await ordered('exchange', 'silence attack retreat')).to.deep.equal(['2: ', '3: attack', '4: retreat']);
    });

    it('both is the honest message, and the lie after it', async () => {
      expect(await ordered('exchange', 'both attack retreat')).to.deep.equal(['2: attack', '2: retreat', '3: attack', '4: retreat']);
    });

    it('a commander of OM(1) says its words with the path on which they go', async () => {
      expect(await ordered('oral 1', 'attack retreat both')).to.deep.equal(['2: attack G1', '3: retreat G1', '4: attack G1', '4: retreat G1']);
    });

    it('a commander of SM(2) signs them', async () => {
      expect(await ordered('signed 2', 'both retreat silence')).to.deep.equal(['2: attack:1', '2: retreat:1', '3: retreat:1', '4: ']);
    });

    it('a commander of the phase king orders, votes and proposes by them', async () => {
      const words = 'attack retreat silence  retreat silence both  nothing attack silence  silence attack retreat  attack attack attack  attack attack attack';
      const facts = factsIn(await lastOf(['g-protocol king 1', 'g-state 1 faulty', `choose 1 ${words}`, 'actual-order attack', 'g-trace last'], THREADS));
      expect(told(facts, 1, 1)).to.deep.equal(['2: order attack', '3: order retreat', '4: ']);
      expect(told(facts, 1, 2)).to.deep.equal(['2: value retreat', '3: ', '4: value attack', '4: value retreat']);
      expect(told(facts, 1, 3)).to.deep.equal(['2: proposal nothing', '3: proposal attack', '4: ']);
      expect(told(facts, 1, 4)).to.deep.equal(['2: ', '3: king attack', '4: king retreat']);
    });

    it('a lieutenant of OM(2) goes round by round, in each round from peer to peer, and to each peer from path to path', async () => {
      const words = 'retreat attack retreat  retreat attack  attack retreat  retreat attack';
      const camp = { count: 5 };
      const start = ['g-protocol oral 2', 'g-state 2 faulty'];
      const misfit = await lastOf([...start, 'choose 2 attack', 'actual-order attack'], camp);
      expect(misfit.error).to.match(/^G2 has more to say than 1 word, first to G4 in round 2 – /);
      const facts = factsIn(await lastOf([...start, `choose 2 ${words}`, 'actual-order attack', 'g-trace last'], { ...camp, onThreads: true }));
      expect(told(facts, 2, 2)).to.deep.equal(['3: retreat G1→G2', '4: attack G1→G2', '5: retreat G1→G2']);
      expect(told(facts, 2, 3)).to.deep.equal(['3: attack G1→G5→G2', '3: retreat G1→G4→G2', '4: attack G1→G3→G2', '4: retreat G1→G5→G2', '5: attack G1→G4→G2', '5: retreat G1→G3→G2']);
    });

    it('a lieutenant of SM(1) that says the other order forges a signature, which the others notice, on threads too', async () => {
      const facts = factsIn(await lastOf(['g-protocol signed 1', 'g-state 3 faulty', 'choose 3 retreat retreat', 'actual-order attack', 'g-trace last'], THREADS));
      expect(told(facts, 3, 2)).to.deep.equal(['2: retreat:1:3', '4: retreat:1:3']);
      const accused = facts.flatMap((fact) => (fact.type === 'accused' ? [`${fact.by} ${fact.suspect} ${fact.kind} ${fact.evidence}`] : []));
      expect(accused).to.deep.equal([2, 4].map((by) => `${by} 3 misbehaviour forged the signature of G1 in round 2`));
      expect(facts.flatMap((fact) => (fact.type === 'decided' ? [fact.decision] : []))).to.deep.equal(['attack', 'attack', 'attack', 'attack']);
    });

    it('several traitors each say their own', async () => {
      const facts = factsIn(await lastOf(['g-state 1 faulty', 'g-state 3 faulty', 'choose 3 attack silence', 'choose 1 retreat attack attack', 'actual-order attack anyway', 'g-trace last']));
      expect(told(facts, 1, 1)).to.deep.equal(['2: retreat', '3: attack', '4: attack']);
      expect(told(facts, 3, 2)).to.deep.equal(['2: attack', '4: ']);
    });

    it('a ballot takes no word, and is honest', async () => {
      for (const [index, strategy] of STRATEGIES.entries()) {
        const outcome = await lastOf([`g-state 3 faulty ${strategy.name}`, 'choose 3 retreat retreat', 'actual-order attack'], { onThreads: index === 0 });
        expect(outcome.members?.map(({ majority }) => majority), strategy.name).to.deep.equal(['attack', 'attack', 'attack', 'attack']);
      }
    });

    for (const name of ['exchange', 'oral', 'signed', 'king']) {
      it(`whichever strategy the traitor has, and whatever the seed (${name})`, async () => {
        const heard: string[] = [];
        for (const [index, strategy] of STRATEGIES.entries()) {
          const words = name === 'king' ? Array.from({ length: 12 }, () => 'retreat').join(' ') : 'retreat silence both';
          const facts = factsIn(await lastOf([`g-protocol ${name} ${name === 'king' ? 0 : 1}`, `g-state 1 faulty ${strategy.name}`, `choose 1 ${words}`, 'actual-order attack anyway', 'g-trace last'], { seed: index }));
          heard.push(JSON.stringify(facts.filter(({ type }) => type !== 'ordered')));
        }
        expect(new Set(heard).size).to.equal(1);
      });
    }
  });

  describe('takes its words', () => {
    it('in any letter case, with any space, for a general by name or number', async () => {
      for (const line of ['choose 1 attack retreat silence', 'CHOOSE G1 ATTACK Retreat SILENCE', ' choose\tg1   attack retreat\u00a0silence ']) {
        expect(await lastOf(['g-state 1 faulty', line]), line).to.include({ ok: true, general: 'G1' }).and.to.deep.include({ words: ['attack', 'retreat', 'silence'] });
      }
      expect(await printed(['g-state 1 faulty', 'choose 1 attack retreat silence'])).to.match(/\nG1 will say attack, retreat, silence in the next order\n$/);
    });

    it('only for a traitor who is there', async () => {
      const at = async (...commands: string[]): Promise<string | undefined> => (await lastOf(commands)).error;
      expect(await at('choose 1 attack')).to.match(/^G1 is loyal, and only traitors can be told what to say – choose <id> /);
      expect(await at('choose 9 attack')).to.match(/^there is no general G9 – /);
      expect(await at('g-state 3 faulty', 'g-kill 3', 'choose 3 attack')).to.match(/^there is no general G3 – /);
      expect(await at('g-state 3 faulty', 'g-break 3 exit', 'actual-order attack', 'choose 3 attack attack')).to.match(/^G3 is lost – /);
      expect(await at('choose nobody attack')).to.match(/^"nobody" is not a general's id – /);
      expect(await at('g-state 1 faulty', 'choose 1')).to.match(/^choose needs another word – /);
      expect(await at('choose')).to.match(/^choose needs another word – /);
    });

    it('and refuses at once what is no word', async () => {
      for (const word of ['1', 'advance', 'attacks', 'attack!', 'a-b', 'Ünde', '\u202eattack', 'x'.repeat(21), '"attack"', 'attack,retreat']) {
        const { error } = await lastOf(['g-state 1 faulty', `choose 1 attack ${word} attack`]);
        expect(error, word).to.match(/^".*" is nothing that a traitor says: attack, retreat, nothing, silence or both – /).and.not.to.match(/[\p{Cc}\p{Bidi_Control}]/u);
      }
    });
  });

  describe('with words that do not fit refuses the order in one line, and changes nothing:', () => {
    const misfits: readonly [title: string, protocol: string, choose: string, error: RegExp][] = [
      ['one too few', 'exchange', 'choose 1 attack retreat', /^G1 has more to say than 2 words, first to G4 in round 1 – /],
      ['a single one', 'exchange', 'choose 1 attack', /^G1 has more to say than 1 word, first to G3 in round 1 – /],
      ['one too many', 'exchange', 'choose 1 attack retreat attack attack', /^G1 was given 4 words, but sends 3 messages – /],
      ['a word of another protocol', 'oral', 'choose 1 nothing attack attack', /^word 1 of G1, "nothing", cannot be said to G2 in round 1 – /],
      ['a word of another round', 'king', 'choose 1 attack attack attack  attack nothing attack', /^word 5 of G1, "nothing", cannot be said to G3 in round 2 – /],
      ['words for another protocol', 'king', 'choose 1 attack attack attack', /^G1 has more to say than 3 words, first to G2 in round 2 – /],
      ['words for more rounds', 'signed', 'choose 1 attack attack attack attack attack', /^G1 was given 5 words, but sends 3 messages – /],
    ];
    for (const [title, protocol, choose, error] of misfits) {
      it(`${title} (${protocol})`, async () => {
        const all = await answers([`g-protocol ${protocol}`, 'g-state 1 faulty liar', 'actual-order attack', choose, 'actual-order attack', 'actual-order attack', 'g-state']);
        const [, , before, dictation, refused, after, state] = all;
        expect(dictation).to.include({ ok: true });
        expect(refused).to.include({ ok: false });
        expect(refused!.error).to.match(error);
        // The next order is the second, and the traitor does as it likes again.
        expect(after).to.include({ number: 2, draw: 2 });
        expect(after).to.deep.include({ verdict: before!.verdict });
        expect(state!.members).to.deep.equal(all[1]!.members);
      });
    }

    it('where the general does not send as many messages as it would if it were primary, or secondary', async () => {
      const demoted = await answers(['g-state 1 faulty', 'choose 1 attack attack attack', 'g-elect 2', 'actual-order attack']);
      expect(demoted.at(-1)!.error).to.match(/^G1 was given 3 words, but sends 2 messages – /);
      const promoted = await answers(['g-state 3 faulty', 'choose 3 attack attack', 'g-elect 3', 'actual-order attack']);
      expect(promoted.at(-1)!.error).to.match(/^G3 has more to say than 2 words, first to G4 in round 1 – /);
    });

    it('where generals came or went since', async () => {
      expect((await lastOf(['g-state 1 faulty', 'choose 1 attack attack attack', 'g-add 1', 'actual-order attack'])).error).to.match(/^G1 has more to say than 3 words, first to G5 in round 1 – /);
      expect((await lastOf(['g-state 1 faulty', 'choose 1 attack attack attack', 'g-kill 2', 'actual-order attack anyway'])).error).to.match(/^G1 was given 3 words, but sends 2 messages – /);
    });
  });

  describe('holds for the next order that is given,', () => {
    it('and for that one only', async () => {
      const script = ['g-state 1 faulty silent', 'choose 1 retreat attack retreat', 'actual-order attack', 'actual-order attack', 'g-trace last'];
      expect(told(factsIn(await lastOf(script)), 1, 1)).to.deep.equal(['2: ', '3: ', '4: ']);
    });

    it('also when an order that was not run came before it', async () => {
      const script = ['g-state 1 faulty', 'g-state 2 faulty silent', 'choose 1 retreat attack retreat', 'actual-order attack', 'actual-order attack anyway', 'g-trace last'];
      expect(told(factsIn(await lastOf(script, THREADS)), 1, 1)).to.deep.equal(['2: retreat', '3: attack', '4: retreat']);
    });

    it('and said twice, it is the second that holds', async () => {
      const script = ['g-state 1 faulty', 'choose 1 retreat retreat', 'choose 1 silence attack retreat', 'actual-order attack', 'g-trace last'];
      expect(told(factsIn(await lastOf(script)), 1, 1)).to.deep.equal(['2: ', '3: attack', '4: retreat']);
    });

    it('is forgotten with the general: killed, its words trouble nobody', async () => {
      const dead = await answers(['g-state 3 faulty', 'choose 3 retreat', 'g-kill 3', 'actual-order attack', 'g-trace last']);
      const never = await answers(['g-kill 3', 'actual-order attack', 'g-trace last']);
      expect(dead.at(-1)).to.deep.equal(never.at(-1));
      expect(dead.at(-2)).to.deep.equal(never.at(-2));
    });

    it('but leaves the words of the others', async () => {
      const script = ['g-state 3 faulty', 'g-state 4 faulty', 'choose 3 retreat retreat', 'choose 4 retreat retreat', 'g-kill 4', 'g-add 1', 'actual-order attack', 'g-trace last'];
      expect(told(factsIn(await lastOf(script)), 3, 2)).to.deep.equal(['2: retreat', '5: retreat']);
    });

    it('is forgotten by a general that is loyal when the order comes', async () => {
      const facts = factsIn(await lastOf(['g-state 3 faulty', 'choose 3 retreat', 'g-state 3 non-faulty', 'actual-order attack', 'g-trace last']));
      expect(told(facts, 3, 2)).to.deep.equal(['2: attack', '4: attack']);
    });
  });

  describe('of a general that breaks down, or hears less than it was to hear,', () => {
    for (const how of ['throw', 'exit', 'hang']) {
      it(`troubles nobody (${how})`, async () => {
        const own = await answers(['g-state 3 faulty', 'choose 3 retreat retreat', `g-break 3 ${how}`, 'actual-order attack', 'g-trace last', 'actual-order attack'], THREADS);
        expect(told(factsIn(own.at(-2)!), 3, 2)).to.deep.equal([]);
        expect(own.at(-1)).to.include({ ok: true, number: 2 });
        const primary = await answers(['g-protocol signed 1', 'g-state 3 faulty', 'choose 3 silence silence', `g-break 1 ${how}`, 'actual-order attack', 'actual-order attack'], { onThreads: how === 'throw' });
        expect(primary.at(-2)).to.include({ ok: true, number: 1 });
        expect(primary.at(-1)).to.include({ ok: true, number: 2 });
      });
    }
  });

  describe('beside chance', () => {
    it('leaves what the other traitors do to the seed', async () => {
      const heard = async (seed: number, ...before: string[]): Promise<string[]> =>
        told(factsIn(await lastOf(['g-state 2 faulty', 'g-state 3 faulty', ...before, 'actual-order attack anyway', 'g-trace last'], { count: 7, seed })), 2, 2);
      for (const seed of [1, 2, 3]) expect(await heard(seed, 'choose 3 retreat attack retreat attack retreat')).to.deep.equal(await heard(seed));
    });

    it('g-seed repeats the order, with the same words said again', async () => {
      const script = ['g-state 2 faulty', 'g-state 3 faulty', 'choose 3 retreat attack', 'actual-order attack anyway', 'g-seed 1 1', 'choose 3 retreat attack', 'actual-order attack anyway'];
      const all = await answers(script, THREADS);
      expect({ ...all.at(-1), number: 1 }).to.deep.equal(all[3]);
    });

    it('g-trace tells as tampered with what an honest general would not have said, and nothing else', async () => {
      const facts = factsIn(await lastOf(['g-state 1 faulty', 'choose 1 attack retreat silence', 'actual-order attack', 'g-trace last']));
      const tampered = facts.flatMap((fact) => (fact.type === 'tampered' ? [{ to: fact.to, honest: fact.honest, said: fact.said }] : []));
      expect(tampered).to.deep.equal([{ to: 3, honest: 'attack', said: ['retreat'] }, { to: 4, honest: 'attack', said: [] }]);
    });

    it('g-why tells each word that was a lie, and the line that repeats it all', async () => {
      const why = await lastOf(['g-state 1 faulty', 'choose 1 attack retreat silence', 'actual-order attack', 'g-why 1']);
      expect(why.generals![0]!.tampered.map(({ to, honest, said }) => `${to} ${honest} ${said.join()}`)).to.deep.equal(['G3 attack retreat', 'G4 attack ']);
      expect(await printed(['g-state 1 faulty', 'choose 1 attack retreat silence', 'actual-order attack', 'g-why'])).to.match(
        /\nTo repeat it with the same generals: g-seed 1 1; choose 1 attack retreat silence; actual-order attack anyway\n$/,
      );
    });
  });

  it('of any words is refused in one clean line, or fits and is repeated by the line that g-why gives, under every protocol', async () => {
    const cases = fc.record({
      protocol: fc.constantFrom(...PROTOCOLS.map(({ name }) => name)),
      count: fc.integer({ min: 3, max: 5 }),
      traitor: fc.integer({ min: 1, max: 3 }),
      order: fc.constantFrom(...ORDERS),
      words: fc.array(fc.constantFrom('attack', 'retreat', 'silence', 'both', 'nothing'), { minLength: 40, maxLength: 40 }),
    });
    let fitting = 0;
    await fc.assert(
      fc.asyncProperty(cases, async ({ protocol, count, traitor, order, words }) => {
        const start = ['g-elect 1', `g-protocol ${protocol}`, `g-state ${traitor} faulty arbitrary`];
        // As many of the words as the general says messages, each one that it cannot say turned into silence.
        let said = words.slice(0, 1);
        let text = '';
        for (let tries = 0; tries < 100; tries += 1) {
          text = await transcriptOf([...start, `choose ${traitor} ${said.join(' ')}`, `actual-order ${order} anyway`, 'g-why'].join('\n'), { host: 'sim', seed: 7 }, count);
          const [mistake] = /^! .*$/m.exec(text) ?? [];
          if (mistake === undefined) break;
          const [, wrong] = /: word (\d+) of G\d, ".*", cannot be said to G\d in round \d+ – /.exec(mistake) ?? [];
          if (wrong !== undefined) said = said.with(Number(wrong) - 1, 'silence');
          else if (/has more to say than \d+ words?, first to G\d in round \d+ – /.test(mistake)) said = words.slice(0, said.length).map((word, index) => said[index] ?? word).concat(words[said.length % words.length]!);
          else if (/: G\d was given \d+ words?, but sends \d+ messages – /.test(mistake)) said = said.slice(0, Number(/sends (\d+)/.exec(mistake)![1]));
          else throw new Error(mistake);
          if (said.length === 0) return;
        }
        expect(text).not.to.match(/^! /m);
        fitting += 1;
        const [, line = ''] = /^To repeat it with the same generals: (.*)$/m.exec(text) ?? [];
        expect(line).to.include(`choose ${traitor} ${said.join(' ')}; actual-order ${order} anyway`);
        const again = await transcriptOf([...start, 'g-seed 99', ...line.split('; '), 'g-why'].join('\n'), { host: 'threads', seed: 3 }, count);
        const outcomeIn = (whole: string): string => whole.slice(whole.indexOf('generals> actual-order'));
        expect(outcomeIn(again)).to.equal(outcomeIn(text));
      }),
      { numRuns: soaked(200, 40) },
    );
    expect(fitting).to.be.greaterThan(soaked(200, 40) / 2);
  });
});
