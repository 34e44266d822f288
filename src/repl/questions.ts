import type { createPromptModule } from 'inquirer';
import { isInterrupt, type Feeder, type Key } from './feeder.ts';
import { columns } from './layout.ts';
import type { Question } from './person.ts';
import { Keyboard } from './prompt.ts';

/** Where questions are asked, and how they look. */
export interface Screen {
  readonly feeder: Feeder;
  readonly output: NodeJS.WriteStream;
  /** How hints look, and what is chosen. */
  readonly dim: (text: string) => string;
  readonly bright: (text: string) => string;
}

/** Asks whether to leave; a second Ctrl-C says yes as well as `y` does. */
export async function askToLeave(screen: Screen): Promise<boolean> {
  const reply = await replyTo(screen, false, (ask) => ask<{ answer: boolean }>([{ type: 'confirm', name: 'answer', message: 'Leave?', default: false, theme: themeOf(screen) }]));
  return reply.type === 'answer' ? reply.answer : reply.type === 'end';
}

/** Asks a question, of which nothing is left on the screen. Esc, Ctrl-C and Ctrl-D leave it. @returns undefined if it was left */
export async function askFor(screen: Screen, question: Question): Promise<string | undefined> {
  const reply = await replyTo(screen, true, (ask) => ask<{ answer: string }>([question.type === 'list' ? listOf(screen, question) : inputOf(screen, question)]));
  return reply.type === 'answer' ? reply.answer.trim() : undefined;
}

function listOf(screen: Screen, { message, choices }: Question & { type: 'list' }) {
  const { output } = screen;
  const width = Math.max(...choices.map(({ word, name = word }) => name.length));
  return {
    type: 'select' as const,
    name: 'answer',
    message,
    theme: themeOf(screen),
    loop: false,
    pageSize: Math.max(4, output.rows - 6),
    // Two columns are for the sign at the one that is pointed at.
    choices: choices.map(({ word, name = word, summary = '' }) => ({ value: word, short: name, name: columns([[name.padEnd(width), summary]], output.columns - 3).join('\n  ') })),
  };
}

function inputOf(screen: Screen, { message, fallback, fault }: Question & { type: 'text' }) {
  return {
    type: 'input' as const,
    name: 'answer',
    message: `${message} ${screen.dim('Esc leaves')}`,
    theme: themeOf(screen),
    ...(fallback === undefined ? {} : { default: fallback }),
    validate: (word: string) => fault(word) ?? true,
  };
}

type Ask = ReturnType<typeof createPromptModule>;

/** What somebody did with a question. */
type Reply<Answer> = { readonly type: 'answer'; readonly answer: Answer } | { readonly type: 'escape' } | { readonly type: 'end' };

async function replyTo<Answer>({ feeder, output }: Screen, isCleared: boolean, question: (ask: Ask) => Promise<{ answer: Answer }>): Promise<Reply<Answer>> {
  // Imported here, since it takes as long to load as all the rest of the prompt.
  const inquirer = await import('inquirer');
  const keyboard = new Keyboard();
  const closing = new AbortController();
  const asked = question(inquirer.createPromptModule({ input: keyboard, output, clearPromptOnDone: isCleared, signal: closing.signal }));
  let ending: 'escape' | 'end' | undefined;
  feeder.attach((key) => {
    ending = endingBy(key);
    if (ending === undefined) keyboard.press(key);
    else closing.abort();
  });
  try {
    return { type: 'answer', answer: (await asked).answer };
  } catch (error) {
    if (ending !== undefined && error instanceof Error && error.name === 'AbortPromptError') return { type: ending };
    throw error;
  } finally {
    feeder.detach();
  }
}

function endingBy(key: Key): 'escape' | 'end' | undefined {
  if (key.name === 'escape') return 'escape';
  return isInterrupt(key) || (key.ctrl && key.name === 'd') ? 'end' : undefined;
}

/** Whether there is colour is the caller's business; inquirer's own would ask the terminal instead. */
const themeOf = ({ dim, bright }: Screen) => ({
  prefix: '?',
  icon: { cursor: '❯' },
  style: {
    message: (text: string) => text,
    answer: (text: string) => text,
    error: (text: string) => `> ${text}`,
    defaultAnswer: (text: string) => dim(`(${text})`),
    highlight: bright,
    description: dim,
    disabled: dim,
    help: dim,
    keysHelpTip: () => dim('↑ ↓ choose, Enter takes, Esc leaves'),
  },
});
