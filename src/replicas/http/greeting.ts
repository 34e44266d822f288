import { digestOf } from '../../runtime/signer.ts';
import type { ClusterConfig } from './cluster-config.ts';

/** What all nodes of a cluster must share, for one to tell another: all of the plan but where the nodes are, which may look different from each. */
interface Shared {
  readonly v: number;
  readonly protocol: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** The keys of each member, in short, by id. */
  readonly keys: readonly string[];
}

/** A plan in one line of ASCII, the same wherever it is the same. The cluster's name is in every mark, so who has another is not even heard. */
export function sharedOf({ v, protocol, settings, members }: ClusterConfig): string {
  const sorted = Object.fromEntries(Object.entries(settings).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const keys = members.map(({ sign, pair }) => digestOf(Buffer.from(`${sign} ${pair}`)).slice(0, KEY_SHOWN));
  const text = JSON.stringify({ v, protocol, settings: sorted, keys } satisfies Shared);
  return text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const KEY_SHOWN = 8;

/** In which way another node was started otherwise, to be said of it; undefined if it was started alike. @param theirs as it came, which may be anything */
export function differenceOf(own: string, theirs: string): string | undefined {
  if (own === theirs) return undefined;
  const here = JSON.parse(own) as Shared;
  const there = parsed(theirs);
  if (there === undefined) return 'settings that cannot be read';
  const settings = [...new Set([...Object.keys(here.settings), ...Object.keys(there.settings)])].map((name) => [name, there.settings[name], here.settings[name]] as const);
  const numbers = [...here.keys.keys()].map((id) => [`the keys of node ${id}`, there.keys[id], here.keys[id]] as const);
  const all = [['version', there.v, here.v] as const, ['protocol', there.protocol, here.protocol] as const, ...settings, ['members', there.keys.length, here.keys.length] as const, ...numbers];
  const other = all.filter(([, one, two]) => one !== two).slice(0, SHOWN).map(([what, one, two]) => `${what.replace(/[^\w. -]/g, '?').slice(0, 40)} ${shown(one)}, here ${shown(two)}`);
  return `other settings: ${other.join('; ') || 'the same in another form'}`;
}

/** How many differences are named. */
const SHOWN = 5;

const shown = (value: unknown): string => (value === undefined ? 'none' : JSON.stringify(value).replace(/^"(.*)"$/, '$1').replace(/[^\w.-]/g, '?').slice(0, 40));

function parsed(text: string): Shared | undefined {
  try {
    const value = JSON.parse(text) as Partial<Record<keyof Shared, unknown>> | null;
    const { settings, keys } = value ?? {};
    return typeof settings === 'object' && settings !== null && Array.isArray(keys) ? (value as Shared) : undefined;
  } catch {
    return undefined;
  }
}
