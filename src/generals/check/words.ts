import { nameOf, type NodeId } from '../../core/node.ts';
import { pathText } from '../protocols/oral-paths.ts';
import type { Lie, Violation } from './result.ts';

/** A violation in one line: `G1 told G3 retreat instead of attack; so G2 decided attack, …`. */
export function inWords(violation: Violation): string {
  const told = liesIn(violation);
  return told.length === 0 ? `without a single lie, ${violation.witness}` : `${told.join('; ')}: so ${violation.witness}`;
}

/** What the traitors of a violation did, a sentence for each lie: `G1 told G3 retreat instead of attack in round 1`. */
export const liesIn = ({ lies }: Violation): string[] => [...grouped(lies).values()].map((alike) => sentence(alike[0]!, alike.map(({ to }) => to)));

/** The same lie on the same path, told to several. */
function grouped(lies: readonly Lie[]): Map<string, Lie[]> {
  const groups = new Map<string, Lie[]>();
  for (const lie of lies) {
    const key = JSON.stringify([lie.round, lie.from, lie.path, lie.honest, lie.said]);
    groups.set(key, [...(groups.get(key) ?? []), lie]);
  }
  return groups;
}

function sentence({ from, path, round, honest, said }: Lie, to: readonly NodeId[]): string {
  const verb = said === 'silence' ? 'kept from' : 'told';
  const what = { silence: honest === 'nothing' ? 'a message for neither order' : `its ${honest}`, both: 'both orders' }[said as string] ?? `${said} instead of ${honest}`;
  const where = path === undefined ? ` in round ${round}` : path.length === 1 ? '' : ` on ${pathText(path)}`;
  return `${nameOf(from)} ${verb} ${listed(to)} ${what}${where}`;
}

function listed(ids: readonly NodeId[]): string {
  const names = ids.map(nameOf);
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;
}
