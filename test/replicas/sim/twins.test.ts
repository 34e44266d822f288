import { expect } from 'chai';
import type { DurableMachine } from '../../../src/core/machine.ts';
import type { Pbft } from '../../../src/replicas/pbft/messages.ts';
import type { ReplicaState } from '../../../src/replicas/pbft/state.ts';
import { describeTwins, runTwins, scenarioAt, scenarioCount } from '../../../src/replicas/sim/twins.ts';
import { smallQuorum } from '../../support/mutants.ts';

/** The first scenario of so many rounds in which loyal replicas disagree. */
function firstViolation(rounds: number, machine?: DurableMachine<Pbft, ReplicaState>): string | undefined {
  for (let index = 0; index < scenarioCount(rounds); index += 1) {
    const scenario = scenarioAt(rounds, index);
    const { violation } = runTwins(scenario, machine);
    if (violation !== undefined) return `${violation}: ${describeTwins(scenario)}`;
  }
  return undefined;
}

describe('Twins among four replicas', () => {
  const rounds = process.env['SOAK'] === '1' ? 4 : 3;
  it(`never make loyal replicas disagree, in all ${scenarioCount(rounds)} scenarios of ${rounds} rounds`, function () {
    this.timeout(0);
    expect(firstViolation(rounds)).to.equal(undefined);
  });

  it('make them disagree with quorums of 2f', () => {
    expect(firstViolation(2, smallQuorum)).to.match(/^replica \d executed/);
  });
});
