/** How many things a state holds, in whatever it holds them, each once. */
export function sizeOf(state: unknown): number {
  const seen = new Set<object>();
  const waiting: unknown[] = [state];
  let size = 0;
  while (waiting.length > 0) {
    const value = waiting.pop();
    size += 1;
    if (typeof value !== 'object' || value === null || seen.has(value)) continue;
    seen.add(value);
    waiting.push(...(value instanceof Map || value instanceof Set ? value.values() : Object.values(value)));
  }
  return size;
}
