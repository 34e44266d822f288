// Something is wrong here. Find the smallest run that shows it, and mend it.
import { byzantineQuorum, defineSystem, oneLoyal, type NodeContext } from 'generals';

/** A vote with its signature. */
interface Vote {
  readonly by: number;
  readonly signature: string;
}

/** That a quorum prepared a value in a view, so that no other can have been decided before. */
interface Certificate {
  readonly view: number;
  readonly value: string;
  readonly votes: readonly Vote[];
}

/** Why a node wants that view: what it has prepared, if anything. */
interface ViewChange extends Vote {
  readonly prepared: Certificate | null;
}

type Message =
  | { readonly type: 'propose'; readonly view: number; readonly value: string; readonly changes: readonly ViewChange[] }
  | { readonly type: 'prepare' | 'commit'; readonly view: number; readonly value: string; readonly signature: string }
  | { readonly type: 'view-change'; readonly view: number; readonly prepared: Certificate | null; readonly signature: string }
  /** Told to all by who has decided, for those who missed the votes. */
  | { readonly type: 'decided'; readonly view: number; readonly value: string };

interface State {
  value: string;
  view: number;
  /** Whether it only waits for the next view. */
  isChanging: boolean;
  prepared: Certificate | null;
  decided: boolean;
  /** By view: what was accepted, and who said what, by node. */
  readonly accepted: Map<number, string>;
  readonly prepares: Map<number, Map<number, { readonly value: string; readonly signature: string }>>;
  readonly commits: Map<number, Map<number, string>>;
  readonly changes: Map<number, Map<number, ViewChange>>;
  /** Who says that what was decided. */
  readonly told: Map<number, string>;
}

/** Milliseconds after which who leads is given up; twice as many in each view. */
const PATIENCE = 60;

const leaderOf = (members: readonly number[], view: number): number => members[view % members.length]!;

const isGenuine = ({ signer, members }: NodeContext, type: string, body: object, { by, signature }: Vote): boolean => members.some((id) => id === by && signer.verify(id, type, body, signature));

const areDistinct = (votes: readonly Vote[], n: number): boolean => new Set(votes.map(({ by }) => by)).size >= byzantineQuorum(n);

function isSound(context: NodeContext, below: number, one: Certificate | null): boolean {
  if (one === null) return true;
  const { view, value, votes } = one;
  return view < below && areDistinct(votes, context.members.length) && votes.every((vote) => isGenuine(context, 'prepare', { view, value }, vote));
}

/** What must be proposed after these view changes; undefined if anything may be. */
const bound = (changes: readonly ViewChange[]): string | undefined =>
  changes.flatMap(({ prepared }) => (prepared === null ? [] : [prepared])).toSorted((a, b) => b.view - a.view)[0]?.value;

