import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { costOf } from '../src/replicas/http/cost.ts';
import { User } from '../src/replicas/http/user.ts';
import { median, time, type Row } from './measure.ts';

const MAIN = fileURLToPath(new URL('../bin/generals.js', import.meta.url));
const UNREPLICATED = fileURLToPath(new URL('unreplicated.js', import.meta.url));

const SIZES = [4, 7, 13, 19];

/** Milliseconds that one request alone may take. */
const ALONE_MAX: Readonly<Record<number, number>> = { 4: 10, 19: 100 };

/**
 * A cluster over HTTP, its replicas threads of one process, beside one server of the same kind that is alone: same HTTP, same
 * check of what comes, same signature of each request made and verified, same state. What is compared of throughput is CPU
 * time for a request, since a cluster of n does the work of n servers on the same cores. The server alone is measured anew
 * before each cluster, so that the machine's moods meet both.
 */
export async function benchCluster(report: (row: Row) => void): Promise<void> {
  const alone = await serve([UNREPLICATED]);
  for (const protocol of ['pbft', 'collector']) {
    for (const n of SIZES) {
      const name = `${protocol}, n = ${n}`;
      const clusterOf = (batch: number): Promise<Served> => serve([MAIN, 'cluster', '--json', '--port', '0', '--timeout', '60000', '--protocol', protocol, '--members', String(n), '--batch', String(batch)]);
      const theirs = await latency(alone);
      const single = await clusterOf(1);
      const ours = await latency(single);
      await single.close();
      const limit = protocol === 'pbft' ? ALONE_MAX[n] : undefined;
      report({ what: `${name}: one request alone, ms (an unreplicated server)`, ours, theirs, ratio: ours / theirs, ...(limit === undefined ? {} : { limit: limit / theirs }) });
      const { messages } = await costOf({ protocol, members: n, requests: 20 });
      const formula = protocol === 'pbft' ? 2 * n * (n - 1) : 5 * (n - 1);
      report({ what: `${name}: HTTP requests between replicas for one request (the formula)`, ours: messages, theirs: formula, ratio: messages / formula, limit: 1 });
      for (const batch of [1, 100]) {
        const users = batch === 1 ? 4 : 400;
        const requests = Math.round((batch === 1 ? 2000 : 12_000) * (4 / n) ** (batch === 1 ? 2 : 1));
        const beside = await throughput(alone, users, 6000);
        const cluster = await clusterOf(batch);
        const { perSecond, median: ms, cpu } = await throughput(cluster, users, requests);
        await cluster.close();
        const goal = protocol === 'pbft' && n === 4 && batch === 100 ? { limit: 4 } : {};
        const words = `${Math.round(perSecond)} requests/s of ${ms.toFixed(1)} ms (${Math.round(beside.perSecond)} of ${beside.median.toFixed(1)})`;
        report({ what: `${name}, batch ${batch}, ${users} users: CPU µs a request (unreplicated); ${words}`, ours: cpu, theirs: beside.cpu, ratio: cpu / beside.cpu, ...goal });
      }
    }
  }
  await alone.close();
}

interface Served {
  readonly urls: readonly string[];
  close(): Promise<void>;
}

async function serve(args: readonly string[]): Promise<Served> {
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout! });
  for await (const line of lines) {
    const fact = JSON.parse(line) as { type: string; nodes: { url: string }[] };
    if (fact.type !== 'ready') continue;
    child.stdout!.resume();
    return {
      urls: fact.nodes.map(({ url }) => url),
      async close() {
        child.kill('SIGTERM');
        await once(child, 'exit');
      },
    };
  }
  throw new Error(`${args.join(' ')} did not start`);
}

/** Median milliseconds of requests one after the other, when the code is warm: few nodes say less for each request, and so need more of them. */
async function latency({ urls }: Served): Promise<number> {
  const user = new User(urls[0]!, 1);
  const times: number[] = [];
  const warmUps = Math.max(100, Math.ceil(2400 / urls.length));
  for (let count = 0; count < warmUps + 200; count += 1) {
    times.push(await time(() => asked(user, `alone ${count}`)));
  }
  await user.close();
  return median(times.slice(warmUps));
}

/** Requests a second, the median milliseconds to an answer, and CPU microseconds of the servers for each request, with that many users at once. */
async function throughput({ urls }: Served, users: number, requests: number): Promise<{ readonly perSecond: number; readonly median: number; readonly cpu: number }> {
  const user = new User(urls[0]!, users);
  let times: number[] = [];
  const run = async (count: number): Promise<void> => {
    let left = count;
    await Promise.all(
      Array.from({ length: users }, async () => {
        while (left > 0) {
          left -= 1;
          times.push(await time(() => asked(user, `request ${left}`)));
        }
      }),
    );
  };
  await run(Math.ceil(requests / 3));
  times = [];
  const [before, start] = [await cpuOf(urls[0]!), performance.now()];
  await run(requests);
  const [after, end] = [await cpuOf(urls[0]!), performance.now()];
  await user.close();
  return { perSecond: (requests / (end - start)) * 1000, median: median(times), cpu: ((after - before) / requests) * 1e6 };
}

async function asked(user: User, data: string): Promise<void> {
  const { status, text } = await user.order(data);
  if (status !== 200) throw new Error(`a request was answered ${status}: ${text.trim()}`);
}

/** CPU seconds of the process that a node lives in. */
async function cpuOf(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(metrics)![1]);
}
