import { expect } from 'chai';
import { nodeId, QUORUM } from '../../../src/core/node.ts';
import type { FaultStrategy } from '../../../src/generals/strategy.ts';
import { strategyNamed, STRATEGIES } from '../../../src/generals/faults/registry.ts';
import { runInRounds } from '../../../src/generals/sim/rounds.ts';
import { ids, trial } from '../../support/trials.ts';

const named = (name: string): FaultStrategy => strategyNamed(name)!;

/** What a strategy might make of the word `truth`, said by G1 of five, where there is one lie. */
const options = (name: string, to = 2, round = 1): { now: readonly string[]; late: readonly string[] }[] => [
  ...named(name).says({ from: nodeId(1), to: nodeId(to), round, members: ids(5), honest: 'truth', lies: ['lie'] }),
];

describe('the strategies of traitors', () => {
  it('are known by a name and one line', () => {
    expect(STRATEGIES.map(({ name }) => name)).to.deep.equal(['coin', 'liar', 'silent', 'two-faced', 'splitter', 'sleeper', 'late', 'arbitrary', 'twins']);
    for (const { summary } of STRATEGIES) expect(summary).to.match(/^\S[^\n]{10,100}$/);
  });

  it('coin says the truth or the lie', () => {
    expect(options('coin')).to.deep.equal([{ now: ['truth'], late: [] }, { now: ['lie'], late: [] }]);
  });

  it('liar always lies', () => {
    expect(options('liar')).to.deep.equal([{ now: ['lie'], late: [] }]);
  });

  it('silent says nothing', () => {
    expect(options('silent')).to.deep.equal([{ now: [], late: [] }]);
  });

  it('two-faced tells the truth to the lower half of the others and to the quorum, and lies to the rest', () => {
    expect([2, 3, 4, 5, QUORUM].map((to) => options('two-faced', to)[0]!.now[0])).to.deep.equal(['truth', 'truth', 'lie', 'lie', 'truth']);
  });

  it('splitter deceives another half of the others in every round, and never the quorum', () => {
    const told = [1, 2, 3, 4, 5].map((round) => [2, 3, 4, 5, QUORUM].map((to) => options('splitter', to, round)[0]!.now[0] === 'truth'));
    expect(told).to.deep.equal([
      [true, true, false, false, true],
      [false, true, true, false, true],
      [false, false, true, true, true],
      [true, false, false, true, true],
      [true, true, false, false, true],
    ]);
  });

  it('sleeper tells the truth in round 1, and lies from then on, to the quorum too', () => {
    expect([1, 2, 3, 7].map((round) => options('sleeper', 5, round))).to.deep.equal(['truth', 'lie', 'lie', 'lie'].map((word) => [{ now: [word], late: [] }]));
    expect(options('sleeper', QUORUM, 0)).to.deep.equal([{ now: ['lie'], late: [] }]);
  });

  it('late tells the truth one round too late', () => {
    expect(options('late')).to.deep.equal([{ now: [], late: ['truth'] }]);
  });

  it('arbitrary may do whatever any other strategy may do with one message, and say things twice', () => {
    const all = options('arbitrary');
    for (const { name } of STRATEGIES) for (const to of [2, 5]) for (const round of [1, 2]) for (const option of options(name, to, round)) expect(all).to.deep.include(option);
    expect(all).to.deep.include({ now: ['truth', 'truth'], late: [] });
    expect(all).to.deep.include({ now: ['lie', 'truth'], late: [] });
    expect(new Set(all.map((option) => JSON.stringify(option)))).to.have.length(all.length);
  });

  it('do without lies where a protocol knows none', () => {
    for (const strategy of STRATEGIES) {
      const says = strategy.says({ from: nodeId(1), to: nodeId(5), round: 2, members: ids(5), honest: 'truth', lies: [] });
      expect(says.flatMap(({ now, late }) => [...now, ...late]).every((message) => message === 'truth'), strategy.name).to.equal(true);
      expect(says.length, strategy.name).to.be.greaterThan(0);
    }
  });

  it('let a message that is late arrive in the round after, where another is expected', () => {
    const { reports } = runInRounds(...run('exchange', 2, 'late'));
    expect(reports[2]!.heard.map((inbox) => inbox.map(({ from }) => from))).to.deep.equal([[1], [4]]);
    expect(reports[1]!.tampered.map(({ honest, said, late }) => ({ honest, said, late }))).to.deep.equal([
      { honest: 'attack', said: [], late: ['attack'] },
      { honest: 'attack', said: [], late: ['attack'] },
    ]);
  });

  it('twins of a commander each order something else, to half of the lieutenants', () => {
    const { reports } = runInRounds(...run('king', 1, 'twins', 5));
    expect(reports.slice(1).map(({ heard }) => heard[0]!.map(({ messages }) => messages))).to.deep.equal([[['order attack']], [['order attack']], [['order retreat']], [['order retreat']]]);
  });

  it('twins of a lieutenant each pass on what their half told them', () => {
    // G2 hears its commander, G1, with its left only, so its right, that speaks to G4, passes on that it heard nothing.
    const { reports } = runInRounds(...run('exchange', 2, 'twins'));
    expect(reports[2]!.heard[1]).to.deep.equal([{ from: 2, messages: ['attack'] }, { from: 4, messages: ['attack'] }]);
    expect(reports[3]!.heard[1]).to.deep.equal([{ from: 2, messages: ['retreat'] }, { from: 3, messages: ['attack'] }]);
  });

  it('twins with signatures are caught, where both orders of a commander meet', () => {
    const { reports, accusations } = runInRounds(...run('signed', 1, 'twins', 4));
    expect(reports.map(({ decision }) => decision)).to.deep.equal(['attack', 'retreat', 'retreat', 'retreat']);
    expect(accusations.map(({ by, suspect }) => [by, suspect])).to.deep.equal([[2, 1], [3, 1], [4, 1]]);
  });
});

function run(protocol: string, traitor: number, strategy: string, n = 4): Parameters<typeof runInRounds> {
  const one = trial({ protocol, n, m: 1, traitors: new Map([[nodeId(traitor), strategy]]) });
  return [one, one];
}
