/**
 * Traitors that speak out of turn, as chance has them do it. A search tries what a protocol itself names as lies; whoever wrote it may
 * have forgotten what else can be said. What breaks something is then told again, deed by deed, as somebody at the prompt would.
 */
import { seeded } from '../../core/choice.ts';
import { CodeFault } from '../../core/code-fault.ts';
import { UserError } from '../../core/user-error.ts';
import { nameOf, nodeId, type NodeId } from '../../core/node.ts';
import { philox } from '../../core/philox.ts';
import { symbolicSigner } from '../../core/signer.ts';
import { SILENCE } from '../faults/dictated.ts';
import { FORGED, linesThatTell, outOfTurn, telling, type Deed, type Occasion, type Strayed } from '../faults/out-of-turn.ts';
import { roleInstance, type RoleInstance } from '../general.ts';
import { ORDERS } from '../order.ts';
import { maySpeak, type AnyRoundsProtocol } from '../protocol.ts';
import { runInstances } from '../sim/rounds.ts';
import { no, type Found } from './answers.ts';
import { armyOf, commandsOf } from './runs.ts';
import { failureOf, trial, type Trial } from './trials.ts';

/** One order with traitors that speak out of turn, and what that broke. */
export interface Astray {
  readonly one: Trial;
  readonly deeds: readonly OwnDeed[];
  readonly failure: string;
  /** Whether that is something that no code may do. */
  readonly isFault: boolean;
}

/** What one of several traitors does. */
interface OwnDeed extends Deed {
  readonly by: NodeId;
}

/** Among how many an order is given, with how many traitors, and what it is drawn from. */
interface Stray {
  readonly n: number;
  readonly m?: number;
  readonly traitors?: number;
  readonly seed: number;
}

/**
 * The order of a seed, and what its traitors break with as few deeds as leaving out one at a time leads to; undefined if nothing.
 * @param said what is said among so many, where a traitor may say anything
 */
export function strayed(protocol: AnyRoundsProtocol, { n, m = 1, traitors = 1, seed }: Stray, said: readonly unknown[]): Astray | undefined {
  const draw = (what: number, options: number): number => philox(what, seed, n, 0x57a, 0, 0) % options;
  const order = ORDERS[draw(2, 2)]!;
  const pool = Array.from({ length: n }, (_, index) => nodeId(index + 1));
  const betraying = Array.from({ length: traitors }, (_, place) => pool.splice(draw(3 + PLACES * place, pool.length), 1)[0]!);
  const [commander, traitorous] = [nodeId(1 + draw(1, n)), new Map(betraying.map((id) => [id, 'arbitrary'] as const))];
  const drawn = trial({ protocol: protocol.name, n, m, seed, commander, order, traitors: traitorous });
  const deeds: OwnDeed[] = [];
  const straying = (instance: RoleInstance): RoleInstance => {
    const by = instance.context.self;
    const place = betraying.indexOf(by);
    const chance: Chance = { protocol, draw: (what, options) => draw(what + PLACES * place, options), said, isAlone: traitors === 1, kept: [], did: (deed) => deeds.push({ by, ...deed }) };
    return { ...instance, protocol: outOfTurn(instance.protocol, (occasion) => drawnAt(occasion, chance)) };
  };
  if (failureIn(drawn, straying) === undefined) return undefined;
  let best = asTold(drawn, deeds);
  for (const deed of deeds) best = (best && asTold(drawn, best.deeds.filter((other) => other !== deed))) ?? best;
  return best;
}

/** What is drawn for each traitor has numbers of its own. */
const PLACES = 1_000_000;

