import type { Address } from './address.ts';
import { clockText } from './clocks.ts';
import type { Output } from './outputs.ts';

/**
 * What a node hands on, in the words that the older programs log and people search for; what those have no words for is in ours.
 * @returns undefined for what nobody wants to read
 */
export function logLineOf(output: Output): string | undefined {
  switch (output.type) {
    case 'asked-to-join':
      return `Received registration proposal for peer ${output.address}`;
    case 'voted':
      if (output.about === 'join') return `Received registration proposal for peer ${output.address} from seed ${output.seed}: voted ${output.ok ? 'OK' : `NO (${output.reason})`}`;
      return `Received dead-node proposal for ${output.address} from seed ${output.seed}: voted ${output.ok ? 'OK' : `NO (${output.reason})`}`;
    case 'decided':
      return `Consensus ${output.ok ? 'SUCCESS' : 'FAILED'} for ${output.about === 'join' ? 'registration of' : 'dead-node removal'} ${output.address} (votes=${output.votes}/${output.seeds})`;
    case 'applied':
      return appliedLine(output.about, output.address, output.from);
    case 'accused':
      return `Received dead-node report for ${output.address} from ${output.by}`;
    case 'inquired':
      // Seeds look at somebody all the time.
      return output.answered ? undefined : `Looked for ${output.address}: nobody answers`;
    case 'registered':
      return `Successfully registered with seed ${output.seed}`;
    case 'not-registered':
      return `Could not register with seed ${output.seed}: ${output.reason}`;
    case 'listed':
      return `Received peer list from seed ${output.seed}: [${output.peers.join(', ')}]`;
    case 'ready':
      return 'Ready';
    case 'linked':
      return output.way === 'out' ? `Connected to neighbor ${output.address}` : `Accepted neighbor ${output.address}`;
    case 'unlinked':
      return `Lost neighbor ${output.address}`;
    case 'generated':
      return `Generated gossip message: ${output.payload}`;
    case 'heard':
      return `Received new gossip message: ${output.payload} from ${output.from}`;
    case 'suspecting':
      return `Locally suspecting neighbor ${output.address} as dead.`;
    case 'noticed':
      return `Received SUSPECT_NOTICE for ${output.address} from ${output.by}`;
    case 'agreed':
      return `Peer-level consensus reached for dead node ${output.address} (suspected by ${output.by.join(', ')})`;
    case 'reported':
      return `Reported dead node ${output.address} to seed ${output.seed}`;
    case 'confirmed':
      return `Confirmed dead-node removal for ${output.address} after seed-level consensus.`;
    case 'rejected':
      return `Seed ${output.seed} rejected dead-node removal for ${output.address}`;
    case 'unreachable':
      return `No answer from ${output.address}, though others have one`;
    case 'reachable':
      return `Answer from ${output.address} again`;
    case 'refuted':
      return `Refuted the suspicion of ${output.by}: this peer lives (incarnation ${output.incarnation})`;
    case 'member':
      return `Member ${output.address} is ${output.state}`;
    case 'left':
      return 'Left the network';
    case 'ignored':
      return output.from === undefined ? `Ignored: ${output.reason}` : `Ignored ${output.from}: ${output.reason}`;
    case 'clock':
      return output.ahead === 0 ? `Clock agrees with that of ${output.address} again` : `Clock is ${clockText(output.ahead)} that of ${output.address}`;
    case 'forgot':
      return undefined;
    default:
      return output satisfies never;
  }
}

function appliedLine(about: 'join' | 'removal' | 'leave', address: Address, from: Address): string {
  switch (about) {
    case 'join':
      return `Applied JOIN_COMMIT for peer ${address} from seed ${from}`;
    case 'removal':
      return `Applied DEAD_COMMIT for peer ${address} from seed ${from}`;
    case 'leave':
      return `Peer ${address} left`;
    default:
      return about satisfies never;
  }
}

/** A line as it stands in the log: nobody’s message can begin another line, or move what is on a terminal. */
export const stamped = (time: string, who: string, text: string): string => `${time} [${who}] ${text.toWellFormed().replaceAll(UNPRINTABLE, '?')}`;

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** By which a node is called in its log: `PEER-127.0.0.1:6000`. */
export const nameInLog = (role: 'seed' | 'peer', address: Address): string => `${role === 'seed' ? 'SEED' : 'PEER'}-${address}`;
