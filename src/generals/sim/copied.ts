/**
 * A copy of plain data, as `structuredClone` makes it; that takes microseconds, and generals are copied by the million. What is
 * no list, record, map or set is left to it.
 */
export function copied<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const list: unknown[] = value.slice();
    for (let index = 0; index < list.length; index += 1) if (typeof list[index] === 'object') list[index] = copied(list[index]);
    return list as T;
  }
  if (value instanceof Map) return new Map(Array.from(value, ([key, one]: [unknown, unknown]) => [copied(key), copied(one)])) as T;
  if (value instanceof Set) return new Set(Array.from(value, (one: unknown) => copied(one))) as T;
  if (Object.getPrototypeOf(value) !== Object.prototype) return structuredClone(value);
  const record = { ...value };
  for (const key in record) if (typeof record[key] === 'object') record[key] = copied(record[key]);
  return record;
}
