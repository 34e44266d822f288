import { readFileSync } from 'node:fs';
import { edited } from './own.ts';
import { projectPath } from './run.ts';

/** Our own solution of an exercise, as a program that somebody may have written. */
export const solution = (name: string): string => readFileSync(projectPath(`exercises/solutions/${name}.ts`), 'utf8');

/** The same with these words in the place of others. */
export const mistaken = (name: string, words: string, by: string): string => edited(words, by, solution(name));

/** With objects for messages, and a class. */
const BY_CLASS = `class Mine {
  name = 'mine'; summary = 'a class'; timing = 'rounds'; shots = 'single'; #traitors = 1;
  membersNeeded(faults) { return 3 * faults + this.#traitors - 1 + 1; }
  faultsByDefault(n) { return n > 3 ? this.#traitors : 0; }
  refuses(_n, m) { return m > this.#traitors ? 'too many' : undefined; }
  rounds() { return 2; }
  messages({ members }) { return (members.length - 1) ** 2; }
  parse(input) {
    if (typeof input !== 'object' || input === null || Object.keys(input).length !== 1) return undefined;
    return input.says === 'attack' || input.says === 'retreat' ? { says: input.says } : undefined;
  }
  lies(_context, { says }) { return [{ says: says === 'attack' ? 'retreat' : 'attack' }]; }
  describe(_setting, { says }) { return says; }
  begin() { return { heard: [] }; }
  step({ self, commander, lieutenants }, state, event) {
    if (event.type === 'input') { state.heard.push(event.input); return []; }
    if (self === commander) {
      const [order] = state.heard;
      return event.round === 1 ? [{ type: 'output', output: order }, { type: 'send', to: lieutenants, messages: [{ says: order }] }] : [];
    }
    const word = (id) => event.inbox.find(({ from }) => from === id)?.messages[0].says ?? 'retreat';
    const others = lieutenants.filter((id) => id !== self);
    if (event.round === 2) { state.heard.push(word(commander)); return [{ type: 'send', to: others, messages: [{ says: state.heard[0] }] }]; }
    if (event.round !== 3) return [];
    for (const id of others) state.heard.push(word(id));
    return [{ type: 'output', output: state.heard.filter((one) => one === 'attack').length > state.heard.length / 2 ? 'attack' : 'retreat' }];
  }
}
export default new Mine();
`;

/** With a map for its state, words in sentences, and nothing from 'generals'. */
const BY_MAP = `const other = { attack: 'retreat', retreat: 'attack' };
const said = (input) => (typeof input === 'string' ? /^i say (attack|retreat)$/.exec(input)?.[1] : undefined);
export const protocol = {
  name: 'mine', summary: 'a map', timing: 'rounds', shots: 'single',
  membersNeeded: (m) => 3 * m + 1,
  faultsByDefault: (n) => (n >= 4 ? 1 : 0),
  refuses: (n, m) => (m > 1 ? 'one at the most' : undefined),
  rounds: () => 2,
  speaks: ({ commander }, round, from, to) => (round === 1 ? from === commander : from !== commander && to !== commander),
  messages: ({ members: { length: n } }) => (n - 1) * (n - 1),
  parse: (input) => (said(input) === undefined ? undefined : input),
  lies: (_context, message) => ['i say ' + other[said(message)]],
  begin: () => new Map(),
  step({ self, commander, lieutenants }, votes, event) {
    const peers = lieutenants.filter((id) => id !== self);
    if (event.type === 'input') { votes.set(self, event.input); return []; }
    for (const { from, messages } of event.inbox) if (!votes.has(from)) votes.set(from, said(messages[0]));
    if (self === commander) return event.round === 1 ? [{ type: 'send', to: peers, messages: ['i say ' + votes.get(self)] }, { type: 'output', output: votes.get(self) }] : [];
    if (event.round === 2) return [{ type: 'send', to: peers, messages: ['i say ' + (votes.get(commander) ?? 'retreat')] }];
    if (event.round !== 3) return [];
    const attack = [commander, ...peers].filter((id) => votes.get(id) === 'attack').length;
    return [{ type: 'output', output: 2 * attack > lieutenants.length ? 'attack' : 'retreat' }];
  },
};
`;

