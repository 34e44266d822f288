import type { Kind } from '../generals/brought/shape.ts';

/** What somebody begins with who writes a protocol or a strategy: it runs as it is, and so does its test. */
export const startingFiles = (kind: Kind, name: string): readonly { readonly file: string; readonly text: string }[] => [
  { file: `${name}.ts`, text: CODE[kind].replaceAll('NAME', name) },
  { file: `${name}.test.mjs`, text: TESTS[kind].replaceAll('NAME', name) },
];

/** The word that a line of such a file begins with, where it is none of this file. */
const IMPORT = 'import';

/** Where such a file is, and not where the bundle of this one is. */
const HERE = `${IMPORT}.meta.url`;

const PROTOCOL = `// A protocol of your own: generals 4 --protocol ./NAME.ts
//
// As it stands, generals pass on what they heard, and decide for the majority. That stands one traitor among four. Change it, and
// ask what that is worth: generals grade ./NAME.ts
${IMPORT} { DEFAULT_ORDER, byzantineMembers, counterpart, defineProtocol, faultsTolerated, majority, parseOrder, type NodeId, type Order } from 'generals';

/** What a general remembers from round to round: plain data, such as numbers, texts, lists and records. */
interface State {
  order: Order;
}

export default defineProtocol({
  name: 'NAME',
  summary: 'pass on what the primary said, and decide for the majority',
  timing: 'rounds',
  shots: 'single',

  // What it says of itself. m is the number of traitors to be stood.
  membersNeeded: byzantineMembers,
  faultsByDefault: (members) => Math.min(1, faultsTolerated(members)),
  refuses: (_members, faults) => (faults > 1 ? 'NAME stands one traitor at the most' : undefined),
  /** In so many rounds something is sent. What is sent in one arrives with the next. */
  rounds: () => 2,
  /** How many messages loyal generals send: the primary to all others, and each of these to each other. */
  messages: ({ members: { length: n } }) => n - 1 + (n - 1) * Math.max(0, n - 2),

  // What its messages are: an order, and nothing else. Whatever else arrives is dropped.
  parse: parseOrder,
  /** What a traitor could say instead of an honest message. */
  lies: (_context, honest) => [counterpart(honest)],

  begin: (): State => ({ order: DEFAULT_ORDER }),

  /** Takes one event, changes the state, and says what is to be done: send, or output a decision. No clock, no chance. */
  step({ self, commander, lieutenants }, state, event) {
    // Only the primary, who is called commander here, is given an order.
    if (event.type === 'input') {
      state.order = event.input;
      return [];
    }

    /** What a general said in the round before; who is silent counts as saying retreat. */
    const saidBy = (from: NodeId): Order => event.inbox.find((heard) => heard.from === from)?.messages[0] ?? DEFAULT_ORDER;
    const others = lieutenants.filter((id) => id !== self);

    if (self === commander) {
      if (event.round !== 1) return [];
      return [{ type: 'send', to: lieutenants, messages: [state.order] }, { type: 'output', output: state.order }];
    }
    if (event.round === 2) {
      state.order = saidBy(commander);
      return [{ type: 'send', to: others, messages: [state.order] }];
    }
    if (event.round === 3) return [{ type: 'output', output: majority([state.order, ...others.map(saidBy)]) }];
    return [];
  },
});
`;

const STRATEGY = `// A traitor of your own: generals 4 --strategy ./NAME.ts, and then g-state 3 faulty NAME
${IMPORT} { defineStrategy, say } from 'generals';

export default defineStrategy({
  name: 'NAME',
  summary: 'lies to generals with even ids, and tells the others the truth',

  /**
   * For each message that an honest general would send: what might become of it, as a list of which chance takes one. It may say the
   * honest message, one of the lies, several, or nothing, in its round or one round too late ({ now: [], late: [honest] }).
   */
  says({ to, honest, lies }) {
    const lie = lies[0] ?? honest;
    return [to % 2 === 0 ? say(lie) : say(honest)];
  },
});
`;

const PROTOCOL_TEST = `// To run it: npx mocha NAME.test.mjs
${IMPORT} { suite } from 'generals/testing';

// One test for each question that generals grade asks. To hold it to a paper: suite(file, { against: 'exchange' }).
await suite(new URL('NAME.ts', ${HERE}));
`;

const STRATEGY_TEST = `// To run it: npx mocha NAME.test.mjs
${IMPORT} assert from 'node:assert/strict';
${IMPORT} { Army, bringStrategy } from 'generals';

const name = await bringStrategy(new URL('NAME.ts', ${HERE}));

describe(name, () => {
  it('betrays, and four generals stand it', async () => {
    const army = await Army.muster(4, { host: 'sim', primary: 1, traitors: { 3: name } });
    const { findings, verdict } = await army.order('attack');
    assert.equal(verdict.order, 'attack');
    assert.deepEqual(findings.agreement, { type: 'holds' });
    await army.disband();
  });
});
`;

const CODE: Readonly<Record<Kind, string>> = { protocol: PROTOCOL, strategy: STRATEGY };
const TESTS: Readonly<Record<Kind, string>> = { protocol: PROTOCOL_TEST, strategy: STRATEGY_TEST };
