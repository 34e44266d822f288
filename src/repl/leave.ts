import { HANGUP, type Feeder, type Key } from './feeder.ts';
import { Keyboard } from './prompt.ts';

/** Asks whether to leave; a second Ctrl-C says yes as well as `y` does. */
export async function askToLeave(feeder: Feeder, output: NodeJS.WriteStream, dim: (text: string) => string): Promise<boolean> {
  // Imported here, since it takes as long to load as all the rest of the prompt.
  const { createPromptModule } = await import('inquirer');
  const keyboard = new Keyboard();
  const ask = createPromptModule({ input: keyboard, output });
  const answer = ask<{ leave: boolean }>([{ type: 'confirm', name: 'leave', message: 'Leave?', default: false, theme: plain(dim) }]);
  feeder.attach((key) => keyboard.press(leaveKey(key)));
  try {
    return (await answer).leave;
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') return true; // by Ctrl-C
    throw error;
  } finally {
    feeder.detach();
  }
}

/** Whether there is colour is the caller's business; inquirer's own would ask the terminal instead. */
const plain = (dim: (text: string) => string) => ({
  prefix: '?',
  style: {
    message: (text: string) => text,
    answer: (text: string) => text,
    error: (text: string) => `> ${text}`,
    defaultAnswer: (text: string) => dim(`(${text})`),
  },
});

/** At the end of the input nobody will answer any more; inquirer would wait for ever. */
const leaveKey = (key: Key): Key =>
  key.name === HANGUP || (key.ctrl && key.name === 'd') ? { ...key, name: 'c', ctrl: true, text: undefined, sequence: undefined } : key;
