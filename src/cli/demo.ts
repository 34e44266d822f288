import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { quoted } from '../core/user-error.ts';
import { columns } from '../repl/layout.ts';
import { PIPE_WIDTH } from '../repl/theme.ts';
import { nearest } from '../repl/nearest.ts';
import { UsageError } from './arguments.ts';
import { demosHere, type Demo } from './demos.ts';
import { campaign } from './subcommands/campaign.ts';
import { run } from './subcommands/command.ts';
import type { DemoOptions } from './subcommands/demo.ts';
import { lineOf } from './invocation.ts';
import { onSignal } from './signals.ts';

/** Lists the demos, or runs some. @returns the exit status */
export async function demoCommand({ name, all }: DemoOptions): Promise<number> {
  const demos = demosHere();
  if (all) {
    if (name !== undefined) throw new UsageError(`--all runs every demo, ${quoted(name)} is too much`);
    return scripts(demos.filter(({ kind }) => kind === 'script').map(({ path }) => path));
  }
  if (name === undefined) return listed(demos);
  const demo = demos.find((one) => one.name === name.toLowerCase());
  if (demo !== undefined) return shown(demo);
  const near = nearest(name, demos.map((one) => one.name));
  throw new UsageError(`there is no demo ${quoted(name)}${near === undefined ? ': generals demo lists them' : ''}`, near === undefined ? undefined : { typed: name, meant: near });
}

function listed(demos: readonly Demo[]): number {
  const width = (process.stdout.isTTY && process.stdout.columns) || PIPE_WIDTH;
  const lines = columns(demos.map(({ name, about }) => [name, about]), width);
  process.stdout.write(`${[...lines, '', `To see one: ${lineOf(['demo', demos[0]!.name])}`].join('\n')}\n`);
  return 0;
}

async function shown({ name, path, kind, about }: Demo): Promise<number> {
  if (kind !== 'script') process.stdout.write(`${about}\n\n`);
  switch (kind) {
    case 'script': return explained(name);
    case 'grid': return counted(path);
    case 'bash': return inBash(path);
  }
}

/** As the prompt does it: each line with what it is about. */
async function explained(name: string): Promise<number> {
  const [{ Army }, { sessionOf }, { execute }, { render }, { themeOf: looksOf, wantsColour }] = await Promise.all([
    import('../generals/army.ts'), import('../repl/session.ts'), import('../repl/execute.ts'), import('../repl/render.ts'), import('../repl/theme.ts'),
  ]);
  const { stdout, env } = process;
  const army = await Army.muster(1);
  try {
    const answer = await execute(sessionOf(army), `demo ${name}`, new AbortController().signal);
    const looks = looksOf(wantsColour(env, stdout.isTTY, false), () => (stdout.isTTY ? stdout.columns : undefined));
    if (answer.type === 'result') stdout.write(render(answer.result, looks));
    return 0;
  } finally {
    await army.disband();
  }
}

/** As `generals run` does it. */
async function scripts(paths: readonly string[]): Promise<number> {
  const asked = await run.read(paths);
  return asked.type === 'options' ? (await import('./command-army.ts')).commandArmy(asked.options) : 0;
}

/** As `generals campaign` does it. */
async function counted(path: string): Promise<number> {
  const asked = await campaign.read([path]);
  return asked.type === 'options' ? (await import('./campaign.ts')).campaignCommand(asked.options) : 0;
}

async function inBash(path: string): Promise<number> {
  // Ctrl-C is for the script, which cleans up behind itself; this waits for it.
  return onSignal(['SIGINT'], () => undefined, async () => {
    const child = spawn('bash', [path], { stdio: 'inherit' });
    try {
      const [code] = (await once(child, 'close')) as [number | null];
      return code ?? 1;
    } catch (error) {
      throw new UsageError(`this demo is a script of bash, which cannot be run: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}