/** What breaks in an order of which the traitor's part is made so. */
function failureIn(one: Trial, made: (traitor: RoleInstance) => RoleInstance): Pick<Astray, 'failure' | 'isFault'> | undefined {
  const army = one.members.map((id) => {
    const instance = roleInstance(one, id, undefined, seeded(one.seed), symbolicSigner(id));
    return one.traitors.has(id) ? made(instance) : instance;
  });
  try {
    const failure = failureOf(one, runInstances(army, one.order))?.replace(/ \(repeat with.*/, '');
    return failure === undefined ? undefined : { failure, isFault: false };
  } catch (error) {
    if (error instanceof CodeFault) return { failure: error.message, isFault: true };
    throw error;
  }
}

/** What breaks where the traitors do just that, as they were told; undefined if nothing, or if it cannot be done. */
function asTold(one: Trial, deeds: readonly OwnDeed[]): Astray | undefined {
  const told = new Map([...one.traitors.keys()].map((id) => [id, telling(id, deeds.filter(({ by }) => by === id))]));
  const failure = failureIn(one, ({ context: { self } }) => roleInstance(one, self, 'arbitrary', seeded(one.seed), symbolicSigner(self), { tell: told.get(self)! }));
  try {
    for (const tell of told.values()) tell.finish();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
  return failure === undefined ? undefined : { one, deeds, ...failure };
}

interface Chance {
  readonly protocol: AnyRoundsProtocol;
  readonly draw: (what: number, options: number) => number;
  readonly said: readonly unknown[];
  readonly isAlone: boolean;
  /** What it kept back in earlier rounds, where there are several. */
  readonly kept: { readonly round: number; readonly message: unknown }[];
  /** Takes what was drawn. */
  readonly did: (deed: Deed) => void;
}

/**
 * A third of what it has to say is kept back, and at every other occasion something is said beside. Of several traitors each keeps back
 * all of every third round as well, and may say later what it kept back.
 */
function drawnAt({ context, round, to, honest, known }: Occasion, { protocol, draw, said, isAlone, kept, did }: Chance): Strayed {
  if (round > protocol.rounds(context) || !maySpeak(protocol, context, round, context.self, to)) return { isKept: false, beside: [] };
  const choose = (what: number, options: number): number => draw(1000 * round + 10 * to + what, options);
  const isKept = honest.length > 0 && (choose(0, 3) === 0 || (!isAlone && draw(1000 * round, 3) === 0));
  if (isKept) did({ round, to, words: SILENCE });
  if (isKept && !isAlone) kept.push(...honest.map((message) => ({ round, message })));
  const earlier = kept.filter((one) => one.round < round).map(({ message }) => message);
  const pool = earlier.length > 0 && choose(3, 2) === 0 ? earlier : choose(1, 2) === 0 ? [...said, ...known.messages] : [];
  const stray = pool[choose(2, Math.max(1, pool.length))];
  const words = stray === undefined ? undefined : known.wordsFor(stray);
  if (words === undefined) return { isKept, beside: [] };
  did({ round, to, words });
  return { isKept, beside: [stray] };
}

/** It as an answer: what was done, what came of it, and the commands that show it. */
export function shownBy(found: Astray): Found {
  const { one, deeds, failure, isFault } = found;
  const commands = commandsOf(one, [...one.traitors.keys()].flatMap((id) => linesThatTell(id, deeds.filter(({ by }) => by === id))));
  const sentences = [`${nameOf(one.commander)} orders ${one.order} among ${armyOf(one)}`, ...deedsIn(found), `so ${failure}`];
  // Where the order is not given there is nothing to ask about.
  return no(sentences, isFault ? commands.slice(0, -1) : commands);
}

/** What such traitors did, in sentences. */
function deedsIn({ deeds }: Astray): string[] {
  return deeds.map(({ by: traitor, round, to, words }) => {
    if (words === SILENCE) return `${nameOf(traitor)} kept back from ${nameOf(to)} what it had to say in round ${round}`;
    const mark = `${FORGED} `;
    const said = words.startsWith(mark) ? `${words.slice(mark.length)}, changed under its old signatures,` : words;
    return `${nameOf(traitor)} told ${nameOf(to)} ${said} in round ${round}, out of turn`;
  });
}
