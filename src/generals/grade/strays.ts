/**
 * Traitors that speak out of turn. A search tries what a protocol itself names as lies; whoever wrote it may have forgotten what else
 * can be said. Such a traitor says again what it heard, in another round or to somebody else, or says it with the order turned round
 * under the old signatures; and where nothing is signed, anything that is ever said.
 */
import { seeded } from '../../core/choice.ts';
import { nameOf, nodeId, type NodeId } from '../../core/node.ts';
import { philox } from '../../core/philox.ts';
import type { Signer } from '../../core/machine.ts';
import { symbolicHash, symbolicSigner } from '../../core/signer.ts';
import { roleInstance } from '../general.ts';
import { ORDERS, counterpart, type Order } from '../order.ts';
import { inWords, type AnyRoundsProtocol, type RoundsEffect, type OrderVocabulary } from '../protocol.ts';
import { runInstances } from '../sim/rounds.ts';
import { failureOf, trial, type Trial } from './trials.ts';

/** Something that was said, or not said, against the protocol. */
interface Deed {
  readonly round: number;
  readonly to: NodeId;
  /** What was added; undefined where the honest message was kept back. */
  readonly stray: unknown;
}

/** One order with a traitor that speaks out of turn, and what that broke. */
export interface Strayed {
  readonly one: Trial;
  readonly traitor: NodeId;
  readonly deeds: readonly Deed[];
  readonly failure: string;
}

/**
 * The order of a seed, with one traitor, and what it breaks with as few deeds as leaving out one at a time leads to; undefined if nothing.
 * @param said what is said among so many
 */
export function strayed(protocol: AnyRoundsProtocol, n: number, seed: number, said: readonly unknown[]): Strayed | undefined {
  const draw = (what: number, options: number): number => philox(what, seed, n, 0x57a, 0, 0) % options;
  const one = trial({ protocol: protocol.name, n, m: 1, seed, commander: nodeId(1 + draw(1, n)), order: ORDERS[draw(2, 2)]! });
  const traitor = nodeId(1 + draw(3, n));
  const attempt = (without: ReadonlySet<string>): Strayed | undefined => {
    const deeds: Deed[] = [];
    const army = one.members.map((id) => {
      const instance = roleInstance(one, id, undefined, seeded(seed), opaque(id));
      return id === traitor ? { ...instance, protocol: straying(instance.protocol, { draw, said, without, deeds }) } : instance;
    });
    const failure = failureOf({ ...one, traitors: new Map([[traitor, 'arbitrary']]) }, runInstances(army, one.order));
    return failure === undefined ? undefined : { one, traitor, deeds, failure: failure.replace(/ \(repeat with.*/, '') };
  };
  let best = attempt(new Set());
  const without = new Set<string>();
  for (const deed of best?.deeds ?? []) {
    const smaller = attempt(new Set([...without, keyOf(deed)]));
    if (smaller === undefined) continue;
    without.add(keyOf(deed));
    best = smaller;
  }
  return best;
}

const keyOf = ({ round, to, stray }: Deed): string => `${round} ${to} ${stray === undefined}`;

/** Signatures in which nothing of what is signed can be read, so that a message can be changed and they cannot. */
function opaque(id: NodeId): Signer {
  const own = symbolicSigner(id);
  const signatureOf = (by: NodeId, domain: string, body: object | string): string => symbolicHash(symbolicSigner(by).sign(domain, body));
  return { sign: (domain, body) => signatureOf(id, domain, body), verify: (by, domain, body, signature) => signature === signatureOf(by, domain, body), digest: (body) => own.digest(body) };
}

interface Ways {
  readonly draw: (what: number, options: number) => number;
  readonly said: readonly unknown[];
  /** What is left as an honest general would have it. */
  readonly without: ReadonlySet<string>;
  readonly deeds: Deed[];
}

function straying(protocol: AnyRoundsProtocol, { draw, said, without, deeds }: Ways): AnyRoundsProtocol {
  return {
    ...protocol,
    begin: (context) => ({ honest: protocol.begin(context), pool: [...said] }),
    step(context, state, event) {
      const { honest, pool } = state as { readonly honest: unknown; readonly pool: unknown[] };
      const effects = protocol.step(context, honest, event);
      if (event.type !== 'round') return effects;
      const { round, inbox } = event;
      const told = effects.flatMap((effect) => (effect.type === 'send' ? effect.messages : []));
      const heard = inbox.flatMap(({ messages }) => messages);
      const known = [...heard, ...told].flatMap((message) => [message, turned(protocol, message)]).filter((message) => message !== undefined);
      // What it may say under its own name, in another round as well.
      pool.push(...[...known, ...told.flatMap((message) => protocol.lies(context, message))].slice(0, POOL_MAX - pool.length));
      const done: RoundsEffect<OrderVocabulary>[] = effects.filter(({ type }) => type !== 'send');
      const choose = (to: NodeId, what: number, options: number): number => draw(1000 * round + 10 * to + what, options);
      const does = (deed: Deed): boolean => {
        if (without.has(keyOf(deed))) return false;
        deeds.push(deed);
        return true;
      };
      for (const to of context.members.filter((id) => id !== context.self)) {
        const honestly = effects.flatMap((effect) => (effect.type === 'send' && effect.to.includes(to) ? effect.messages : []));
        const isKept = honestly.length > 0 && choose(to, 0, 3) === 0 && does({ round, to, stray: undefined });
        const stray = pool.length > 0 && choose(to, 1, 2) === 0 ? pool[choose(to, 2, pool.length)] : undefined;
        const messages = [...(isKept ? [] : honestly), ...(stray !== undefined && does({ round, to, stray }) ? [stray] : [])];
        if (messages.length > 0) done.push({ type: 'send', to: [to], messages });
      }
      return done;
    },
  };
}

/** So many messages are remembered: more are never said among so few. */
const POOL_MAX = 500;

/** The same message with each order in it turned into the other, and all signatures as they were; undefined if that is none. */
function turned(protocol: AnyRoundsProtocol, message: unknown): unknown {
  const text = JSON.stringify(message)?.replaceAll(/attack|retreat/g, (order) => counterpart(order as Order));
  if (text === undefined || text === JSON.stringify(message)) return undefined;
  return protocol.parse(JSON.parse(text));
}

/** What such a traitor did, in sentences. */
export function deedsIn(protocol: AnyRoundsProtocol, { one, traitor, deeds }: Strayed): string[] {
  return deeds.map(({ round, to, stray }) => (stray === undefined ? `${nameOf(traitor)} kept back from ${nameOf(to)} what it had to say in round ${round}` : `${nameOf(traitor)} told ${nameOf(to)} ${inWords(protocol, one, stray)} in round ${round}, out of turn`));
}