export default defineSystem({
  name: 'view-change',
  summary: 'prepare, commit, and change the view with proofs of what was prepared',
  problem: 'consensus',
  machine: {
    begin: (): State => ({ value: '', view: 0, isChanging: false, prepared: null, decided: false, accepted: new Map(), prepares: new Map(), commits: new Map(), changes: new Map(), told: new Map() }),

    parse(input): Message | undefined {
      const message = input as Message | null | undefined;
      if (typeof message !== 'object' || message === null || !isView(message.view)) return undefined;
      const { view } = message;
      switch (message.type) {
        case 'propose':
          return isText(message.value) && isList(message.changes, isChange) ? { type: 'propose', view, value: message.value, changes: message.changes } : undefined;
        case 'prepare':
        case 'commit':
          return isText(message.value) && isText(message.signature) ? { type: message.type, view, value: message.value, signature: message.signature } : undefined;
        case 'view-change':
          return isCertificate(message.prepared) && isText(message.signature) ? { type: 'view-change', view, prepared: message.prepared, signature: message.signature } : undefined;
        case 'decided':
          return isText(message.value) ? { type: 'decided', view, value: message.value } : undefined;
        default:
          return undefined;
      }
    },

    lies({ signer }, honest) {
      switch (honest.type) {
        case 'propose':
          return [{ ...honest, value: `not ${honest.value}` }, ...(honest.changes.length > 0 ? [{ ...honest, changes: honest.changes.slice(1) }] : [])];
        case 'prepare':
        case 'commit': {
          const { type, view } = honest;
          const value = `not ${honest.value}`;
          return [{ type, view, value, signature: signer.sign(type, { view, value }) }, { ...honest, value }];
        }
        case 'view-change': {
          const { view } = honest;
          const forgotten = { type: 'view-change', view, prepared: null, signature: signer.sign('view-change', { view, prepared: null }) } as const;
          const next = { type: 'view-change', view: view + 1, prepared: honest.prepared, signature: signer.sign('view-change', { view: view + 1, prepared: honest.prepared }) } as const;
          return honest.prepared === null ? [next] : [forgotten, next];
        }
        case 'decided':
          return [{ ...honest, value: `not ${honest.value}` }];
        default:
          return honest satisfies never;
      }
    },

    step(context, state, event) {
      const { self, members, signer } = context;
      const n = members.length;
      const effects: Done[] = [];
      const say = (message: Message): unknown => effects.push({ type: 'send', to: members, message });
      const wait = (): unknown => effects.push({ type: 'set-timer', timer: 'patience', after: PATIENCE * 2 ** Math.min(state.view, 12) });

      const propose = (changes: readonly ViewChange[]): void => {
        const value = bound(changes) ?? state.value;
        if (value !== '') say({ type: 'propose', view: state.view, value, changes });
      };
      const changeTo = (view: number): void => {
        state.view = view;
        state.isChanging = true;
        say({ type: 'view-change', view, prepared: state.prepared, signature: signer.sign('view-change', { view, prepared: state.prepared }) });
        wait();
      };

      switch (event.type) {
        case 'start':
          wait();
          break;
        case 'input':
          state.value = event.input.value;
          if (state.view === 0 && leaderOf(members, 0) === self) propose([]);
          break;
        case 'timeout':
          if (!state.decided) changeTo(state.view + 1);
          break;
        case 'message':
          hear(event.from, event.message);
          break;
        default:
          break;
      }
      return effects;

      function hear(from: number, message: Message): void {
        switch (message.type) {
          case 'propose': {
            const { view, value, changes } = message;
            if (from !== leaderOf(members, view) || view < state.view || state.accepted.has(view) || (state.isChanging && view < state.view)) return;
            if (view > state.view) wait();
            state.view = view;
            state.isChanging = false;
            state.accepted.set(view, value);
            say({ type: 'prepare', view, value, signature: signer.sign('prepare', { view, value }) });
            settle(view);
            return;
          }
          case 'prepare': {
            const { view, value, signature } = message;
            if (!isGenuine(context, 'prepare', { view, value }, { by: from, signature })) return;
            const votes = among(state.prepares, view);
            if (!votes.has(from)) votes.set(from, { value, signature });
            settle(view);
            return;
          }
          case 'commit': {
            const votes = among(state.commits, message.view);
            if (!votes.has(from)) votes.set(from, message.value);
            settle(message.view);
            return;
          }
          case 'view-change': {
            const { view, prepared, signature } = message;
            const change = { by: from, prepared, signature };
            if (!isSound(context, view, prepared) || !isGenuine(context, 'view-change', { view, prepared }, change)) return;
            const changes = among(state.changes, view);
            if (changes.has(from)) return;
            changes.set(from, change);
            // One of f + 1 is loyal: who is behind goes along.
            if (view > state.view && changes.size >= oneLoyal(n)) changeTo(view);
            if (view === state.view && leaderOf(members, view) === self && changes.size === byzantineQuorum(n)) propose([...changes.values()]);
            return;
          }
          case 'decided':
            if (!state.told.has(from)) state.told.set(from, message.value);
            decideBy([...state.told.values()], oneLoyal(n), message.view);
            return;
          default:
            message satisfies never;
        }
      }

      /** What follows from all that was heard in a view. */
      function settle(view: number): void {
        const value = state.accepted.get(view);
        if (value !== undefined && view === state.view && !state.isChanging && (state.prepared === null || state.prepared.view < view)) {
          const votes = [...among(state.prepares, view)].flatMap(([by, vote]) => (vote.value === value ? [{ by, signature: vote.signature }] : []));
          if (votes.length >= byzantineQuorum(n)) {
            state.prepared = { view, value, votes };
            say({ type: 'commit', view, value, signature: '' });
          }
        }
        decideBy([...among(state.commits, view).values()], byzantineQuorum(n), view);
      }

      /** Decides what so many say, once. */
      function decideBy(words: readonly string[], enough: number, view: number): void {
        const value = words.find((word) => words.filter((other) => other === word).length >= enough);
        if (state.decided || value === undefined) return;
        state.decided = true;
        effects.push({ type: 'output', output: { type: 'decided', value } });
        say({ type: 'decided', view, value });
      }
    },
  },
});

/** What a step says is to be done. */
type Done =
  | { readonly type: 'send'; readonly to: NodeContext['members']; readonly message: Message }
  | { readonly type: 'set-timer'; readonly timer: string; readonly after: number }
  | { readonly type: 'output'; readonly output: { readonly type: 'decided'; readonly value: string } };

function among<Of>(views: Map<number, Map<number, Of>>, view: number): Map<number, Of> {
  let one = views.get(view);
  if (one === undefined) views.set(view, (one = new Map()));
  return one;
}

const isView = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= 10_000;
const isList = <Of>(value: unknown, isOne: (one: unknown) => one is Of): value is readonly Of[] => Array.isArray(value) && value.length <= 100 && value.every(isOne);

const isVote = (value: unknown): value is Vote => typeof value === 'object' && value !== null && isView((value as Partial<Vote>).by) && isText((value as Partial<Vote>).signature);

function isCertificate(value: unknown): value is Certificate | null {
  if (value === null) return true;
  const one = value as Partial<Certificate> | undefined;
  return typeof one === 'object' && isView(one.view) && isText(one.value) && isList(one.votes, isVote);
}

const isChange = (value: unknown): value is ViewChange => isVote(value) && isCertificate((value as Partial<ViewChange>).prepared);
