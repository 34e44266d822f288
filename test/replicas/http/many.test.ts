import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { costOf } from '../../../src/replicas/http/cost.ts';
import type { FromReplica, ToWorker } from '../../../src/replicas/http/worker-messages.ts';
import { serveReplicas, type Home } from '../../../src/replicas/http/member.ts';
import { newClusterConfig } from '../../../src/replicas/http/cluster-config.ts';
import { serviceNamed } from '../../../src/replicas/http/services.ts';
import { endAll, start, type Program } from '../../support/program.ts';
import { look, moment, type Node } from '../../support/load.ts';
import { ask } from '../../support/served.ts';
import { skip } from '../../support/skip.ts';

interface Large {
  readonly members: number;
  readonly byzantine: number;
  readonly kind: string;
  /** Megabytes that it may ever take. */
  readonly most: number;
}

/** Those that are searched for a long time only are the ones that readers of the older program know. */
const SIZES: readonly Large[] = [
  { members: 31, byzantine: 10, kind: 'malicious', most: 600 },
  ...(process.env['SOAK'] === '1' ? [{ members: 91, byzantine: 30, kind: 'offline', most: 2000 }, { members: 61, byzantine: 20, kind: 'malicious', most: 2000 }] : []),
];

describe('many replicas on one machine', () => {
  afterEach(endAll);

  for (const { members, byzantine, kind, most } of SIZES) {
    // Fewer connections, of the same kind, is all that a collector differs by.
    for (const protocol of process.env['SOAK'] === '1' ? ['pbft', 'collector'] : ['pbft']) {
      it(`decide: ${members} under ${protocol}, ${byzantine} of them ${kind}, in ${most} MB`, async function () {
        const program = start(['cluster', '--protocol', protocol, '--members', String(members), '--byzantine', String(byzantine), '--kind', kind, '--port', '0', '--json']);
        const nodes = (await program.fact('ready'))['nodes'] as (Node & { readonly kind: string })[];
        expect(nodes).to.have.length(members);
        for (const data of ['one', 'two']) await decided(nodes, data);
        const loyal = nodes.filter((node) => node.kind === 'loyal');
        expect(loyal).to.have.length(members - byzantine);
        for (;;) {
          const shown = await Promise.all(loyal.map(({ url }) => look(url)));
          if (shown.some(({ executed }) => executed < 2)) {
            await moment();
            continue;
          }
          expect(new Set(shown.map(({ executed, digest }) => `${executed} ${digest}`)).size, 'logs differ').to.equal(1);
          break;
        }
        const peak = peakOf(program);
        expect(await program.end('SIGINT')).to.equal(130);
        if (peak === undefined) skip(this, 'this system does not tell how much memory a process took');
        expect(peak).to.be.below(most);
      });
    }
  }

  it('tell each other 2n(n − 1) messages for a request, though they share threads, and 5(n − 1) with a collector', async () => {
    expect((await costOf({ protocol: 'pbft', members: 17, requests: 1 })).messages).to.equal(2 * 17 * 16);
    expect((await costOf({ protocol: 'collector', members: 17, requests: 1 })).messages).to.equal(5 * 16);
  });

  it('live and end on their own, though they share a thread, which ends with the last of them', async () => {
    const { plan, secrets } = newClusterConfig('pbft', serviceNamed('pbft').settings(3), ['http://127.0.0.1:1', 'http://127.0.0.1:2', 'http://127.0.0.1:3']);
    const home = new ToldHome();
    serveReplicas(home);
    for (const id of [0, 1, 2]) home.deliver(id, { type: 'be', config: { plan, id, secret: secrets[id === 2 ? 0 : id]! }, host: '127.0.0.1', port: 0 });
    const ports = await Promise.all([0, 1].map(async (id) => (await home.told(id, 'listening')).port));
    expect((await home.told(2, 'down')).message).to.equal('the secret is not that of node 2 in this cluster');
    home.deliver(2, { type: 'stop' });
    home.deliver(0, { type: 'stop' });
    await home.left(2);
    await home.left(0);
    expect(home.status).to.equal(undefined);
    expect((await fetch(`http://127.0.0.1:${ports[1]!}/status`)).status).to.equal(200);
    home.deliver(1, { type: 'stop' });
    expect(await home.exited).to.equal(0);
  });
});

type Told<Type> = Extract<FromReplica, { readonly type: Type }>;

/** Where replicas live, in this process. */
class ToldHome implements Home {
  status: number | undefined;
  readonly exited: Promise<number>;
  deliver: (id: number, message: ToWorker) => void = () => undefined;
  readonly #told: Parameters<Home['post']>[0][] = [];
  readonly #waiting = new Set<() => void>();
  #exit: (code: number) => void = () => undefined;

  constructor() {
    this.exited = new Promise((resolve) => (this.#exit = resolve));
  }

  post(told: Parameters<Home['post']>[0]): void {
    this.#told.push(told);
    for (const look of this.#waiting) look();
  }

  on(listener: Parameters<Home['on']>[0]): void {
    this.deliver = (id, message) => listener({ id, message });
  }

  exit(code: number): void {
    this.status = code;
    this.#exit(code);
  }

  /** What a replica answered of that type. */
  async told<Type extends FromReplica['type']>(id: number, type: Type): Promise<Told<Type>> {
    return this.#first((told) => (told.type === 'told' && told.id === id && told.answer.type === type ? (told.answer as Told<Type>) : undefined));
  }

  /** When a replica has left. */
  async left(id: number): Promise<void> {
    await this.#first((told) => (told.type === 'left' && told.id === id ? told : undefined));
  }

  #first<Value>(find: (told: Parameters<Home['post']>[0]) => Value | undefined): Promise<Value> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.#told.map(find).find((one) => one !== undefined);
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }
}

/** Asks whoever commands: on a slow machine that may be another by now. */
async function decided(nodes: readonly Node[], data: string): Promise<void> {
  let commander = 0;
  for (;;) {
    const answer = await ask(nodes[commander]!.url, data);
    if (answer.status !== 401) {
      expect(answer.status, await answer.text()).to.equal(200);
      return;
    }
    commander = Number(answer.headers.get('generals-commander'));
  }
}

/** The most memory that a program took until now, in megabytes. */
function peakOf({ child }: Program): number | undefined {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid!}/status`, 'utf8'))![1]) / 1000;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
