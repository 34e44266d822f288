import { expect } from 'chai';
import { nodeId } from '../../../src/core/node.ts';
import { symbolicSigner } from '../../../src/core/signer.ts';
import { guardedProtocol } from '../../../src/generals/brought/guard.ts';
import { misshapen } from '../../../src/generals/brought/shape.ts';
import { exchange } from '../../../src/generals/protocols/exchange.ts';
import { contextOf, type AnyRoundsProtocol, type Context } from '../../../src/generals/protocol.ts';

type Heard = { from: number; messages: unknown[] };

/** By what a protocol changes what it is given. */
const CHANGES: Readonly<Record<string, (context: Context, inbox: Heard[]) => unknown>> = {
  'who is there': ({ members }) => (members as unknown[]).pop(),
  'the order of the lieutenants': ({ lieutenants }) => (lieutenants as unknown[]).reverse(),
  'who it is': (context) => ((context as { self: unknown }).self = 1),
  'who was heard': (_context, inbox) => inbox.pop(),
  'from whom': (_context, inbox) => (inbox[0]!.from = 3),
  'what was heard': (_context, inbox) => (inbox[0]!.messages[0] = 'retreat'),
  'how much was heard': (_context, inbox) => inbox[0]!.messages.push('retreat'),
  'all that was heard': (_context, inbox) => (inbox[0]!.messages = []),
  'a part of what was heard': (_context, inbox) => ((inbox[0]!.messages[1] as { by: number[] }).by.push(3)),
  'more in what was heard': (_context, inbox) => Object.assign(inbox[0]!.messages[1] as object, { seen: true }),
};

describe('what code that was brought is given', () => {
  for (const [what, change] of Object.entries(CHANGES)) {
    it(`is told to be changed, at once at first and by sample after thousands of steps: ${what}`, () => {
      for (const steps of [0, 5000]) {
        let left = steps;
        const given = { ...exchange, name: 'mine', step: (context: Context, _state: unknown, event: { readonly inbox: Heard[] }) => (left-- <= 0 ? (change(context, event.inbox), []) : []) };
        const protocol = guardedProtocol(given as unknown as AnyRoundsProtocol, () => undefined);
        const step = (): unknown => {
          const members = [1, 2, 3, 4].map(nodeId);
          const context = contextOf({ members, commander: nodeId(1), m: 1, number: 1 }, nodeId(2), symbolicSigner(nodeId(2)));
          return protocol.step(context, {}, { type: 'round', round: 2, inbox: [{ from: nodeId(1), messages: ['attack', { by: [1] } as never] }] });
        };
        for (let count = 0; count < steps; count += 1) step();
        const more = (): void => {
          for (let count = 0; count < (steps === 0 ? 1 : 4000); count += 1) step();
        };
        expect(more, `after ${steps} steps`).to.throw('the protocol mine changed what it was given in round 2 at G2');
      }
    });
  }

  it('is what it was before, for those who go on with it', () => {
    for (const [what, change] of Object.entries(CHANGES)) {
      const given = { ...exchange, name: 'mine', step: (context: Context, _state: unknown, event: { readonly inbox: Heard[] }) => [change(context, event.inbox)] };
      const protocol = guardedProtocol(given as unknown as AnyRoundsProtocol, () => undefined);
      const [members, heard] = [[1, 2, 3, 4].map(nodeId), { from: nodeId(1), messages: ['attack', { by: [1] }], known: 'to the host' }];
      const context = contextOf({ members, commander: nodeId(1), m: 1, number: 1 }, nodeId(2), symbolicSigner(nodeId(2)));
      const { lieutenants } = context;
      const inbox = [heard];
      const event = { type: 'round', round: 2, inbox } as const;
      expect(() => protocol.step(context, {}, event), what).to.throw('the protocol mine changed what it was given in round 2 at G2');
      const { self, members: others, lieutenants: ours } = context;
      expect({ self, others, ours, event }, what).to.deep.equal({ self: 2, others: [1, 2, 3, 4], ours: [2, 3, 4], event: { type: 'round', round: 2, inbox: [{ from: 1, messages: ['attack', { by: [1] }], ...(what === 'who was heard' ? {} : { known: 'to the host' }) }] } });
      expect([context.members, context.lieutenants, event.inbox], what).to.have.ordered.members([members, lieutenants, inbox]);
    }
  });

  it('is looked at again where there are other generals', () => {
    let changes = false;
    const given = { ...exchange, name: 'mine', step: ({ members }: Context) => (changes && (members as unknown[]).pop(), []) };
    const protocol = guardedProtocol(given as unknown as AnyRoundsProtocol, () => undefined);
    const stepAmong = (n: number): unknown => {
      const members = Array.from({ length: n }, (_, index) => nodeId(index + 1));
      return protocol.step(contextOf({ members, commander: nodeId(1), m: 1, number: 1 }, nodeId(2), symbolicSigner(nodeId(2))), {}, { type: 'round', round: 2, inbox: [] });
    };
    for (let count = 0; count < 5000; count += 1) stepAmong(4);
    changes = true;
    expect(() => stepAmong(5)).to.throw('the protocol mine changed what it was given');
  });
});

