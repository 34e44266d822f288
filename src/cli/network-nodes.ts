import { UserError } from '../core/user-error.ts';
import { byName, type NetworkView, type Seen } from '../gossip/view.ts';

/** The node of that name. @throws UserError */
export function nodeOf(view: NetworkView, name: string): Seen {
  const node = view.nodes.get(name);
  if (node === undefined) throw new UserError(`there is no ${name}: ${Array.from(view.nodes.keys()).toSorted(byName).join(', ')}`);
  return node;
}

/** Those of these names, all of which must do, or nothing is done. @param against what is against one, if anything is @throws UserError */
export function allOf(view: NetworkView, names: readonly string[], against: (node: Seen) => string | undefined = () => undefined): Seen[] {
  const nodes = names.map((name) => nodeOf(view, name));
  for (const node of nodes) {
    const reason = against(node);
    if (reason !== undefined) throw new UserError(reason);
  }
  return nodes;
}
