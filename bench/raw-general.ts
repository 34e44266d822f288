/** The denominator: a worker that does the rounds of an order on bare ports, with nothing in them but numbers. */
import { parentPort, type MessagePort } from 'node:worker_threads';

export type RawLetter = { readonly ports: readonly MessagePort[] } | { readonly order: number };

const ROUNDS = 2;
const main = parentPort!;
let ports: readonly MessagePort[] = [];
let order = 0;
let round = 0;
const arrived = new Map<number, number>();

main.on('message', (letter: RawLetter) => {
  if ('ports' in letter) {
    ports = letter.ports;
    for (const port of ports) port.on('message', hear);
    main.postMessage('ready');
  } else {
    order = letter.order;
    round = 0;
    proceed();
  }
});

function hear(key: number): void {
  arrived.set(key, (arrived.get(key) ?? 0) + 1);
  if (key === order * 8 + round) proceed();
}

function proceed(): void {
  while (round === 0 || arrived.get(order * 8 + round) === ports.length) {
    arrived.delete(order * 8 + round);
    round += 1;
    if (round > ROUNDS) {
      main.postMessage(order);
      return;
    }
    for (const port of ports) port.postMessage(order * 8 + round);
    if (ports.length === 0) continue;
  }
}
