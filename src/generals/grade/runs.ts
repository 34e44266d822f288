/** Runs by which a protocol is asked something, each of which can be told as commands of the prompt. */
import { CodeFault } from '../../core/code-fault.ts';
import { counted } from '../../core/figures.ts';
import { nodeId } from '../../core/node.ts';
import { symbolicSigner } from '../../core/signer.ts';
import type { RunResult } from '../host.ts';
import { contextOf, type AnyRoundsProtocol, type Context } from '../protocol.ts';
import { runInRounds } from '../sim/rounds.ts';
import { ShownFault } from './answers.ts';
import { drawTrial, ids, type Trial } from './trials.ts';

/** Trials with traitors, few generals first, so that the first that fails is a small one. */
export function* drawnTrials(protocol: AnyRoundsProtocol, count: number, least = 1): Generator<Trial> {
  for (let n = least; n <= 7; n += 1) {
    const m = protocol.faultsByDefault(n);
    if (protocol.refuses(n, m) !== undefined) continue;
    for (let seed = 0; seed < count; seed += 1) yield drawTrial({ protocol: protocol.name, n, m, seed, traitors: seed % n });
  }
}

/** A run. What code does in it that none may do is shown by its commands. */
export const ran = (one: Trial): RunResult => showing(one, () => runInRounds(one, one));

/** Does something in a run. */
export function showing<T>(one: Trial, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof CodeFault ? new ShownFault(error, commandsOf(one)) : error;
  }
}

/**
 * A run as commands of the prompt, whatever it is begun with.
 * @param told what traitors are told beside
 */
export function commandsOf(one: Trial, told: readonly string[] = []): string[] {
  return [
    `g-muster ${one.members.length}`,
    `g-protocol ${one.protocol} ${one.m}`,
    `g-elect ${one.commander}`,
    ...[...one.traitors].map(([id, strategy]) => `g-state ${id} faulty ${strategy}`),
    ...told,
    `g-seed ${one.seed} 1`,
    `actual-order ${one.order} anyway`,
    'g-why',
  ];
}

/** What shows that it will not be run so. */
export const refusalOf = ({ name }: AnyRoundsProtocol, n: number, m?: number): string[] => [`g-muster ${n}`, `g-protocol ${name}${m === undefined ? '' : ` ${m}`}`];

/** How many generals there are, in words. */
export const armyOf = (one: Trial): string => counted(one.members.length, 'general');

export const traitors = (m: number): string => counted(m, 'traitor', 'traitors');

export function contextAmong(n: number, m: number, self = 2): Context {
  const id = nodeId(Math.min(self, n));
  return contextOf({ members: ids(n), commander: nodeId(1), m, number: 1 }, id, symbolicSigner(id));
}

/** What is said among two to five generals, each word once. */
export function messagesOf(protocol: AnyRoundsProtocol): ReadonlySet<unknown> {
  const said = new Map<string, unknown>();
  for (const one of drawnTrials(protocol, 4, 2)) {
    for (const message of ran(one).reports.flatMap(({ heard }) => heard.flat()).flatMap(({ messages }) => messages)) {
      if (said.size < SAID_MAX) said.set(JSON.stringify(message), message);
    }
  }
  return new Set(said.values());
}

const SAID_MAX = 200;

/** The most messages of one run. */
export const MESSAGES_MAX = 20_000;
