import { expect } from 'chai';
import type { AnyMachine } from '../../src/core/machine.ts';
import { nodeId } from '../../src/core/node.ts';
import type { Address } from '../../src/words/address.ts';
import { DEFAULT_WORD, type Consensus, type Message } from '../../src/words/messages.ts';
import { addressAt } from '../../src/words/sim/nodes.ts';
import { LIES, canLie } from '../../src/words/liar.ts';
import { WITHIN_LONGEST, WITHIN_MAX } from '../../src/words/patience.ts';
import { peer } from '../../src/words/peer.ts';
import { questionsIn } from '../../src/words/tree.ts';
import { WordsGroup, type Decided, type Said } from '../support/words-group.ts';

const at = (id: number): Address => addressAt(nodeId(id));

const wordsOf = (decided: ReadonlyMap<number, Decided>, ids: readonly number[]): string[] => ids.map((id) => decided.get(id)!.word);
const outcomesOf = (decided: ReadonlyMap<number, Decided>, ids: readonly number[]): string[] => ids.map((id) => decided.get(id)!.outcome);

const oralOf = (said: readonly Said[]): Said[] => said.filter(({ message }) => message.type === 'consensus' || message.type === 'consensus-reply');

describe('a consensus on a word', () => {
  for (const [n, m] of [[1, 0], [2, 0], [3, 0], [4, 1], [6, 1], [7, 2], [10, 3]] as const) {
    it(`among ${n} takes as many questions as OM(${m}) has messages, and as many answers, and nothing is said again`, () => {
      const group = new WordsGroup(n);
      group.input(0, { type: 'set', index: 2, word: 'zebra' });
      const decided = group.settle(0, 2);
      const everyone = Array.from({ length: n }, (_, id) => id);
      expect(wordsOf(decided, everyone)).to.deep.equal(everyone.map(() => 'zebra'));
      expect(outcomesOf(decided, everyone)).to.deep.equal(everyone.map(() => 'holds'));
      for (const id of everyone) expect(group.state(id).database[2]).to.equal('zebra');
      const said = oralOf(group.said);
      expect(said.filter(({ message }) => message.type === 'consensus')).to.have.length(questionsIn(n, m));
      expect(said.filter(({ message }) => message.type === 'consensus-reply')).to.have.length(questionsIn(n, m));
    });
  }

  it('keeps nothing of itself when it is over, but what it takes to answer twice', () => {
    const group = new WordsGroup(7);
    for (let index = 0; index < 5; index += 1) group.settle(index, index);
    for (let id = 0; id < 7; id += 1) expect([group.state(id).instances.size, group.state(id).questions.size], String(id)).to.deep.equal([0, 0]);
    expect(group.node(0).timers.size).to.be.at.most(10);
  });

  it('each question tells all who are asked and on which way its word came; its parts have ids of their own, and less time', () => {
    const group = new WordsGroup(7);
    group.settle(0, 0);
    const questions = group.said.flatMap(({ message }) => (message.type === 'consensus' ? [message] : []));
    for (const { path, peers, om, within, root } of questions) {
      expect([...path!, ...peers].toSorted()).to.deep.equal(Array.from({ length: 7 }, (_, id) => at(id)));
      expect(om).to.equal(3 - path!.length);
      expect(root).to.equal(questions[0]!.id);
      expect(within).to.equal([3000, 2250, 1500][path!.length - 1]);
    }
    expect(new Set(questions.map(({ id }) => id)).size).to.equal(1 + 6 + 30);
  });

  it('a clock that is an hour wrong changes nothing', () => {
    const group = new WordsGroup(4, { wrong: (id) => (id - 1) * 3600 });
    const decided = group.settle(0, 1);
    expect(outcomesOf(decided, [0, 1, 2, 3])).to.deep.equal(['holds', 'holds', 'holds', 'holds']);
  });

  it('what is lost is asked again, and answered again as before', () => {
    let count = 0;
    // Of the first messages of the consensus every second is lost.
    const group = new WordsGroup(4, { link: (_from, _to, now) => (now > 5000 && now < 6000 && (count += 1) % 2 === 0 ? [] : [1]) });
    const decided = group.settle(0, 1);
    expect(outcomesOf(decided, [0, 1, 2, 3])).to.deep.equal(['holds', 'holds', 'holds', 'holds']);
    expect(oralOf(group.said).length).to.be.above(18);
  });

  it('what comes twice, and late, counts once', () => {
    let count = 0;
    const group = new WordsGroup(4, { link: () => [1 + ((count += 7) % 40), 1 + ((count += 11) % 60)] });
    const decided = group.settle(3, 1);
    expect(outcomesOf(decided, [0, 1, 2, 3])).to.deep.equal(['holds', 'holds', 'holds', 'holds']);
    expect(group.outputs.filter(({ output }) => output.type === 'decided')).to.have.length(4);
  });

  it('a peer that crashed is silent: the others settle the word, and say that it is not known whether that holds, and why', () => {
    const group = new WordsGroup(4);
    group.network.crash(group.node(3));
    const decided = group.settle(0, 1);
    expect(wordsOf(decided, [0, 1, 2])).to.deep.equal(['birch', 'birch', 'birch']);
    expect(outcomesOf(decided, [0, 1, 2])).to.deep.equal(['unknown', 'unknown', 'unknown']);
    for (const id of [0, 1, 2]) expect(decided.get(id)!.silent).to.deep.equal([at(3)]);
  });

  it('an initiator is answered before it stops waiting, though somebody is silent', () => {
    for (const n of [4, 7]) {
      const group = new WordsGroup(n, { machineOf: (id) => (id === 1 ? (canLie(peer, 'mute') as AnyMachine) : undefined) });
      const asked = group.network.now;
      group.settle(0, 0);
      for (const { by, output } of group.outputs) if (output.type === 'decided' && by === 0) expect(output.silent).to.deep.equal([at(1)]);
      expect(group.network.now - asked).to.equal(4000);
    }
  });

  it('a peer that is restarted in the middle may relay two things, and says so: no outcome that it took part in holds for it', () => {
    // Node 0 does not hear what it answers, so asks again.
    const group = new WordsGroup(4, { link: ({ id }, { id: to }, now) => (id === 3 && to === 0 && now >= 5000 && now < 5050 ? [] : [1]) });
    group.input(0, { type: 'consensus', index: 1 });
    group.pass(50);
    group.network.crash(group.node(3));
    group.network.start(group.node(3));
    group.pass(4000);
    const ended = group.outputs.flatMap(({ by, output }) => (by === 3 && output.type === 'decided' ? [output.outcome] : []));
    expect(ended).to.deep.equal(['holds', 'unknown']);
    // What anybody waits for is over in ten seconds, and so is what was begun until then.
    group.pass(14_000);
    expect(group.state(3).grownFor).to.equal(0);
    group.pass(3000);
    expect(group.state(3).grownFor).to.equal(WITHIN_MAX);
    // But for the largest, which last a minute.
    group.pass(120_000);
    expect(group.state(3).grownFor).to.equal(WITHIN_LONGEST);
  });

  describe('with one liar among four, whatever it says: all loyal peers hold the same, and what a loyal initiator began with', () => {
    /** All that a liar may say to each in the place of each thing that it should say. */
    const WORDS = ['apple', 'birch', DEFAULT_WORD, null] as const;

    /** A liar that says the next words of a list. */
    const scripted = (script: readonly (string | null)[]): AnyMachine => {
      let next = 0;
      const told = new Map<string, string | null>();
      const machine: typeof peer = {
        ...peer,
        step(context, state, event) {
          return peer.step(context, state, event).flatMap((effect) => {
            if (effect.type !== 'send' || effect.message.type !== 'consensus') return [effect];
            const { message } = effect;
            return effect.to.map((to) => {
              const key = `${message.id} ${to}`;
              if (!told.has(key)) told.set(key, script[next++]!);
              return { type: 'send', to: [to], message: { ...message, value: told.get(key)! } } as const;
            });
          });
        },
      };
      return machine as AnyMachine;
    };

    const everyScript = (length: number): (string | null)[][] => (length === 0 ? [[]] : everyScript(length - 1).flatMap((script) => WORDS.map((word) => [...script, word])));

    for (const [liar, says] of [[0, 3], [1, 2], [2, 2], [3, 2]] as const) {
      it(`the ${liar === 0 ? 'initiator' : `lieutenant ${liar}`}, in all its ${4 ** says} ways`, () => {
        const loyal = [0, 1, 2, 3].filter((id) => id !== liar);
        for (const script of everyScript(says)) {
          const group = new WordsGroup(4, { machineOf: (id) => (id === liar ? scripted(script) : undefined) });
          const decided = group.settle(0, 0);
          expect(new Set(wordsOf(decided, loyal)).size, JSON.stringify(script)).to.equal(1);
          expect(new Set(outcomesOf(decided, loyal)), JSON.stringify(script)).to.deep.equal(new Set(['holds']));
          if (liar !== 0) expect(decided.get(0)!.word).to.equal('apple').and.equal(decided.get(loyal[1]!)!.word);
        }
      });
    }
  });

  for (const { name } of LIES) {
    it(`with two liars among seven of the kind ${name} all loyal peers hold the same word`, () => {
      for (const liars of [[0, 1], [0, 6], [2, 5]]) {
        const group = new WordsGroup(7, { machineOf: (id) => (liars.includes(id) ? (canLie(peer, name) as AnyMachine) : undefined) });
        const loyal = [0, 1, 2, 3, 4, 5, 6].filter((id) => !liars.includes(id));
        const decided = group.settle(0, 2);
        // Whom a mute initiator asks nothing decides nothing.
        if (name === 'mute' && liars.includes(0)) expect([...decided.keys()]).to.deep.equal([0]);
        else expect(new Set(wordsOf(decided, loyal)).size).to.equal(1);
        if (liars.includes(0)) continue;
        expect(decided.get(1)!.word).to.equal('cloud');
        if (name !== 'mute') expect(new Set(outcomesOf(decided, loyal))).to.deep.equal(new Set(['holds']));
      }
    });
  }

  it('what was not heard is relayed as the default by all, whatever their own words are', () => {
    const group = new WordsGroup(4);
    for (const id of [1, 2, 3]) group.input(id, { type: 'set', index: 0, word: `own ${id}` });
    // The initiator asks the first alone, who says nothing: so the others hear of it from that one.
    group.hear(1, at(0), { type: 'consensus', om: 1, index: 0, value: null, peers: [at(1), at(2), at(3)], id: 'q', due: 1_800_000_100, path: [at(0)], root: 'q', within: 3000, missed: false });
    group.pass(4000);
    const relayed = group.said.flatMap(({ from, message }) => (message.type === 'consensus' ? [[from, message.value, message.missed]] : []));
    expect(new Set(relayed.map(String))).to.deep.equal(new Set(['1,retreat,false', '2,retreat,true', '3,retreat,true']));
  });

  it('two at once do not mix', () => {
    const group = new WordsGroup(4);
    group.input(1, { type: 'set', index: 0, word: 'one' });
    group.input(2, { type: 'set', index: 0, word: 'two' });
    group.input(1, { type: 'consensus', index: 0 });
    group.input(2, { type: 'consensus', index: 0 });
    group.pass(4000);
    for (const [initiator, word] of [[1, 'one'], [2, 'two']] as const) {
      const words = group.outputs.flatMap(({ output }) => (output.type === 'decided' && output.commander === at(initiator) ? [[output.word, output.outcome]] : []));
      expect(words).to.deep.equal([0, 1, 2, 3].map(() => [word, 'holds']));
    }
  });

  describe('takes nothing from', () => {
    const question = (changes: Partial<Consensus> = {}): Consensus => ({ type: 'consensus', om: 1, index: 0, value: 'x', peers: [at(1), at(2), at(3)], id: 'q', due: 1_800_000_100, path: [at(0)], root: 'q', within: 3000, missed: false, ...changes });
    const CASES: Readonly<Record<string, readonly [from: number, message: Message, reason: string]>> = {
      'a stranger that asks': [9, question(), 'stranger'],
      'one who says that another asks': [2, question(), 'wrong-sender'],
      'one who asks a peer what it said itself': [2, question({ om: 0, path: [at(1), at(2)], peers: [at(0), at(3)] }), 'about-itself'],
      'one who asks without naming it': [0, question({ peers: [at(2), at(3)] }), 'unfit'],
      'one who is asked by himself': [0, question({ peers: [at(0), at(1), at(2)] }), 'unfit'],
      'one who asks for more than a group can do': [0, question({ om: 3 }), 'unfit'],
      'one who asks for a million questions': [0, question({ om: 9, peers: Array.from({ length: 30 }, (_, id) => at(id + 1)) }), 'unfit'],
      'an answer to what was never asked': [0, { type: 'consensus-reply', value: 'x', replyTo: 'nothing' }, 'never-asked'],
      'words that it did not ask for': [0, { type: 'query-reply', database: ['a', 'b', 'c', 'd', 'e'] }, 'never-asked'],
      'one who calls himself by its own address': [1, { type: 'query' }, 'wrong-sender'],
      'a greeting in answer to none': [0, { type: 'gossip-reply', host: '10.0.0.0', port: 6000, name: 'x', replyTo: 'nothing' }, 'never-asked'],
      'a greeting in the name of another': [2, { type: 'gossip-reply', host: '10.0.0.0', port: 6000, name: 'x' }, 'wrong-sender'],
    };
    for (const [name, [from, message, reason]] of Object.entries(CASES)) {
      it(name, () => {
        const group = new WordsGroup(4);
        const before = structuredClone(group.state(1));
        group.hear(1, at(from), message);
        expect(group.dropped(1)).to.deep.equal([reason]);
        expect(group.state(1)).to.deep.equal(before);
        expect(group.said).to.deep.equal([]);
      });
    }

    it('one who answers in the place of another', () => {
      const group = new WordsGroup(4, { machineOf: (id) => (id === 3 ? (canLie(peer, 'mute') as AnyMachine) : undefined) });
      group.input(0, { type: 'consensus', index: 0 });
      const { id } = group.said[0]!.message as Consensus;
      for (let times = 0; times < 3; times += 1) group.hear(0, at(1), { type: 'consensus-reply', value: 'apple', replyTo: id });
      group.hear(0, at(9), { type: 'consensus-reply', value: 'apple', replyTo: id });
      group.pass(4000);
      const decided = group.outputs.flatMap(({ by, output }) => (by === 0 && output.type === 'decided' ? [output] : []));
      expect(decided.map(({ outcome, silent }) => [outcome, silent])).to.deep.equal([['unknown', [at(3)]]]);
      expect(group.dropped(0)).to.deep.equal(['wrong-sender']);
    });

    it('one who answers a second time with another word', () => {
      const group = new WordsGroup(4);
      for (const silent of [1, 3]) group.network.crash(group.node(silent));
      group.input(0, { type: 'consensus', index: 0 });
      const { id } = group.said[0]!.message as Consensus;
      for (const value of ['apple', 'x', null]) group.hear(0, at(1), { type: 'consensus-reply', value, replyTo: id });
      group.pass(4000);
      expect(group.state(0).last!.answers.get(at(1))).to.include({ value: 'apple' });
    });

    it('more than m who answer another word, so that the initiator does not say that its own holds', () => {
      for (const [others, outcome] of [[1, 'holds'], [2, 'unknown']] as const) {
        const group = new WordsGroup(4);
        group.input(0, { type: 'consensus', index: 0 });
        const { id } = group.said[0]!.message as Consensus;
        for (const by of [1, 2, 3]) group.hear(0, at(by), { type: 'consensus-reply', value: by <= others ? 'x' : 'apple', replyTo: id, unsure: false });
        expect(group.state(0).last!.decision).to.include({ word: 'apple', outcome });
      }
    });

    it('one who asks a second time with another word', () => {
      const group = new WordsGroup(4);
      const way = question({ value: 'first' });
      group.hear(1, at(0), way);
      const relayed = group.said.length;
      group.hear(1, at(0), { ...way, value: 'second' });
      group.hear(1, at(0), { ...way, id: 'another', value: 'third' });
      expect(group.said).to.have.length(relayed);
      group.pass(4000);
      expect([...group.state(1).last!.heard.values()][0]).to.include({ word: 'first' });
    });

    it('more than 64 consensuses at once', () => {
      const group = new WordsGroup(4);
      for (let number = 0; number < 100; number += 1) group.hear(1, at(0), question({ id: `q${number}`, root: `q${number}` }));
      expect(group.state(1).instances.size).to.equal(64);
      expect(group.dropped(1)).to.deep.equal(Array.from({ length: 36 }, () => 'flood'));
      group.pass(30_000);
      for (const id of [1, 2, 3]) expect(group.state(id).instances.size).to.equal(0);
    });
  });

  it('that a liar invents in the name of another is one in which that one said nothing: the others take the default, and it is not known to hold', () => {
    const group = new WordsGroup(4);
    for (const id of [1, 2]) group.hear(id, at(3), { type: 'consensus', om: 0, index: 0, value: 'x', peers: [at(1), at(2)], id: 'fake 1', due: 1_800_000_010, path: [at(0), at(3)], root: 'fake', within: 2000, missed: false });
    group.pass(10_000);
    const decided = group.outputs.flatMap(({ by, output }) => (output.type === 'decided' ? [[by, output.word, output.outcome]] : []));
    expect(decided).to.have.deep.members([1, 2, 3].map((by) => [by, DEFAULT_WORD, 'unknown']));
    expect(group.state(0).database[0]).to.equal('apple');
  });

  it('a question of an older program, which tells no way, is a consensus of its own; a part of one that is known is found', () => {
    const group = new WordsGroup(4);
    const old = { type: 'consensus', index: 0, value: 'x', due: 1_800_000_010 } as const;
    group.hear(1, at(0), { ...old, om: 0, peers: [at(1)], id: 'a' });
    expect(group.outputs.at(-1)!.output).to.deep.include({ type: 'decided', word: 'x', outcome: 'holds', m: 0 });
    expect(group.said.map(({ message }) => message)).to.deep.include({ type: 'consensus-reply', value: 'x', replyTo: 'a', unsure: false });
    const before = group.outputs.length;
    group.hear(1, at(0), { ...old, om: 1, value: 'y', peers: [at(1), at(2), at(3)], id: 'b' });
    for (const id of [2, 3]) group.hear(1, at(id), { ...old, om: 0, value: 'y', peers: [at(1), at(5 - id)], id: `b${id}` });
    const decided = group.outputs.slice(before).flatMap(({ by, output }) => (by === 1 && output.type === 'decided' ? [output] : []));
    expect(decided.map(({ word, outcome, commander, m }) => [word, outcome, commander, m])).to.deep.equal([['y', 'holds', at(0), 1]]);
  });

  it('is not answered with more bytes than it had where it comes from an address that has shown nothing', () => {
    const group = new WordsGroup(4);
    const said = { command: 'CONSENSUS', OM: 1, index: 0, peers: [at(1), at(2), at(3)], messageID: 'q', due: 1_800_000_100 };
    // Who invents an initiator tells one a short word, and the others one that makes the answer of that one long.
    const long = 'ж'.repeat(64);
    for (const id of [1, 2, 3]) group.hear(id, at(9), { type: 'gossip', host: '10.0.0.9', port: 6000, name: 'old', id: `${id}`, raw: '{}' });
    group.pass(1500);
    group.said = [];
    for (const id of [1, 2, 3]) group.hear(id, at(9), { type: 'consensus', om: 1, index: 0, value: id === 1 ? 'x' : long, peers: [at(1), at(2), at(3)], id: 'q', due: 1_800_000_100, raw: JSON.stringify({ ...said, value: id === 1 ? 'x' : long }) });
    group.pass(20_000);
    expect([1, 2, 3].map((id) => group.state(id).last?.decision.word)).to.deep.equal([long, long, long]);
    expect(group.said.flatMap(({ from, to, message }) => (to === 9 && message.type === 'consensus-reply' ? [from] : [])).toSorted((a, b) => a - b)).to.deep.equal([2, 3]);
    // And not more often than once a second where it comes again.
    group.said = [];
    for (let times = 0; times < 50; times += 1) group.hear(2, at(9), { type: 'consensus', om: 1, index: 0, value: long, peers: [at(1), at(2), at(3)], id: 'q', due: 1_800_000_100, raw: JSON.stringify({ ...said, value: long }) });
    expect(group.said).to.have.length(1);
  });

  it('is answered at once where its time is in the past, and in some seconds where it is in a year', () => {
    for (const [due, ms] of [[1_700_000_000, 60], [1_900_000_000, 10_000]] as const) {
      const group = new WordsGroup(4);
      group.hear(1, at(0), { type: 'consensus', om: 1, index: 0, value: 'x', peers: [at(1), at(2), at(3)], id: 'old', due });
      group.pass(ms);
      expect(group.outputs.some(({ by, output }) => by === 1 && output.type === 'decided'), String(due)).to.equal(true);
      expect(group.said.some(({ message }) => message.type === 'consensus-reply' && message.replyTo === 'old')).to.equal(true);
    }
  });

  it('leaves others some time, though its own is in the past, and no more than others take, though it is in a year', () => {
    for (const due of [1_700_000_000, 1_900_000_000]) {
      const group = new WordsGroup(4, { link: () => [3] });
      for (const id of [1, 2, 3]) group.hear(id, at(0), { type: 'consensus', om: 1, index: 0, value: 'x', peers: [at(1), at(2), at(3)], id: 'old', due });
      group.pass(20);
      expect([1, 2, 3].map((id) => group.state(id).last?.decision.outcome)).to.deep.equal(['holds', 'holds', 'holds']);
      const asked = group.said.flatMap(({ message }) => (message.type === 'consensus' ? [message.within!] : []));
      expect(asked).to.have.length(6);
      for (const within of asked) expect(within).to.be.within(1, 10_000);
    }
  });

  it('has whoever has shown nothing told once in a second, whoever else asks for it and however often', () => {
    const group = new WordsGroup(4);
    group.hear(1, at(9), { type: 'gossip', host: '10.0.0.9', port: 6000, name: 'old', id: 'x', raw: '{}' });
    group.pass(1500);
    group.said = [];
    const peers = [at(1), at(2), at(3), at(9)];
    for (let number = 0; number < 10; number += 1) group.hear(1, at(0), { type: 'consensus', om: 1, index: 0, value: 'x', peers, id: `q${number}`, due: 1_900_000_000, path: [at(0)], root: `q${number}`, within: 6000, missed: false });
    group.pass(900);
    expect(group.said.filter(({ from, to }) => from === 1 && to === 9)).to.have.length(1);
  });
});

