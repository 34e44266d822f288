import { chooseBelow } from '../../core/choice.ts';
import { nodeId } from '../../core/node.ts';
import type { Message, Proposal } from '../pbft/messages.ts';
import { PLACES, VIEWS } from '../pbft/settings.ts';
import type { SendContext } from './traitor.ts';

/** A message that costs its reader something and brings nobody on, with numbers that are now and then as large as can be. @param index tells it from the others that are added to one honest message */
export function noise({ context: { signer, self, members }, state, past, choose }: SendContext, index: number): Message {
  let drawn = 0;
  const draw = (options: number): number => {
    drawn += 1;
    return chooseBelow(choose, `noise ${index}, draw ${drawn}`, options);
  };
  const near = (number: number, limit: number): number => [number, number + draw(8), number + draw(1000), Math.floor(limit / 2), limit - 1][draw(5)]!;
  const view = Math.max(1, near(state.view, VIEWS));
  const sequence = Math.max(1, near(state.executed, PLACES));
  const digest = signer.digest([draw(1000)]);
  const vote: Proposal & { readonly replica: typeof self } = { view, sequence, digest, replica: self };
  switch (draw(7)) {
    case 0:
      return { type: 'prepare', body: vote, signature: signer.sign('prepare', vote) };
    case 1:
      return { type: 'commit', body: vote, signature: signer.sign('commit', vote) };
    case 2: {
      const body = { sequence: Math.min(sequence * state.settings.checkpointEvery, PLACES - 1), digest, replica: self };
      return { type: 'checkpoint', body, signature: signer.sign('checkpoint', body) };
    }
    case 3: {
      const body = { view, stable: state.stable, proof: state.proof, prepared: [], replica: self };
      return { type: 'view-change', body, signature: signer.sign('view-change', body) };
    }
    case 4:
      return { type: 'status', view: view - 1, isChanging: draw(2) === 0, executed: draw(2) === 0 ? 0 : sequence, stable: draw(2) === 0 ? 0 : sequence };
    case 5:
      return past[draw(Math.max(1, past.length))] ?? { type: 'fetch', digest };
    default: {
      // A request of a client of its own, under a number that it picks.
      const body = { client: nodeId(members.length + self), timestamp: 1 + draw(2 ** 10) * 2 ** 21, mark: '', key: '', operation: `noise ${draw(1000)}` };
      return { type: 'request', body, signature: signer.sign('request', body) };
    }
  }
}
