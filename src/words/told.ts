import { counted } from '../core/figures.ts';
import type { Address } from './address.ts';
import type { Decision, Input, Output } from './vocabulary.ts';

/** What a peer is asked, behind its name. */
export function inputWords(input: Input): string {
  switch (input.type) {
    case 'consensus':
      return `begins a consensus on word ${input.index}`;
    case 'set':
      return `sets word ${input.index} to ${JSON.stringify(input.word)}`;
    case 'query':
      return `asks ${input.peer} for its words`;
    case 'lie':
      return `lies in ${input.percent} of 100 messages`;
    case 'truth':
      return 'tells the truth';
    default:
      return input satisfies never;
  }
}

/** What a peer hands on, behind its name; undefined for what people would see too much of. */
export function outputWords(output: Output, nameOf: (peer: Address) => string): string | undefined {
  switch (output.type) {
    case 'joined':
      return `knows ${nameOf(output.peer)}`;
    case 'gone':
      return `hears nothing of ${nameOf(output.peer)} any more`;
    case 'decided':
      return `decided ${decisionWords(output, nameOf)}`;
    case 'answered':
      return output.database === undefined ? `got no answer from ${nameOf(output.peer)}` : `was told ${output.database.map((word) => JSON.stringify(word)).join(', ')} by ${nameOf(output.peer)}`;
    case 'proven':
    case 'dropped':
      return undefined;
    default:
      return output satisfies never;
  }
}

/** A decision in words: `word 2 is "cat", and that holds (m = 1 among 4)`. */
export function decisionWords({ index, word, outcome, reason, silent, m, lieutenants }: Decision, nameOf: (peer: Address) => string): string {
  const why = silent.length === 0 ? reason : `${silent.map(nameOf).join(', ')} said nothing`;
  const known = outcome === 'holds' ? 'holds' : `unknown, as ${why}`;
  return `word ${index} is ${JSON.stringify(word)}: ${known} (m = ${m} among ${counted(lieutenants.length + 1, 'peer')})`;
}
