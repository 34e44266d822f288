/** Says loudly that nodes who listen there can be reached from elsewhere. */
export function warnIfOpen(host: string): void {
  if (/^(127\.|::1$|localhost$)/.test(host)) return;
  process.stderr.write(`generals: WARNING: open to the network at ${host}: whoever reaches these ports can post requests and read all of them; nothing is encrypted\n`);
}
