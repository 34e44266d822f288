/** One side of a comparison, as a process of its own, so that neither is held up by what V8 learnt of the other: it does pieces of work when it is told to. */
import { cellSeed } from '../src/campaign/draw.ts';
import { ENGINES } from '../src/campaign/engine.ts';
import { cellOf } from '../src/campaign/grid.ts';
import { openPool } from '../src/campaign/pool.ts';
import { Army, bringProtocol, type ProtocolName } from '../src/index.ts';
import { check } from '../src/generals/check/check.ts';
import { protocolNamed } from '../src/generals/protocols/registry.ts';

/** What is to be done, again and again. */
export interface Work {
  readonly type: 'threads' | 'prompt' | 'simulator' | 'kernel' | 'check';
  /** The name of one of ours, or a file. */
  readonly protocol: string;
  readonly n: number;
  readonly m: number;
  /** How many orders at a time, or checks. */
  readonly count: number;
}

/** Does a piece of it. */
type Piece = () => Promise<unknown>;

async function pieceOf({ type, protocol, n, m, count }: Work): Promise<Piece> {
  const name = protocol.includes('/') ? await bringProtocol(protocol) : (protocol as ProtocolName);
  switch (type) {
    case 'threads':
    case 'prompt': {
      const army = await Army.muster(n, { seed: 1, deadline: 60_000, host: type === 'threads' ? 'threads' : 'sim' });
      await army.setProtocol(name, m);
      return async () => {
        for (let order = 0; order < count; order += 1) await army.order('attack');
      };
    }
    case 'simulator':
    case 'kernel': {
      const [pool, cell] = [await openPool(1), cellOf(name, m, n, m, 'coin')];
      let from = 1;
      return async () => {
        await pool.run({ type: 'trials', cell, seed: cellSeed(1, { ...cell, id: 'same' }), engine: ENGINES[type], size: count, span: { from, count } });
        from += count;
      };
    }
    case 'check':
      return async () => {
        for (let time = 0; time < count; time += 1) check({ protocol: protocolNamed(name)!, members: n, faults: m, orders: ['attack'] });
      };
    default:
      return type satisfies never;
  }
}

const piece = await pieceOf(JSON.parse(process.argv[2]!) as Work);
const measured = async (): Promise<void> => {
  const start = process.cpuUsage();
  await piece();
  const { user, system } = process.cpuUsage(start);
  process.send!(user + system);
};
process.on('message', () => void measured());
process.on('disconnect', () => process.exit());
process.send!(0);
