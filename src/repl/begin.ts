import { parseWhole } from '../core/parse.ts';
import { protocolIn } from '../generals/arguments.ts';
import { PROTOCOLS, type ProtocolName } from '../generals/protocols/registry.ts';
import { Feeder } from './feeder.ts';
import { wrapped } from '../core/wrapped.ts';
import type { Theme } from './theme.ts';
import { askFor, type Screen } from './questions.ts';

/** What an army begins with. */
export interface Beginning {
  readonly count: number;
  readonly protocol: ProtocolName;
}

/**
 * Asks somebody at a terminal, who has said nothing yet, for the number of generals and their protocol.
 * @returns undefined if a question was left
 */
export async function askToBegin({ paint, width }: Theme, usual: number, limit: number): Promise<Beginning | undefined> {
  const { stdin: input, stdout: output } = process;
  const feeder = new Feeder(input, () => false);
  const screen: Screen = { feeder, output, dim: (text) => paint.dim(text), bright: (text) => paint.cyan(text) };
  output.write(`${wrapped(paint.dim('Generals that agree although some of them are traitors. generals --help tells what else there is.'), width).join('\n')}\n`);
  feeder.open();
  try {
    const count = await askFor(screen, { type: 'text', message: 'How many generals?', fallback: String(usual), fault: (word) => faultOf(word, limit) });
    if (count === undefined) return undefined;
    const protocol = await askFor(screen, { type: 'list', message: `Which protocol are the ${count} to follow?`, choices: PROTOCOLS.map(({ name, summary }) => ({ word: name, summary })) });
    return protocol === undefined ? undefined : { count: parseWhole(count)!, protocol: protocolIn(protocol).name };
  } finally {
    feeder.close();
  }
}

function faultOf(word: string, limit: number): string | undefined {
  const count = parseWhole(word.trim());
  return count === undefined || count < 1 || count > limit ? `a whole number from 1 to ${limit}` : undefined;
}
