import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { questionsIn } from '../src/words/tree.ts';
import { executeLine } from '../src/words/udp/session.ts';
import { meet, type WordsNode } from '../src/words/udp/node.ts';
import { inTurn, median, time, type Row } from './measure.ts';

/** How many peers there are, how many liars they stand, and in how many ms a word is to be settled. */
const SIZES = [
  { n: 4, m: 1, limit: 5 },
  { n: 7, m: 2, limit: 50 },
] as const;

const PAIRS = 5;
const EACH = 20;

/** A word that peers settle on loopback, all in this process: beside bare datagrams of the same number, one upon the other as these are. */
export async function benchWords(report: (row: Row) => void): Promise<void> {
  for (const { n, m, limit } of SIZES) {
    const nodes: WordsNode[] = [];
    await meet(n, nodes);
    const bare = await Bare.of(n, m);
    try {
      const ours = (): Promise<number> => middle(() => executeLine(nodes[0]!, 'consensus 0'));
      await ours();
      report(await inTurn(`a word among ${n}, m = ${m}, ms (${2 * questionsIn(n, m)} bare datagrams)`, PAIRS, ours, () => middle(() => bare.run())));
      report(await inTurn(`a word among ${n}, m = ${m}, ms (${limit} ms)`, PAIRS, ours, async () => limit, 1));
    } finally {
      bare.close();
      await Promise.all(nodes.map((node) => node.stop()));
    }
  }
}

/** The median of some, in ms. */
async function middle(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < EACH; count += 1) times.push(await time(work));
  return median(times);
}

/** Sockets that ask and answer as a consensus does, and make nothing of it. */
class Bare {
  readonly #sockets: readonly Socket[];
  readonly #m: number;
  readonly #all: number;
  #answers = 0;
  #done: () => void = () => undefined;

  static async of(n: number, m: number): Promise<Bare> {
    const sockets = Array.from({ length: n }, () => createSocket('udp4'));
    await Promise.all(sockets.map((socket) => {
      socket.bind(0, '127.0.0.1');
      return once(socket, 'listening');
    }));
    return new Bare(sockets, m);
  }

  private constructor(sockets: readonly Socket[], m: number) {
    this.#sockets = sockets;
    this.#m = m;
    this.#all = questionsIn(sockets.length, m);
    sockets.forEach((socket, self) => socket.on('message', (datagram) => this.#hear(self, JSON.parse(datagram.toString()) as { readonly way: readonly number[]; readonly isAnswer: boolean })));
  }

  run(): Promise<void> {
    this.#answers = 0;
    this.#ask([0]);
    return new Promise((resolve) => (this.#done = resolve));
  }

  close(): void {
    for (const socket of this.#sockets) socket.close();
  }

  #hear(self: number, { way, isAnswer }: { readonly way: readonly number[]; readonly isAnswer: boolean }): void {
    if (isAnswer) {
      this.#answers += 1;
      if (this.#answers === this.#all) this.#done();
      return;
    }
    this.#say(self, way.at(-1)!, { way, isAnswer: true });
    if (way.length <= this.#m) this.#ask([...way, self]);
  }

  #ask(way: readonly number[]): void {
    for (let to = 0; to < this.#sockets.length; to += 1) if (!way.includes(to)) this.#say(way.at(-1)!, to, { way, isAnswer: false });
  }

  #say(from: number, to: number, message: object): void {
    this.#sockets[from]!.send(JSON.stringify(message), this.#sockets[to]!.address().port, '127.0.0.1');
  }
}
