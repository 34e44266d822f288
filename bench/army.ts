import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Army, type ProtocolName } from '../src/index.ts';
import { inTurn, time, type Row } from './measure.ts';
import { RawArmy } from './raw-army.ts';
import type { Plan } from './raw-general.ts';

const TWO_ROUNDS: Plan = { type: 'numbers', rounds: 2 };

/** Orders, mustering and the first prompt, each beside the barest program that does the same. */
export async function benchArmy(report: (row: Row) => void): Promise<void> {
  for (const [members, pairs, orders, warm] of [[4, 30, 200, 10], [16, 30, 50, 20], [64, 20, 5, 20], [128, 10, 3, 4]] as const) {
    const bare = 'bare ports, two rounds of everyone to everyone';
    report(await orderRow(`one order among ${members}, ms (${bare})`, { members }, TWO_ROUNDS, [pairs, orders, warm], members === 4 ? undefined : 1.5));
  }
  const bare = 'bare ports, the same frames';
  report(await orderRow(`OM(2) among 7, ms (${bare})`, { members: 7, protocol: 'oral', faults: 2 }, { type: 'frames', counts: [1, 1, 4] }, [30, 100, 10], 2));
  report(await orderRow(`OM(1) among 64, ms (${bare})`, { members: 64, protocol: 'oral', faults: 1 }, { type: 'frames', counts: [1, 1] }, [20, 5, 20], 2));
  report(await musterRow(64, 5));
  report(await addRow());
  report(await memoryRow(256));
  report(await promptRow(15));
}

/** @param counts how many pairs are measured, of how many orders each, and how many more come before, so that both are warm */
async function orderRow(
  what: string,
  { members, protocol = 'exchange', faults }: { readonly members: number; readonly protocol?: ProtocolName; readonly faults?: number },
  plan: Plan,
  [pairs, orders, warm]: readonly [pairs: number, orders: number, warm: number],
  limit?: number,
): Promise<Row> {
  const army = await Army.muster(members, { seed: 1, deadline: 60_000 });
  await army.setProtocol(protocol, faults);
  const raw = await RawArmy.muster(members);
  const each = async (order: () => Promise<unknown>): Promise<number> =>
    (await time(async () => {
      for (let i = 0; i < orders; i += 1) await order();
    })) / orders;
  const ours = () => each(() => army.order('attack'));
  const theirs = () => each(() => raw.order(plan));
  await inTurn(what, warm, ours, theirs);
  const row = await inTurn(what, pairs, ours, theirs, limit);
  await army.disband();
  await raw.disband();
  return row;
}

const musterRow = (members: number, pairs: number): Promise<Row> =>
  inTurn(
    `mustering ${members}, ms (bare workers with ports)`,
    pairs,
    () => mustering(() => Army.muster(members)),
    () => mustering(() => RawArmy.muster(members)),
    1.3,
  );

async function mustering(muster: () => Promise<{ disband(): Promise<void> }>): Promise<number> {
  const start = performance.now();
  const army = await muster();
  const taken = performance.now() - start;
  await army.disband();
  return taken;
}

async function addRow(): Promise<Row> {
  const withSpare = await Army.muster(4, { spare: true });
  const without = await Army.muster(4);
  const row = await inTurn(
    'g-add 1 with a warm spare, ms (without)',
    15,
    async () => {
      // A spare is made behind the last g-add; this lets it come up, as a person's typing would.
      await time(() => without.add(1));
      return time(() => withSpare.add(1));
    },
    () => time(() => without.add(1)),
  );
  await withSpare.disband();
  await without.disband();
  return row;
}

async function memoryRow(members: number): Promise<Row> {
  const resident = (): number => process.memoryUsage().rss / 2 ** 20 / members;
  const held = async (muster: () => Promise<{ disband(): Promise<void> }>): Promise<number> => {
    const before = resident();
    const army = await muster();
    const taken = resident() - before;
    await army.disband();
    return taken;
  };
  return inTurn(
    `memory a general among ${members}, MB (bare workers with ports)`,
    1,
    () => held(() => Army.muster(members)),
    () => held(() => RawArmy.muster(members)),
  );
}

const MAIN = fileURLToPath(new URL('../bin/generals.js', import.meta.url));

async function promptRow(pairs: number): Promise<Row> {
  await firstByte(['-q', '-e', '-f', '-c', `${process.execPath} ${MAIN} 4`, '/dev/null']);
  return inTurn(
    'first prompt at a terminal, ms (bare node at a terminal)',
    pairs,
    () => firstByte(['-q', '-e', '-f', '-c', `${process.execPath} ${MAIN} 4`, '/dev/null']),
    () => firstByte(['-q', '-e', '-f', '-c', `${process.execPath} -e "process.stdout.write('generals> ')"`, '/dev/null']),
    1.3,
  );
}

/** Milliseconds until a program at a pseudo-terminal has written its prompt. */
async function firstByte(args: readonly string[]): Promise<number> {
  const start = performance.now();
  const child = spawn('script', args, { stdio: ['pipe', 'pipe', 'ignore'] });
  let seen = '';
  const taken = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`no prompt was seen, only ${JSON.stringify(seen)}`)));
    child.stdout.on('data', (bytes: Buffer) => {
      seen += bytes.toString();
      if (seen.includes('generals>')) resolve(performance.now() - start);
    });
  });
  child.removeAllListeners('exit');
  const exited = new Promise((resolve) => child.on('exit', resolve));
  child.kill('SIGTERM');
  await exited;
  return taken;
}

