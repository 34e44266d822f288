import { Pool } from 'undici';

/** What came of a user's request. */
export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly result: string | undefined;
  /** Who commands, if another than who was asked. */
  readonly commander: number | undefined;
}

/** A user of a node, who keeps a few connections to it. */
export class User {
  readonly #pool: Pool;

  constructor(url: string, connections = 64) {
    this.#pool = new Pool(url, { connections, pipelining: 1, headersTimeout: 600_000, keepAliveTimeout: 60_000 });
  }

  async order(data: string): Promise<Reply> {
    const { statusCode, headers, body } = await this.#pool.request({ method: 'POST', path: '/preprepare', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ data }) });
    const [result, commander] = [headers['generals-result'], headers['generals-commander']];
    return { status: statusCode, text: await body.text(), result: typeof result === 'string' ? decodeURIComponent(result) : undefined, commander: typeof commander === 'string' ? Number(commander) : undefined };
  }

  /** What the node shows at `/status?full`. */
  async look(): Promise<Shown> {
    const { body } = await this.#pool.request({ method: 'GET', path: '/status?full' });
    return (await body.json()) as Shown;
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}

export interface Shown {
  readonly id: number;
  readonly view: number;
  readonly commander: number;
  readonly executed: number;
  readonly digest: string;
  readonly tail: readonly unknown[];
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
}
