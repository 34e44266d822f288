import type { NodeId } from '../../core/node.ts';
import { isCount, type Fields } from '../sound.ts';

/** What nodes of any system do or meet on the virtual network: in a picture, and in a sentence. */
export const MET = {
  fell: { words: 'crashes', said: 'crashes' },
  'came-back': { words: 'is restarted', said: 'is restarted' },
  paused: { words: 'stops', said: 'stops in its tracks' },
  'went-on': { words: 'goes on', said: 'goes on' },
  joined: { words: 'joins', said: 'joins' },
  left: { words: 'leaves', said: 'leaves for good' },
  'clock-jumped': { words: 'clock jumps', said: 'has its clock jump' },
} as const;

export type Met = keyof typeof MET;

/** Such a fact, as it is told of a node of any system. */
export interface MetFact {
  readonly type: Met;
  readonly replica: NodeId;
}

/** A node blames another. */
export interface AccusedFact {
  readonly type: 'accused';
  readonly by: NodeId;
  readonly suspect: NodeId;
  readonly evidence: string;
}

export const isMet = (type: unknown): type is Met => typeof type === 'string' && Object.hasOwn(MET, type);

/** Whom such a fact is about. The oldest facts say `replica`, whatever the node runs. */
export const whoMet = ({ node, replica }: Fields): NodeId | undefined => {
  const id = node ?? replica;
  return isCount(id) ? (id as NodeId) : undefined;
};

export const wordsOfMet = (type: Met): string => MET[type].words;

/** The sentence about it, without its subject. */
export const saidOfMet = (type: Met): string => MET[type].said;

/** The sentence with its subject. */
export const metText = (noun: string, { type, replica }: MetFact): string => `${noun} ${replica} ${saidOfMet(type)}`;

/** The sentence about an accusation, which is one in all systems. */
export const accusedText = ({ by, suspect, evidence }: Omit<AccusedFact, 'type'>): string =>
  `node ${by} accuses node ${suspect} of ${evidence}`;
