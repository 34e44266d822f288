/**
 * Does work during which a signal is heeded otherwise than by ending the program at once, as `main.ts` has it. That is so for the
 * first one: a second signal of the kind ends the program as it ends any other.
 */
export async function onSignal<Result>(signals: readonly NodeJS.Signals[], heed: (signal: NodeJS.Signals) => void, work: () => Promise<Result>): Promise<Result> {
  const before = signals.map((signal) => ({ signal, listeners: process.listeners(signal) }));
  const first = (signal: NodeJS.Signals): void => {
    heed(signal);
    // Not yet: a prompt of inquirer listens as well, and ends the program where nobody else does (signal-exit).
    setImmediate(() => process.removeListener(signal, first));
  };
  for (const signal of signals) process.removeAllListeners(signal).on(signal, first);
  try {
    return await work();
  } finally {
    for (const { signal, listeners } of before) {
      process.removeListener(signal, first);
      for (const listener of listeners) process.on(signal, listener);
    }
  }
}

/** Does work that goes on until SIGINT or SIGTERM, which it learns as the exit status to end with. A second signal ends the program at once. */
export function untilSignalled(work: (signalled: Promise<number>) => Promise<number>): Promise<number> {
  let heed: (signal: NodeJS.Signals) => void = () => undefined;
  const signalled = new Promise<number>((resolve) => {
    heed = (signal) => resolve(signal === 'SIGINT' ? 130 : 143);
  });
  return onSignal(['SIGINT', 'SIGTERM'], heed, () => work(signalled));
}
