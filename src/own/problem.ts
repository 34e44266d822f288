import type { TypedVocabulary } from '../core/byzantine.ts';
import type { Definition } from '../runtime/virtual/members.ts';

/** What is asked of the nodes of a system, and who judges them: all of a definition but its machine. */
export interface Problem<V extends TypedVocabulary> extends Pick<Definition<V, object>, 'name' | 'promises' | 'members' | 'tolerates' | 'inputs' | 'judge' | 'words'> {
  /** What it is held to, in words. */
  readonly title: string;
}
