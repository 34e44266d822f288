import { UserError } from '../../core/user-error.ts';
import { DamagedLog } from '../../runtime/log.ts';
import { newVerdicts, type Verdicts } from '../../runtime/seal.ts';
import type { Answer, Delivery, Letter, Told } from './letters.ts';
import { Replica } from './replica.ts';
import { serviceNamed } from './services.ts';

/** The way to the cluster from where its replicas live: a port of a thread, or the channel of a process. */
export interface Home {
  post(told: Told): void;
  on(listener: (delivery: Delivery) => void): void;
  /** Ends this thread or process. */
  exit(code: number): void;
}

/**
 * The lives of the replicas in one thread or process, which ends with the last of them. They share what is known of signatures, so
 * that each signature is verified once here: it is genuine for all, or for none.
 */
export function serveReplicas(home: Home): void {
  const hearers = new Map<number, (letter: Letter) => void>();
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
  post(answer: Answer): void;
  /** Tells that this replica has ended. */
  exit(code: number): void;
}

/** The life of one replica: it does what its cluster tells it. */
function replicaOf(superior: Superior, verdicts: Verdicts): (letter: Letter) => void {
  let replica: Replica | undefined;

  return (letter) => {
    switch (letter.type) {
      case 'be':
        void be(letter);
        break;
      case 'start':
        void start(letter.urls);
        break;
      case 'find':
        superior.post({ type: 'found', question: letter.question, place: replica?.placeOf(letter.request) });
        break;
      case 'count':
        superior.post({ type: 'counted', question: letter.question, tally: replica?.tallyOf(letter.place) ?? { correct: 0, corrupt: 0 } });
        break;
      case 'stop':
        void stop();
        break;
      default:
        letter satisfies never;
    }
  };

  async function be({ being, host, port }: Letter & { type: 'be' }): Promise<void> {
    try {
      const service = serviceNamed(being.plan.protocol);
      replica = new Replica({
        ...being,
        service,
        verdicts,
        listener: {
          answered: (run) => superior.post({ type: 'answered', run }),
          commanded: (command) => superior.post({ type: 'commanded', command }),
          failed(error) {
            superior.post({ type: 'failed', message: error.message });
            void replica?.close();
            superior.exit(1);
          },
        },
      });
      superior.post({ type: 'listening', port: await replica.listen(host, port) });
    } catch (error) {
      if (!(error instanceof UserError || error instanceof DamagedLog)) throw error;
      superior.post({ type: replica === undefined ? 'down' : 'refused', message: error.message });
    }
  }

  async function start(urls: readonly string[]): Promise<void> {
    await replica?.start(urls);
    superior.post({ type: 'up' });
  }

  async function stop(): Promise<void> {
    await replica?.close();
    superior.exit(0);
  }
}
