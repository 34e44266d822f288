/** Says loudly that nodes who listen there can be reached from elsewhere. @param what whoever reaches them can do */
export function warnIfOpen(host: string, what = 'can post requests and read all of them'): void {
  if (/^(127\.|::1$|localhost$)/.test(host)) return;
  process.stderr.write(`generals: WARNING: open to the network at ${host}: whoever reaches these ports ${what}; nothing is encrypted\n`);
}
