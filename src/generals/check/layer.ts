/** Where the army may be after a round. */
export interface Configuration {
  /** By member, which of its local states. */
  readonly localStates: readonly number[];
  /** How many treasons lead here. */
  ways: bigint;
  /** The fewest lies that lead here. */
  lies: number;
  /** With these, from where, and by what each general made of the last round. */
  before: Configuration | undefined;
  by: readonly Successor[];
}

export interface Answered {
  readonly message: string;
  readonly alternative: number;
}

/** What a general may stand like after the next round. */
export interface Successor {
  /** Its number. */
  readonly localState: number;
  /** In how many ways the traitors can bring it about. */
  multiplicity: bigint;
  /** With how many lies at the least, and which. */
  lies: number;
  readonly told: readonly Answered[];
}

/** The configurations after one round, each once. */
export interface Layer {
  readonly all: Configuration[];
  /** The same by the local states of their members, one level for each. */
  readonly tree: Tree;
}

interface Tree extends Map<number, Tree | Configuration> {}

export const newLayer = (): Layer => ({ all: [], tree: new Map() });

/**
 * Adds to the layer what one configuration may become: one successor for each general, in all ways that have no more lies than the
 * bound. There are millions, so nothing is made for one that is there already but its share in the ways.
 * @returns whether something was left out for its many lies
 */
export function combine(before: Configuration, successors: readonly (readonly Successor[])[], bound: number, { all, tree }: Layer): boolean {
  const by: Successor[] = [];
  let isCut = false;
  add(tree, before.ways, before.lies);
  return isCut;

  function add(below: Tree, ways: bigint, lies: number): void {
    for (const successor of successors[by.length]!) {
      const lied = lies + successor.lies;
      if (lied > bound) {
        isCut = true;
        continue;
      }
      by.push(successor);
      if (by.length < successors.length) add(branch(below, successor.localState), ways * successor.multiplicity, lied);
      else settle(below, successor.localState, ways * successor.multiplicity, lied);
      by.pop();
    }
  }

  function settle(below: Tree, localState: number, ways: bigint, lies: number): void {
    const alike = below.get(localState) as Configuration | undefined;
    if (alike === undefined) {
      const configuration = { localStates: by.map((successor) => successor.localState), ways, lies, before, by: [...by] };
      below.set(localState, configuration);
      all.push(configuration);
      return;
    }
    alike.ways += ways;
    if (lies < alike.lies) Object.assign(alike, { lies, before, by: [...by] });
  }
}

function branch(tree: Tree, localState: number): Tree {
  const known = tree.get(localState) as Tree | undefined;
  if (known !== undefined) return known;
  const made: Tree = new Map();
  tree.set(localState, made);
  return made;
}
