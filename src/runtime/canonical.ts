import canonicalize from 'canonicalize';
import { hash } from 'node:crypto';

/** What is made of a body: its canonical text (RFC 8785), and the digest of that once somebody asks. One entry, as weak ones are dear to collect. */
export interface Form {
  readonly text: string;
  digest: string | undefined;
}

/**
 * The form of a body, which is plain data that nobody changes. It is made once: one body is signed once, asked about often, by all
 * who share a thread, and put into larger ones.
 * @throws Error if it has no canonical text, as half a surrogate pair has none
 */
export function formOf(body: object): Form {
  let form = forms.get(body);
  if (form === undefined) forms.set(body, (form = { text: textOf(body), digest: undefined }));
  return form;
}

export function digestOfForm(form: Form): string {
  return (form.digest ??= hash('sha256', form.text, 'base64url'));
}

const forms = new WeakMap<object, Form>();

/** What is flat is written in one piece; what holds more is put together from the texts of its parts, which may be known. */
function textOf(value: object): string {
  const names = Array.isArray(value) ? undefined : Object.keys(value).sort();
  if (isFlat(value, names)) return flat(value, names);
  if (names === undefined) return `[${(value as unknown[]).map(textOfPart).join(',')}]`;
  let text = '';
  for (const name of names) {
    const part = (value as Fields)[name];
    if (part !== undefined) text += `${text === '' ? '' : ','}${textOfPart(name)}:${textOfPart(part)}`;
  }
  return `{${text}}`;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * What V8 writes, given the names in their order, is the canonical text (RFC 8785 took that of numbers and strings from ECMAScript).
 * But it also writes what has no such text: an escaped half of a surrogate pair, and `null` for what is no number. Where that may be so,
 * the library looks.
 */
function flat(value: object, names: string[] | undefined): string {
  const text = JSON.stringify(value, names);
  return text.includes('\\ud') || text.includes('null') ? canonicalize(value)! : text;
}

function textOfPart(part: unknown): string {
  if (typeof part === 'string' && part.isWellFormed()) return JSON.stringify(part);
  if (typeof part !== 'object' || part === null) return canonicalize(part) ?? 'null';
  const known = forms.get(part);
  if (known !== undefined) return known.text;
  // Of lists there are thousands in a state, and nobody asks about one alone.
  return Array.isArray(part) || !isFlat(part, Object.keys(part)) ? textOf(part) : formOf(part).text;
}

/** @param names of its fields; undefined if it is a list */
function isFlat(value: object, names: readonly string[] | undefined): boolean {
  if (names === undefined) {
    for (const part of value as unknown[]) if (!isScalar(part)) return false;
    return true;
  }
  for (const name of names) if (!isScalar((value as Fields)[name])) return false;
  return true;
}

const isScalar = (part: unknown): boolean => typeof part !== 'object' || part === null;
