/**
 * A copy of plain data, as `structuredClone` makes it; that takes microseconds, and generals are copied by the million. What is
 * neither a list nor a record is left to it.
 */
export function copied<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const list: unknown[] = value.slice();
    for (let index = 0; index < list.length; index += 1) if (typeof list[index] === 'object') list[index] = copied(list[index]);
    return list as T;
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return structuredClone(value);
  const record = { ...value };
  for (const key in record) if (typeof record[key] === 'object') record[key] = copied(record[key]);
  return record;
}
