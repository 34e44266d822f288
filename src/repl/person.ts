/** Somebody at a terminal, who can be asked for what a command lacks. */
export interface Person {
  /** @returns the word that was answered; undefined if the question was left */
  ask(question: Question): Promise<string | undefined>;
}

export type Question =
  /** One of several words, each with a few words about it. */
  | { readonly type: 'list'; readonly message: string; readonly choices: readonly Choice[] }
  /** A word of one's own. */
  | { readonly type: 'text'; readonly message: string; readonly fallback?: string; /** What is wrong with it; undefined if nothing is. */ readonly fault: (word: string) => string | undefined };

export interface Choice {
  readonly word: string;
  /** How it is shown: as the word itself if this is not given. */
  readonly name?: string;
  readonly summary?: string;
}
