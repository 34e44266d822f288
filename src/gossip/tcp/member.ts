import { UserError } from '../../core/user-error.ts';
import type { Verdicts } from '../../runtime/signer.ts';
import type { Address } from '../address.ts';
import { GOSSIP_FAULTS } from '../faults/registry.ts';
import { peerMachine } from '../peer.ts';
import { isAlive, type Roster } from '../roster.ts';
import { seedMachine } from '../seed.ts';
import type { FromMember, MemberSpec, ToMember } from './member-messages.ts';
import { GossipNode, type GossipMachine, type NodeListener } from './node.ts';

function machineOf({ role, fault }: MemberSpec): GossipMachine {
  return GOSSIP_FAULTS.find(({ name }) => name === fault)?.machine ?? (role === 'seed' ? seedMachine : peerMachine);
}

/** A seed or a peer that listens, and is not started yet. @throws UserError */
export const listen = (spec: MemberSpec, listener: NodeListener, verdicts?: Verdicts): Promise<GossipNode> =>
  GossipNode.listen({ ...spec, machine: machineOf(spec), isOurs, listener, verdicts });

/** Members of ours have keys. */
function isOurs(state: unknown, address: Address): boolean {
  const entry = (state as { readonly roster: Roster } | undefined)?.roster.entries.get(address);
  return isAlive(entry) && entry.member.key !== '';
}

/** How a process talks to the one that started it. */
export interface Channel {
  readonly post: (told: FromMember) => void;
  readonly on: (listener: (message: ToMember) => void) => void;
  readonly exit: (code: number) => void;
}

/** A node in a process of its own: does what it is told until it is killed. */
export function serveMember({ post, on, exit }: Channel): void {
  let node: GossipNode | undefined;
  const fail = (error: unknown): void => {
    post({ type: 'failed', reason: error instanceof Error ? error.message : String(error) });
    if (!(error instanceof UserError)) throw error;
    exit(1);
  };
  const listener: NodeListener = {
    output: (output) => post({ type: 'output', output }),
    stalled: (lasted) => post({ type: 'stalled', lasted }),
    failed: fail,
  };
  on((message) => {
    switch (message.type) {
      case 'listen':
        listen(message.spec, listener).then((made) => {
          node = made;
          post({ type: 'listening', address: made.address });
        }, fail);
        return;
      case 'start':
        try {
          node?.start(message.seeds);
        } catch (error) {
          fail(error);
        }
        return;
      case 'input':
        return node?.input(message.input);
      case 'mishaps':
        return node?.suffer(message.mishaps);
      case 'figures':
        return node === undefined ? undefined : post({ type: 'figures', figures: node.figures() });
      case 'list':
        return post({ type: 'list', list: node?.list() ?? [] });
      default:
        message satisfies never;
    }
  });
}
