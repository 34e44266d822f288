/** What the program does with a protocol that it has in its registry by one line more: bundled with that line. */
import { Readable } from 'node:stream';
import { exactBy } from '../../../src/campaign/exact.ts';
import { cellOf } from '../../../src/campaign/grid.ts';
import { slicedOf } from '../../../src/campaign/sliced.ts';
import { simulated } from '../../../src/campaign/trials.ts';
import { worstOf } from '../../../src/campaign/worst.ts';
import { check } from '../../../src/generals/check/check.ts';
import { sentencesOf } from '../../../src/generals/check/report.ts';
import { protocolNamed, type ProtocolName } from '../../../src/generals/protocols/registry.ts';
import { Army } from '../../../src/generals/army.ts';
import { runScript } from '../../../src/repl/script.ts';
import { sessionOf } from '../../../src/repl/session.ts';
import { themeOf } from '../../../src/repl/theme.ts';

export async function prompted(script: string, count: number): Promise<string> {
  const army = await Army.muster(count, { host: 'sim', seed: 1 });
  let text = '';
  const write = (line: string): void => void (text += line);
  await runScript(sessionOf(army), Readable.from([Buffer.from(script)]), { source: 'line ', echo: true, failFast: false, json: false, looks: themeOf(false), out: write, err: write, signal: new AbortController().signal });
  await army.disband();
  return text;
}

export function checked(name: string, members: number, faults: number): string[] {
  const protocol = protocolNamed(name)!;
  return sentencesOf(check({ protocol, members, faults }), protocol);
}

export function campaigned(name: string, m: number, members: number, faults: number) {
  const cell = cellOf(name as ProtocolName, m, members, faults, 'coin');
  const kernel = slicedOf(cell)?.run(5, 0, { from: 1, count: 200_000 });
  return { counted: simulated(cell, 5, { from: 1, count: 20_000 }), kernel, exact: exactBy(cell).values, worst: worstOf(cell) };
}
