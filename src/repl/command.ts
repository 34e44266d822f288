import type { ArmyCampaign } from '../campaign/army.ts';
import type { Fact } from '../core/fact.ts';
import type { Army } from '../hosts/army.ts';
import type { Member, Outcome } from '../core/outcome.ts';
import type { AnyRoundsProtocol } from '../core/protocol.ts';
import type { CheckResult } from '../sim/check/result.ts';
import type { Explanation } from '../trace/why.ts';
import type { Progress } from './progress.ts';

/** What a command has to work on. */
export interface Session {
  readonly army: Army;
  /** The last order that was given, for those who ask why. */
  outcome: Outcome | undefined;
  /** Whether each order is followed by its facts. */
  isTraced: boolean;
  /** Told of each order's outcome. */
  readonly record: (outcome: Outcome) => void;
  /** Told how far a command has come that takes long, and by undefined that it is over. */
  readonly progress: (progress: Progress | undefined) => void;
}

/** A session at its beginning. @param record told of each order's outcome */
export const sessionOf = (army: Army, record: (outcome: Outcome) => void = () => undefined): Session => ({
  army, outcome: undefined, isTraced: false, record, progress: () => undefined,
});

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
  | { readonly type: 'breakdown'; readonly general: string; readonly breakdown: string }
  | { readonly type: 'doom'; readonly general: string; readonly round: number }
  | { readonly type: 'dictation'; readonly general: string; readonly words: readonly string[] }
  | { readonly type: 'help'; readonly lines: readonly (readonly [form: string, summary: string])[] }
  | { readonly type: 'farewell' };

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
}

export interface Command {
  readonly name: string;
  /** The forms that it may have, each a list of parameters; the first that has as many as there are words is taken. */
  readonly forms: readonly (readonly Parameter[])[];
  readonly summary: string;
  readonly example: string;
  /** Runs it with words of one of its forms. Throws a `Refusal` if a word does not fit, having changed nothing. */
  run(session: Session, words: readonly string[], signal: AbortSignal): Promise<Result>;
}

/** A command's form as people type it: `g-state [<id> <faulty|non-faulty> [<strategy>]]`. */
export function formOf({ name, forms }: Command): string {
  const lengths = new Set(forms.map(({ length }) => length));
  let text = name;
  let open = 0;
  for (let index = 0; index < Math.max(...lengths); index += 1) {
    const isOptional = lengths.has(index);
    const parameter = forms.find((form) => form.length > index)![index]!;
    if (isOptional) open += 1;
    text += ` ${isOptional ? '[' : ''}${parameter.isLiteral === true ? parameter.name : `<${parameter.name}>`}${parameter.isMany === true ? '…' : ''}`;
  }
  return text + ']'.repeat(open);
}
