/** Has the browser save a file. */
export function save(name: string, text: string, type = 'text/plain'): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name.replace(/^.*[\\/]/, '') || 'generals.txt';
  link.click();
  URL.revokeObjectURL(url);
}
