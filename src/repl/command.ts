import type { ArmyCampaign } from '../campaign/army.ts';
import type { Progress } from '../campaign/bar.ts';
import type { Fact } from '../generals/fact.ts';
import type { Army, ArmyOptions } from '../generals/army.ts';
import type { Member, Outcome } from '../generals/outcome.ts';
import type { AnyRoundsProtocol } from '../generals/protocol.ts';
import type { CheckResult } from '../generals/check/result.ts';
import type { Step } from '../generals/trace/steps.ts';
import type { Explanation } from '../generals/trace/why.ts';
import type { Journal } from './journal.ts';
import type { Person, Question } from './person.ts';

/** What a command has to work on. */
export interface Session {
  army: Army;
  /** The last order that was given, for those who ask why. */
  outcome: Outcome | undefined;
  /** Whether each order is followed by its facts. */
  isTraced: boolean;
  /** What repeats the session. */
  readonly journal: Journal;
  /** Told of each order's outcome. */
  readonly record: (outcome: Outcome) => void;
  /** Told how far a command has come that takes long, and by undefined that it is over. */
  readonly progress: (progress: Progress | undefined) => void;
  /** Musters another army like this one, on the same host. */
  readonly muster: Muster;
  /** Writes a file that is new, or begins as such files do. @throws UserError */
  readonly write: (file: string, text: string, opening: string) => void;
  /** All demos, by name. @throws UserError if they cannot be read */
  readonly demos: () => readonly Demo[];
  /** The version of this program. */
  readonly version: () => string;
  /** Who can be asked; nobody, where commands come from a script or a pipe. */
  readonly person: Person | undefined;
  /** Told of each line that was run, and what came of it, if somebody looks on; of a session from a pipe before its first line, too. */
  readonly answered?: ((session: Session, line: string, answer: Answer) => void) | undefined;
}

export type Muster = (count: number, options: Pick<ArmyOptions, 'seed' | 'protocol'>) => Promise<Army>;

/** What came of one line. */
export type Answer =
  /** Blank, a comment, or a question that was left unanswered. */
  | { readonly type: 'nothing' }
  /** `line` is the whole command, where words of it were asked for. */
  | { readonly type: 'result'; readonly command: string; readonly result: Result; readonly line?: string }
  /** A user's mistake, in one line with the right form; nothing has changed. */
  | { readonly type: 'mistake'; readonly message: string };

/** A script that shows something, with comments that say what. */
export interface Demo {
  readonly name: string;
  /** Its first comment. */
  readonly summary: string;
  readonly lines: readonly string[];
}

/** One step of a demo: what its author says, or a command and what came of it. */
export type DemoStep = { readonly type: 'comment'; readonly text: string } | { readonly type: 'command'; readonly line: string; readonly answer: Answer };

/** What came of a command: plain data, which `render` turns into text for people, or JSON for machines. */
export type Result =
  | { readonly type: 'roster'; readonly members: readonly Member[] }
  | { readonly type: 'outcome'; readonly outcome: Outcome; readonly primary: string | undefined; readonly facts: readonly Fact[] }
  | { readonly type: 'trace'; readonly isOn: boolean }
  | { readonly type: 'facts'; readonly facts: readonly Fact[] }
  | { readonly type: 'check'; readonly result: CheckResult; readonly protocol: AnyRoundsProtocol; readonly trivial: readonly string[] }
  | { readonly type: 'campaign'; readonly campaign: ArmyCampaign }
  | { readonly type: 'why'; readonly explanation: Explanation }
  | { readonly type: 'protocol'; readonly current: string; readonly faults: number; readonly members: number; readonly protocols: readonly { name: string; summary: string }[] }
  | { readonly type: 'seed'; readonly seed: number }
  | { readonly type: 'strategies'; readonly strategies: readonly { name: string; summary: string }[] }
  | { readonly type: 'breakdown'; readonly general: string; readonly crashMode: string }
  | { readonly type: 'doom'; readonly general: string; readonly round: number }
  | { readonly type: 'dictation'; readonly general: string; readonly words: readonly string[] }
  | { readonly type: 'telling'; readonly general: string; readonly round: number; readonly to: string; readonly words: string }
  | { readonly type: 'show'; readonly outcome: Outcome; readonly round: number | undefined }
  | { readonly type: 'steps'; readonly outcome: Outcome; readonly steps: readonly Step[] }
  | { readonly type: 'demos'; readonly demos: readonly { readonly name: string; readonly summary: string }[] }
  | { readonly type: 'demo'; readonly name: string; readonly steps: readonly DemoStep[] }
  | { readonly type: 'saved'; readonly file: string; readonly commands: number }
  | { readonly type: 'help'; readonly groups: readonly HelpGroup[]; readonly notes: readonly string[] }
  | { readonly type: 'topic'; readonly name: string; readonly text: readonly string[]; readonly paper: string | undefined; readonly example: string | undefined }
  | { readonly type: 'version'; readonly version: string }
  | { readonly type: 'clear' }
  | { readonly type: 'farewell' };

