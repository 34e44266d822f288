import { nodeId, type NodeId } from '../../src/core/node.ts';

export const subsets = (of: readonly NodeId[]): NodeId[][] => of.reduce<NodeId[][]>((sets, id) => [...sets, ...sets.map((set) => [...set, id])], [[]]);

/**
 * Of the sets of as many, with the commander, who is the first general, or without, the first and the last: no lieutenant is another than the
 * others to a protocol that tells them apart by their order alone. All of them in a soak.
 */
export function endsOfKinds(sets: readonly NodeId[][]): readonly NodeId[][] {
  if (process.env['SOAK'] === '1') return sets;
  const kindOf = (set: readonly NodeId[]): string => `${set.length} ${set.includes(nodeId(1))}`;
  return sets.filter((set, index) => {
    const alike = sets.flatMap((other, at) => (kindOf(other) === kindOf(set) ? [at] : []));
    return index === alike[0] || index === alike.at(-1);
  });
}
