/** One-line edits of sources, each a mistake that somebody could make. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** The protocols in which it may show. */
  readonly shows: readonly string[];
  /** Why nothing can tell the edited program from the other one. */
  readonly equivalent?: string;
}

const edit = (file: string, shows: string, from: string, to: string, equivalent?: string): Edit => ({ file: `src/${file}`, from, to, shows: shows.split(' '), ...(equivalent === undefined ? {} : { equivalent }) });

const EXCHANGE = 'generals/protocols/exchange.ts';
const ORAL = 'generals/protocols/oral.ts';
const PATHS = 'generals/protocols/oral-paths.ts';
const KING = 'generals/protocols/king.ts';
const SIGNED = 'generals/protocols/signed.ts';
const VALUES = 'generals/values.ts';
const WORDS = 'generals/first-words.ts';
const ALL = 'exchange oral king signed';
const VALUED = 'exchange oral king';

export const EDITS: readonly Edit[] = [
  edit(EXCHANGE, 'exchange', "output: values.order(values.majority(orders)) }];", "output: values.order(values.majority(orders)) === 'attack' ? 'retreat' : 'attack' }];"),
  edit(EXCHANGE, 'exchange', "output: values.order(values.majority(orders)) }];", "output: 'attack' }];"),
  edit(EXCHANGE, 'exchange', "output: values.order(values.majority(orders)) }];", 'output: values.order(order) }];'),
  edit(EXCHANGE, 'exchange', "output: values.order(values.majority(orders)) }];", 'output: values.order(values.default) }];'),
  edit(EXCHANGE, 'exchange', "output: values.order(values.majority(orders)) }];", 'output: values.order(values.orElse(values.atLeast(Math.floor(orders.length / 2), orders), values.default)) }];'),
  edit(EXCHANGE, 'exchange', 'values.majority(orders)', 'values.majority([...orders, order])'),
  edit(EXCHANGE, 'exchange', 'values.majority(orders)', 'values.majority(orders.slice(1))'),
  edit(EXCHANGE, 'exchange', 'values.majority(orders)', 'values.majority(orders.slice(0, -1))'),
  edit(EXCHANGE, 'exchange', 'orders[lieutenants.indexOf(self)] = order;', ''),
  edit(EXCHANGE, 'exchange', 'orders[lieutenants.indexOf(self)] = order;', 'orders[0] = order;'),
  edit(EXCHANGE, 'exchange', 'orders[lieutenants.indexOf(self)] = order;', 'orders[lieutenants.indexOf(self)] = values.default;'),
  edit(EXCHANGE, 'exchange', 'return [tell(context, state.order)];', 'return [tell(context, values.default)];'),
  edit(EXCHANGE, 'exchange', 'return [tell(context, state.order)];', 'return [];'),
  edit(EXCHANGE, 'exchange', 'return [tell(context, state.order)];', 'return context.self % 2 === 0 ? [tell(context, state.order)] : [];'),
  edit(EXCHANGE, 'exchange', 'return [tell(context, order), {', 'return [{'),
  edit(EXCHANGE, 'exchange', 'return [tell(context, order), {', "return [tell(context, context.values.of('attack')), {"),
  edit(EXCHANGE, 'exchange', 'state.order = context.values.of(event.input);', ''),
  edit(EXCHANGE, 'exchange', 'lieutenants.filter((id) => id !== self);', 'lieutenants.filter((id) => id > self);'),
  edit(EXCHANGE, 'exchange', 'lies: (_context, honest) => [counterpart(honest)],', 'lies: (_context, honest) => [honest],'),
  edit(EXCHANGE, 'exchange', "write: (_label, value) => orderIn(value) ?? DEFAULT_ORDER,", "write: (_label, value) => (orderIn(value) === 'attack' ? 'retreat' : 'attack'),"),
  edit(EXCHANGE, 'exchange', 'valueOf: valueIn,', "valueOf: () => valueIn('attack'),"),
  edit(EXCHANGE, 'exchange', '      case \'round\':\n', "      case 'round':\n        if (event.round === 3 && context.self === 3) return [{ type: 'output', output: 'attack' }];\n"),

  edit(ORAL, 'oral', 'return values.order(values.orElse(word!, values.default));', "return values.order(values.orElse(word!, values.default)) === 'attack' ? 'retreat' : 'attack';"),
  edit(ORAL, 'oral', 'return values.order(values.orElse(word!, values.default));', 'return values.order(values.orElse(heard[0]![0]!, values.default));'),
  edit(ORAL, 'oral', 'return values.order(values.orElse(word!, values.default));', 'return values.order(values.default);'),
  edit(ORAL, 'oral', 'const [word] = made(values, heard, 1);', 'const [word] = values.majorities([heard[0]![0]!], heard.slice(1).flat());'),
  edit(ORAL, 'oral', 'words = values.majorities(heard[shorter - 1]!, words);', 'words = values.majorities(words.slice(0, heard[shorter - 1]!.length), words);'),
  edit(ORAL, 'oral', 'words = values.majorities(heard[shorter - 1]!, words);', 'words = heard[shorter - 1]!;'),
  edit(ORAL, 'oral', 'if (spot >= 0 && level[spot] === NOTHING) level[spot]', 'if (spot >= 0) level[spot]'),
  edit(ORAL, 'oral', 'if (spot >= 0 && level[spot] === NOTHING) level[spot]', 'if (spot > 0 && level[spot] === NOTHING) level[spot]'),
  edit(ORAL, 'oral', 'if (spot >= 0 && level[spot] === NOTHING) level[spot]', 'if (spot >= 0 && from % 2 === 0 && level[spot] === NOTHING) level[spot]'),
  edit(ORAL, 'oral', 'values.orElse(level[places[index]!]!, values.default)', 'values.orElse(level[places[0]!]!, values.default)'),
  edit(ORAL, 'oral', 'values.orElse(level[places[index]!]!, values.default)', 'values.default'),
  edit(ORAL, 'oral', 'values.orElse(level[places[index]!]!, values.default)', "values.of('attack')"),
  edit(ORAL, 'oral', 'const message = values.through(wording).write(COMMANDERS, order);', 'const message = values.through(wording).write(COMMANDERS, values.default);'),
  edit(ORAL, 'oral', 'lies: (_context, honest) => [honest ^ 1],', 'lies: (_context, honest) => [honest ^ 3],'),
  edit(ORAL, 'oral', "event.round > context.m + 2 ? [] :", "event.round > context.m + 1 ? [] :"),
  edit(PATHS, 'oral', 'lastOn[rank] === speaker ? placeOf[rank]! : -1', 'rank % 2 === 0 ? placeOf[rank]! : -1'),
  edit(PATHS, 'oral', 'relay.paths.push(longer);', 'relay.paths.push(longer + 1);'),
  edit(PATHS, 'oral', 'write: (path, value) => 2 * path + isAttack(value),', 'write: (path, value) => 2 * path + 1 - isAttack(value),'),
  edit(PATHS, 'oral', 'labelOf: (message) => message >> 1,', 'labelOf: (message) => message >> 2,'),

  edit(KING, 'king', '[{ type: \'output\', output: values.order(value) }];', '[{ type: \'output\', output: values.order(value) === \'attack\' ? \'retreat\' : \'attack\' }];'),
  edit(KING, 'king', 'values.atLeast(members.length - faults, [state.value', 'values.atLeast(members.length - faults - 1, [state.value'),
  edit(KING, 'king', 'values.atLeast(members.length - faults, [state.value', 'values.atLeast(members.length - faults + 1, [state.value'),
  edit(KING, 'king', 'values.atLeast(members.length - faults, [state.value', 'values.atLeast(faults + 1, [state.value'),
  edit(KING, 'king', 'const certain = values.atLeast(members.length - faults, proposals);', 'const certain = values.atLeast(faults + 1, proposals);'),
  edit(KING, 'king', 'const likely = values.atLeast(faults + 1, proposals);', 'const likely = values.atLeast(faults, proposals);'),
  edit(KING, 'king', 'const likely = values.atLeast(faults + 1, proposals);', 'const likely = NOTHING;'),
  edit(KING, 'king', 'state.sure = values.isSaid(certain);', 'state.sure = values.isSaid(likely);'),
  edit(KING, 'king', 'state.sure = values.isSaid(certain);', 'state.sure = values.isSaid(NOTHING);'),
  edit(KING, 'king', 'values.select(state.sure, state.value, value)', 'values.select(state.sure, value, state.value)'),
  edit(KING, 'king', 'values.select(state.sure, state.value, value)', 'value'),
  edit(KING, 'king', 'values.select(state.sure, state.value, value)', 'state.value'),
  edit(KING, 'king', '=> members[phase];', '=> members[0];'),
  edit(KING, 'king', '=> members[phase];', '=> members[phase + 1];'),
  edit(KING, 'king', "[state.proposal, ...saidBy(context, 'proposal', inbox)]", "saidBy(context, 'proposal', inbox)"),
  edit(KING, 'king', "[state.value, ...saidBy(context, 'value', inbox)]", "[...saidBy(context, 'value', inbox)]"),
  edit(KING, 'king', "return [tellAll(context, 'value', state.value)];", "return [tellAll(context, 'value', context.values.default)];"),
  edit(KING, 'king', 'if (self !== commander) state.value', 'if (self === commander) state.value'),
  edit(KING, 'king', "firstWord(values.through(wording), king, inbox, 'king')", "firstWord(values.through(wording), context.commander, inbox, 'king')"),

  edit(SIGNED, 'signed', "output: known.length === 1 ? known[0]! : DEFAULT_ORDER }", "output: known.length >= 1 ? known[0]! : DEFAULT_ORDER }"),
  edit(SIGNED, 'signed', 'if (forged !== undefined) return [accuse(', 'if (forged !== undefined && round > 9) return [accuse('),
  edit(SIGNED, 'signed', 'if (signers.length !== round) return', 'if (signers.length > round) return'),
  edit(SIGNED, 'signed', 'const effects = round > context.m + 1 ? [] :', 'const effects = round > context.m ? [] :'),

  edit(VALUES, VALUED, 'opaque(2 * against > votes ? AGAINST : DEFAULT)', 'opaque(2 * against >= votes ? AGAINST : DEFAULT)'),
  edit(VALUES, VALUED, 'opaque(2 * against > votes ? AGAINST : DEFAULT)', 'opaque(2 * against > votes + 1 ? AGAINST : DEFAULT)'),
  edit(VALUES, VALUED, 'opaque(2 * against > votes ? AGAINST : DEFAULT)', 'opaque(2 * against > votes ? DEFAULT : AGAINST)'),
  edit(VALUES, 'king', '(one) => opaque(one !== NOTHING)', '(one) => opaque(one === NOTHING)'),
  edit(VALUES, 'king', 'count[order] >= k', 'count[order] > k'),
  edit(VALUES, VALUED, '(one === NOTHING ? other : (one as Value))', '(one === NOTHING ? (one as Value) : other)'),
  edit(WORDS, VALUED, 'for (let place = 0; place < messages.length; place += 1) if (words', 'for (let place = messages.length - 1; place >= 0; place -= 1) if (words'),
  edit('generals/order.ts', ALL, "DEFAULT_ORDER: Order = 'retreat'", "DEFAULT_ORDER: Order = 'attack'"),
  edit('generals/judge/findings.ts', ALL, "=== undefined || retreater === undefined) return undefined;", "=== undefined || retreater !== undefined) return undefined;"),
  edit('generals/judge/findings.ts', ALL, 'decisions.get(id) !== undefined && decisions.get(id) !== order', 'decisions.get(id) !== undefined && decisions.get(id) === order'),
  edit('generals/judge/verdict.ts', 'exchange oral', "if (attack >= needed) return 'attack';", "if (attack > needed) return 'attack';"),
  edit('core/quorum.ts', 'exchange oral', 'Math.floor(voters / 2) + 1;', 'Math.floor(voters / 2);'),
  edit('core/quorum.ts', 'signed', '=> Math.max(0, Math.floor((n - 1) / 3));', '=> Math.max(0, Math.floor((n - 1) / 2));', 'no protocol here has its m from that where m is given'),
];

const PROVEN = 'generals/check/proven.ts';
const CASES = 'generals/symbolic/cases.ts';

/** The same of what proves: a protocol is left as it is, and a verdict about it is then wrong. */
export const PROVER_EDITS: readonly Edit[] = [
  edit(PROVEN, 'bold', 'alike.traitors.includes(commander) ? alike.traitors.join()', 'alike.traitors.length > 0 ? alike.traitors.join()'),
  edit(PROVEN, 'bold', "const holds = folded || result?.type === 'holds';", 'const holds = true;'),
  edit(CASES, 'bold', 'decisions.size > 0 && !decisions.has(order)', 'decisions.size > 1 && !decisions.has(order)'),
];
