import { expect } from 'chai';
import { contextOf } from '../../../src/generals/protocol.ts';
import { symbolicSigner } from '../../../src/core/signer.ts';
import { PROTOCOLS, protocolNamed } from '../../../src/generals/protocols/registry.ts';
import { runInRounds } from '../../../src/generals/sim/rounds.ts';
import { causesOf, decisionOn, withTurned, type Cause, type Inboxes } from '../../../src/generals/trace/cause.ts';
import { drawTrial, repeatLine, soaked } from '../../support/trials.ts';

describe('the causes of a decision', () => {
  for (const { name } of PROTOCOLS) {
    it(`by ${name}: with all else turned it stands, and with any one of them turned too it does not`, () => {
      for (let seed = 1; seed <= soaked(4000, 100); seed += 1) {
        const n = 3 + (seed % 4);
        const one = drawTrial({ protocol: name, n, m: Math.min(2, n - 2), seed, traitors: seed % 3 });
        const protocol = protocolNamed(name)!;
        for (const { id, decision, heard } of runInRounds(one, one).reports) {
          if (id === one.commander || decision === undefined || one.traitors.has(id)) continue;
          const context = contextOf(one, id, symbolicSigner(id));
          const causes = causesOf(protocol, context, heard, decision);
          const without = (kept: readonly Cause[]) => decisionOn(protocol, context, withTurned(protocol, context, heard, allBut(heard, kept), decision));
          expect(without(causes), repeatLine(one)).to.equal(decision);
          for (const cause of causes) expect(without(causes.filter((other) => other !== cause)), repeatLine(one)).not.to.equal(decision);
        }
      }
    });
  }

  it('are found in what was really heard: the replayed general decides as it did', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const name = PROTOCOLS[seed % PROTOCOLS.length]!.name;
      const one = drawTrial({ protocol: name, n: 5, m: 2, seed, traitors: 2 });
      for (const { id, decision, heard } of runInRounds(one, one).reports) {
        if (id === one.commander || one.traitors.has(id)) continue;
        expect(decisionOn(protocolNamed(name)!, contextOf(one, id, symbolicSigner(id)), heard), repeatLine(one)).to.equal(decision);
      }
    }
  });
});

/** Marks every message but those, each of which is looked for once. */
function allBut(inboxes: Inboxes, kept: readonly Cause[]): boolean[][][] {
  const left = [...kept];
  return inboxes.map((inbox, index) =>
    inbox.map(({ from, messages }) =>
      messages.map((message) => {
        const place = left.findIndex((cause) => cause.round === index + 1 && cause.from === from && cause.message === message);
        if (place >= 0) left.splice(place, 1);
        return place < 0;
      }),
    ),
  );
}
