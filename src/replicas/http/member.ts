import { UserError } from '../../core/user-error.ts';
import { DamagedLog } from '../../runtime/log.ts';
import { newVerdicts, type Verdicts } from '../../runtime/signer.ts';
import type { FromReplica, Addressed, ToWorker, FromWorker } from './worker-messages.ts';
import { Replica, type Run } from './replica.ts';
import type { Seen } from './seen.ts';
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
  const hearers = new Map<number, (message: ToWorker) => void>();
  const verdicts = newVerdicts();
  home.on(({ id, message }) => {
    let hear = hearers.get(id);
    if (hear === undefined) {
      const exit = (code: number): void => {
        hearers.delete(id);
        if (hearers.size === 0) home.exit(code);
        else home.post({ type: 'left', id, code });
      };
      hearers.set(id, (hear = replicaOf({ post: (answer) => home.post({ type: 'told', id, answer }), exit }, verdicts)));
    }
    hear(message);
  });
}

/** The way to the cluster that a replica belongs to. */
interface Parent {
  post(answer: FromReplica): void;
  /** Tells that this replica has ended. */
  exit(code: number): void;
}

/** The life of one replica: it does what its cluster tells it. */
function replicaOf(parent: Parent, verdicts: Verdicts): (message: ToWorker) => void {
  let replica: Replica | undefined;
  let runs: Run[] = [];
  let telling: NodeJS.Timeout | undefined;
  let seen: Seen[] = [];
  let [left, messages] = [0, 0];

  return (message) => {
    switch (message.type) {
      case 'be':
        void be(message);
        break;
      case 'start':
        void start(message.urls);
        break;
      case 'find':
        post({ type: 'found', findings: message.questions.map(({ question, about }) => ({ question, value: replica?.slotOf(about) })) });
        break;
      case 'count':
        post({ type: 'counted', findings: message.questions.map(({ question, about }) => ({ question, value: replica?.tallyOf(about) ?? { correct: 0, corrupt: 0 } })) });
        break;
      case 'stop':
        void stop();
        break;
      default:
        message satisfies never;
    }
  };

  async function be({ config, host, port, isWatched }: ToWorker & { type: 'be' }): Promise<void> {
    try {
      const service = serviceNamed(config.plan.protocol);
      replica = new Replica({
        ...config,
        service,
        verdicts,
        listener: {
          answered(run) {
            if (runs.push(run) === 1) telling = setTimeout(tellRuns, MOMENT);
          },
          commanded: (command) => post({ type: 'commanded', command }),
          ...(isWatched === true ? { seen: look } : {}),
          failed(error) {
            post({ type: 'failed', message: error.message });
            void replica?.close();
            parent.exit(1);
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
    parent.exit(0);
  }

  /** Gathers what it says and does; in a flood some messages are only counted. */
  function look(one: Seen): void {
    const isMessage = one.type === 'sent' || one.type === 'heard';
    messages += Number(isMessage);
    if (isMessage && messages > MESSAGES_MAX) left += 1;
    else seen.push(one);
    if (seen.length + left === 1) setTimeout(tellSeen, MOMENT);
  }

  function tellSeen(): void {
    const [told, lost] = [seen, left];
    seen = [];
    [left, messages] = [0, 0];
    parent.post({ type: 'seen', seen: told, left: lost });
  }

  /** Tells what is not told yet of users who were answered, before anything else is told. */
  function post(answer: FromReplica): void {
    tellRuns();
    parent.post(answer);
  }

  /** Many users are answered in one moment, and to post each of them costs as much as to order it does. */
  function tellRuns(): void {
    clearTimeout(telling);
    if (runs.length === 0) return;
    const told = runs;
    runs = [];
    parent.post({ type: 'answered', runs: told });
  }
}

/** Milliseconds; people are shown what was decided no sooner than when its votes are counted. */
const MOMENT = 50;

/** More messages in that time nobody sees. */
const MESSAGES_MAX = 100;
