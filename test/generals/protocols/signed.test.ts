import { expect } from 'chai';
import { symbolicSigner } from '../../../src/core/signer.ts';
import type { Signer } from '../../../src/core/machine.ts';
import { nodeId, type NodeId } from '../../../src/core/node.ts';
import { contextOf, type Heard, type OrderVocabulary, type RoundsEffect } from '../../../src/generals/protocol.ts';
import { ed25519Signer } from '../../../src/generals/keys.ts';
import { signed } from '../../../src/generals/protocols/signed.ts';
import { roleInstance } from '../../../src/generals/general.ts';
import { seeded } from '../../../src/core/choice.ts';
import { runInRounds, runInstances } from '../../../src/generals/sim/rounds.ts';
import { drawTrial, failureOf, ids, repeatLine, trial } from '../../support/trials.ts';

const symbolic = (): ((id: NodeId) => Signer) => symbolicSigner;
const real = (): ((id: NodeId) => Signer) => (id) => ed25519Signer(1, id);

for (const [kind, signersOf] of [['symbolic', symbolic()], ['ed25519', real()]] as const) {
  describe(`chains of ${kind} signatures`, () => {
    it('are believed and passed on when every signature is genuine', () => {
      const effects = hear({ round: 2, from: 1, message: chain('attack', [1]) });
      expect(effects.filter(({ type }) => type === 'send')).to.deep.equal([{ type: 'send', to: [3, 4], messages: [chain('attack', [1, 2])] }]);
      expect(accusations(effects)).to.deep.equal([]);
    });

    it('are dropped, and the sender accused, when a signature is forged', () => {
      const genuine = chain('attack', [1, 3]);
      const effects = hear({ round: 3, from: 3, message: genuine.replace('attack', 'retreat') });
      expect(accusations(effects)).to.deep.equal(['G3 forged the signature of G1 in round 2']);
      expect(effects.some(({ type }) => type === 'send')).to.equal(false);
    });

    it('are dropped, and the sender accused, when they are of an older order', () => {
      expect(accusations(hear({ round: 2, from: 1, message: chain('attack', [1], 1) }))).to.deep.equal(['G1 forged the signature of G1 in round 1']);
    });

    it('are dropped, and the sender accused, when a signature is repeated or out of place', () => {
      const cases: [round: number, from: number, signers: number[], evidence: string][] = [
        [3, 1, [1, 1], 'G1 sent a chain with a repeated signature in round 2'],
        [3, 3, [1], 'G3 sent a chain of 1 signature in round 2'],
        [2, 3, [3], 'G3 sent a chain that the commander did not begin in round 1'],
        [3, 4, [1, 3], 'G4 sent a chain without signing it last in round 2'],
        [4, 3, [1, 2, 3], 'G3 sent a chain to one of its signers in round 3'],
        [4, 3, [1, 9, 3], 'G3 sent a chain with the signature of a stranger in round 3'],
      ];
      for (const [round, from, signers, evidence] of cases) {
        const effects = hear({ round, from, message: chain('attack', signers) });
        expect(accusations(effects)).to.deep.equal([evidence]);
        expect(effects.some(({ type }) => type === 'send')).to.equal(false);
      }
    });

    it('convict a commander that signed both orders', () => {
      const effects = hear({ round: 2, from: 1, message: chain('attack', [1]) }, { round: 2, from: 1, message: chain('retreat', [1]) });
      expect(accusations(effects)).to.deep.equal(['G1 signed attack and retreat']);
    });
  });

  /** What G2 makes, in order number 7, of messages that arrive in one round. */
  function hear(...heard: { round: number; from: number; message: string }[]): RoundsEffect<OrderVocabulary & { message: string }>[] {
    const self = nodeId(2);
    const context = contextOf({ members: ids(4), commander: nodeId(1), m: 2, number: 7 }, self, signersOf(self));
    const senders = [...new Set(heard.map(({ from }) => from))];
    const inbox = senders.map((sender): Heard<string> => ({ from: nodeId(sender), messages: heard.flatMap(({ from, message }) => (from === sender ? [signed.parse(message)!] : [])) }));
    return signed.step(context, signed.begin(context), { type: 'round', round: heard[0]!.round, inbox });
  }

  function chain(order: string, signers: readonly number[], number = 7): string {
    const signatures = signers.map((id, index) => signersOf(nodeId(id)).sign('chain', `${number}:${order}:${signers.slice(0, index + 1).join(':')}`));
    return [`${order}:${signers.join(':')}`, ...signatures].join(' ');
  }
}

const accusations = (effects: readonly RoundsEffect<OrderVocabulary>[]): string[] =>
  effects.flatMap((effect) => (effect.type === 'accuse' ? `G${effect.suspect} ${effect.evidence}` : []));

describe('SM(m)', () => {
  it('decides with real signatures what it decides with symbolic ones, and accuses the same', () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const one = drawTrial({ protocol: 'signed', n: 4, m: 2, seed, traitors: 2 });
      const army = one.members.map((id) => roleInstance(one, id, one.traitors.get(id), seeded(seed), ed25519Signer(seed, id)));
      const inSymbols = runInRounds(one, one);
      const forReal = runInstances(army, one.order);
      expect(forReal.reports.map(({ decision }) => decision), repeatLine(one)).to.deep.equal(inSymbols.reports.map(({ decision }) => decision));
      expect(forReal.accusations, repeatLine(one)).to.deep.equal(inSymbols.accusations);
    }
  });

  it('leaves a finding certain when somebody misbehaved: only silence makes it unknown', () => {
    const one = trial({ protocol: 'signed', n: 3, m: 0, traitors: new Map([[nodeId(1), 'two-faced']]) });
    const account = runInRounds(one, one);
    expect(failureOf(one, account)).to.match(/^agreement: /);
    const accused = (kind: 'silence' | 'misbehaviour') => ({ ...account, accusations: [{ by: nodeId(2), kind, suspect: nodeId(1), evidence: 'a test' }] });
    expect(failureOf(one, accused('misbehaviour'))).to.match(/^agreement: /);
    expect(failureOf(one, accused('silence'))).to.equal(undefined);
  });

  it('needs every signature checked: unchecked, one lieutenant makes another disobey a loyal commander', () => {
    const one = trial({ protocol: 'signed', n: 4, m: 1, traitors: new Map([[nodeId(4), 'liar']]) });
    const gullible = (id: NodeId): Signer => ({ ...symbolicSigner(id), verify: () => true });
    const army = one.members.map((id) => roleInstance(one, id, one.traitors.get(id), seeded(1), gullible(id)));
    expect(failureOf(one, runInstances(army, one.order))).to.match(/^validity: /);
    expect(failureOf(one)).to.equal(undefined);
  });
});
