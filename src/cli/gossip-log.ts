import type { Address } from '../gossip/address.ts';
import { logLineOf, nameInLog, stamped } from '../gossip/log-lines.ts';
import type { Output } from '../gossip/outputs.ts';
import { LogFile, timeStamp } from '../gossip/tcp/log-file.ts';

/** Who says something in a log. */
export interface Speaker {
  readonly role: 'seed' | 'peer';
  readonly address: Address;
  /** What it is called among others, if they have names. */
  readonly name?: string;
}

/** The log of gossip nodes: to standard output and to a file, as lines that people know, or as facts. */
export interface GossipLog {
  output(by: Speaker, output: Output): void;
  /** Something else that happened to a node; without a text it is for programs alone. */
  say(by: Speaker, text: string | undefined, fact: object): void;
  close(): Promise<void>;
}

/** @param isQuiet whether it goes to the file alone @throws UserError if the file cannot be written */
export async function openGossipLog(file: string | undefined, json: boolean, isQuiet = false): Promise<GossipLog> {
  const lost = (reason: string): void => void process.stderr.write(`generals: the log is no longer written to ${file}: ${reason}\n`);
  const written = file === undefined ? undefined : await LogFile.open(file, lost);

  function tell({ role, address, name }: Speaker, text: string | undefined, fact: object): void {
    const now = new Date();
    const line = text === undefined ? undefined : stamped(timeStamp(now), nameInLog(role, address), text);
    if (line !== undefined) written?.write(line);
    if (isQuiet) return;
    if (json) process.stdout.write(`${JSON.stringify({ v: 1, at: now.toISOString(), node: name ?? nameInLog(role, address), listens: address, ...fact })}\n`);
    else if (line !== undefined) process.stdout.write(`${line}\n`);
  }

  return {
    output: (by, output) => tell(by, logLineOf(output), output),
    say: tell,
    close: async () => written?.close(),
  };
}
