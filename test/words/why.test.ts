import { expect } from 'chai';
import type { AnyMachine } from '../../src/core/machine.ts';
import { nodeId } from '../../src/core/node.ts';
import { lineOfPlanned, MEMBERS } from '../../src/runtime/virtual/lines.ts';
import { simulate } from '../../src/runtime/virtual/simulate.ts';
import { lineOfFact } from '../../src/trace/nodes/kind.ts';
import { readRuns } from '../../src/trace/read.ts';
import { reasonsOf } from '../../src/trace/nodes/transcript.ts';
import { canLie } from '../../src/words/liar.ts';
import { peer } from '../../src/words/peer.ts';
import { addressAt, nodeAt } from '../../src/words/sim/nodes.ts';
import { words } from '../../src/words/sim/system.ts';
import { reasonsSeen } from '../../src/words/why.ts';
import { WordsGroup } from '../support/words-group.ts';

describe('why peers of the word database decided, as who sees all of them tells it', () => {
  /** The reasons of each after one consensus by the first. */
  const told = (liars: readonly number[], strategy: string): string[][] => {
    const group = new WordsGroup(4, { machineOf: (id) => (liars.includes(id) ? (canLie(peer, strategy) as AnyMachine) : undefined) });
    const decided = group.settle(0, 0);
    return [0, 1, 2, 3].map((id) => reasonsSeen(decided.get(id)!, addressAt(nodeId(id)), (address) => `P${nodeAt(address)}`, (address) => group.state(nodeAt(address)))!);
  };

  it('marks what a lieutenant says otherwise than it heard it, and answers otherwise than it took it', () => {
    expect(told([3], 'liar')).to.deep.equal([
      ['P0 began it, and was answered:', '  P1: "apple"', '  P2: "apple"', '  P3: "birch" (took "apple")'],
      ['P0: "apple", majority "apple"', '  P0→P2: "apple"', '  P0→P3: "birch" (had heard "apple")'],
      ['P0: "apple", majority "apple"', '  P0→P1: "apple"', '  P0→P3: "birch" (had heard "apple")'],
      ['P0: "apple", majority "apple"', '  P0→P1: "apple"', '  P0→P2: "apple"'],
    ]);
  });

  it('marks what an initiator says otherwise than it began with, to some, or not at all; and nobody who passes that on', () => {
    expect(told([0], 'two-faced').slice(1)).to.deep.equal([
      ['P0: "apple", majority "apple"', '  P0→P2: "apple"', '  P0→P3: "birch"'],
      ['P0: "apple", majority "apple"', '  P0→P1: "apple"', '  P0→P3: "birch"'],
      ['P0: "birch" (began with "apple"), majority "apple"', '  P0→P1: "apple"', '  P0→P2: "apple"'],
    ]);
    expect(told([0], 'silent')[1]).to.deep.equal(['P0: nothing, so "retreat" (began with "apple"), majority "retreat"', '  P0→P2: "retreat"', '  P0→P3: "retreat"']);
  });

  it('tells of each decision in a trace of a simulation, whatever went wrong in it, and calls no loyal peer a liar', () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const plan = words.draw({ n: 4, seed });
      const decisions: (readonly string[] | undefined)[] = [];
      simulate(words, plan, { observe: (fact) => {
        if (fact.type === 'output' && (fact as object as { readonly output: { readonly type: string } }).output.type === 'decided') decisions.push((fact as object as { readonly why?: readonly string[] }).why);
      } });
      expect(decisions.length, `seed ${seed}`).to.be.above(0);
      for (const why of decisions) {
        expect(why, `seed ${seed}`).to.have.length.above(0);
        const liars = why!.flatMap((line) => /node (\d+): .*\((?:had heard|began with|took) /.exec(line)?.[1] ?? []);
        for (const liar of liars) expect(plan.traitors.has(nodeId(Number(liar))), `seed ${seed}: ${why!.join('; ')}`).to.equal(true);
      }
    }
  });
});

describe('why a node did something, as a trace tells it', () => {
  const head = lineOfPlanned({ protocol: 'any', seed: 1, members: [nodeId(0), nodeId(1)], clients: [], traitors: [], about: 'two nodes' }, {});
  const traceOf = (why: unknown): string => `${head}${lineOfFact({ type: 'output', at: 5, node: 1, words: 'says x', output: {}, why })}${lineOfFact({ type: 'judged', verdict: 'holds', events: 1, time: 5, promises: 'All', progress: 'one' })}`;

  it('stands below it, for any system; and where nothing is told a line says so', () => {
    const [run] = readRuns(traceOf(['it heard y', '  from 0']), [MEMBERS]);
    expect(reasonsOf(run!, nodeId(1))).to.equal('     5 ms  node 1 says x\n             it heard y\n               from 0\n');
    expect(reasonsOf(run!, nodeId(0))).to.equal('The trace does not tell why node 0 did anything.\n');
    expect(reasonsOf(readRuns(traceOf(undefined), [MEMBERS])[0]!, nodeId(1))).to.equal('The trace does not tell why node 1 did anything.\n');
  });

  for (const damaged of ['it heard y', [1], ['\u001b[2J'], null]) {
    it(`is refused where it is ${JSON.stringify(damaged)}`, () => {
      expect(() => readRuns(traceOf(damaged), [MEMBERS])).to.throw('line 2: not a fact of a trace');
    });
  }
});
