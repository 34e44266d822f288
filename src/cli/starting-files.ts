import type { Kind } from '../generals/brought/shape.ts';

/** What somebody begins with who writes a protocol or a strategy: it runs as it is, and so does its test. */
export const startingFiles = (kind: Kind, name: string): readonly { readonly file: string; readonly text: string }[] => [
  { file: `${name}.ts`, text: CODE[kind].replaceAll('NAME', name) },
  { file: `${name}.test.mjs`, text: TESTS[kind].replaceAll('NAME', name) },
];

/** The word that a line of such a file begins with, where it is none of this file. */
const IMPORT = 'import';

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

const HEAD = `import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

/** Runs generals as a shell would, here. */
function generals(words, input = '') {
  const { status, stdout, stderr, error } = spawnSync('generals', words, { cwd: import.meta.dirname, input, encoding: 'utf8', shell: process.platform === 'win32' });
  if (error) throw error;
  return { status, out: stdout, err: stderr };
}
`;

const PROTOCOL_TEST = `// To run it: npx mocha NAME.test.mjs
${HEAD}
describe('NAME', function () {
  this.timeout(60_000);

  it('has loyal generals do what their primary orders', () => {
    const { out, err } = generals(['4', '--host', 'sim', '--protocol', './NAME.ts'], 'g-elect 1\\nactual-order attack\\n');
    assert.equal(err, '');
    assert.match(out, /Execute order: attack!/);
  });

  it('stands any traitor among four', () => {
    const { out } = generals(['check', '--protocol', './NAME.ts', '--members', '4', '--faults', '1']);
    assert.match(out, /^holds/);
  });

  it('cannot stand a traitor among three', () => {
    const { status, out } = generals(['check', '--protocol', './NAME.ts', '--members', '3', '--faults', '1']);
    assert.equal(status, 3, out);
  });
});
`;

const STRATEGY_TEST = `// To run it: npx mocha NAME.test.mjs
${HEAD}
describe('NAME', function () {
  this.timeout(60_000);

  it('betrays, and four generals stand it', () => {
    const { out, err } = generals(['4', '--host', 'sim', '--strategy', './NAME.ts'], 'g-elect 1\\ng-state 3 faulty NAME\\nactual-order attack\\n');
    assert.equal(err, '');
    assert.match(out, /state=F \\(NAME\\)/);
    assert.match(out, /Execute order: attack! 1 faulty node/);
  });
});
`;

const CODE: Readonly<Record<Kind, string>> = { protocol: PROTOCOL, strategy: STRATEGY };
const TESTS: Readonly<Record<Kind, string>> = { protocol: PROTOCOL_TEST, strategy: STRATEGY_TEST };
