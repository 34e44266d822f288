import { spawnSync } from 'node:child_process';
import { cleanEnvironment, projectPath } from './run.ts';

/** What mocha says of a test file that lies anywhere, in a process of its own; without colours, which parts of mocha show in a pipe where CI is set. */
export function run(file: string): string {
  const { stdout, stderr } = spawnSync(process.execPath, [projectPath('node_modules/mocha/bin/mocha.js'), '--no-config', '--no-package', file], { env: { ...cleanEnvironment(), NO_COLOR: '1' }, encoding: 'utf8' });
  return stdout + stderr;
}
