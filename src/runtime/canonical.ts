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

/** What is flat is written by the library; what holds more is put together from the texts of its parts, which may be known. */
function textOf(value: object): string {
  if (isFlat(value)) return canonicalize(value)!;
  if (Array.isArray(value)) return `[${value.map(textOfPart).join(',')}]`;
  let text = '';
  for (const name of Object.keys(value).sort()) {
    const part = (value as Fields)[name];
    if (part !== undefined) text += `${text === '' ? '' : ','}${textOfPart(name)}:${textOfPart(part)}`;
  }
  return `{${text}}`;
}

type Fields = Readonly<Record<string, unknown>>;

function textOfPart(part: unknown): string {
  if (typeof part === 'string' && part.isWellFormed()) return JSON.stringify(part);
  if (typeof part !== 'object' || part === null) return canonicalize(part) ?? 'null';
  const known = forms.get(part);
  if (known !== undefined) return known.text;
  // Of lists there are thousands in a state, and nobody asks about one alone.
  return isFlat(part) && !Array.isArray(part) ? formOf(part).text : textOf(part);
}

function isFlat(value: object): boolean {
  if (Array.isArray(value)) return value.every(isScalar);
  for (const name in value) if (!isScalar((value as Fields)[name])) return false;
  return true;
}

const isScalar = (part: unknown): boolean => typeof part !== 'object' || part === null;
