import { chooseBelow, type ChooseOwn } from '../core/choice.ts';
import type { Effect, Machine } from '../core/machine.ts';
import type { NodeId } from '../core/node.ts';
import { STRATEGIES } from '../generals/faults/registry.ts';
import { say, type Action, type FaultStrategy } from '../generals/strategy.ts';
import type { WordsContext } from './context.ts';
import { DEFAULT_WORD, type Consensus, type ConsensusReply } from './messages.ts';
import type { WordsState } from './state.ts';
import type { WordsVocabulary } from './vocabulary.ts';

/** Like a peer that is dead, but for its gossip: nobody can tell it from one whose messages are all lost. */
const mute: FaultStrategy = { name: 'mute', summary: 'asks and answers nothing at all, as if what it says were lost', says: () => [] };

/** What is meant by a lie where nobody says more: to each receiver some other word. */
const anyLie: FaultStrategy = { name: 'any', summary: 'tells each receiver some other word', says: ({ lies }) => lies.map((lie) => say(lie)) };

/** The ways of being a traitor that one peer has: those of generals, but for twins, who are two behind one name. */
export const LIES: readonly FaultStrategy[] = [...STRATEGIES.filter((strategy) => strategy.wrap === undefined), mute];

export interface Lying {
  readonly percent: number;
  readonly strategy: FaultStrategy;
}

/** What only a liar remembers, beside what a loyal peer does. */
export interface LiarState extends WordsState {
  lying: { readonly percent: number; readonly name: string | undefined } | undefined;
}

type Oral = Consensus | ConsensusReply;

/**
 * A peer that can be told to lie: in what it asks and answers in a consensus, to each receiver by itself, and in nothing else. What
 * it says twice it lies about twice in the same way. Who says nothing says null, so that nobody waits for it; only who
 * is mute does not.
 */
export function canLie(honest: Machine<WordsVocabulary, WordsState, WordsContext>, first?: string): Machine<WordsVocabulary, LiarState, WordsContext> {
  return {
    begin: (context) => Object.assign(honest.begin(context), { lying: first === undefined ? undefined : { percent: 100, name: first } }),
    parse: (input) => honest.parse(input),
    step(context, state, event) {
      if (event.type === 'input' && event.input.type === 'lie') {
        state.lying = { percent: event.input.percent, name: event.input.strategy };
        return [];
      }
      if (event.type === 'input' && event.input.type === 'truth') {
        state.lying = undefined;
        return [];
      }
      const effects = honest.step(context, state, event);
      const { lying } = state;
      if (lying === undefined) return effects;
      const strategy = LIES.find(({ name }) => name === lying.name) ?? anyLie;
      return effects.flatMap((effect) => (effect.type === 'send' && isOral(effect.message) ? liesIn(context, state, effect.to, effect.message, { percent: lying.percent, strategy }) : [effect]));
    },
  };
}

const isOral = (message: WordsVocabulary['message']): message is Oral => message.type === 'consensus' || message.type === 'consensus-reply';

function liesIn(context: WordsContext, state: WordsState, receivers: readonly NodeId[], honest: Oral, { percent, strategy }: Lying): Effect<WordsVocabulary>[] {
  const id = honest.type === 'consensus' ? honest.id : honest.replyTo;
  const members = membersOf(context, state, honest);
  const lies = otherWords(state, honest.value).map((value) => ({ ...honest, value }));
  return receivers.flatMap((to): Effect<WordsVocabulary>[] => {
    const choose: ChooseOwn = (about, options) => context.choose(`${honest.type} ${id} to ${to}, ${about}`, options);
    if (chooseBelow(choose, 'percent', 100) >= percent) return [{ type: 'send', to: [to], message: honest }];
    const actions = strategy.says<Oral>({ from: context.self, to, round: roundOf(honest), members, honest, lies });
    if (actions.length === 0) return [];
    return said(honest, choose('what', actions)).map((message) => ({ type: 'send', to: [to], message }));
  });
}

/** A word on a way of that length is said in the round of that number among generals; and an answer, as a ballot is, behind all rounds. */
const roundOf = (message: Oral): number => (message.type === 'consensus' ? (message.path?.length ?? 1) : 0);

/** Who says nothing in time says so in time, and what it says late comes behind that. */
const said = (honest: Oral, { now, late }: Action<Oral>): readonly Oral[] => [...(now.length === 0 ? [{ ...honest, value: null }] : now), ...late];

const membersOf = (context: WordsContext, { peers }: WordsState, message: Oral): NodeId[] => {
  const others = message.type === 'consensus' ? [...message.peers, ...(message.path ?? [])] : [...peers.keys()];
  return [...new Set([context.address, ...others])].map((peer) => context.nodeOf(peer)).toSorted((a, b) => a - b);
};

/** Lies that are believable: the other words that it holds; and words that generals have, of which one is another than any. */
function otherWords({ database }: WordsState, word: string | null): string[] {
  return [...new Set([...database, DEFAULT_WORD, 'attack'])].filter((other) => other !== word);
}
