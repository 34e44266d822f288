// Reliable broadcast, Bracha 1987. As it stands, a quorum of ECHO is enough to deliver, and not everybody hears of it.
import { byzantineQuorum, defineSystem } from 'generals';

interface Message {
  readonly type: 'initial' | 'echo' | 'ready';
  /** Whose broadcast it is, and which of these. */
  readonly origin: number;
  readonly number: number;
  readonly value: string;
}

/** One broadcast, as one node sees it. */
interface Broadcast {
  /** The first value for which each node said that. */
  readonly echoes: Map<number, string>;
  readonly readies: Map<number, string>;
  hasEchoed: boolean;
  isReady: boolean;
  isDelivered: boolean;
}

type State = Map<string, Broadcast>;

const TYPES = ['initial', 'echo', 'ready'] as const;

/** The value for which that many said the same. */
function valueOf(votes: ReadonlyMap<number, string>, enough: number): string | undefined {
  return [...votes.values()].find((value, _at, all) => all.filter((one) => one === value).length >= enough);
}

export default defineSystem({
  name: 'broadcast',
  summary: 'echo what you hear, and deliver with a quorum',
  problem: 'reliable-broadcast',
  machine: {
    begin: (): State => new Map(),

    parse(input): Message | undefined {
      if (typeof input !== 'object' || input === null) return undefined;
      const { type: word, origin, number, value } = input as Partial<Record<string, unknown>>;
      const type = TYPES.find((one) => one === word);
      if (type === undefined || !Number.isSafeInteger(origin) || !Number.isSafeInteger(number) || typeof value !== 'string' || value.length > 1000) return undefined;
      return { type, origin: origin as number, number: number as number, value };
    },

    lies(_context, honest) {
      const other = { ...honest, value: `not ${honest.value}` };
      return [other, { ...other, type: 'echo' }, { ...other, type: 'ready' }, { ...honest, type: 'ready' }].filter((lie) => lie.type !== honest.type || lie.value !== honest.value) as Message[];
    },

    step({ self, members }, state, event) {
      const n = members.length;
      const say = (message: Message) => ({ type: 'send', to: members, message }) as const;
      if (event.type === 'input') return [say({ type: 'initial', origin: self, number: event.input.number, value: event.input.value })];
      if (event.type !== 'message') return [];

      const { from, message } = event;
      const { origin, number, value } = message;
      const key = `${origin} ${number}`;
      const one = state.get(key) ?? { echoes: new Map<number, string>(), readies: new Map<number, string>(), hasEchoed: false, isReady: false, isDelivered: false };
      state.set(key, one);

      let initial: string | undefined;
      // Nobody speaks for another, and the first word of each counts.
      if (message.type === 'initial') initial = from === origin ? value : undefined;
      else {
        const votes = message.type === 'echo' ? one.echoes : one.readies;
        if (!votes.has(from)) votes.set(from, value);
      }

      const effects = [];
      if (!one.hasEchoed && initial !== undefined) {
        one.hasEchoed = true;
        effects.push(say({ type: 'echo', origin, number, value: initial }));
      }
      // Your part. A quorum of ECHO means that nobody can hear one for another value. It does not mean that anybody else heard it. Say
      // READY, and deliver when that is enough for all others to do the same, sooner or later.
      const settled = valueOf(one.echoes, byzantineQuorum(n));
      if (!one.isDelivered && settled !== undefined) {
        one.isDelivered = true;
        effects.push({ type: 'output', output: { type: 'delivered', origin: origin as typeof self, number, value: settled } } as const);
      }
      return effects;
    },
  },
});
