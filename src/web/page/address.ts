import type { Beginning, Change } from '../news.ts';
import { VIEWS, type State, type View } from './store.ts';

/** What the part of a link behind # says: which session, and the moment in it. */
export interface Address {
  readonly beginning: Beginning;
  readonly view: View;
  readonly at: number | undefined;
  readonly who: number | undefined;
  readonly fork: Change | undefined;
  readonly story: State['story'];
  /** The fields of a link to a run of nodes: it has them to itself, and `nodes/link.ts` reads them. */
  readonly nodes: URLSearchParams | undefined;
}

const FIRST: Beginning = { count: 4, seed: 1, protocol: 'exchange', lines: [] };

/** A link to nothing in particular. */
const NOWHERE: Address = {
  beginning: FIRST,
  view: 'army',
  at: undefined,
  who: undefined,
  fork: undefined,
  story: undefined,
  nodes: undefined,
};

/** More lines than any link can hold; who would run more wants a script. */
const LINES_MAX = 1000;

/** Reads what is behind #; what is missing or no good is as at the beginning. */
export function addressIn(hash: string): Address {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  if (fields.get('view') === 'nodes') return { ...NOWHERE, view: 'nodes', nodes: fields };
  const whole = wholeIn(fields);
  const at = fields.get('at');
  const name = fields.get('story');
  return {
    beginning: {
      count: whole('n', 1, 256) ?? FIRST.count,
      seed: whole('seed', 0, Number.MAX_SAFE_INTEGER) ?? FIRST.seed,
      protocol: fields.get('protocol') ?? FIRST.protocol,
      lines: (fields.get('do') ?? '').split(';').map((line) => line.trim()).filter((line) => line !== '').slice(0, LINES_MAX),
    },
    view: VIEWS.find((view) => view === fields.get('view')) ?? 'army',
    at: at !== null && /^\d{1,3}(\.\d{1,3})?$/.test(at) ? Number(at) : undefined,
    who: whole('who', 1, Number.MAX_SAFE_INTEGER),
    fork: changeIn(fields.get('fork')),
    story: name === null ? undefined : { name, step: whole('step', 0, LINES_MAX) ?? 0 },
    nodes: undefined,
  };
}

/** A whole number of a link. */
export const wholeIn = (fields: URLSearchParams) => (name: string, min: number, max: number): number | undefined => {
  const word = fields.get(name);
  return word !== null && /^\d{1,16}$/.test(word) && Number(word) >= min && Number(word) <= max ? Number(word) : undefined;
};

function changeIn(text: string | null): Change | undefined {
  const found = /^(\d{1,5})\.(\d{1,9})\.(\d{1,9})\.(\d{1,9})\.(attack|retreat|silence)$/.exec(text ?? '');
  if (found === null) return undefined;
  const [round = 0, from = 0, to = 0, index = 0] = found.slice(1, 5).map(Number);
  return { round, from, to, index, word: found[5] as Change['word'] };
}

/** The link to what is shown, behind #. */
export function addressOf({ camp, view, at, who, fork, story, hello, nodes }: State): string {
  const fields = new URLSearchParams();
  if (view === 'nodes') return nodesAddressOf(nodes);
  if (camp !== undefined && hello?.isLive === false) {
    fields.set('n', String(camp.count));
    fields.set('seed', String(camp.seed));
    if (camp.protocol !== FIRST.protocol) fields.set('protocol', camp.protocol);
    if (story === undefined && camp.lines.length > 0) fields.set('do', camp.lines.join(';'));
  }
  if (story !== undefined) {
    fields.set('story', story.name);
    fields.set('step', String(story.step));
  }
  if (view !== 'army') fields.set('view', view);
  if (at > 0) fields.set('at', String(Math.round(at * 100) / 100));
  if (who !== undefined) fields.set('who', String(who));
  if (fork !== undefined) fields.set('fork', Object.values({ ...order(fork.change) }).join('.'));
  return `#${fields.toString()}`;
}

function nodesAddressOf({ seeded: { system, n, seed, kind }, at: shown, who, file, isBusy, sought }: State['nodes']): string {
  const fields = new URLSearchParams({ view: 'nodes' });
  // Where a link leads that has not run so far it leads still.
  const at = isBusy && sought > shown ? sought : shown;
  // A file is not in a link.
  if (file !== undefined) return `#${fields.toString()}`;
  const values = { system, n, seed, kind, at: at === 0 ? undefined : Math.round(at), who };
  for (const [name, value] of Object.entries(values)) if (value !== undefined) fields.set(name, String(value));
  return `#${fields.toString()}`;
}

const order = ({ round, from, to, index, word }: Change): Change => ({ round, from, to, index, word });
