/** Says loudly, on the error output, that whoever reaches this machine reaches the nodes that listen at that host. */
export function warnIfOpen(host: string): void {
  if (/^(127\.|::1$|localhost$)/.test(host)) return;
  process.stderr.write(`generals: WARNING: open to the network at ${host}: whoever reaches these ports can post requests and read all of them; nothing is encrypted\n`);
}
