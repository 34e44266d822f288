import { expect } from 'chai';
import type { AnyMachine } from '../../../src/core/machine.ts';
import { simulate } from '../../../src/runtime/virtual/simulate.ts';
import { messageIn } from '../../../src/words/parse.ts';
import { peer } from '../../../src/words/peer.ts';
import { print } from '../../../src/words/print.ts';
import { words } from '../../../src/words/sim/system.ts';
import type { WordsVocabulary } from '../../../src/words/vocabulary.ts';

describe('the machine of a peer', () => {
  it('does the same where messages are datagrams, as on a network', () => {
    const byWire: typeof peer = {
      ...peer,
      step(context, state, event) {
        if (event.type !== 'message') return peer.step(context, state, event);
        const { raw = print(event.message) } = event.message;
        const message = messageIn(raw);
        if (typeof message === 'string') throw new Error(`dropped as ${message}: ${raw}`);
        return peer.step(context, state, { ...event, message: { ...message, raw } satisfies WordsVocabulary['message'] });
      },
    };
    for (let seed = 1; seed <= 40; seed += 1) {
      const plan = words.draw({ n: 4, seed, strategies: ['two-faced', 'silent', 'arbitrary'] });
      expect(simulate(words, plan, { loyal: byWire as AnyMachine }), `seed ${seed}`).to.deep.equal(simulate(words, plan));
    }
  });
});
