/** The denominator: a worker that does the rounds of an order on bare ports, and nothing else. */
import { parentPort, type MessagePort } from 'node:worker_threads';

/** Who posts to whom, and what. */
export type Plan =
  /** In each of so many rounds everyone posts a number to everyone. */
  | { readonly type: 'numbers'; readonly rounds: number }
  /** The frames of OM(m): the first worker posts to all in round 1, the others to each other afterwards, so many numbers each. */
  | { readonly type: 'frames'; readonly counts: readonly number[] };

export type RawLetter = { readonly index: number; readonly ports: readonly (readonly [number, MessagePort])[] } | { readonly order: number; readonly plan: Plan };

const main = parentPort!;
let self = 0;
let ports: readonly (readonly [number, MessagePort])[] = [];
let order = 0;
let round = 0;
let plan: Plan = { type: 'numbers', rounds: 0 };
const arrived = new Map<number, number>();

main.on('message', (letter: RawLetter) => {
  if ('ports' in letter) {
    ({ index: self, ports } = letter);
    for (const [, port] of ports) port.on('message', hear);
    main.postMessage('ready');
  } else {
    ({ order, plan } = letter);
    round = 0;
    proceed();
  }
});

function hear(frame: number | readonly number[]): void {
  const key = typeof frame === 'number' ? frame : frame[0]! * 8 + frame[1]!;
  arrived.set(key, (arrived.get(key) ?? 0) + 1);
  if (key === order * 8 + round) proceed();
}

function proceed(): void {
  while (round === 0 || (arrived.get(order * 8 + round) ?? 0) === awaited()) {
    arrived.delete(order * 8 + round);
    round += 1;
    if (round > (plan.type === 'numbers' ? plan.rounds : plan.counts.length)) {
      main.postMessage(order);
      return;
    }
    const frame = plan.type === 'numbers' ? order * 8 + round : [order, round, ...Array.from({ length: plan.counts[round - 1]! }, (_, place) => 2 * place + 1)];
    for (const [peer, port] of ports) if (speaks(self, peer)) port.postMessage(frame);
  }
}

function awaited(): number {
  let count = 0;
  for (const [peer] of ports) if (speaks(peer, self)) count += 1;
  return count;
}

function speaks(from: number, to: number): boolean {
  if (plan.type === 'numbers') return true;
  return round === 1 ? from === 0 : from !== 0 && to !== 0;
}
