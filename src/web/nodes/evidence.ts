import type { NodeId } from '../../core/node.ts';

/** Something that led to a removal, or kept it from coming about. */
export interface Evidence {
  readonly at: number;
  readonly by: NodeId;
  readonly type: 'suspecting' | 'agreed' | 'reported' | 'inquired' | 'voted' | 'decided';
  /** Who agreed before, to which seed it is reported, or which seed asked for a vote. */
  readonly others: readonly NodeId[];
  readonly reason: string;
  readonly ok: boolean;
  readonly votes: number;
  readonly seeds: number;
}

/** A node that others take for dead: from the first suspicion to everybody's list. */
export interface Removal {
  readonly node: NodeId;
  readonly suspectedAt: number;
  suspects: NodeId[];
  agreedAt: number | undefined;
  removedAt: number | undefined;
  /** What led to it, as it came. */
  readonly evidence: Evidence[];
  /** Who has it as dead, and since when. */
  readonly knownTo: Map<NodeId, number>;
}

const TITLES: Readonly<Record<Evidence['type'], string>> = {
  suspecting: 'suspected by',
  agreed: 'agreed on by',
  reported: 'reported to seeds by',
  inquired: 'looked for by',
  voted: 'voted on by',
  decided: 'decided by',
};

/** What has become by then of a node that was suspected, in a few words; undefined where it was only asked about. */
export function fateOf({ evidence, agreedAt, removedAt, knownTo }: Removal, at: number): string | undefined {
  const told = evidence.filter((one) => one.at <= at);
  const [first, ...others] = told.filter(({ type }) => type === 'suspecting');
  const isKept = told.some(({ type, ok }) => type === 'decided' && !ok);
  const parts = [
    ...(first === undefined ? [] : [`suspected at ${secondsText(first.at)} by ${new Set([first, ...others].map(({ by }) => by)).size}`]),
    ...(agreedAt === undefined || agreedAt > at ? [] : [`agreed on at ${secondsText(agreedAt)}`]),
    ...(removedAt === undefined || removedAt > at
      ? []
      : [`removed at ${secondsText(removedAt)}`, `known to ${[...knownTo.values()].filter((time) => time <= at).length}`]),
  ];
  if (parts.length === 0) return undefined;
  return [...parts, ...(isKept && !(removedAt! <= at) ? ['kept by seeds'] : [])].join(', ');
}

/** A time in seconds. */
const secondsText = (at: number): string => `${(at / 1000).toFixed(1)} s`;

/**
 * Why a node was taken off the lists, as lines that are a tree by their indentation: who missed it, who agreed, which seeds looked and
 * voted.
 */
export function evidenceLines(node: string, evidence: readonly Evidence[], at: number, nameOf: (id: NodeId) => string): string[] {
  const told = evidence.filter((one) => one.at <= at);
  const parts = (Object.keys(TITLES) as Evidence['type'][]).flatMap((type) => {
    const own = told.filter((one) => one.type === type);
    return own.length === 0 ? [] : [`  ${TITLES[type]}`, ...own.map((one) => `    ${lineOf(one, nameOf)}`)];
  });
  return parts.length === 0 ? [] : [`${node} is taken for dead`, ...parts];
}

function lineOf({ at, by, type, others, reason, ok, votes, seeds }: Evidence, nameOf: (id: NodeId) => string): string {
  const who = `${secondsText(at)} ${nameOf(by)}`;
  const names = others.filter((one) => one !== by).map(nameOf).join(', ');
  switch (type) {
    case 'suspecting':
      return `${who}: ${reason}`;
    case 'agreed':
      return `${who}, with ${names}`;
    case 'reported':
      return `${who} to ${names}`;
    case 'inquired':
      return `${who}: ${ok ? 'it answers' : 'nobody answers there'}`;
    case 'voted':
      return `${who}, asked by ${names}: ${ok ? 'yes' : 'no'}, ${reason}`;
    case 'decided':
      return `${who}: ${votes} of ${seeds} votes, ${ok ? 'it is off the list' : 'it stays'}`;
    default:
      return type satisfies never;
  }
}
