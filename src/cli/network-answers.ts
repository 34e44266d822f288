import { counted } from '../core/figures.ts';
import { DETECTORS } from '../gossip/detectors/registry.ts';
import type { Address } from '../gossip/address.ts';
import type { Member } from '../gossip/tcp/network.ts';
import { byName, fromText, isUp, type NetworkView, type Seen } from '../gossip/view.ts';
import { WORDS } from '../gossip/words.ts';

/** Who is there, and how each of them fares. */
export function memberLines(view: NetworkView, members: readonly Member[], nodes: readonly Seen[] = [...view.seeds, ...view.peers]): string[] {
  const unreachable = view.unreachable();
  const known = new Map(members.map((member) => [member.name, member]));
  return nodes.map((node) => {
    const { name, role, address, status, fares } = node;
    const { fault, pid } = known.get(name) ?? {};
    const details = [`${name.padEnd(5)} ${role.padEnd(5)} ${address.padEnd(22)} ${status}`];
    if (role === 'peer') details.push(`for others ${view.stateOf(node).state}`);
    const from = unreachable.get(address);
    if (from !== undefined) details.push(`unreachable from ${fromText(from)}`);
    if (fault !== undefined) details.push(`Byzantine: ${fault}`);
    if (pid !== undefined && isUp(node)) details.push(`process ${pid}`);
    if (fares !== undefined && status === 'up') {
      const said = `${fares.messages.toFixed(1)} messages and ${Math.round(fares.bytes)} bytes a second`;
      details.push(`timers up to ${Math.round(fares.lag)} ms late`, said);
    }
    return details.join(', ');
  });
}

/** Who sees the same. */
export const viewLines = (view: NetworkView): string[] =>
  view.views().map(({ names, members }) => {
    const sees = `${names.length === 1 ? 'sees' : 'see'} ${counted(members.length, 'member')}`;
    return `${counted(names.length, 'peer')} (${names.toSorted(byName).join(', ')}) ${sees}: ${members.join(', ')}`;
  });

export const linksLine = (view: NetworkView, { name, links }: Seen): string =>
  links.size === 0 ? `${name} has no links` : `${name} – ${namesOf(view, links).join(', ')}`;

/** All links, as bars. */
export const graphLines = (view: NetworkView): string[] =>
  view.peers.filter(isUp).map(({ name, links }) => `${name.padEnd(5)} ${'█'.repeat(links.size)} ${namesOf(view, links).join(' ')}`);

/** How far what a peer said came. @param text the end of what it said */
export function reachLine(view: NetworkView, { name }: Seen, text: string): string {
  const spread = view.spreadOf(text);
  if (spread === undefined) return `${name} said nothing`;
  const { reached, of, hops, ms, missing } = spread;
  const others = missing.length === 0 ? '' : `; not ${namesOf(view, missing).join(', ')}`;
  return `${name} reached ${reached} of ${of} in ${counted(hops, 'hop')}, ${Math.round(ms)} ms${others}`;
}

export const detectorLines = (): string[] => DETECTORS.map(({ name, summary }) => `${name.padEnd(8)} ${summary}`);

export const helpLines = (): string[] => WORDS.map(({ form, does }) => `${form.padEnd(24)} ${does}`);

const namesOf = (view: NetworkView, addresses: Iterable<Address>): string[] =>
  Array.from(addresses, (address) => view.nameOf(address)).toSorted(byName);
