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

/** What parts the style of a page from its script where both are packed. */
export const PART = '\0';

/** The page as one file that needs nothing else. @param packed its style and its script, compressed by gzip, in base64 */
export const wholeDocument = (packed: string): string =>
  documentOf(
    '',
    `<meta http-equiv="Content-Security-Policy" content="${OWN}">\n<style>:root{color-scheme:light dark}</style>`,
    `<script type="application/gzip" id="packed">${packed}</script>\n<script>${LOADER}</script>`,
  );

/** Unpacks style and script: so the file is half as large. Until then nothing is shown. */
const LOADER = `(async () => {
  const letters = atob(document.getElementById('packed').textContent);
  const bytes = new Uint8Array(letters.length);
  for (let at = 0; at < letters.length; at += 1) bytes[at] = letters.charCodeAt(at);
  const text = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text();
  const at = text.indexOf('\\0');
  const style = document.createElement('style');
  style.textContent = text.slice(0, at);
  const script = document.createElement('script');
  script.src = URL.createObjectURL(new Blob([text.slice(at + 1)], { type: 'text/javascript' }));
  document.head.append(style, script);
})();`;

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
