/** How many characters a message has as JSON, without making that text, and with keys and signatures as long as real ones. */
export function sizeOf(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return value.length + 2;
    case 'number':
      return digitsOf(value);
    case 'boolean':
      return value ? 4 : 5;
    case 'object':
      if (value === null) return 4;
      if (Array.isArray(value)) {
        let size = 1 + Math.max(1, value.length);
        for (let i = 0; i < value.length; i += 1) size += sizeOf(value[i]);
        return size;
      }
      return sizeOfFields(value as Readonly<Record<string, unknown>>);
    default:
      return 0;
  }
}

function sizeOfFields(value: Readonly<Record<string, unknown>>): number {
  let size = 1;
  for (const name in value) {
    const field = value[name];
    // The name in quotes, a colon, and a comma or the end.
    if (field !== undefined) size += name.length + 4 + (REAL[name] ?? sizeOf(field));
  }
  return Math.max(2, size);
}

/** Of a whole number by counting; of another, which is rare, as it is written. */
function digitsOf(value: number): number {
  if (!Number.isSafeInteger(value)) return String(value).length;
  let size = value < 0 ? 2 : 1;
  for (let rest = Math.abs(value); rest >= 10; rest /= 10) size += 1;
  return size;
}

/** What is a term here, and in earnest ed25519, SHA-256 or a random text, with its quotes. */
const REAL: Readonly<Record<string, number>> = { key: 46, signature: 90, hash: 66, nonce: 24 };
