/** What a loyal general has to say and to decide in the exchange, OM(m), the phase king and SM(m), written down from the papers alone. */
import type { Accused, Recorded, Said, Word } from './record.ts';

/** Of one loyal general, given what the record says that it heard. */
export interface Expected {
  readonly says: readonly Said<string>[];
  readonly decides: Word;
  /** Whom it accuses, once for each reason. */
  readonly accuses?: readonly Accused['suspect'][];
}

export const EXPECTED: Readonly<Record<string, (record: Recorded, self: number) => Expected>> = { exchange, oral, king, signed };

/** What was said to it in a round, in the order of hearing. */
const inbox = ({ heard }: Recorded, self: number, round: number): Said<string>[] => heard.filter((one): one is Said<string> => one.to === self && one.round === round);

const lieutenantsIn = ({ members, commander }: Recorded): number[] => members.filter((id) => id !== commander);

/** Lamport, Shostak and Pease: the majority, and retreat where neither order has one. */
function majority(votes: readonly Word[]): Word {
  const attackers = votes.filter((vote) => vote === 'attack').length;
  return attackers > votes.length - attackers ? 'attack' : 'retreat';
}

const commands = ({ order, commander }: Recorded, text: string, to: readonly number[]): Expected => ({ says: to.map((id) => ({ round: 1, from: commander, to: id, message: text })), decides: order });

/** OM(1): what the commander said to it, passed on once; then the majority of its own and what each other lieutenant said first. */
function exchange(record: Recorded, self: number): Expected {
  const lieutenants = lieutenantsIn(record);
  if (self === record.commander) return commands(record, record.order, lieutenants);
  const said = (round: number, from: number): Word => (inbox(record, self, round).find((one) => one.from === from)?.message ?? 'retreat') as Word;
  const others = lieutenants.filter((id) => id !== self);
  const own = said(1, record.commander);
  return { says: others.map((to) => ({ round: 2, from: self, to, message: own })), decides: majority([own, ...others.map((id) => said(2, id))]) };
}

/** OM(m), as the paper's recursion has it: "he said that he said that the commander said", `attack G1→G3→G5` with the first speaker first. */
function oral(record: Recorded, self: number): Expected {
  const { commander, m } = record;
  const lieutenants = lieutenantsIn(record);
  const text = (word: Word, path: readonly number[]): string => `${word} ${path.map((id) => `G${id}`).join('→')}`;
  if (self === commander) return commands(record, text(record.order, [commander]), lieutenants);
  /** The value that it got from the last on the path, "or else retreat if he receives no value". */
  const value = (path: readonly number[]): Word => {
    const found = inbox(record, self, path.length).find((one) => one.from === path.at(-1) && ['attack', 'retreat'].some((word) => one.message === text(word as Word, path)));
    return found === undefined ? 'retreat' : (found.message.split(' ')[0] as Word);
  };
  const beyond = (path: readonly number[]): number[] => lieutenants.filter((id) => id !== self && !path.includes(id));
  const says: Said<string>[] = [];
  /** OM(m − |path| + 1), in which the last on the path is the commander and it is a lieutenant. */
  const outcome = (path: readonly number[]): Word => {
    if (path.length === m + 1) return value(path);
    for (const to of beyond(path)) says.push({ round: path.length + 1, from: self, to, message: text(value(path), [...path, self]) });
    return majority([value(path), ...beyond(path).map((id) => outcome([...path, id]))]);
  };
  return { decides: outcome([commander]), says };
}

/** Berman, Garay and Perry, three rounds a phase; a first round makes values of the commander's order, and to propose nothing is said. */
function king(record: Recorded, self: number): Expected {
  const { members, commander, m, order } = record;
  const others = members.filter((id) => id !== self);
  const says: Said<string>[] = [];
  const tell = (round: number, message: string): void => void says.push(...others.map((to) => ({ round, from: self, to, message })));
  /** What each of those said first of that kind. */
  const first = (round: number, kind: string, from: readonly number[]): string[] =>
    from.flatMap((id) => inbox(record, self, round).find((one) => one.from === id && one.message.startsWith(`${kind} `))?.message.slice(kind.length + 1) ?? []);
  const backed = (least: number, words: readonly string[]): Word | undefined => (['attack', 'retreat'] as const).find((word) => words.filter((one) => one === word).length >= least);
  let value: string = self === commander ? order : (first(1, 'order', [commander])[0] ?? 'retreat');
  if (self === commander) tell(1, `order ${order}`);
  for (let phase = 0; phase <= m; phase += 1) {
    const round = 2 + 3 * phase;
    const sovereign = members[phase]!;
    tell(round, `value ${value}`);
    const proposal = backed(members.length - m, [value, ...first(round, 'value', others)]) ?? 'nothing';
    tell(round + 1, `proposal ${proposal}`);
    const proposals = [proposal, ...first(round + 1, 'proposal', others)];
    const isSure = backed(members.length - m, proposals) !== undefined;
    value = backed(members.length - m, proposals) ?? backed(m + 1, proposals) ?? value;
    if (self === sovereign) tell(round + 2, `king ${value}`);
    else if (!isSure) value = first(round + 2, 'king', [sovereign])[0] ?? 'retreat';
  }
  return { says, decides: self === commander ? order : (value as Word) };
}

/**
 * SM(m). Which signatures are genuine is seen from the record, by the paper's A4: one signs what it sends at the end of the chain, and nobody
 * signs for another. So a signature is good where its signer was heard to end that very chain of names with it.
 */
function signed(record: Recorded, self: number): Expected {
  const { members, commander, m, order, heard } = record;
  const others = members.filter((id) => id !== self);
  if (self === commander) return commands(record, `${order}:${commander}`, others);
  const known: Word[] = [];
  const accuses: number[] = [];
  const says: Said<string>[] = [];
  for (let round = 1; round <= m + 1; round += 1) {
    for (const { from, message } of inbox(record, self, round)) {
      const { word, signers, signatures } = chainIn(message);
      const isInPlace = signers.length === round && signers[0] === commander && signers.at(-1) === from && new Set(signers).size === signers.length && !signers.includes(self) && signers.every((id) => members.includes(id));
      if (!isInPlace) accuses.push(from);
      if (!isInPlace || known.includes(word)) continue;
      const isGenuine = signers.every((_, place) => {
        const names = signers.slice(0, place + 1).join(':');
        return heard.some((one) => {
          const other = chainIn(one.message as string);
          return other.word === word && other.signers.join(':') === names && one.from === other.signers.at(-1) && other.signatures.at(-1) === signatures[place];
        });
      });
      if (!isGenuine) {
        accuses.push(from);
        continue;
      }
      known.push(word);
      if (known.length === 2) accuses.push(commander);
      if (round > m) continue;
      const [head, ...before] = message.split(' ');
      for (const to of others.filter((id) => !signers.includes(id))) says.push({ round: round + 1, from: self, to, message: [`${head}:${self}`, ...before].join(' ') });
    }
  }
  return { says, accuses, decides: known.length === 1 ? known[0]! : 'retreat' };
}

function chainIn(message: string): { readonly word: Word; readonly signers: readonly number[]; readonly signatures: readonly string[] } {
  const [head = '', ...signatures] = message.split(' ');
  const [word, ...names] = head.split(':');
  return { word: word as Word, signers: names.map(Number), signatures };
}

/** What is said, without what nobody but its sender could know beforehand: the signature at the end of a chain. */
export const unsigned = ({ protocol }: Recorded, message: string): string => (protocol === 'signed' ? message.split(' ').slice(0, -1).join(' ') : message);
