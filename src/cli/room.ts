import { UserError } from '../core/user-error.ts';
import { PROCESSES_MAX, openFilesMax, roomFor, type Lodgers } from '../replicas/http/room.ts';

/** A machine that runs out of open files would show it as nodes that do not reach each other. @throws UserError in one line */
export function mustHaveRoom(lodgers: Lodgers): void {
  const { running, separate } = lodgers;
  const most = openFilesMax();
  if (separate && running > PROCESSES_MAX) throw new UserError(`--processes is for at most ${PROCESSES_MAX} nodes: ${running} of them would take some ${Math.ceil(roomFor(lodgers).bytes / 1e9)} GB of memory; without it they share threads`);
  if (roomFor(lodgers).files <= most) return;
  let fitting = running;
  while (fitting > 1 && roomFor({ ...lodgers, running: fitting }).files > most) fitting -= 1;
  throw new UserError(`${running} nodes take ${roomFor(lodgers).files} open files, as each has a connection to each other, and ${most} are allowed here, enough for ${fitting}: ulimit -n says how many`);
}
