/**
 * A program that the reliability tests run with `--expose-gc`, in a process of its own so that nothing else of theirs is
 * measured. It prints what it measured as one JSON object.
 */
import { readdirSync } from 'node:fs';
import { Army } from '../../src/index.ts';

/** What a process holds. */
export interface Holdings {
  /** In bytes, after garbage is collected. */
  readonly heap: number;
  readonly rss: number;
  /** The threads of the process, as the kernel counts them. */
  readonly threads: number;
  /** What keeps the event loop alive, by kind. */
  readonly resources: readonly string[];
  readonly descriptors: number;
}

export interface Cycles {
  readonly warm: Holdings;
  readonly half: Holdings;
  readonly full: Holdings;
  readonly warnings: readonly string[];
  readonly left: Holdings;
}

export interface Idleness {
  /** In milliseconds. */
  readonly elapsed: number;
  readonly cpu: number;
}

function holdings(): Holdings {
  globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return {
    heap: heapUsed,
    rss,
    threads: readdirSync('/proc/self/task').length,
    resources: process.getActiveResourcesInfo().toSorted(),
    descriptors: readdirSync('/proc/self/fd').length,
  };
}

/** Adds a general, has an order carried out, and kills the oldest: that many times to warm up, and twice `cycles` times. */
async function cycle(warmUp: number, cycles: number): Promise<Cycles> {
  const warnings: string[] = [];
  process.on('warning', ({ message }) => warnings.push(message));
  const army = await Army.muster(4, { seed: 1, deadline: 60_000 });
  const turn = async (count: number): Promise<Holdings> => {
    for (let i = 0; i < count; i += 1) {
      await army.add(1);
      // Every kind of end that a thread can come to: by order, by a throw, by an exit.
      if (i % 10 === 0) await army.injectCrash(army.members()[0]!.id, i % 20 === 0 ? 'throw' : 'exit');
      await army.order('attack');
      await army.kill(army.members()[0]!.id);
    }
    return holdings();
  };
  const [warm, half, full] = [await turn(warmUp), await turn(cycles), await turn(cycles)];
  await army.disband();
  return { warm, half, full, warnings, left: holdings() };
}

/** How much of the CPU an army uses that has nothing to do. */
async function idle(count: number, milliseconds: number): Promise<Idleness> {
  const army = await Army.muster(count, { seed: 1, deadline: 60_000 });
  await army.order('attack');
  globalThis.gc?.();
  const began = performance.now();
  const before = process.cpuUsage();
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  const { user, system } = process.cpuUsage(before);
  const elapsed = performance.now() - began;
  await army.disband();
  return { elapsed, cpu: (user + system) / 1000 };
}

const [what, ...numbers] = process.argv.slice(2);
const [first = 0, second = 0] = numbers.map(Number);
const measured = what === 'cycles' ? await cycle(first, second) : await idle(first, second);
process.stdout.write(JSON.stringify(measured));
