import { nameOf, type NodeId } from '../../core/node.ts';
import type { Lie, Violation } from './result.ts';

/** A violation in a sentence: `G1 told G3 retreat instead of attack; so G2 decided attack, …`. */
export function inWords({ lies, witness }: Violation): string {
  const told = [...grouped(lies).values()].map((alike) => sentence(alike[0]!, alike.map(({ to }) => to)));
  return told.length === 0 ? `without a single lie, ${witness}` : `${told.join('; ')}: so ${witness}`;
}

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
  const what = { silence: `its ${honest}`, both: 'both orders' }[said as string] ?? `${said} instead of ${honest}`;
  const where = path === undefined ? `${what} in round ${round}` : onPath(path, what);
  return `${nameOf(from)} ${verb} ${listed(to)} ${where}`;
}

/** `that G3 said that G1 ordered retreat instead of attack`; who speaks is not named again. */
function onPath(path: readonly NodeId[], what: string): string {
  const [commander, ...between] = path.slice(0, -1);
  if (commander === undefined) return what;
  return [...between.reverse().map((id) => `that ${nameOf(id)} said`), `that ${nameOf(commander)} ordered ${what}`].join(' ');
}

function listed(ids: readonly NodeId[]): string {
  const names = ids.map(nameOf);
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)!}`;
}
