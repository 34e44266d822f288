/** What all code of a process shares: code that was brought must not change it, or nobody knows any more what the rest does. */

/** A program that gives what of this has changed since it was run first, in words. A script, as a thread runs it that has no module of ours. */
export const CHANGES = `
const kinds = ['Object', 'Function', 'Array', 'String', 'Number', 'Boolean', 'Symbol', 'BigInt', 'Map', 'Set', 'WeakMap', 'WeakSet', 'Promise', 'Proxy', 'RegExp', 'Date', 'Error', 'TypeError', 'RangeError', 'JSON', 'Math', 'Reflect', 'Atomics', 'ArrayBuffer', 'SharedArrayBuffer', 'Uint8Array', 'Int32Array', 'Float64Array', 'Buffer'];
const things = [['globalThis', globalThis, false], ['console', console, true], ['process', process, true]];
for (const kind of kinds) {
  things.push([kind, globalThis[kind], true]);
  if (globalThis[kind].prototype) things.push([kind + '.prototype', globalThis[kind].prototype, true]);
}
const iterator = Object.getPrototypeOf([][Symbol.iterator]());
things.push(['the iterator of lists', iterator, true], ['the iterators', Object.getPrototypeOf(iterator), true]);
const { getOwnPropertyDescriptors, is } = Object;
const { ownKeys } = Reflect;
const spared = new Set(['stackTraceLimit', '_events', '_eventsCount', '_maxListeners', 'exitCode', 'domain']);
const before = things.map(([, thing]) => getOwnPropertyDescriptors(thing));
const changed = () => {
  for (let at = 0; at < things.length; at += 1) {
    const [name, thing, isWhole] = things[at];
    const now = getOwnPropertyDescriptors(thing);
    for (const key of ownKeys(now)) {
      const [was, is_] = [before[at][key], now[key]];
      if (spared.has(key) || (was === undefined && !isWhole)) continue;
      if (was === undefined || !is(was.value, is_.value) || was.get !== is_.get || was.set !== is_.set) return name + '.' + String(key);
    }
    for (const key of ownKeys(before[at])) if (!(key in now)) return name + '.' + String(key);
  }
  return undefined;
};
`;
