import type { RunResult, Host, Loss } from '../host.ts';
import { symbolicKeyring, type Keyring } from '../keyring.ts';
import type { CrashMode, RunSpec } from '../run-spec.ts';
import type { NodeId } from '../../core/node.ts';
import { simulate } from './simulate.ts';

/** Generals without threads: every order is run in virtual time. */
export class SimHost implements Host {
  readonly #generals = new Map<NodeId, { strategy?: string; crashMode?: CrashMode; crashRound?: number; words?: readonly string[]; lost: boolean }>();

  async spawn(ids: readonly NodeId[]): Promise<void> {
    for (const id of ids) this.#generals.set(id, { lost: false });
  }

  async stop(id: NodeId): Promise<void> {
    this.#generals.delete(id);
  }

  corrupt(id: NodeId, strategy: string | undefined): void {
    const general = this.#generals.get(id);
    if (general === undefined) return;
    if (strategy === undefined) delete general.strategy;
    else general.strategy = strategy;
  }

  injectCrash(id: NodeId, crashMode: CrashMode): void {
    const general = this.#generals.get(id);
    if (general !== undefined) general.crashMode = crashMode;
  }

  crashInRound(id: NodeId, round: number): void {
    const general = this.#generals.get(id);
    if (general !== undefined) general.crashRound = round;
  }

  dictate(id: NodeId, words: readonly string[]): void {
    const general = this.#generals.get(id);
    if (general !== undefined) general.words = words;
  }

  keyring(_seed: number, id: NodeId): Keyring {
    return symbolicKeyring(id);
  }

  async run(spec: RunSpec): Promise<RunResult> {
    const lost = new Set<NodeId>();
    const traitors = new Map<NodeId, string>();
    const crashModes = new Map<NodeId, CrashMode>();
    const crashRounds = new Map<NodeId, number>();
    const dictations = new Map<NodeId, readonly string[]>();
    for (const id of spec.members) {
      const general = this.#generals.get(id);
      if (general === undefined || general.lost) lost.add(id);
      if (general?.strategy !== undefined) traitors.set(id, general.strategy);
      if (general?.crashMode !== undefined) crashModes.set(id, general.crashMode);
      if (general?.crashRound !== undefined) crashRounds.set(id, general.crashRound);
      if (general?.words !== undefined) {
        dictations.set(id, general.words);
        delete general.words;
      }
    }
    const account = simulate(spec, { traitors, lost, crashModes, crashRounds, dictations });
    for (const { id } of account.losses) {
      const general = this.#generals.get(id);
      if (general !== undefined) general.lost = true;
    }
    return account;
  }

  losses(): readonly Loss[] {
    return [];
  }

  async close(): Promise<void> {
    this.#generals.clear();
  }
}
