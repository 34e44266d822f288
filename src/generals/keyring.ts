import { nameOf, type NodeId } from '../core/node.ts';

/** What a general can do with signatures: make its own, and tell whether another's is genuine. */
export interface Keyring {
  /** One's own signature of a text, in printable characters without spaces; of the same text always the same. */
  sign(text: string): string;
  /** Whether `by` made this signature of this text. Total: a signature may be anything. */
  verify(by: NodeId, text: string, signature: string): boolean;
}

/**
 * Signatures as the papers reason about them: a term that names signer and text, and that only the signer makes. Nobody
 * forges one because no code of ours writes another general's name into one, not because it would be hard.
 */
export const symbolicKeyring = (self: NodeId): Keyring => ({
  sign: (text) => symbol(self, text),
  verify: (by, text, signature) => signature === symbol(by, text),
});

const symbol = (by: NodeId, text: string): string => `${nameOf(by)}(${text})`;
