/** What somebody may begin with. */
export type Started = 'protocol' | 'strategy' | 'system';

/** What somebody begins with who writes a protocol, a strategy or a system: it runs as it is, and so does its test. */
export const startingFiles = (kind: Started, name: string): readonly { readonly file: string; readonly text: string }[] => [
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

const SYSTEM = `// A system of your own: generals simulate --protocol ./NAME.ts
//
// As it stands, nodes broadcast reliably, as Bracha has it (1987): either all loyal nodes deliver a value, or none does, however late
// messages are. Change it, and ask what that is worth: generals grade ./NAME.ts
${IMPORT} { byzantineQuorum, defineSystem, mostlyLoyal, oneLoyal } from 'generals';

/** What nodes say to each other: plain data, with a type. */
interface Message {
  readonly type: 'initial' | 'echo' | 'ready';
  /** Whose broadcast it is, and which of these. */
  readonly origin: number;
  readonly number: number;
  readonly value: string;
}

/** What a node remembers of one broadcast: the first value for which each node said that, and what it said and did itself. */
interface Broadcast {
  readonly echo: Map<number, string>;
  readonly ready: Map<number, string>;
  readonly done: Set<'echo' | 'ready' | 'delivered'>;
}

const TYPES = ['initial', 'echo', 'ready'] as const;

/** The value for which that many said the same. */
const valueOf = (votes: ReadonlyMap<number, string>, enough: number): string | undefined =>
  [...votes.values()].find((value, _at, all) => all.filter((one) => one === value).length >= enough);

export default defineSystem({
  name: 'NAME',
  summary: 'echo what you hear, be ready with a quorum, deliver with 2f + 1',
  // What nodes are asked, and who judges them: 'reliable-broadcast' or 'consensus'. No message is lost; each may be late.
  problem: 'reliable-broadcast',
  machine: {
    begin: () => new Map<string, Broadcast>(),

    /** The message that this is; whatever else arrives is dropped. */
    parse(input): Message | undefined {
      const { type: word, origin, number, value } = (input ?? {}) as Partial<Record<string, unknown>>;
      const type = TYPES.find((one) => one === word);
      if (type === undefined || !Number.isSafeInteger(origin) || !Number.isSafeInteger(number) || typeof value !== 'string') return undefined;
      return { type, origin: origin as number, number: number as number, value };
    },

    /** What a traitor could say instead of an honest message. */
    lies: (_context, honest) => [{ ...honest, value: \`not \${honest.value}\` }],

    /** Takes one event, changes the state, and says what is to be done: send, output, set-timer. No clock, no chance. */
    step({ self, members }, state, event) {
      const n = members.length;
      const say = (message: Message) => ({ type: 'send', to: members, message }) as const;
      if (event.type === 'input') return [say({ type: 'initial', origin: self, ...event.input })];
      if (event.type !== 'message') return [];

      const { from, message: { type, origin, number, value } } = event;
      const key = \`\${origin} \${number}\`;
      const one: Broadcast = state.get(key) ?? { echo: new Map(), ready: new Map(), done: new Set() };
      state.set(key, one);
      // The first word of each counts.
      if (type !== 'initial' && !one[type].has(from)) one[type].set(from, value);

      const initial = type === 'initial' && from === origin ? value : undefined;
      const ready = valueOf(one.echo, byzantineQuorum(n)) ?? valueOf(one.ready, oneLoyal(n));
      const settled = valueOf(one.ready, mostlyLoyal(n));
      const effects = [];
      for (const [type, said] of [['echo', initial], ['ready', ready]] as const) {
        if (said === undefined || one.done.has(type)) continue;
        one.done.add(type);
        effects.push(say({ type, origin, number, value: said }));
      }
      if (settled !== undefined && !one.done.has('delivered')) {
        one.done.add('delivered');
        effects.push({ type: 'output', output: { type: 'delivered', origin: members[origin]!, number, value: settled } } as const);
      }
      return effects;
    },
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

const CODE: Readonly<Record<Started, string>> = { protocol: PROTOCOL, strategy: STRATEGY, system: SYSTEM };
const TESTS: Readonly<Record<Started, string>> = { protocol: PROTOCOL_TEST, strategy: STRATEGY_TEST, system: PROTOCOL_TEST.replace(/\n\/\/ One test[^]*?\nawait/, '\n// One test for each question that generals grade asks.\nawait') };
