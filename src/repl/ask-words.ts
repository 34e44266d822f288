/** One thing that is asked of somebody at a terminal. */
export interface Asked {
  readonly name: string;
  readonly message: string;
  readonly fallback?: string;
  /** What is wrong with an answer; undefined if nothing is. */
  readonly fault?: (word: string) => string | undefined;
}

/** Asks for several words, one behind the other. @returns undefined if that was left by Ctrl-C or Ctrl-D */
export async function askWords<Name extends string>(questions: readonly (Asked & { readonly name: Name })[]): Promise<Readonly<Record<Name, string>> | undefined> {
  const { default: inquirer } = await import('inquirer');
  try {
    return await inquirer.prompt<Record<Name, string>>(
      questions.map(({ name, message, fallback, fault }) => ({
        type: 'input' as const,
        name,
        message,
        ...(fallback === undefined ? {} : { default: fallback }),
        filter: (word: string) => word.trim(),
        validate: (word: string) => fault?.(word.trim()) ?? true,
      })),
    );
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') return undefined;
    throw error;
  }
}
