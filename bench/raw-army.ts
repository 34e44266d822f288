import { once } from 'node:events';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { Plan } from './raw-general.ts';

const ENTRY = new URL('./raw-general.js', import.meta.url);

/** As many bare workers as an army has generals, each pair linked by a channel, and nothing else. */
export class RawArmy {
  readonly #workers: readonly Worker[];
  #orders = 0;
  #missing = 0;
  #done: (() => void) | undefined;

  private constructor(workers: readonly Worker[]) {
    this.#workers = workers;
    for (const worker of workers) worker.on('message', () => this.#hear());
  }

  static async muster(count: number): Promise<RawArmy> {
    const workers = Array.from({ length: count }, () => new Worker(ENTRY));
    const ports = workers.map((): [number, MessagePort][] => []);
    for (let a = 0; a < count; a += 1) {
      for (let b = a + 1; b < count; b += 1) {
        const { port1, port2 } = new MessageChannel();
        ports[a]!.push([b, port1]);
        ports[b]!.push([a, port2]);
      }
    }
    const ready = Promise.all(workers.map((worker) => once(worker, 'message')));
    workers.forEach((worker, index) => worker.postMessage({ index, ports: ports[index] }, ports[index]!.map(([, port]) => port)));
    await ready;
    return new RawArmy(workers);
  }

  /** All rounds of one order. */
  order(plan: Plan): Promise<void> {
    this.#orders += 1;
    this.#missing = this.#workers.length;
    for (const worker of this.#workers) worker.postMessage({ order: this.#orders, plan });
    return new Promise((resolve) => (this.#done = resolve));
  }

  async disband(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #hear(): void {
    this.#missing -= 1;
    if (this.#missing === 0) this.#done?.();
  }
}
