import type { NodeId } from '../../core/node.ts';
import type { Run } from '../../trace/nodes/run.ts';
import { factIn, type Fields } from '../../trace/sound.ts';

/** What replicas of a log have of their own. */
export interface Replicas {
  readonly type: 'replicas';
  readonly members: readonly NodeId[];
  readonly entered: readonly { readonly at: number; readonly by: NodeId; readonly view: number }[];
  /** A place of the log that a replica has filled: by what it executed, or with all before it by a state that it took over. */
  readonly filled: readonly Filled[];
  /** Who asked for a view, or began one. */
  readonly changes: readonly Change[];
  /** What was proposed for a place, and when. */
  readonly proposed: readonly Proposed[];
  /** Who sent a vote for a place, in which view. */
  readonly votes: readonly Vote[];
}

/** Something that a replica did. */
interface Done {
  readonly at: number;
  readonly by: NodeId;
}

interface Filled extends Done {
  readonly sequence: number;
  readonly view: number | undefined;
  readonly operations: string | undefined;
}

interface Change extends Done {
  readonly type: 'view-change' | 'new-view';
  readonly view: number;
}

interface Proposed extends Done {
  readonly view: number;
  readonly sequence: number;
  /** Of what is to stand there; undefined where the trace does not tell. */
  readonly digest: string | undefined;
}

interface Vote extends Proposed {
  readonly phase: 'prepare' | 'commit';
}

interface Executed extends Done {
  readonly sequence: number;
  readonly view: number;
  readonly operations: readonly string[];
}

export function replicasOf({ head, facts }: Run, raw: readonly Fields[]): Replicas {
  const of = <Own>(type: string): Own[] => raw.filter((fact) => fact['type'] === type).map((fact) => factIn<Own>(fact));
  const filled = [
    ...of<Executed>('executed').map((fact) => ({ ...fact, operations: fact.operations.join(', ') })),
    ...of<Done & { readonly sequence: number }>('transferred').map((fact) => ({ ...fact, view: undefined, operations: undefined })),
  ];
  return {
    type: 'replicas',
    members: head.members,
    entered: of('entered'),
    filled: filled.toSorted((one, other) => one.at - other.at),
    changes: facts.flatMap((fact) => {
      if (fact.type !== 'sent') return [];
      const [, type, view] = CHANGE.exec(fact.words) ?? [];
      return type === undefined ? [] : [{ at: fact.at, by: fact.from, type: type as Change['type'], view: Number(view) }];
    }),
    proposed: facts.flatMap((fact, place) => {
      const [, ...numbers] = (fact.type === 'sent' ? PROPOSAL.exec(fact.words) : null) ?? [];
      if (fact.type !== 'sent' || numbers.length === 0) return [];
      return [{ at: fact.at, by: fact.from, ...aboutOf(numbers), digest: digestIn(raw[place]) }];
    }),
    votes: facts.flatMap((fact, place) => {
      if (fact.type !== 'sent') return [];
      const [, phase, ...numbers] = VOTE.exec(fact.words) ?? [];
      if (phase === undefined) return [];
      return [{ at: fact.at, by: fact.from, phase: phase as Vote['phase'], ...aboutOf(numbers), digest: digestIn(raw[place]) }];
    }),
  };
}

/** A vote in words, with its view and place. */
const VOTE = /^(prepare|commit)(?: \S+)*? v(\d+)(?: r\d+)? n(\d+)/;

const PROPOSAL = /^pre-prepare v(\d+) n(\d+)/;

function aboutOf([view, sequence]: readonly string[]): Pick<Proposed, 'view' | 'sequence'> {
  return { view: Number(view), sequence: Number(sequence) };
}

/** As many letters of a digest as tell two apart. */
const DIGEST = 4;

function digestIn(fact: Fields | undefined): string | undefined {
  const { message } = factIn<{ readonly message?: { readonly body?: { readonly digest?: unknown } } }>(fact ?? {});
  const digest = message?.body?.digest;
  return typeof digest === 'string' ? digest.slice(0, DIGEST) : undefined;
}

