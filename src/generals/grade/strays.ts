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

/** One order with a traitor that speaks out of turn, and what that broke. */
export interface Astray {
  readonly one: Trial;
  readonly traitor: NodeId;
  readonly deeds: readonly Deed[];
  readonly failure: string;
  /** Whether that is something that no code may do. */
  readonly isFault: boolean;
}

/**
 * The order of a seed, with one traitor, and what it breaks with as few deeds as leaving out one at a time leads to; undefined if nothing.
 * @param said what is said among so many, where a traitor may say anything
 */
export function strayed(protocol: AnyRoundsProtocol, { n, m = 1, seed }: { readonly n: number; readonly m?: number; readonly seed: number }, said: readonly unknown[]): Astray | undefined {
  const draw = (what: number, options: number): number => philox(what, seed, n, 0x57a, 0, 0) % options;
  const order = ORDERS[draw(2, 2)]!;
  const traitor = nodeId(1 + draw(3, n));
  const traitors = new Map([[traitor, 'arbitrary']]);
  const drawn = trial({ protocol: protocol.name, n, m, seed, commander: nodeId(1 + draw(1, n)), order, traitors });
  const deeds: Deed[] = [];
  const chance: Chance = { protocol, draw, said, deeds };
  const straying = (instance: RoleInstance): RoleInstance => ({
    ...instance,
    protocol: outOfTurn(instance.protocol, (occasion) => drawnAt(occasion, chance)),
  });
  if (failureIn(drawn, straying) === undefined) return undefined;
  let best = asTold(drawn, traitor, deeds);
  for (const deed of deeds) best = (best && asTold(drawn, traitor, best.deeds.filter((other) => other !== deed))) ?? best;
  return best;
}

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

/** What breaks where the traitor does just that, as it was told; undefined if nothing, or if it cannot be done. */
function asTold(one: Trial, traitor: NodeId, deeds: readonly Deed[]): Astray | undefined {
  const tell = telling(traitor, deeds);
  const told = roleInstance(one, traitor, 'arbitrary', seeded(one.seed), symbolicSigner(traitor), { tell });
  const failure = failureIn(one, () => told);
  try {
    tell.finish();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
  return failure === undefined ? undefined : { one, traitor, deeds, ...failure };
}

interface Chance {
  readonly protocol: AnyRoundsProtocol;
  readonly draw: (what: number, options: number) => number;
  readonly said: readonly unknown[];
  /** Takes what was drawn. */
  readonly deeds: Deed[];
}

/** A third of what it has to say is kept back, and at every other occasion something is said beside. */
function drawnAt({ context, round, to, honest, known }: Occasion, { protocol, draw, said, deeds }: Chance): Strayed {
  if (round > protocol.rounds(context) || !maySpeak(protocol, context, round, context.self, to)) return { isKept: false, beside: [] };
  const choose = (what: number, options: number): number => draw(1000 * round + 10 * to + what, options);
  const isKept = honest.length > 0 && choose(0, 3) === 0;
  if (isKept) deeds.push({ round, to, words: SILENCE });
  const pool = choose(1, 2) === 0 ? [...said, ...known.messages] : [];
  const stray = pool[choose(2, Math.max(1, pool.length))];
  const words = stray === undefined ? undefined : known.wordsFor(stray);
  if (words === undefined) return { isKept, beside: [] };
  deeds.push({ round, to, words });
  return { isKept, beside: [stray] };
}

/** It as an answer: what was done, what came of it, and the commands that show it. */
export function shownBy(found: Astray): Found {
  const { one, traitor, deeds, failure, isFault } = found;
  const commands = commandsOf(one, linesThatTell(traitor, deeds));
  const sentences = [`${nameOf(one.commander)} orders ${one.order} among ${armyOf(one)}`, ...deedsIn(found), `so ${failure}`];
  // Where the order is not given there is nothing to ask about.
  return no(sentences, isFault ? commands.slice(0, -1) : commands);
}

/** What such a traitor did, in sentences. */
function deedsIn({ traitor, deeds }: Astray): string[] {
  return deeds.map(({ round, to, words }) => {
    if (words === SILENCE) return `${nameOf(traitor)} kept back from ${nameOf(to)} what it had to say in round ${round}`;
    const mark = `${FORGED} `;
    const said = words.startsWith(mark) ? `${words.slice(mark.length)}, changed under its old signatures,` : words;
    return `${nameOf(traitor)} told ${nameOf(to)} ${said} in round ${round}, out of turn`;
  });
}
