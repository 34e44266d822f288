import { DEFAULT_DEADLINE, DEFAULT_LIMIT } from '../generals/run-spec.ts';
import { DEFAULT_PROTOCOL } from '../generals/protocols/registry.ts';

/** How a session began, and the lines since then that changed something or gave an order. */
export interface Journal {
  readonly seed: number;
  readonly count: number;
  readonly protocol: string;
  readonly lines: string[];
  /** What a command line has to bring before that can be repeated. */
  readonly brings?: readonly string[];
}

/** How every saved session begins. */
export const OPENING = '# A session of generals.';

/** The commands that repeat a session, whatever the seed, protocol and number of generals that they are run with. */
export function scriptOf({ seed, count, protocol, lines, brings = [] }: Journal, deadline: number): string {
  const options = [...brings, ...(deadline === DEFAULT_DEADLINE ? [] : [`--deadline ${deadline}`]), ...(count > DEFAULT_LIMIT ? [`--max-generals ${count}`] : [])];
  return [
    `${OPENING} To repeat it: ${['generals run', ...options].join(' ')} and this file’s name.`,
    `g-protocol ${DEFAULT_PROTOCOL}`,
    `g-seed ${seed}`,
    `g-muster ${count}`,
    ...(protocol === DEFAULT_PROTOCOL ? [] : [`g-protocol ${protocol}`]),
    ...lines,
  ].map((line) => `${line}\n`).join('');
}
