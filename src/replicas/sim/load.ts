import { choosesNothing } from '../../core/choice.ts';
import { nodeId } from '../../core/node.ts';
import { symbolicSigner } from '../../core/signer.ts';
import { LogJudge } from '../judge/log.ts';
import { client, type ClientVocabulary } from '../pbft/client.ts';
import type { Message, ReplicaOutput } from '../pbft/messages.ts';
import { replica } from '../pbft/replica.ts';
import { settingsOf } from '../pbft/settings.ts';
import { Network } from '../../runtime/virtual/network.ts';
import { judgeStatements } from './statements.ts';

/** What a run under load took, beside time. */
export interface Load {
  readonly events: number;
  readonly answered: number;
  /** Undefined if the loyal agreed. */
  readonly violation: string | undefined;
}

/** Loyal replicas that serve that many requests, one batch each, under the eyes of the judge. */
export function serve({ n, requests, delay = 1 }: { readonly n: number; readonly requests: number; readonly delay?: number }): Load {
  const members = Array.from({ length: n }, (_, id) => nodeId(id));
  const settings = settingsOf({ batch: 1, timeout: 600_000, retryAfter: 600_000, statusEvery: 600_000 });
  const judge = new LogJudge();
  let answered = 0;
  const link = [delay];
  const nodes = [...members, nodeId(n)].map((id) => ({
    id,
    machine: (id < n ? replica : client),
    context: { self: id, members, signer: symbolicSigner(id), settings, choose: choosesNothing },
  }));
  const network = new Network(nodes, {
    link: () => link,
    sync: () => 0,
    sent(from, _to, message) {
      if (from.id < n) judgeStatements(judge, from.id, n, message as Message);
    },
    output(node, output) {
      const said = output as ReplicaOutput | ClientVocabulary['output'];
      if (said.type === 'executed') judge.executed(node.id, said.sequence, said.batch);
      else if (said.type === 'answered') {
        answered += 1;
        judge.answered(node.id, `${said.ticket}`, said.result);
      }
    },
    accuse: (node, { suspect, evidence }) => judge.accused(node.id, suspect, evidence),
  });
  for (const node of network.nodes) network.start(node);
  for (let ticket = 1; ticket <= requests; ticket += 1) {
    const data = `order ${ticket}`;
    const mark = `${ticket}`;
    judge.asked({ client: nodeId(n), mark, key: '', operation: data });
    network.input(network.nodes[n]!, { ticket, data, mark });
  }
  network.run(600_000, () => answered === requests);
  return { events: network.events, answered, violation: judge.violation };
}