/** With numbers for messages, bits for votes, and a round more than it needs, in which nobody speaks. */
const BY_NUMBERS = `const BIT = { retreat: 0, attack: 1 };
const ORDER = ['retreat', 'attack'];
export default {
  name: 'mine', summary: 'numbers', timing: 'rounds', shots: 'single',
  membersNeeded(f) { return 3 * f + 1; },
  faultsByDefault(n) { return n < 4 ? 0 : 1; },
  refuses(n, m) { return m < 2 ? undefined : 'm is 0 or 1'; },
  rounds() { return 2; },
  messages({ members, commander }) { return members.filter((id) => id !== commander).reduce((sum, _id, at, all) => sum + 1 + (all.length - 1), 0); },
  parse(input) { return input === 0 || input === 1 ? input : undefined; },
  lies(_context, bit) { return [1 - bit]; },
  describe(_setting, bit) { return 'my word is ' + ORDER[bit]; },
  begin(context) { return { mine: 0, place: context.lieutenants.indexOf(context.self), bits: context.lieutenants.map(() => 0) }; },
  step(context, state, event) {
    const { self, commander, lieutenants } = context;
    if (event.type === 'input') { state.mine = BIT[event.input]; return []; }
    const hear = (id) => { for (const one of event.inbox) if (one.from === id) return one.messages[0]; return 0; };
    switch (event.round * 10 + (self === commander ? 1 : 0)) {
      case 11: return [{ type: 'send', to: lieutenants, messages: [state.mine] }, { type: 'output', output: ORDER[state.mine] }];
      case 20:
        state.bits[state.place] = hear(commander);
        return lieutenants.filter((id) => id !== self).map((to) => ({ type: 'send', to: [to], messages: [state.bits[state.place]] }));
      case 30: {
        lieutenants.forEach((id, at) => { if (id !== self) state.bits[at] = hear(id); });
        let sum = 0;
        for (const bit of state.bits) sum += bit;
        return [{ type: 'output', output: ORDER[2 * sum > state.bits.length ? 1 : 0] }];
      }
      default: return [];
    }
  },
};
`;

/** That keeps all that it ever heard, and thinks only in the end; OM(m) by the paper's recursion. */
const BY_RECURSION = `import { DEFAULT_ORDER, counterpart, defineProtocol, majority, parseOrder } from 'generals';

const wordOf = (text) => parseOrder(text.split(' ')[0]);
const routeOf = (text) => text.split(' ')[1].split('/').map(Number);

export default defineProtocol({
  name: 'mine', summary: 'the recursion of the paper', timing: 'rounds', shots: 'single',
  membersNeeded: (m) => 3 * m + 1,
  faultsByDefault: (n) => (n < 4 ? 0 : 1),
  refuses: (n, m) => (m > 1 && n < 7 ? 'too few' : m > 2 ? 'm is at most 2' : undefined),
  rounds: ({ members, m }) => Math.min(m + 1, members.length - 1),
  messages: ({ members: { length: n }, m }) => { let sum = 0; let level = 1; for (let i = 1; i <= Math.min(m + 1, n - 1); i += 1) sum += level *= n - i; return sum; },
  parse: (input) => (typeof input === 'string' && /^(attack|retreat) [1-9]\\d{0,3}(\\/[1-9]\\d{0,3}){0,9}$/.test(input) ? input : undefined),
  lies: (_context, text) => [text.replace(wordOf(text), counterpart(wordOf(text)))],
  begin: () => ({ inboxes: [] }),
  step(context, state, event) {
    const { self, commander, lieutenants, members } = context;
    if (event.type === 'input') { state.order = event.input; return []; }
    const last = Math.min(context.m + 1, members.length - 1);
    if (self === commander) return event.round === 1 ? [{ type: 'send', to: lieutenants, messages: [state.order + ' ' + self] }, { type: 'output', output: state.order }] : [];
    if (event.round > 1) state.inboxes.push(event.inbox);
    if (event.round === 1 || event.round > last + 1) return [];
    const heard = (route) => {
      const inbox = state.inboxes[route.length - 1] ?? [];
      const found = inbox.find(({ from }) => from === route.at(-1))?.messages.find((text) => routeOf(text).join('/') === route.join('/'));
      return found === undefined ? DEFAULT_ORDER : wordOf(found);
    };
    const routes = (length) => (length === 1 ? [[commander]] : routes(length - 1).flatMap((route) => lieutenants.filter((id) => id !== self && !route.includes(id)).map((id) => [...route, id])));
    if (event.round <= last) {
      const effects = [];
      for (const route of routes(event.round - 1)) for (const to of lieutenants) if (to !== self && !route.includes(to)) effects.push({ type: 'send', to: [to], messages: [heard(route) + ' ' + [...route, self].join('/')] });
      return effects;
    }
    const om = (route, m) => (m === 0 ? heard(route) : majority([heard(route), ...lieutenants.filter((id) => id !== self && !route.includes(id)).map((id) => om([...route, id], m - 1))]));
    return [{ type: 'output', output: om([commander], last - 1) }];
  },
});
`;

