import { expect } from 'chai';
import { seededAt } from '../../../src/core/choice.ts';
import type { Context } from '../../../src/core/machine.ts';
import { nodeId } from '../../../src/core/node.ts';
import { symbolicSigner } from '../../../src/core/signer.ts';
import { compactedTwins, twins, type TwinVocabulary } from '../../../src/replicas/faults/twins.ts';
import { compacted } from '../../../src/replicas/pbft/compact.ts';
import type { PrePrepare, Request } from '../../../src/replicas/pbft/messages.ts';
import { settingsOf } from '../../../src/replicas/pbft/settings.ts';

const members = [0, 1, 2, 3].map(nodeId);
const context: Context = { self: nodeId(0), members, signer: symbolicSigner(nodeId(0)), settings: settingsOf({}), choose: seededAt(7, nodeId(0)) };
const client = nodeId(4);
const requests = Array.from({ length: 20 }, (_, index): Request => {
  const body = { client, timestamp: index + 1, mark: `${index}`, key: '', operation: `request ${index}` };
  return { type: 'request', body, signature: symbolicSigner(client).sign('request', body) };
});

describe('twins under one identity', () => {
  const machine = twins();
  type Effect = ReturnType<typeof machine.step>[number];
  let effects: Effect[];
  let records: TwinVocabulary['record'][];
  let state: ReturnType<typeof machine.begin>;

  beforeEach(() => {
    state = machine.begin(context);
    effects = [...machine.step(context, state, { type: 'start' }), ...requests.flatMap((message) => machine.step(context, state, { type: 'message', from: client, message }))];
    records = effects.flatMap((effect) => (effect.type === 'save' ? [effect.record] : []));
  });

  it('give one place two requests, when they command', () => {
    const proposed = effects.flatMap((effect) => (effect.type === 'send' && (effect.message as PrePrepare).type === 'pre-prepare' ? [(effect.message as PrePrepare).body] : []));
    const first = proposed.filter(({ sequence }) => sequence === 1).map(({ digest }) => digest);
    expect(new Set(first).size).to.equal(2);
  });

  it('keep their timers apart', () => {
    const timers = new Set(effects.flatMap((effect) => (effect.type === 'set-timer' ? [effect.timer] : [])));
    expect([...timers].toSorted()).to.deep.equal(['status', 'twin status', 'twin view', 'view']);
    expect(state.view).to.equal(0);
    machine.step(context, state, { type: 'timeout', timer: 'twin view' });
    expect([state.view, state.second.state.view]).to.deep.equal([0, 1]);
    machine.step(context, state, { type: 'timeout', timer: 'view' });
    expect([state.view, state.second.state.view]).to.deep.equal([1, 1]);
  });

  it('each come back with what they saved themselves', () => {
    const back = machine.recover(context, records);
    expect(back.proposed).to.equal(state.proposed);
    expect(back.second.state.proposed).to.equal(state.second.state.proposed);
    const digests = ({ slots }: { readonly slots: readonly ({ readonly digest: string } | undefined)[] }): readonly string[] => slots.flatMap((slot) => (slot === undefined ? [] : [slot.digest]));
    expect(digests(back)).to.deep.equal(digests(state));
    expect(digests(back.second.state)).to.deep.equal(digests(state.second.state));
    expect(digests(back)).to.not.deep.equal(digests(back.second.state));
  });

  it('lose nothing that either needs when their log is written anew', () => {
    const kept = compactedTwins(records, compacted);
    expect(kept).to.have.deep.members(records);
    const [one] = records;
    expect(compactedTwins([one!], compacted)).to.deep.equal([one]);
  });
});
