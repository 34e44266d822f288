/** What a thread is called that runs nodes; the other has the laboratory. */
export const NODES_THREAD = 'nodes';

/** Where the threads of a page have their scripts from. */
export interface Threads {
  readonly lab: string;
  readonly nodes: string;
  /** A thread of the laboratory that was begun before the page, if there is one that nobody has yet. */
  readonly first?: () => Worker | undefined;
}

/**
 * The parts of which the scripts of a page and its threads are put together. Each is a function that the build makes of some files that
 * are needed together; it is called when somebody needs what it exports.
 */
export interface Parts {
  readonly made: Record<string, () => unknown>;
  need(name: string): unknown;
  /** What the page does without at first. */
  later(name: string): Promise<unknown>;
  /** Reads the parts that are not there yet; where it is missing all are. */
  rest?: () => Promise<void>;
  /** The threads of a page that is one file. */
  threads?: Threads;
}

/** Where the parts find each other. */
export const partsHere = (): Parts => (globalThis as { generalsParts?: Parts }).generalsParts!;
