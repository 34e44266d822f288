/** What a page is told by the browser that it may load: nothing but itself. */
const OWN = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src data: blob:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** The page as a server sends it; script and style are files beside it. @param live what of a prompt it shows; undefined if it has a laboratory of its own */
export function servedDocument(live: 'army' | 'nodes' | undefined): string {
  const [style, script] = live === 'nodes' ? ['live', 'live'] : ['style', 'lab'];
  const parts = [`<link rel="stylesheet" href="/${style}.css">`, `<script src="/${script}.js" defer></script>`] as const;
  return documentOf(live === undefined ? '' : ' data-live', ...parts);
}

/** A part of the script of a page, or its style. */
export interface Piece {
  readonly name: string;
  /** The parts without which it cannot begin. */
  readonly needs: readonly string[];
  /** Those that it asks for when it goes on. */
  readonly later: readonly string[];
  readonly text: string;
}

/** The page as one file that needs nothing else. @param pack compresses by gzip, and says it in base64 */
export function wholeDocument(pieces: readonly Piece[], pack: (text: string) => string): string {
  const allOf = (entry: string): string[] => neededBy(entry, pieces, ({ needs, later }) => [...needs, ...later]);
  const page = neededBy('page', pieces, ({ needs }) => needs);
  const before = ['begin', 'own'];
  // A thread cannot read more from its page's file when it has begun: it has all.
  const [lab, nodes] = [[...before, ...allOf('lab')], [...before, ...allOf('nodes')]];
  const scripts = { lab, page: [...before, ...page], nodes, rest: allOf('page').filter((name) => !page.includes(name)) };
  const order = [...new Set(['style', ...Object.values(scripts).flat()])].map((name) => pieces.find((one) => one.name === name)!);
  const about = JSON.stringify({ sizes: order.map(({ name, text }) => [name, new TextEncoder().encode(text).length]), scripts });
  return documentOf(
    '',
    `<meta http-equiv="Content-Security-Policy" content="${OWN}">\n<style>:root{color-scheme:light dark}</style>`,
    `<script type="application/gzip" id="packed">${pack(order.map(({ text }) => text).join(''))}</script>\n<script>(${UNPACK})(${about});</script>`,
  );
}

/** The parts that a part needs, the part itself last. */
function neededBy(entry: string, pieces: readonly Piece[], needs: (piece: Piece) => readonly string[]): string[] {
  const piece = pieces.find(({ name }) => name === entry)!;
  return [...new Set([...needs(piece).flatMap((need) => neededBy(need, pieces, needs)), entry])];
}

/**
 * Unpacks style and script: so the file is half as large. Until then nothing is shown. The thread is begun first, which takes longest; then
 * the page, of which only that is read which is shown first.
 */
const UNPACK = `async ({ sizes, scripts }) => {
  const packed = document.getElementById('packed').textContent;
  const bytes = Uint8Array.fromBase64?.(packed) ?? Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const unpacking = new DecompressionStream('gzip');
  const writer = unpacking.writable.getWriter();
  writer.write(bytes);
  writer.close();
  const all = new Uint8Array(await new Response(unpacking.readable).arrayBuffer());
  const pieces = {};
  let from = 0;
  for (const [name, size] of sizes) pieces[name] = all.subarray(from, from += size);
  const urlOf = (names, ...more) => URL.createObjectURL(new Blob([...names.map((name) => pieces[name]), ...more], { type: 'text/javascript' }));
  const textOf = (names) => names.map((name) => new TextDecoder().decode(pieces[name])).join('');
  const threads = { lab: urlOf(scripts.lab, 'generalsParts.need("lab")'), nodes: urlOf(scripts.nodes, 'generalsParts.need("nodes")') };
  let first = new Worker(threads.lab);
  const add = (name, content) => document.head.append(Object.assign(document.createElement(name), content));
  add('style', { textContent: textOf(['style']) });
  add('script', { textContent: textOf(scripts.page) });
  generalsParts.rest = () => new Promise((onload) => add('script', { src: urlOf(scripts.rest), onload }));
  generalsParts.threads = { ...threads, first: () => [first, first = undefined][0] };
  generalsParts.need('page');
}`;

const documentOf = (attributes: string, style: string, script: string): string => `<!doctype html>
<html lang="en"${attributes}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>generals</title>
<link rel="icon" href="data:,">
${style}
</head>
<body>
<div id="lab"><noscript>This page is a program, and needs JavaScript.</noscript></div>
${script}
</body>
</html>
`;
