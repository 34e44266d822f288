import { UserError } from '../../core/user-error.ts';
import { DamagedLog } from '../../runtime/log.ts';
import { newVerdicts, type Verdicts } from '../../runtime/signer.ts';
import type { FromReplica, Addressed, ToWorker, FromWorker } from './worker-messages.ts';
import { Replica, type Run } from './replica.ts';
import { serviceNamed } from './services.ts';

/** The way to the cluster from where its replicas live: a port of a thread, or the channel of a process. */
export interface Home {
  post(told: FromWorker): void;
  on(listener: (delivery: Addressed) => void): void;
  /** Ends this thread or process. */
  exit(code: number): void;
}

/**
 * The lives of the replicas in one thread or process, which ends with the last of them. They share what is known of signatures, so
 * that each signature is verified once here: it is genuine for all, or for none.
 */
export function serveReplicas(home: Home): void {
  const hearers = new Map<number, (letter: ToWorker) => void>();
  const verdicts = newVerdicts();
  home.on(({ id, letter }) => {
    let hear = hearers.get(id);
    if (hear === undefined) {
      const exit = (code: number): void => {
        hearers.delete(id);
        if (hearers.size === 0) home.exit(code);
        else home.post({ type: 'left', id, code });
      };
      hearers.set(id, (hear = replicaOf({ post: (answer) => home.post({ type: 'told', id, answer }), exit }, verdicts)));
    }
    hear(letter);
  });
}

/** The way to the cluster that a replica belongs to. */
interface Superior {
  post(answer: FromReplica): void;
  /** Tells that this replica has ended. */
  exit(code: number): void;
}

/** The life of one replica: it does what its cluster tells it. */
function replicaOf(superior: Superior, verdicts: Verdicts): (letter: ToWorker) => void {
  let replica: Replica | undefined;
  let runs: Run[] = [];

  return (letter) => {
    switch (letter.type) {
      case 'be':
        void be(letter);
        break;
      case 'start':
        void start(letter.urls);
        break;
      case 'find':
        post({ type: 'found', findings: letter.questions.map(({ question, about }) => ({ question, value: replica?.slotOf(about) })) });
        break;
      case 'count':
        post({ type: 'counted', findings: letter.questions.map(({ question, about }) => ({ question, value: replica?.tallyOf(about) ?? { correct: 0, corrupt: 0 } })) });
        break;
      case 'stop':
        void stop();
        break;
      default:
        letter satisfies never;
    }
  };

  async function be({ being, host, port }: ToWorker & { type: 'be' }): Promise<void> {
    try {
      const service = serviceNamed(being.plan.protocol);
      replica = new Replica({
        ...being,
        service,
        verdicts,
        listener: {
          answered(run) {
            if (runs.push(run) === 1) setImmediate(tellRuns);
          },
          commanded: (command) => post({ type: 'commanded', command }),
          failed(error) {
            post({ type: 'failed', message: error.message });
            void replica?.close();
            superior.exit(1);
          },
        },
      });
      post({ type: 'listening', port: await replica.listen(host, port) });
    } catch (error) {
      if (!(error instanceof UserError || error instanceof DamagedLog)) throw error;
      post({ type: replica === undefined ? 'down' : 'refused', message: error.message });
    }
  }

  async function start(urls: readonly string[]): Promise<void> {
    await replica?.start(urls);
    post({ type: 'up' });
  }

  async function stop(): Promise<void> {
    await replica?.close();
    tellRuns();
    superior.exit(0);
  }

  /** Tells what is not told yet of users who were answered, before anything else is told. */
  function post(answer: FromReplica): void {
    tellRuns();
    superior.post(answer);
  }

  /** One batch answers many users in one moment, and to post each of them costs as much as to order it does. */
  function tellRuns(): void {
    if (runs.length === 0) return;
    const told = runs;
    runs = [];
    superior.post({ type: 'answered', runs: told });
  }
}
