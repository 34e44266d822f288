/** Orders drawn from seeds, and what the oracle makes of each: run by the tests, and bundled anew for each edit of a source. */
import { Army, type ArmyOptions } from '../../../src/index.ts';
import { philox } from '../../../src/core/philox.ts';
import { STRATEGIES } from '../../../src/generals/faults/registry.ts';
import { PROTOCOLS, type ProtocolName } from '../../../src/generals/protocols/registry.ts';
import { flawsOf } from './oracle.ts';
import { recordOf } from './record.ts';

/**
 * Gives some orders to an army drawn from a seed, with as many traitors as it likes, each in its own way.
 * @param protocols in turn
 * @returns what the oracle finds wrong, in words that say how to have it again; nothing if all is as it should be
 */
export async function consulted(protocols: readonly ProtocolName[], seed: number, orders: number, options: ArmyOptions = {}): Promise<string[]> {
  let asked = 0;
  const draw = (below: number): number => philox(asked++, 0, 0, 0x0ac1e, seed, 0) % below;
  const n = 2 + draw(5);
  const army = await Army.muster(n, { host: 'sim', seed, ...options });
  const flaws: string[] = [];
  try {
    // Ids need not be in a row.
    if (n > 3 && draw(3) === 0) await army.kill(1 + draw(n));
    for (let order = 1; order <= orders; order += 1) {
      const ids = army.members().map(({ id }) => id);
      const protocol = PROTOCOLS.find(({ name }) => name === protocols[order % protocols.length])!;
      const fitting = ids.map((_, m) => m).filter((m) => protocol.refuses(ids.length, m) === undefined);
      await army.setProtocol(protocol.name, fitting[draw(fitting.length)]);
      await army.elect(ids[draw(ids.length)]!);
      for (const id of ids) await (draw(3) === 0 ? army.corrupt(id, STRATEGIES[draw(STRATEGIES.length)]!.name) : army.makeLoyal(id));
      const record = recordOf(await army.order(draw(2) === 0 ? 'attack' : 'retreat', { anyway: true }));
      const traitors = army.members().flatMap(({ id, state }) => (state.type === 'faulty' ? [`G${id} ${state.strategy}`] : []));
      const where = `${protocol.name}, seed ${seed}, order ${order}, m = ${record.m}, G${record.commander} commands, traitors ${traitors.join(', ') || 'none'}`;
      flaws.push(...flawsOf(record).map((flaw) => `${where}: ${flaw}`));
    }
  } finally {
    await army.disband();
  }
  return flaws;
}