const CHANGE = /^(view-change|new-view)(?: \S+)*? v(\d+)/;

/** A view that was asked for. */
interface Asked {
  readonly view: number;
  readonly asked: readonly NodeId[];
  readonly begun: NodeId | undefined;
}

/** The last view that anybody asked for by then: who did, and who began it. */
export function changeAt({ changes }: Replicas, at: number): Asked | undefined {
  const told = changes.filter((one) => one.at <= at);
  const view = told.reduce((high, one) => Math.max(high, one.view), 0);
  const of = (type: string): NodeId[] => [...new Set(told.filter((one) => one.type === type && one.view === view).map(({ by }) => by))];
  return told.length === 0 ? undefined : { view, asked: of('view-change'), begun: of('new-view')[0] };
}

/** How replicas stand at some time. */
export interface Standing {
  /** The highest view that anybody has entered, and who leads it. */
  readonly view: number;
  readonly primary: NodeId | undefined;
  readonly rows: readonly { readonly id: NodeId; readonly view: number; readonly upTo: number }[];
  readonly places: readonly Place[];
}

/** A place of the log. */
export interface Place {
  readonly sequence: number;
  /** When anything was first told of it. */
  readonly since: number;
  /** What fills it with each replica; `state` where it came with a state as a whole. */
  readonly by: ReadonlyMap<NodeId, string>;
  /** How many sent which vote, in the latest view in which anybody did. */
  readonly prepares: number;
  readonly commits: number;
  /** The digests that were proposed or voted for in that view, as they came: more than one where somebody lies. */
  readonly digests: readonly string[];
  /** Whether two replicas have different operations there. */
  readonly isSplit: boolean;
}

export function standingAt({ members, entered, filled, votes, proposed }: Replicas, at: number, most: number): Standing {
  const views = new Map<NodeId, number>();
  for (const one of entered) if (one.at <= at) views.set(one.by, one.view);
  const done = filled.filter((one) => one.at <= at);
  const cast = votes.filter((one) => one.at <= at);
  const offered = proposed.filter((one) => one.at <= at);
  const last = [...done, ...cast].reduce((high, { sequence }) => Math.max(high, sequence), 0);
  const view = Math.max(0, ...views.values());
  return {
    view,
    primary: members[view % members.length],
    rows: members.map((id) => {
      const upTo = done.reduce((high, { by, sequence }) => (by === id ? Math.max(high, sequence) : high), 0);
      return { id, view: views.get(id) ?? 0, upTo };
    }),
    places: Array.from({ length: Math.min(last, most) }, (_, index) => placeOf(Math.max(0, last - most) + index + 1)),
  };

  function placeOf(sequence: number): Place {
    const by = new Map<NodeId, string>();
    for (const one of done) {
      if (one.sequence === sequence && one.operations !== undefined) by.set(one.by, one.operations);
      else if (one.sequence >= sequence && one.operations === undefined && !by.has(one.by)) by.set(one.by, 'state');
    }
    const own = cast.filter((one) => one.sequence === sequence);
    const latest = own.reduce((high, one) => Math.max(high, one.view), 0);
    const last = own.filter((one) => one.view === latest);
    const senders = (phase: string): number => new Set(last.filter((one) => one.phase === phase).map(({ by: sender }) => sender)).size;
    const texts = new Set([...by.values()].filter((text) => text !== 'state'));
    const proposals = offered.filter((one) => one.sequence === sequence);
    const told = [...own, ...proposals, ...done.filter((one) => one.sequence === sequence)];
    const since = Math.min(...told.map((one) => one.at), at);
    const newest = [...proposals, ...own].reduce((high, one) => Math.max(high, one.view), 0);
    const digests = [...proposals, ...own].flatMap((one) => (one.view === newest && one.digest !== undefined ? [one.digest] : []));
    return {
      sequence, since, by,
      prepares: senders('prepare'),
      commits: senders('commit'),
      digests: [...new Set(digests)],
      isSplit: texts.size > 1,
    };
  }
}
