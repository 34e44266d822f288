import type { NodeId } from '../../core/node.ts';
import type { SimNode } from '../../runtime/virtual/network.ts';

/** Who is linked to whom, by places in a list of nodes. */
export type Graph = readonly (readonly number[])[];

/** The overlay among these nodes: links that both ends take for one to a neighbour. @param neighboursOf the links that a node has to neighbours */
export function overlayOf(nodes: readonly SimNode[], neighboursOf: (node: SimNode) => ReadonlySet<NodeId>): Graph {
  const placeOf = new Map(nodes.map((node, place) => [node, place]));
  const links = new Map(nodes.map((node) => [node, neighboursOf(node)]));
  return nodes.map((node) => {
    const places = new Set<number>();
    for (const over of links.get(node)!) {
      const end = node.links.get(over);
      const place = end === undefined ? undefined : placeOf.get(end.node);
      if (place !== undefined && links.get(end!.node)!.has(end!.id)) places.add(place);
    }
    return [...places];
  });
}

/** The sizes of the parts that links join, the largest first. @param isIn whether a place counts; all if not told otherwise */
export function partsOf(graph: Graph, isIn: (place: number) => boolean = () => true): number[] {
  const seen = new Uint8Array(graph.length);
  const sizes: number[] = [];
  for (let start = 0; start < graph.length; start += 1) {
    if (seen[start] === 1 || !isIn(start)) continue;
    seen[start] = 1;
    const reached = [start];
    for (let i = 0; i < reached.length; i += 1) {
      for (const next of graph[reached[i]!]!) {
        if (seen[next] === 1 || !isIn(next)) continue;
        seen[next] = 1;
        reached.push(next);
      }
    }
    sizes.push(reached.length);
  }
  return sizes.toSorted((a, b) => b - a);
}

export const isConnected = (graph: Graph): boolean => partsOf(graph).length <= 1;

/** The best-connected places, as many as that share of all. */
export function hubsOf(graph: Graph, share: number): number[] {
  const places = graph.map((_, place) => place).toSorted((a, b) => graph[b]!.length - graph[a]!.length || a - b);
  return places.slice(0, Math.round(share * graph.length));
}

/** The share of the others that can still reach each other without those. */
export function reachableWithout(graph: Graph, gone: readonly number[]): number {
  const lost = new Set(gone);
  const left = graph.length - lost.size;
  return left === 0 ? 1 : (partsOf(graph, (place) => !lost.has(place))[0] ?? 0) / left;
}
