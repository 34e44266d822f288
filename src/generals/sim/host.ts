import type { Host, Loss, RunObserver, RunResult } from '../host.ts';
import { symbolicSigner } from '../../core/signer.ts';
import type { Signer } from '../../core/machine.ts';
import type { Behaviours, RunSpec } from '../run-spec.ts';
import type { NodeId } from '../../core/node.ts';
import { limited } from '../limit.ts';
import { simulate } from './simulate.ts';

/** Generals without threads: every order is run in virtual time. */
export class SimHost implements Host {
  readonly #living = new Set<NodeId>();

  async spawn(ids: readonly NodeId[]): Promise<void> {
    for (const id of ids) this.#living.add(id);
  }

  async stop(id: NodeId): Promise<void> {
    this.#living.delete(id);
  }

  signer(_seed: number, id: NodeId): Signer {
    return symbolicSigner(id);
  }

  async run(spec: RunSpec, behaviours: Behaviours, observer?: RunObserver): Promise<RunResult> {
    const lost = new Set(spec.members.filter((id) => !this.#living.has(id)));
    const result = limited(() => simulate(spec, { behaviours, lost, ...(observer === undefined ? {} : { observer }) }));
    for (const { id } of result.losses) this.#living.delete(id);
    return result;
  }

  losses(): readonly Loss[] {
    return [];
  }

  async close(): Promise<void> {
    this.#living.clear();
  }
}
