import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What is counted, and what the label of each count tells. */
const KINDS = {
  messages_sent: { label: 'type', help: 'Protocol messages sent to other nodes, one HTTP request each' },
  bytes_sent: { label: 'type', help: 'Bytes of these messages, without the headers of HTTP' },
  messages_received: { label: 'type', help: 'Protocol messages taken from other nodes' },
  requests_sent: { label: 'status', help: 'HTTP requests to other nodes that were answered, by the answer' },
  answers: { label: 'status', help: 'HTTP requests answered, by the answer' },
  connection_errors: { label: 'code', help: 'Connections to other nodes that failed' },
  connections_closed: { label: 'reason', help: 'Connections closed to make room for others, or for want of room' },
  dropped: { label: 'reason', help: 'Messages given up, taken from nobody or sent to nobody' },
  throttled: { label: 'from', help: 'Messages refused as their node sends too many, too much, or too much in vain' },
  differing: { label: 'from', help: 'Greetings and messages refused as their node was started with other settings' },
  accusations: { label: 'suspect', help: 'Accusations made by the protocol' },
  forgeries: { label: 'by', help: 'Signatures that were not genuine, by the node they claimed' },
} as const;

type Kind = keyof typeof KINDS;

/** What one node has counted since it started: plain numbers, as counting is done for every message, and Prometheus comes seldom. */
export class Counts {
  readonly #values = new Map<Kind, Map<string, number>>();

  add(kind: Kind, label: string, count = 1): void {
    let values = this.#values.get(kind);
    if (values === undefined) this.#values.set(kind, (values = new Map()));
    // Labels come from a protocol's words and HTTP's codes; should one ever come from elsewhere, memory stays flat.
    const key = values.size < LABELS_MAX || values.has(label) ? label : 'other';
    values.set(key, (values.get(key) ?? 0) + count);
  }

  of(kind: Kind): Readonly<Record<string, number>> {
    return Object.fromEntries([...(this.#values.get(kind) ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  total(kind: Kind): number {
    return [...(this.#values.get(kind)?.values() ?? [])].reduce((sum, value) => sum + value, 0);
  }

  all(): Readonly<Record<string, Readonly<Record<string, number>>>> {
    return Object.fromEntries([...this.#values.keys()].toSorted().map((kind) => [kind, this.of(kind)]));
  }
}

const LABELS_MAX = 100;

/** Numbers that are asked for when somebody looks. */
export interface Looks extends Record<keyof typeof GAUGES, number>, Record<keyof typeof TOTALS, number> {}

/** What goes up and down. */
const GAUGES = {
  view: 'The view that this node is in',
  backlog: 'Effects that wait for the disk',
  waiting: 'Users whose requests are not answered yet',
};

/** What is counted elsewhere, and never falls. */
const TOTALS = {
  executed: 'Requests executed',
  unheeded: 'Messages that the protocol did not heed, such as those of another view or outside the window',
};

/** The counts in Prometheus' words. */
export function metricsOf(counts: Counts, looks: () => Looks): { readonly registry: Registry; readonly seconds: Histogram } {
  const registry = new Registry();
  for (const [kind, { label, help }] of Object.entries(KINDS)) {
    const counter: Counter = new Counter({
      name: `generals_${kind}_total`,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(counts.of(kind as Kind))) this.inc({ [label]: value }, count);
      },
    });
    void counter;
  }
  for (const [name, help] of Object.entries(GAUGES)) {
    const gauge: Gauge = new Gauge({
      name: `generals_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(looks()[name as keyof Looks]);
      },
    });
    void gauge;
  }
  for (const [name, help] of Object.entries(TOTALS)) {
    const total: Counter = new Counter({
      name: `generals_${name}_total`,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(looks()[name as keyof Looks]);
      },
    });
    void total;
  }
  const cpu: Counter = new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time of the process, which may hold other nodes too',
    registers: [registry],
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  const memory: Gauge = new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Memory of the process, which may hold other nodes too',
    registers: [registry],
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  void [cpu, memory];
  const seconds = new Histogram({
    name: 'generals_consensus_seconds',
    help: 'Time from a user’s request to its answer',
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
    registers: [registry],
  });
  return { registry, seconds };
}