describe('a peer that is told to lie', () => {
  const liars = (percent: number, strategy?: string): WordsGroup => {
    const group = new WordsGroup(4, { machineOf: () => canLie(peer) as AnyMachine });
    group.input(0, { type: 'lie', percent, strategy });
    return group;
  };
  const told = (group: WordsGroup): (string | null)[] => group.said.flatMap(({ from, message }) => (from === 0 && message.type === 'consensus' ? [message.value] : []));

  it('lies to each receiver in so many of a hundred messages, and about the same message in the same way', () => {
    const group = liars(100);
    group.settle(0, 0);
    expect(told(group)).to.have.length(3).and.not.include('apple');
    const half = liars(50);
    for (let times = 0; times < 60; times += 1) {
      half.input(0, { type: 'set', index: 0, word: 'truth' });
      half.settle(0, 0);
    }
    expect(told(half).filter((word) => word === 'truth').length).to.be.within(60, 120);
  });

  it('tells the truth again when it is told to', () => {
    const group = liars(100);
    group.input(0, { type: 'truth' });
    group.settle(0, 0);
    expect(told(group)).to.deep.equal(['apple', 'apple', 'apple']);
  });

  it('follows each strategy of the generals but twins, with words in the place of orders', () => {
    expect(LIES.map(({ name }) => name)).to.deep.equal(['coin', 'liar', 'silent', 'two-faced', 'splitter', 'sleeper', 'late', 'arbitrary', 'mute']);
    const says = (strategy: string): (string | null)[] => {
      const group = liars(100, strategy);
      group.settle(0, 0);
      return told(group);
    };
    expect(says('liar')).to.deep.equal(['birch', 'birch', 'birch']);
    expect(says('two-faced')).to.deep.equal(['apple', 'apple', 'birch']);
    expect(says('silent')).to.deep.equal([null, null, null]);
    expect(says('late')).to.deep.equal([null, 'apple', null, 'apple', null, 'apple']);
    expect(says('mute')).to.deep.equal([]);
    expect(says('sleeper')).to.deep.equal(['apple', 'apple', 'apple']);
    const sleeper = liars(100, 'sleeper');
    sleeper.settle(1, 0);
    expect(told(sleeper)).to.deep.equal(['birch', 'birch']);
  });
});

