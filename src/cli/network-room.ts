import { figure } from '../core/figures.ts';
import { UserError } from '../core/user-error.ts';
import { PROCESSES_MAX, openFilesMax } from '../replicas/http/room.ts';
import type { LiveOptions } from './subcommands/network.ts';

/** A machine that runs out of open files or memory would show it as peers that do not reach each other. @throws UserError in one line */
export function mustFit({ seeds, peers, processes }: LiveOptions): void {
  const nodes = seeds + peers;
  const most = nodesMax(processes);
  if (nodes <= most) return;
  if (processes) throw new UserError(`--processes is for at most ${PROCESSES_MAX} nodes, not ${nodes}: without it they share one`);
  const files = `${figure(nodes * FILES)} open files, and ${figure(openFilesMax())} are allowed here, enough for ${figure(most)}`;
  throw new UserError(`${figure(nodes)} nodes take some ${files}: ulimit -n says how many; --simulate takes none`);
}

/** How many nodes this machine can hold. */
export const nodesMax = (processes: boolean): number => (processes ? PROCESSES_MAX : Math.floor(openFilesMax() / FILES));

/** Open files of a node with its few neighbours and the seeds, of both ends of each link. */
const FILES = 16;
