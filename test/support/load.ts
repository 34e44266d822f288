import { expect } from 'chai';
import type { Shown } from '../../src/replicas/http/user.ts';

export interface Node {
  readonly id: number;
  readonly url: string;
  readonly kind: string;
  readonly pid?: number;
}

export const look = async (url: string): Promise<Shown> => (await (await fetch(`${url}/status?full`)).json()) as Shown;

/** Between two questions to those that are waited for: asked without a pause, they would do little else than answer. */
export const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

/** Waits until all nodes show the same log, in which all has its place that was acknowledged. */
export async function agreed(nodes: readonly Node[], load: Load): Promise<readonly Shown[]> {
  for (;;) {
    const shown = await Promise.all(nodes.map(({ url }) => look(url)));
    const digests = new Set(shown.map(({ digest }) => digest));
    if (digests.size > 1) {
      await moment();
      continue;
    }
    expect(load.places.size, 'two requests were told the same place').to.equal(load.count);
    expect(shown[0]!.executed).to.be.at.least(Math.max(...load.places.keys()));
    return shown;
  }
}

let loads = 0;

/** So many requests are acknowledged beyond what a test waits for, so that there are always some under way. Then the users rest, but in a soak. */
const AHEAD = process.env['SOAK'] === '1' ? Infinity : 6;

/** Users who post one request after the other, to whoever commands, and go on with the next node when one is gone or silent. */
export class Load {
  /** What was acknowledged, by the place in the log that it was told. */
  readonly places = new Map<number, string>();
  count = 0;
  readonly #number: number;
  readonly #ahead: number;
  readonly #urls: readonly string[];
  readonly #users: Promise<void>[];
  #isOver = false;
  #target = 0;
  #reached: () => void = () => undefined;
  #resting: (() => void)[] = [];

  /** @param ahead after so many more than are waited for users rest, if they ever do */
  constructor(urls: readonly string[], users: number, ahead = AHEAD) {
    this.#ahead = ahead;
    loads += 1;
    this.#number = loads;
    this.#urls = urls;
    this.#users = Array.from({ length: users }, (_, user) => this.#post(user));
  }

  /** When that many more requests have been acknowledged. */
  acknowledged(more: number): Promise<void> {
    this.#target = this.count + more;
    this.#wake();
    return new Promise((resolve) => {
      this.#reached = resolve;
    });
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    this.#wake();
    await Promise.all(this.#users);
  }

  async #post(user: number): Promise<void> {
    let node = 0;
    for (let number = 0; !this.#isOver; number += 1) {
      if (this.count >= this.#target + this.#ahead) await new Promise<void>((resolve) => this.#resting.push(resolve));
      const data = `load ${this.#number}, user ${user}, request ${number}`;
      try {
        // A node that hangs is given up after a while, as people do.
        const answer = await fetch(`${this.#urls[node]!}/preprepare`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ data }), signal: AbortSignal.timeout(5000) });
        await answer.arrayBuffer();
        const commander = answer.headers.get('generals-commander');
        if (answer.status === 200) {
          this.#acknowledge(JSON.parse(decodeURIComponent(answer.headers.get('generals-result')!)) as string, data);
          continue;
        }
        node = commander === null ? this.#next(node) : Number(commander);
      } catch {
        node = this.#next(node);
      }
      // Who is sent from one to the other, and on to nobody, takes a breath.
      await moment();
    }
  }

  #wake(): void {
    for (const goOn of this.#resting.splice(0)) goOn();
  }

  #next(node: number): number {
    return (node + 1) % this.#urls.length;
  }

  #acknowledge(place: string, data: string): void {
    this.count += 1;
    this.places.set(Number(place), data);
    if (this.count >= this.#target) this.#reached();
  }
}
