import type { Pty } from './pty.ts';

/** Takes away what is half typed. */
const NOTHING_TYPED = '\u0005\u0015';

/** Whether it waits for a command, and not for an answer, a key or what a command does. */
export const isAtPrompt = (pty: Pty): boolean => pty.screen()[pty.cursor().y]?.startsWith('generals>') === true;

/**
 * A prompt that tests share, as if it had just begun with loyal generals that follow a protocol, but for its history and what `save`
 * keeps: a prompt costs a test more than all that it asks of it.
 */
export async function musterAnew(pty: Pty, count = 4, protocol = 'exchange'): Promise<void> {
  pty.type(`${NOTHING_TYPED}clear\rg-seed 1\rg-muster ${count}\rg-protocol ${protocol}\r`);
  await pty.until(new RegExp(`> g-protocol ${protocol}\\nprotocol ${protocol}\\b.* among ${count} generals.*\\ngenerals>$`), `${count} generals that follow ${protocol}`);
  pty.type('clear\r');
  await pty.until((rows) => rows.join('\n') === 'generals>', 'an empty screen');
}