/** Signed messages as texts, with a set of what is known, told to all at once. */
const BY_CHAINS = `import { defineProtocol } from 'generals';

const FORM = /^(attack|retreat)((?:\\|[1-9]\\d{0,3}=[!-{}~]{1,300}){1,20})$/;
const links = (text) => FORM.exec(text)[2].slice(1).split('|').map((link) => ({ by: Number(link.slice(0, link.indexOf('='))), signature: link.slice(link.indexOf('=') + 1) }));
const orderIn = (text) => FORM.exec(text)[1];
const body = (context, order, chain) => [context.number, order, ...chain.map(({ by }) => by)].join(',');
const signed = (context, order, chain) => order + [...chain, { by: context.self, signature: context.signer.sign('chain', body(context, order, [...chain, { by: context.self }])) }].map(({ by, signature }) => '|' + by + '=' + signature).join('');

export default defineProtocol({
  name: 'mine', summary: 'chains of signatures as texts', timing: 'rounds', shots: 'single',
  membersNeeded: (m) => m + 2,
  faultsByDefault: (n) => Math.min(2, Math.max(0, n - 2)),
  refuses: (n, m) => (m > 2 || m > Math.max(0, n - 2) ? 'does not fit' : undefined),
  rounds: ({ m }) => m + 1,
  messages: ({ members: { length: n }, m }) => (m === 0 ? n - 1 : (n - 1) + (n - 1) * Math.max(0, n - 2)),
  parse: (input) => (typeof input === 'string' && FORM.test(input) ? input : undefined),
  lies: (context, text) => [signed(context, orderIn(text) === 'attack' ? 'retreat' : 'attack', links(text).slice(0, -1))],
  describe: (_setting, text) => orderIn(text) + ' by ' + links(text).map(({ by }) => 'G' + by).join(', '),
  limits: 'forgeries are not among them',
  begin: () => new Set(),
  step(context, known, event) {
    const { self, commander, members, lieutenants, m } = context;
    if (event.type === 'input') { known.add(event.input); return []; }
    if (self === commander) return event.round === 1 ? [{ type: 'send', to: lieutenants, messages: [signed(context, [...known][0], [])] }, { type: 'output', output: [...known][0] }] : [];
    const effects = [];
    for (const { from, messages } of event.inbox) for (const text of messages) {
      const [chain, order] = [links(text), orderIn(text)];
      const names = chain.map(({ by }) => by);
      const isWell = names.length === event.round - 1 && names[0] === commander && names.at(-1) === from && new Set([...names, self]).size === names.length + 1 && names.every((id) => members.includes(id))
        && chain.every(({ by, signature }, at) => context.signer.verify(by, 'chain', body(context, order, chain.slice(0, at + 1)), signature));
      if (!isWell || known.has(order)) continue;
      known.add(order);
      if (event.round < m + 2) effects.push({ type: 'send', to: members.filter((id) => id !== self && !names.includes(id)), messages: [signed(context, order, chain)] });
    }
    if (event.round === m + 2) effects.push({ type: 'output', output: known.size === 1 ? [...known][0] : 'retreat' });
    return effects;
  },
});
`;

