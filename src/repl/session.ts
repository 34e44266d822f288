import type { Army } from '../generals/army.ts';
import type { Outcome } from '../generals/outcome.ts';
import type { Muster, Session } from './command.ts';
import { readDemos } from './demo-files.ts';
import { writeOwn } from './own-file.ts';
import { version } from './version.ts';

/** A session at its beginning, of this process: with its files, and threads. @param record told of each order's outcome */
export const sessionOf = (army: Army, record: (outcome: Outcome) => void = () => undefined, muster: Muster = musterThreads): Session => ({
  army,
  outcome: undefined,
  isTraced: false,
  journal: { seed: army.seed, count: army.members().length, protocol: army.protocol.name, lines: [] },
  record,
  progress: () => undefined,
  muster,
  write: writeOwn,
  demos: readDemos,
  version,
  person: undefined,
});

const musterThreads: Muster = async (count, options) => (await import('../generals/army.ts')).Army.muster(count, options);
