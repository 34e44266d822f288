/** What the process is to code that was brought: it may be looked at, and neither ended nor given work for later. */
const refuse = (name: string) => (): never => {
  throw new Error(`there is no process.${name} here: code that was brought begins and ends with what it is asked`);
};

const REFUSED = ['exit', 'reallyExit', 'abort', 'kill', 'nextTick', 'on', 'once', 'addListener', 'prependListener', 'prependOnceListener', 'emit', '_tickCallback'] as const;

export const process = Object.create(globalThis.process, Object.fromEntries(REFUSED.map((name) => [name, { value: refuse(name) }]))) as NodeJS.Process;

export const [exit, abort, kill, nextTick, on, once] = (['exit', 'abort', 'kill', 'nextTick', 'on', 'once'] as const).map(refuse);
export const { env, argv, platform, version, versions, stdout, stderr } = process;

export default process;
