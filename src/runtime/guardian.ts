import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';

/**
 * Ends processes when this one is gone, however that came, though they do not see it themselves, as those that stand still. It is a
 * process of its own, begun when it is needed, which waits for the end of what this one says to it. Where there is no `sh` it does nothing.
 */
export class Guardian {
  #process: ChildProcess | undefined;

  /** Ends a child when this process is gone, unless the child is gone before. */
  watch(child: ChildProcess): void {
    const { pid } = child;
    if (pid === undefined) return;
    this.keep(pid);
    child.once('exit', () => this.drop(pid));
  }

  /** Ends it when this process is gone. */
  keep(pid: number): void {
    this.#process ??= begun();
    this.#say('keep', pid);
  }

  /** Lets it be: it goes on, or is gone. */
  drop(pid: number): void {
    this.#say('drop', pid);
  }

  #say(what: 'keep' | 'drop', pid: number): void {
    this.#process?.stdin?.write(`${what} ${pid}\n`);
  }
}

/** Signals from a terminal are for all that were started there, and must not end it first. */
const SCRIPT = `trap '' INT TERM HUP
while read -r what pid; do
  case $what in
    keep) set -- "$@" "$pid" ;;
    drop) for one; do shift; [ "$one" = "$pid" ] || set -- "$@" "$one"; done ;;
  esac
done
[ $# -eq 0 ] || kill -KILL "$@"`;

function begun(): ChildProcess {
  const child = spawn('sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'] });
  for (const one of [child, child.stdin!]) one.on('error', () => undefined);
  // Nobody waits for it.
  child.unref();
  if (child.stdin instanceof Socket) child.stdin.unref();
  return child;
}
