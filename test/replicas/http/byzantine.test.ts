import { expect } from 'chai';
import type { AnyMachine, Context } from '../../../src/core/machine.ts';
import { seededAt } from '../../../src/core/choice.ts';
import { nodeId } from '../../../src/core/node.ts';
import { serviceNamed } from '../../../src/replicas/http/services.ts';
import { moment } from '../../support/load.ts';
import { ask, placeIn, startReplicas, type Replicas } from '../../support/served.ts';

/** Users do not mind a wait, and a slow machine is no traitor. */
const SETTINGS = { timeout: 1500, retryAfter: 700, collectorTimeout: 300 };

describe('a Byzantine replica over HTTP', () => {
  let running: Replicas | undefined;
  afterEach(() => running?.close());

  /** Posts to whoever commands, and on to whom a refusal names. */
  async function order(replicas: Replicas, data: string): Promise<void> {
    for (let node = 0; ; ) {
      const answer = await ask(replicas.urls[node]!, data);
      if (answer.status === 200) return;
      expect([401, 503]).to.include(answer.status);
      node = Number(answer.headers.get('generals-commander') ?? (node + 1) % 4);
    }
  }

  /** Waits until all loyal replicas show one log, of so many requests at least. */
  async function agree({ replicas }: Replicas, traitor: number, least: number): Promise<void> {
    const loyal = replicas.filter(({ id }) => id !== traitor);
    for (;;) {
      const shown = loyal.map((replica) => replica.status());
      if (new Set(shown.map(({ digest }) => digest)).size === 1 && shown.every(({ executed }) => executed >= least)) return;
      await moment();
    }
  }

  // Node 1 is the first collector.
  for (const [protocol, traitor] of [['pbft', 3], ['collector', 1]] as const) {
    for (const kind of serviceNamed(protocol).strategies) {
      it(`${protocol}: ${kind}, as ${protocol === 'pbft' ? 'a backup' : 'the collector'}, splits nobody and stops nothing`, async () => {
        running = await startReplicas(4, serviceNamed(protocol), { strategies: { [traitor]: kind }, settings: SETTINGS });
        for (let count = 0; count < 5; count += 1) await order(running, `request ${count}`);
        await agree(running, traitor, 5);
      });
    }
  }

  it('chooses by the seed of its cluster, after a restart as well; who is loyal tosses coins that nobody can foresee', async () => {
    const pbft = serviceNamed('pbft');
    const options = Array.from({ length: 2 ** 10 }, (_, index) => index);
    let chosen: readonly (readonly [node: number, choice: number])[] = [];
    const replica = (strategy?: string): AnyMachine => {
      const machine = pbft.replica(strategy);
      return {
        ...machine,
        begin(context: Context) {
          chosen = [...chosen, [context.self, context.choose('what to say', options)]];
          return machine.begin(context);
        },
      };
    };
    const choicesUnder = async (seed: number): Promise<typeof chosen> => {
      chosen = [];
      running = await startReplicas(4, { ...pbft, replica }, { strategies: { 2: 'equivocate', 3: 'twins' }, seed, settings: SETTINGS });
      await running.fall(2);
      await running.rise(2);
      await running.close();
      return chosen;
    };
    const ofTraitors = (seed: number): readonly number[] => [2, 3, 2].map((id) => seededAt(seed, nodeId(id))('what to say', options));
    const runs = [await choicesUnder(5), await choicesUnder(5), await choicesUnder(6)];
    expect(runs.map((run) => run.flatMap(([id, choice]) => (id >= 2 ? [choice] : [])))).to.deep.equal([5, 5, 6].map(ofTraitors));
    const [one, other] = runs.map((run) => run.flatMap(([id, choice]) => (id < 2 ? [choice] : [])));
    expect(one).to.have.length(2).and.not.deep.equal(other);
  });

  it('that is two under one identity splits nobody and stops nothing, as commander', async () => {
    running = await startReplicas(4, serviceNamed('pbft'), { strategies: { 0: 'twins' }, settings: SETTINGS });
    const replicas = running;
    await Promise.all(Array.from({ length: 10 }, (_, index) => order(replicas, `request ${index}`)));
    await agree(replicas, 0, 10);
  });

  it('that is malicious shows in the votes that were corrupt', async () => {
    running = await startReplicas(4, serviceNamed('pbft'), { strategies: { 3: 'malicious' }, settings: SETTINGS });
    await order(running, 'very-important-data');
    const { request } = running.runs[0]!;
    const place = await placeIn(running, request);
    while (running.replicas.slice(0, 3).some((replica) => replica.tallyOf(place).corrupt === 0)) await new Promise((resolve) => setImmediate(resolve));
  });

  it('that commands and tells different nodes different values is replaced', async () => {
    running = await startReplicas(4, serviceNamed('pbft'), { strategies: { 0: 'malicious' }, settings: SETTINGS });
    // A user asks the traitor, as it commands; others take the request once they have a new commander.
    void ask(running.urls[0]!, 'to a traitor').catch(() => undefined);
    while (running.replicas.slice(1).some((replica) => replica.command().view === 0)) await new Promise((resolve) => setImmediate(resolve));
    const { commander } = running.replicas[1]!.command();
    expect(commander).not.to.equal(0);
    for (let node = Number(commander), done = 0; done < 3; ) {
      const answer = await ask(running.urls[node]!, `request ${done}`);
      if (answer.status === 200) done += 1;
      else node = Number(answer.headers.get('generals-commander') ?? node);
    }
    await agree(running, 0, 3);
  });
});
