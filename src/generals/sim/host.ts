import type { Account, Host, Loss } from '../host.ts';
import { symbolicKeyring, type Keyring } from '../keyring.ts';
import type { Breakdown, Mission } from '../mission.ts';
import type { NodeId } from '../../core/node.ts';
import { simulate } from './simulate.ts';

/** Generals without threads: every mission is run in virtual time. */
export class SimHost implements Host {
  readonly #generals = new Map<NodeId, { strategy?: string; breakdown?: Breakdown; doom?: number; words?: readonly string[]; lost: boolean }>();

  async enlist(ids: readonly NodeId[]): Promise<void> {
    for (const id of ids) this.#generals.set(id, { lost: false });
  }

  async dismiss(id: NodeId): Promise<void> {
    this.#generals.delete(id);
  }

  corrupt(id: NodeId, strategy: string | undefined): void {
    const general = this.#generals.get(id);
    if (general === undefined) return;
    if (strategy === undefined) delete general.strategy;
    else general.strategy = strategy;
  }

  sabotage(id: NodeId, breakdown: Breakdown): void {
    const general = this.#generals.get(id);
    if (general !== undefined) general.breakdown = breakdown;
  }

  doom(id: NodeId, round: number): void {
    const general = this.#generals.get(id);
    if (general !== undefined) general.doom = round;
  }

  dictate(id: NodeId, words: readonly string[]): void {
    const general = this.#generals.get(id);
    if (general !== undefined) general.words = words;
  }

  keyring(_seed: number, id: NodeId): Keyring {
    return symbolicKeyring(id);
  }

  async carry(mission: Mission): Promise<Account> {
    const lost = new Set<NodeId>();
    const traitors = new Map<NodeId, string>();
    const breakdowns = new Map<NodeId, Breakdown>();
    const dooms = new Map<NodeId, number>();
    const dictations = new Map<NodeId, readonly string[]>();
    for (const id of mission.members) {
      const general = this.#generals.get(id);
      if (general === undefined || general.lost) lost.add(id);
      if (general?.strategy !== undefined) traitors.set(id, general.strategy);
      if (general?.breakdown !== undefined) breakdowns.set(id, general.breakdown);
      if (general?.doom !== undefined) dooms.set(id, general.doom);
      if (general?.words !== undefined) {
        dictations.set(id, general.words);
        delete general.words;
      }
    }
    const account = simulate(mission, { traitors, lost, breakdowns, dooms, dictations });
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