describe('what code that was brought says', () => {
  it('is told to be no message of its own, at once at first and by sample after thousands of steps', () => {
    for (const steps of [0, 5000]) {
      let left = steps;
      const given = { ...exchange, name: 'mine', step: ({ lieutenants, self }: Context) => [{ type: 'send', to: lieutenants.filter((id) => id !== self), messages: [left-- <= 0 ? 'charge' : 'attack'] }] };
      const protocol = guardedProtocol(given as unknown as AnyRoundsProtocol, () => undefined);
      const members = [1, 2, 3, 4].map(nodeId);
      const context = contextOf({ members, commander: nodeId(1), m: 1, number: 1 }, nodeId(2), symbolicSigner(nodeId(2)));
      const step = (): unknown => protocol.step(context, {}, { type: 'round', round: 2, inbox: [] });
      for (let count = 0; count < steps; count += 1) step();
      const more = (): void => {
        for (let count = 0; count < (steps === 0 ? 1 : 4000); count += 1) step();
      };
      expect(more, `after ${steps} steps`).to.throw('the protocol mine sent "charge" in round 2 at G2: its own parse takes that for no message');
    }
  });

  it('garbles no terminal', () => {
    const line = 'no\u001b[31m';
    const protocol = guardedProtocol({ ...exchange, name: 'mine', refuses: () => line, describe: () => line, evidence: () => ['well', line] } as unknown as AnyRoundsProtocol, () => undefined);
    const context = contextOf({ members: [1, 2, 3, 4].map(nodeId), commander: nodeId(1), m: 1, number: 1 }, nodeId(2), symbolicSigner(nodeId(2)));
    expect(() => protocol.refuses(4, 1)).to.throw('the protocol mine gave "no\\u001b[31m" in refuses: a line is wanted, or undefined');
    expect(() => protocol.describe!(context, 'attack' as never)).to.throw('in describe: a line is wanted');
    expect(() => protocol.evidence!(context, [])).to.throw('in evidence: a list of lines is wanted');
    for (const key of ['summary', 'legend', 'limits']) expect(misshapen('protocol', { ...exchange, [key]: line }), key).to.match(new RegExp(`^its ${key} is not as it should be`));
  });

  it('has a form that hosts know, always', () => {
    let effects: unknown = [];
    const protocol = guardedProtocol({ ...exchange, name: 'mine', step: () => effects } as unknown as AnyRoundsProtocol, () => undefined);
    const members = [1, 2, 3, 4].map(nodeId);
    const context = contextOf({ members, commander: nodeId(1), m: 1, number: 1 }, nodeId(2), symbolicSigner(nodeId(2)));
    const step = (): unknown => protocol.step(context, {}, { type: 'round', round: 2, inbox: [] });
    for (let count = 0; count < 5000; count += 1) step();
    for (effects of [undefined, [undefined], [{ type: 'sent' }], [{ type: 'send', to: 3, messages: ['attack'] }], [{ type: 'send', to: [7], messages: [] }], [{ type: 'send', to: [undefined], messages: [] }], [{ type: 'send', to: [2], messages: ['attack'] }], [{ type: 'output', output: 'charge' }]]) {
      expect(step, JSON.stringify(effects)).to.throw(/^the protocol mine (gave|sent a message to|decided) .*in round 2 at G2/);
    }
  });
});
