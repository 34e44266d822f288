import { expect } from 'chai';
import { seededAt } from '../../../src/core/choice.ts';
import type { Context } from '../../../src/core/machine.ts';
import { nodeId } from '../../../src/core/node.ts';
import { late, selective } from '../../../src/core/strategies.ts';
import { replicaFaultNamed } from '../../../src/replicas/faults/registry.ts';
import { byzantine, type ReplicaFault } from '../../../src/replicas/faults/traitor.ts';
import { twins } from '../../../src/replicas/faults/twins.ts';
import type { Effect, Message } from '../../../src/replicas/pbft/messages.ts';
import { settingsOf } from '../../../src/replicas/pbft/settings.ts';
import { batchOf, prePrepare, request, signerOf, vote } from '../../support/one-replica.ts';

const SELF = 1;

/** What a backup hears of one place. A mark, as a client draws it, changes every digest and no number. */
function place(sequence: number, mark = ''): readonly (readonly [from: number, message: Message])[] {
  const proposal = prePrepare({ sequence, batch: batchOf(request(sequence, `order ${sequence}${mark}`)) });
  return [[0, proposal], ...[2, 3].flatMap((id) => (['prepare', 'commit'] as const).map((type): readonly [number, Message] => [id, vote(type, id, proposal.body)]))];
}

const PLACES = [1, 2, 3, 4, 5, 6];
const inOrder = (mark?: string): ReturnType<typeof place> => PLACES.flatMap((sequence) => place(sequence, mark));
/** The same, the last place first, and much else in between. */
const inAnother = (): ReturnType<typeof place> => {
  const elsewhere: Message = { type: 'status', view: 0, isChanging: false, executed: 0, stable: 0 };
  return PLACES.toReversed().flatMap((sequence) => [[3, elsewhere] as const, ...place(sequence), [2, elsewhere] as const]);
};

/** What a backup that is Byzantine in that way makes of its prepares: for each place, to whom it says what, and when; digests count only as lie or truth. */
function preparesOf(fault: ReplicaFault, seed: number, heard: ReturnType<typeof place>): ReadonlyMap<number, readonly string[]> {
  const machine = byzantine(fault);
  const context: Context = { self: nodeId(SELF), members: [0, 1, 2, 3].map(nodeId), signer: signerOf(SELF), settings: settingsOf({ checkpointEvery: 16 }), choose: seededAt(seed, nodeId(SELF)) };
  const state = machine.begin(context);
  const said = new Map<number, string[]>();
  const note = (effects: readonly Effect[], proposed: ReadonlyMap<number, string>): void => {
    const tell = (effect: Effect, after: number): void => {
      if (effect.type === 'set-timer' && effect.timer.startsWith('kept')) {
        for (const kept of machine.step(context, state, { type: 'timeout', timer: effect.timer })) tell(kept, effect.after);
      } else if (effect.type === 'send' && effect.message.type === 'prepare') {
        const { view, sequence, digest } = effect.message.body;
        const words = `${view} ${sequence} ${digest === proposed.get(sequence) ? 'the truth' : 'a lie'} to ${effect.to.join()} after ${after}`;
        const about = proposing ?? sequence;
        said.set(about, [...(said.get(about) ?? []), words]);
      }
    };
    for (const effect of effects) tell(effect, 0);
  };
  let proposing: number | undefined;
  const proposed = new Map<number, string>();
  note(machine.step(context, state, { type: 'start' }), proposed);
  for (const [from, message] of heard) {
    proposing = message.type === 'pre-prepare' ? message.body.sequence : undefined;
    if (message.type === 'pre-prepare') proposed.set(message.body.sequence, message.body.digest);
    note(machine.step(context, state, { type: 'message', from: nodeId(from), message }), proposed);
  }
  return new Map([...said].toSorted(([a], [b]) => a - b));
}

describe('what a Byzantine replica chooses', () => {
  for (const fault of [replicaFaultNamed('equivocate')!, replicaFaultNamed('off-by-one')!, selective, late]) {
    it(`(${fault.name}) follows from the seed and from what it is about, in whatever order messages arrive`, () => {
      const chosen = preparesOf(fault, 5, inOrder());
      expect(chosen.size).to.be.above(3);
      expect(preparesOf(fault, 5, inAnother())).to.deep.equal(chosen);
    });

    it(`(${fault.name}) is the same in another cluster of that seed, whose clients draw other marks, and another under another seed`, () => {
      expect(preparesOf(fault, 5, inOrder(', elsewhere'))).to.deep.equal(preparesOf(fault, 5, inOrder()));
      expect(preparesOf(fault, 6, inOrder())).to.not.deep.equal(preparesOf(fault, 5, inOrder()));
    });
  }

  it('is another one when it says the same again', () => {
    const machine = byzantine(selective);
    const context: Context = { self: nodeId(SELF), members: [0, 1, 2, 3].map(nodeId), signer: signerOf(SELF), settings: settingsOf({}), choose: seededAt(5, nodeId(SELF)) };
    const state = machine.begin(context);
    const told = Array.from({ length: 30 }, () => machine.step(context, state, { type: 'timeout', timer: 'status' }).flatMap((effect) => (effect.type === 'send' && effect.message.type === 'status' ? effect.to : [])).join());
    expect(new Set(told).size).to.be.above(3);
  });

  it('and which of two twins hears a message, follow from these alone', () => {
    const machine = twins();
    const heardBy = (seed: number, heard: ReturnType<typeof place>): readonly unknown[] => {
      const context: Context = { self: nodeId(SELF), members: [0, 1, 2, 3].map(nodeId), signer: signerOf(SELF), settings: settingsOf({ checkpointEvery: 16 }), choose: seededAt(seed, nodeId(SELF)) };
      const state = machine.begin(context);
      machine.step(context, state, { type: 'start' });
      for (const [from, message] of heard) machine.step(context, state, { type: 'message', from: nodeId(from), message });
      return [state, state.second.state].map(({ slots }) => slots.flatMap((slot) => (slot?.prePrepare === undefined ? [] : [slot.sequence])).toSorted((a, b) => a - b));
    };
    const [first, second] = heardBy(5, inOrder());
    expect(first).to.not.deep.equal(second);
    expect(heardBy(5, inAnother())).to.deep.equal([first, second]);
    expect(heardBy(6, inOrder())).to.not.deep.equal([first, second]);
  });
});
