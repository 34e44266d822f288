import { expect } from 'chai';
import { nodeId } from '../../../src/core/node.ts';
import type { Choose } from '../../../src/core/choice.ts';
import type { Member } from '../../../src/generals/outcome.ts';
import type { AnyRoundsProtocol } from '../../../src/generals/protocol.ts';
import { behavioursOf } from '../../../src/generals/run-spec.ts';
import type { Action } from '../../../src/generals/strategy.ts';
import { findingsOf } from '../../../src/generals/judge/findings.ts';
import { exchange } from '../../../src/generals/protocols/exchange.ts';
import { king } from '../../../src/generals/protocols/king.ts';
import { oral } from '../../../src/generals/protocols/oral.ts';
import { pbft } from '../../../src/generals/protocols/pbft.ts';
import { protocolNamed } from '../../../src/generals/protocols/registry.ts';
import { signed } from '../../../src/generals/protocols/signed.ts';
import { wordOf } from '../../../src/generals/check/alternatives.ts';
import { brokenBySeeds, shrunk, treasonIn } from '../../../src/generals/check/broken.ts';
import { check } from '../../../src/generals/check/check.ts';
import { problemOf, type Engine } from '../../../src/generals/check/request.ts';
import type { Violation, Word } from '../../../src/generals/check/result.ts';
import { trials, violationBy } from '../../../src/generals/check/trial.ts';
import { simulate } from '../../../src/generals/sim/simulate.ts';

describe('a violation that check has found', () => {
  const found: { protocol: AnyRoundsProtocol; members: number; faults: number; m?: number; engine?: Engine }[] = [
    { protocol: exchange, members: 7, faults: 2 },
    { protocol: exchange, members: 5, faults: 2, engine: 'plain' },
    { protocol: oral, members: 3, faults: 1 },
    { protocol: oral, members: 6, faults: 2 },
    { protocol: oral, members: 9, faults: 3 },
    { protocol: oral, members: 5, faults: 2, m: 2, engine: 'merging' },
    { protocol: signed, members: 4, faults: 2, m: 1 },
    { protocol: signed, members: 4, faults: 2, m: 1, engine: 'plain' },
    { protocol: king, members: 3, faults: 1 },
  ];
  for (const request of found) {
    const { protocol, members, faults, m, engine = 'auto' } = request;
    it(`is repeated in virtual time by its choices: ${protocol.name}, n = ${members}, ${faults} traitors, m = ${m ?? faults}, ${engine}`, () => {
      const result = check(request);
      if (result.type !== 'violated') throw new Error(`expected a violation, but the check says ${result.type}`);
      expectRepeated(result.violation);
    });
  }

  it('is repeated where seeds have shown it, and no lie can be left out of it: pbft, n = 4, 2 traitors, m = 1', () => {
    const problem = problemOf({ protocol: pbft, members: 4, faults: 2, m: 1, traitors: [1, 2].map(nodeId), orders: ['attack'] });
    const { traitors, order, treason } = ended(brokenBySeeds(problem))!;
    const violation = violationBy(problem, traitors, order, treason.size, treasonIn(treason));
    expectRepeated(violation);
    expect(treason.size).to.be.lessThan(10);
    for (const key of treason.keys()) {
      const less = new Map([...treason].filter(([other]) => other !== key));
      expect(trials(problem, traitors)(order, treasonIn(less)), key).to.equal(undefined);
    }
  });

  it('is none where it would break nothing', () => {
    const problem = problemOf({ protocol: pbft, members: 4, faults: 1 });
    expect(shrunk(problem, { traitors: [nodeId(2)], order: 'attack', treason: new Map([['2 2 3 0', []]]) })).to.equal(undefined);
    expect(ended(brokenBySeeds(problem))).to.equal(undefined);
  });
});

function expectRepeated(violation: Violation): void {
  const { property, witness, lies } = violation;
  const { findings, tampered } = replayed(violation);
  expect(findings[property]).to.deep.equal({ type: 'violated', witness });
  expect(tampered).to.equal(lies.length);
}

function ended<Result>(search: Generator<unknown, Result>): Result {
  for (let step = search.next(); ; step = search.next()) if (step.done === true) return step.value;
}

/** As a script does: traitors that might do anything, and their choices word by word. */
function replayed({ protocol, members, commander, m, order, traitors, choices }: Violation) {
  const spec = { number: 1, protocol, m, members, commander, seed: 1, draw: 1, deadline: 1000, order };
  const account = simulate(spec, { behaviours: behavioursOf(new Map(traitors.map((id) => [id, 'arbitrary']))), choose: saying(choices, (option) => wordOf(protocolNamed(protocol)!, { members, commander, m }, option)) });
  const roster = members.map(
    (id): Member => ({
      id,
      role: id === commander ? 'primary' : 'secondary',
      state: traitors.includes(id) ? { type: 'faulty', strategy: 'arbitrary' } : { type: 'loyal' },
    }),
  );
  return { findings: findingsOf(order, roster, account), tampered: account.reports.flatMap((report) => report.tampered).length };
}

function saying(choices: Violation['choices'], wordIn: (option: Action<unknown>) => Word | undefined): Choose {
  const taken = new Map<number, number>();
  return (question, options) => {
    if (question.about !== 'message') return options[0]!;
    const count = taken.get(question.from) ?? 0;
    taken.set(question.from, count + 1);
    const word = choices.get(question.from)![count]!;
    return options.find((option) => wordIn(option as Action<unknown>) === word)!;
  };
}
