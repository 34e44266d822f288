import { Refusal } from '../../core/refusal.ts';
import { DamagedLog } from '../log.ts';
import type { Answer, Letter } from './letters.ts';
import { Replica } from './replica.ts';
import { serviceNamed } from './services.ts';

/** The way to the cluster that a replica belongs to: a port of a thread, or the channel of a process. */
export interface Superior {
  post(answer: Answer): void;
  on(listener: (letter: Letter) => void): void;
  /** Ends this thread or process. */
  exit(code: number): void;
}

/** The life of one replica in its thread or process: it does what its cluster tells it. */
export function serveReplica(superior: Superior): void {
  let replica: Replica | undefined;

  superior.on((letter) => {
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
  });

  async function be({ being, host, port }: Letter & { type: 'be' }): Promise<void> {
    try {
      const service = serviceNamed(being.plan.protocol);
      replica = new Replica({
        ...being,
        service,
        listener: {
          answered: (run) => superior.post({ type: 'answered', run }),
          commanded: (view, commander) => superior.post({ type: 'commanded', view, commander }),
          failed(error) {
            superior.post({ type: 'failed', message: error.message });
            superior.exit(1);
          },
        },
      });
      superior.post({ type: 'listening', port: await replica.listen(host, port) });
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof DamagedLog)) throw error;
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
