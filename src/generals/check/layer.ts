/** Where the army may be after a round. */
export interface Configuration {
  /** By member, which of its postures. */
  readonly postures: readonly number[];
  /** How many treasons lead here. */
  ways: bigint;
  /** The fewest lies that lead here. */
  lies: number;
  /** With these, from where, and by what each general made of the last round. */
  before: Configuration | undefined;
  by: readonly Prospect[];
}

export interface Told {
  readonly message: string;
  readonly alternative: number;
}

/** What a general may stand like after the next round. */
export interface Prospect {
  /** Its number. */
  readonly posture: number;
  /** In how many ways the traitors can bring it about. */
  ways: bigint;
  /** With how many lies at the least, and which. */
  lies: number;
  readonly told: readonly Told[];
}

/** The configurations after one round, each once. */
export interface Layer {
  readonly all: Configuration[];
  /** The same by the postures of their members, one level for each. */
  readonly tree: Tree;
}

interface Tree extends Map<number, Tree | Configuration> {}

export const newLayer = (): Layer => ({ all: [], tree: new Map() });

/**
 * Adds to the layer what one configuration may become: one prospect for each general, in all ways that have no more lies than the
 * bound. There are millions, so nothing is made for one that is there already but its share in the ways.
 * @returns whether something was left out for its many lies
 */
export function combine(before: Configuration, prospects: readonly (readonly Prospect[])[], bound: number, { all, tree }: Layer): boolean {
  const by: Prospect[] = [];
  let isCut = false;
  add(tree, before.ways, before.lies);
  return isCut;

  function add(below: Tree, ways: bigint, lies: number): void {
    for (const prospect of prospects[by.length]!) {
      const lied = lies + prospect.lies;
      if (lied > bound) {
        isCut = true;
        continue;
      }
      by.push(prospect);
      if (by.length < prospects.length) add(branch(below, prospect.posture), ways * prospect.ways, lied);
      else settle(below, prospect.posture, ways * prospect.ways, lied);
      by.pop();
    }
  }

  function settle(below: Tree, posture: number, ways: bigint, lies: number): void {
    const alike = below.get(posture) as Configuration | undefined;
    if (alike === undefined) {
      const configuration = { postures: by.map((prospect) => prospect.posture), ways, lies, before, by: [...by] };
      below.set(posture, configuration);
      all.push(configuration);
      return;
    }
    alike.ways += ways;
    if (lies < alike.lies) Object.assign(alike, { lies, before, by: [...by] });
  }
}

function branch(tree: Tree, posture: number): Tree {
  const known = tree.get(posture) as Tree | undefined;
  if (known !== undefined) return known;
  const made: Tree = new Map();
  tree.set(posture, made);
  return made;
}
