/**
 * Twins (Bano et al., "Twins: BFT Systems Made Robust", OPODIS 2021): one of four replicas runs twice, loyal both times and
 * under one identity, which is how it equivocates, forgets and speaks twice without a line of treason. A scenario says
 * which replica has a twin, and for each round who can reach whom; within a round messages go first in, first out, until all is
 * quiet, and with the next round the view timers that run expire. All scenarios of so many rounds can be counted off.
 *
 * Two requests wait at every node from the start, in another order at the second twin. Only safety is judged.
 */
import { choosesNothing } from '../../core/choice.ts';
import type { Context, DurableMachine } from '../../core/machine.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import { symbolicSigner } from '../../core/signer.ts';
import { LogJudge } from '../judge/log.ts';
import type { Effect, Event, Pbft, Request } from '../pbft/messages.ts';
import { replica } from '../pbft/replica.ts';
import { settingsOf } from '../pbft/settings.ts';
import type { ReplicaState } from '../pbft/state.ts';
import { judgeStatements } from './statements.ts';

const N = 4;
/** The ways in which five nodes can be cut in two, not being cut being one. */
export const CUTS = 16;

export interface TwinsScenario {
  readonly twin: number;
  /** For each round the nodes that cannot reach node 0, as bits: node 1 first, the second twin last. */
  readonly cuts: readonly number[];
}

export const scenarioCount = (rounds: number): number => N * CUTS ** rounds;

/** @param index from 0 to `scenarioCount(rounds)` − 1 */
export function scenarioAt(rounds: number, index: number): TwinsScenario {
  const cuts: number[] = [];
  let rest = Math.floor(index / N);
  for (let round = 0; round < rounds; round += 1) {
    cuts.push(rest % CUTS);
    rest = Math.floor(rest / CUTS);
  }
  return { twin: index % N, cuts };
}

interface TwinNode {
  readonly id: NodeId;
  readonly context: Context;
  state: ReplicaState;
  hasViewTimer: boolean;
}

interface Queued {
  readonly from: number;
  readonly to: number;
  readonly event: Event;
}

const MEMBERS = Array.from({ length: N }, (_, id) => nodeId(id));
const SETTINGS = settingsOf({ checkpointEvery: 4, batch: 1, pipeline: 2 });
const CONTEXTS: readonly Context[] = MEMBERS.map((self) => ({ self, members: MEMBERS, signer: symbolicSigner(self), settings: SETTINGS, choose: choosesNothing }));
const REQUESTS = [1, 2].map((timestamp): Request => {
  const client = nodeId(N);
  const body = { client, timestamp, mark: `${timestamp}`, key: '', operation: `order ${timestamp}` };
  return { type: 'request', body, signature: symbolicSigner(client).sign('request', body) };
});

/** @returns the first violation, if there is one, and what it took to see */
export function runTwins({ twin, cuts }: TwinsScenario, machine: DurableMachine<Pbft, ReplicaState> = replica): { readonly violation: string | undefined; readonly events: number } {
  const judge = new LogJudge();
  for (const { body } of REQUESTS) judge.asked(body);
  const nodes = [...MEMBERS, nodeId(twin)].map((id): TwinNode => ({ id, context: CONTEXTS[id]!, state: machine.begin(CONTEXTS[id]!), hasViewTimer: false }));
  const queue: Queued[] = [];
  let events = 0;
  let cut = 0;
  const side = (node: number): number => (node === 0 ? 0 : (cut >> (node - 1)) & 1);
  const step = (at: number, event: Event): void => {
    const node = nodes[at]!;
    events += 1;
    for (const effect of machine.step(node.context, node.state, event)) carry(at, node, effect);
  };
  const carry = (at: number, node: TwinNode, effect: Effect): void => {
    if (effect.type === 'send') {
      if (node.id !== twin) judgeStatements(judge, node.id, N, effect.message);
      const event: Event = { type: 'message', from: node.id, message: effect.message };
      for (let to = 0; to < nodes.length; to += 1) {
        if (to !== at && effect.to.includes(nodes[to]!.id) && side(at) === side(to)) queue.push({ from: at, to, event });
      }
    } else if (effect.type === 'set-timer' && effect.timer === 'view') node.hasViewTimer = true;
    else if (effect.type === 'cancel-timer' && effect.timer === 'view') node.hasViewTimer = false;
    else if (effect.type === 'output' && effect.output.type === 'executed' && node.id !== twin) judge.executed(node.id, effect.output.sequence, effect.output.batch);
    else if (effect.type === 'accuse' && node.id !== twin && effect.suspect !== twin) judge.accused(node.id, effect.suspect, effect.evidence);
  };
  cuts.forEach((next, round) => {
    cut = next;
    if (round === 0) {
      nodes.forEach((_, at) => {
        for (const request of at === N ? REQUESTS.toReversed() : REQUESTS) step(at, { type: 'message', from: request.body.client, message: request });
      });
    } else {
      nodes.forEach((node, at) => {
        if (!node.hasViewTimer) return;
        node.hasViewTimer = false;
        step(at, { type: 'timeout', timer: 'view' });
      });
    }
    for (let done = 0; done < queue.length; done += 1) step(queue[done]!.to, queue[done]!.event);
    queue.length = 0;
  });
  return { violation: judge.violation, events };
}

export const describeTwins = ({ twin, cuts }: TwinsScenario): string =>
  `replica ${twin} has a twin (node ${N}); cut off from node 0, round by round: ${cuts.map((cut) => [1, 2, 3, 4].filter((node) => ((cut >> (node - 1)) & 1) === 1).join(' ') || 'nobody').join('; ')}`;
