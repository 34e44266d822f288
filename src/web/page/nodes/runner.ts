import type { Seeded } from '../../nodes/simulated.ts';

/** Who runs nodes for the page. */
export interface Runner {
  run(seeded: Seeded): void;
  /** Ends what takes long. */
  stop(): void;
}
