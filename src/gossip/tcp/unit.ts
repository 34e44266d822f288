import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../core/user-error.ts';
import { Guardian } from '../../runtime/guardian.ts';
import type { Verdicts } from '../../runtime/signer.ts';
import type { Address } from '../address.ts';
import type { Figures } from '../figures.ts';
import type { Standing } from '../judge/membership.ts';
import type { Output } from '../outputs.ts';
import type { GossipVocabulary } from '../vocabulary.ts';
import type { FromMember, MemberSpec, ToMember } from './member-messages.ts';
import { listen } from './member.ts';
import type { Mishaps } from './mishaps.ts';
import type { GossipNode } from './node.ts';

/** One life of a node, in this process or in one of its own. */
export interface Unit {
  readonly pid: number | undefined;
  readonly address: Address;
  /** @throws UserError */
  start(seeds: readonly Address[]): void;
  input(input: GossipVocabulary['input']): void;
  suffer(mishaps: Mishaps): void;
  /** Asks how it fares, and whom it has on its list: its listener is told. Who stands still tells nothing. */
  askFigures(): void;
  askList(): void;
  /** Ends at once, as if the power went. */
  kill(): Promise<void>;
  /** Has it stand still, and go on. */
  stop(): void;
  continue(): void;
}

/** Tells what a unit hands on, and how it ended. */
export interface UnitListener {
  readonly output: (output: Output) => void;
  readonly stalled: (lasted: number) => void;
  readonly figures: (figures: Figures) => void;
  readonly list: (list: readonly Standing[]) => void;
  readonly ended: (reason: string) => void;
}

/** @throws UserError if it cannot listen where it is to */
export async function here(spec: MemberSpec, listener: UnitListener, verdicts: Verdicts): Promise<Unit> {
  const failed = (error: Error): void => void node.stop().then(() => listener.ended(error.message));
  const { output, stalled } = listener;
  const node: GossipNode = await listen(spec, { output, stalled, failed }, verdicts);
  return {
    pid: undefined,
    address: node.address,
    start: (seeds) => node.start(seeds),
    input: (input) => node.input(input),
    suffer: (mishaps) => node.suffer(mishaps),
    askFigures: () => node.soon(() => listener.figures(node.figures())),
    askList: () => node.soon(() => listener.list(node.list())),
    kill: () => node.stop(),
    stop: () => node.hold(),
    continue: () => node.goOn(),
  };
}

/** @throws UserError if it cannot listen where it is to */
export function inProcess(spec: MemberSpec, listener: UnitListener): Promise<Unit> {
  const child = fork(fileURLToPath(ENTRY), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
  GUARDIAN.watch(child);
  return new Promise((resolve, reject) => {
    let reason: string | undefined;
    const unit = unitOf(child);
    child.once('error', (error) => reject(error));
    child.once('exit', (code, signal) => {
      const how = reason ?? (signal === null ? `exited with code ${code}` : `was ended by ${signal}`);
      reject(new UserError(how));
      listener.ended(how);
    });
    child.on('message', (told: FromMember) => {
      switch (told.type) {
        case 'listening':
          return resolve({ ...unit, address: told.address });
        case 'output':
          return listener.output(told.output);
        case 'stalled':
          return listener.stalled(told.lasted);
        case 'figures':
          return listener.figures(told.figures);
        case 'list':
          return listener.list(told.list);
        case 'failed':
          ({ reason } = told);
          return;
        default:
          told satisfies never;
      }
    });
    postTo(child, { type: 'listen', spec });
  });
}

function postTo(child: ChildProcess, message: ToMember): void {
  if (child.connected) child.send(message, () => undefined);
}

function unitOf(child: ChildProcess): Omit<Unit, 'address'> {
  const post = (message: ToMember): void => postTo(child, message);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    pid: child.pid,
    start: (seeds) => post({ type: 'start', seeds }),
    input: (input) => post({ type: 'input', input }),
    suffer: (mishaps) => post({ type: 'mishaps', mishaps }),
    askFigures: () => post({ type: 'figures' }),
    askList: () => post({ type: 'list' }),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    stop: () => void child.kill('SIGSTOP'),
    continue: () => void child.kill('SIGCONT'),
  };
}

/** Who stands still does not see that this process is gone. */
const GUARDIAN = new Guardian();

const ENTRY = new URL('../../../workers/gossip.cjs', import.meta.url);
