import type { Address } from '../address.ts';
import { clockText } from '../clocks.ts';
import type { Output } from '../outputs.ts';
import { nodeAt } from './nodes.ts';

/** What a node hands on, behind its name; undefined for what people would see too much of. @param at what is called who is there */
export function wordsOf(output: Output, at: (address: Address) => string = nameAt): string | undefined {
  switch (output.type) {
    case 'registered':
      return `is registered with ${at(output.seed)}, in life ${output.life}`;
    case 'not-registered':
      return `is not registered with ${at(output.seed)}: ${output.reason}`;
    case 'ready':
      return 'is ready';
    case 'linked':
      return `is linked to ${at(output.address)}`;
    case 'unlinked':
      return `is no more linked to ${at(output.address)}`;
    case 'generated':
      return `says ${output.payload}`;
    case 'suspecting':
      return `suspects ${at(output.address)}: ${output.reason}`;
    case 'agreed':
      return `agrees with ${output.by.map(at).join(', ')} that ${at(output.address)} is dead`;
    case 'reported':
      return `reports ${at(output.address)} to ${at(output.seed)}`;
    case 'confirmed':
      return `is told by ${at(output.seed)} that ${at(output.address)} is removed`;
    case 'rejected':
      return `is told by ${at(output.seed)} that ${at(output.address)} lives`;
    case 'unreachable':
      return `has no answer from ${at(output.address)}, though others have`;
    case 'reachable':
      return `hears ${at(output.address)} again`;
    case 'refuted':
      return `says that it lives, in incarnation ${output.incarnation}, to ${at(output.by)}`;
    case 'member':
      return output.state === 'alive' ? undefined : `has ${at(output.address)} as ${output.state} in life ${output.life}`;
    case 'left':
      return 'has left';
    case 'clock':
      return output.ahead === 0 ? `has the same time as ${at(output.address)} again` : `has a clock that is ${clockText(output.ahead)} that of ${at(output.address)}`;
    case 'voted':
      if (output.about === 'join' && output.ok) return undefined;
      return `votes ${output.ok ? 'for' : 'against'} the ${output.about} of ${at(output.address)} that ${at(output.seed)} asks for: ${output.reason}`;
    case 'decided':
      if (output.about === 'join' && output.ok) return undefined;
      return `${output.ok ? 'has' : 'lacks'} a quorum for the ${output.about} of ${at(output.address)}: ${output.votes} of ${output.seeds}`;
    case 'applied':
      return `writes down the ${output.about} of ${at(output.address)}, life ${output.life}`;
    case 'accused':
      return `hears that ${at(output.address)} is dead`;
    case 'inquired':
      return output.answered ? undefined : `looks for ${at(output.address)}, which does not answer`;
    case 'ignored':
      return `ignores what ${output.from === undefined ? 'somebody' : at(output.from)} says: ${output.reason}`;
    case 'listed':
    case 'forgot':
    case 'heard':
    case 'noticed':
    case 'asked-to-join':
      return undefined;
    default:
      return output satisfies never;
  }
}

/** Who is there, in a simulation. */
function nameAt(address: Address): string {
  const id = nodeAt(address);
  return id === undefined ? address : `node ${id}`;
}