/** Lines of help that belong together. */
export interface HelpGroup {
  readonly title: string | undefined;
  readonly lines: readonly (readonly [form: string, summary: string])[];
}

/** One word that a command takes. */
export interface Parameter {
  /** How its place is shown in the command's form: `id`, or the words themselves, `attack|retreat`. */
  readonly name: string;
  /** Whether the name is the word itself. */
  readonly isLiteral?: true;
  /** Whether one or more words may stand here; only the last can. */
  readonly isMany?: true;
  /** The words that may stand here, as far as they can be listed. */
  readonly words?: (session: Session) => readonly string[];
  /**
   * How to ask for the word; undefined where there is no more to ask. A word that may be left out is asked for only if this is
   * given and its forerunner was asked for too.
   * @param words those before it
   * @throws UserError if no word would fit
   */
  readonly ask?: (session: Session, words: readonly string[]) => Question | undefined;
}

/** Under what help lists a command. */
export const GROUPS = ['Orders', 'Generals', 'What happened', 'Chance and proof', 'Sessions'] as const;

export interface Command {
  readonly name: string;
  /** Other names for it. */
  readonly aliases?: readonly string[];
  readonly group: (typeof GROUPS)[number];
  /** The forms that it may have, each a list of parameters; the first that has as many as there are words is taken. */
  readonly forms: readonly (readonly Parameter[])[];
  /** What it does, in a few words. */
  readonly summary: string;
  /** The rest of what there is to know. */
  readonly details?: string;
  readonly example: string;
  /** Whether, with these words, it changes something or gives an order, so that a session cannot be repeated without it. */
  readonly matters?: (words: readonly string[]) => boolean;
  /** Runs it with words of one of its forms. Throws a `UserError` if a word does not fit, having changed nothing. @param execute runs a whole line */
  run(session: Session, words: readonly string[], signal: AbortSignal, execute: Execute): Promise<Result>;
}

export type Execute = (session: Session, line: string, signal: AbortSignal) => Promise<Answer>;

/** A command's form as people type it: `g-state [<id> <faulty|non-faulty> [<strategy>]]`. */
export const formOf = (command: Command): string => command.name + formAfter(command, 0);

/** What may follow behind so many words of a command, with a space before it; the last of them may stand for many. */
export function formAfter({ forms }: Command, words: number): string {
  const lengths = new Set(forms.map(({ length }) => length));
  const most = Math.max(...lengths);
  const isMany = forms.some((form) => form.at(-1)?.isMany === true);
  let text = '';
  let open = 0;
  for (let index = isMany ? Math.min(words, most - 1) : words; index < most; index += 1) {
    const isOptional = lengths.has(index);
    const parameter = forms.find((form) => form.length > index)![index]!;
    if (isOptional) open += 1;
    text += ` ${isOptional ? '[' : ''}${parameter.isLiteral === true ? parameter.name : `<${parameter.name}>`}${parameter.isMany === true ? '…' : ''}`;
  }
  return text + ']'.repeat(open);
}
