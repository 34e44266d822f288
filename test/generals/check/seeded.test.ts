import { expect } from 'chai';
import { nodeId } from '../../../src/core/node.ts';
import type { AnyRoundsProtocol } from '../../../src/generals/protocol.ts';
import { exchange } from '../../../src/generals/protocols/exchange.ts';
import { signed } from '../../../src/generals/protocols/signed.ts';
import { problemOf } from '../../../src/generals/check/request.ts';
import { runnerOf, sampled } from '../../../src/generals/check/seeded.ts';
import type { Asked } from '../../../src/generals/check/trial.ts';

describe('treasons by which two ways of looking at a request are compared', () => {
  it('are all that there are, each once, where there are no more than would be drawn', () => {
    // Four alternatives of three messages by the commander, of two by each other: and nobody, for either order.
    const lone = 2 * (1 + 4 ** 3 + 3 * 4 ** 2);
    expect(told(exchange, { members: 4, faults: 1 }, 1000)).to.satisfy((all: string[]) => all.length === lone && new Set(all).size === lone);
    expect(told(exchange, { members: 4, faults: 1, traitors: [1] }, 128)).to.satisfy((all: string[]) => new Set(all).size === 128);
  });

  it('are drawn where there are more', () => {
    const all = told(exchange, { members: 4, faults: 1, traitors: [1] }, 127);
    expect(all).to.have.length(127);
    expect(new Set(all).size).to.be.within(30, 120);
  });

  it('are drawn as well where lies bring about messages that an honest run does not have', () => {
    const all = told(signed, { members: 3, faults: 2, m: 1, traitors: [1, 2] }, 300);
    expect(all.length).to.be.greaterThan(300);
  });
});

/** What each sample has traitors do, in words. */
function told(protocol: AnyRoundsProtocol, { traitors, ...army }: { members: number; faults: number; m?: number; traitors?: number[] }, most: number): string[] {
  const problem = problemOf({ protocol, ...army, ...(traitors === undefined ? {} : { traitors: traitors.map(nodeId) }) });
  const run = runnerOf({ ...problem, protocol: { ...protocol, claims: {} } });
  const all: string[] = [];
  for (const treason of sampled(problem, run, most)) {
    const said: string[] = [`${treason.order} ${treason.traitors.join(' ')}`];
    run(treason, (asked: Asked) => {
      const { round, from, to, index } = asked.question;
      const answer = treason.decide(asked);
      said.push(`${round} ${from} ${to} ${index}: ${answer}`);
      return answer;
    });
    all.push(said.join(', '));
  }
  return all;
}