/** The simple phase king, two rounds a phase, which stands a quarter, as records of functions. */
const BY_TABLE = `import { DEFAULT_ORDER, counterpart, defineProtocol, parseOrder } from 'generals';

const say = (to, word) => ({ type: 'send', to, messages: [word] });
const strip = (word) => word.split('-')[1];
const first = (inbox, id, kind) => inbox.find(({ from }) => from === id)?.messages.find((word) => word.startsWith(kind + '-'));

export default defineProtocol({
  name: 'mine', summary: 'the simple phase king', timing: 'rounds', shots: 'single',
  membersNeeded: (m) => 4 * m + 1,
  faultsByDefault: (n) => (n < 5 ? 0 : 1),
  refuses: (n, m) => (m > 1 || m >= Math.max(1, n) ? 'm is at most 1' : undefined),
  rounds: ({ m }) => 1 + 2 * (m + 1),
  messages: ({ members: { length: n }, m }) => n - 1 + (m + 1) * (n * (n - 1) + n - 1),
  parse: (input) => (typeof input === 'string' && /^(order|value|king)-(attack|retreat)$/.test(input) ? input : undefined),
  lies: (_context, word) => [word.replace(strip(word), counterpart(strip(word)))],
  begin: () => ({ value: DEFAULT_ORDER, count: 0 }),
  step({ self, members, commander, lieutenants, m }, state, event) {
    if (event.type === 'input') { state.value = event.input; return []; }
    const { round, inbox } = event;
    const others = members.filter((id) => id !== self);
    const king = members[Math.floor((round - 2) / 2) - (round % 2 === 0 ? 1 : 0)];
    const steps = {
      command: () => (self === commander ? [say(lieutenants, 'order-' + state.value), { type: 'output', output: state.value }] : []),
      vote() {
        if (round === 2 && self !== commander) state.value = parseOrder(strip(first(inbox, commander, 'order') ?? '-')) ?? DEFAULT_ORDER;
        if (round > 2) {
          const ruled = self === king ? state.value : (parseOrder(strip(first(inbox, king, 'king') ?? '-')) ?? DEFAULT_ORDER);
          if (2 * state.count <= members.length + 2 * m) state.value = ruled;
        }
        if (round === 2 + 2 * (m + 1)) return self === commander ? [] : [{ type: 'output', output: state.value }];
        return [say(others, 'value-' + state.value)];
      },
      rule() {
        const votes = [state.value, ...others.map((id) => strip(first(inbox, id, 'value') ?? '-retreat'))];
        const attack = votes.filter((word) => word === 'attack').length;
        state.value = 2 * attack > votes.length ? 'attack' : 'retreat';
        state.count = Math.max(attack, votes.length - attack);
        return self === members[(round - 3) / 2] ? [say(others, 'king-' + state.value)] : [];
      },
    };
    if (round === 1) return steps.command();
    if (round > 2 + 2 * (m + 1)) return [];
    return round % 2 === 0 ? steps.vote() : steps.rule();
  },
});
`;

/** OM(1) that stands one traitor at the most, and says so. */
export const ONE = edited('refuses: () => undefined', "refuses: (_members, faults) => (faults > 1 ? 'mine stands one traitor' : undefined)");
/** That all do what is asked, each in its own style. */
export const CORRECT: readonly { readonly style: string; readonly text: string; readonly against?: string }[] = [
  { style: 'as ours are, short', text: ONE, against: 'exchange' },
  { style: 'as ours are, with a switch', text: solution('relay'), against: 'exchange' },
  { style: 'as a class, with objects for messages', text: BY_CLASS, against: 'exchange' },
  { style: 'with a map and sentences, without a type', text: BY_MAP, against: 'exchange' },
  { style: 'with numbers for messages', text: BY_NUMBERS, against: 'exchange' },
  { style: 'as OM(m) with a record of paths', text: solution('oral'), against: 'oral' },
  { style: 'as OM(m) by the recursion of the paper', text: BY_RECURSION, against: 'oral' },
  { style: 'as SM(m) with objects', text: solution('signed'), against: 'signed' },
  { style: 'as SM(m) with chains as texts, and a set', text: BY_CHAINS, against: 'signed' },
  { style: 'as phase king', text: solution('king'), against: 'king' },
  { style: 'as the simple phase king, as a table of functions', text: BY_TABLE },
];

/** The same for nodes: these are worth all points. */
export const CORRECT_NODES = ['broadcast', 'view-change'] as const;
