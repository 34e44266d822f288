import { expect } from 'chai';
import type { AnyRoundsProtocol } from '../../../src/generals/protocol.ts';
import { exchange } from '../../../src/generals/protocols/exchange.ts';
import { king } from '../../../src/generals/protocols/king.ts';
import { oral } from '../../../src/generals/protocols/oral.ts';
import { alikeIn } from '../../../src/generals/symbolic/alike.ts';
import { everyone } from '../../../src/generals/symbolic/instance.ts';

describe('generals that a protocol’s code cannot tell apart', () => {
  it('are all lieutenants of the exchange and of OM, and of the phase king those that are no king', () => {
    for (const [protocol, m] of [[exchange, 1], [oral, 0], [oral, 1], [oral, 2], [oral, 3]] as const) expect(alikeIn({ protocol, ...everyone(6), m }), `${protocol.name} ${m}`).to.deep.equal([[2, 3, 4, 5, 6]]);
    expect(alikeIn({ protocol: king, ...everyone(6), m: 1 }, { inStates: true })).to.deep.equal([[2], [3, 4, 5, 6]]);
  });

  it('are not those that the code treats otherwise', () => {
    const biased: AnyRoundsProtocol = { ...exchange, step: (context, state, event) => exchange.step(context, state as never, (event.type === 'round' && context.self === 3 ? { ...event, inbox: event.inbox.slice(1) } : event) as never) };
    expect(alikeIn({ protocol: biased, ...everyone(5), m: 1 })).not.to.deep.equal([[2, 3, 4, 5]]);
  });
});
