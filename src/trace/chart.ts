/**
 * A run as space-time diagrams show it, at a terminal and as SVG: time runs down, each member has a lifeline, and a row tells what one
 * of them said to others, or did. Every kind of run makes one of its facts; who draws it knows of no kind.
 */
export interface Chart {
  readonly title: string;
  readonly lanes: readonly Lane[];
  readonly parts: readonly Part[];
  /** What came of it at each lifeline, where that is to be shown. */
  readonly end: End | undefined;
  /** What its signs mean, as far as they are there: in lines for a terminal; for a picture as signs with their meaning, and in lines below them. */
  readonly legend: { readonly lines: readonly string[]; readonly entries: readonly Entry[]; readonly below: readonly string[] };
  /** What came of the run as a whole. */
  readonly sentences: readonly Sentence[];
  /** Rules of CSS for the marks of this kind of run, by day and by night. */
  readonly style: { readonly light: string; readonly dark: string };
}

export interface Lane {
  readonly name: string;
  /** More about it. */
  readonly tip: string;
  readonly isTraitor: boolean;
}

/** A stretch of time, such as a round. */
export interface Part {
  readonly head: string;
  readonly rows: readonly Row[];
}

export interface Row {
  /** What it stands under; said once where several rows in a row do. */
  readonly owner: string;
  readonly label: string;
  /** The lane of who said or did it. */
  readonly lane: number;
  readonly sign: 'message' | 'event';
  /** What stands on the lifelines of others, by their lanes. */
  readonly cells: ReadonlyMap<number, Cell>;
}

/** What stands on a lifeline. */
export interface Cell {
  /** At a terminal. */
  readonly text: string;
  readonly tone: Tone | undefined;
  readonly drawn:
    | { readonly type: 'marks'; readonly marks: readonly Mark[] }
    /** Its text, with a bar that has that share of its two parts, if it is a count. */
    | { readonly type: 'text'; readonly share: Share | undefined; readonly tip: string };
}

/** Two counts, each with the class of CSS of its part of a bar. */
export interface Share {
  readonly counts: readonly [number, number];
  readonly looks: readonly [string, string];
}

/** One message as a picture shows it: a shape with a letter. */
export interface Mark {
  /** The class of CSS that its style has a rule for. */
  readonly look: string;
  readonly shape: 'disk' | 'square';
  readonly letter: string;
  /** Whether the letter stands on a filled shape. */
  readonly isFilled: boolean;
  /** A sign beside what is wrong with it; empty if nothing is. */
  readonly flag: string;
  readonly tip: string;
}

/** What a piece of a diagram is, for who paints it. */
export type Tone = 'attack' | 'retreat' | 'lie' | 'faint';

export interface End {
  readonly head: string;
  /** By lane. */
  readonly marks: ReadonlyMap<number, Mark & { readonly tone: Tone }>;
}

export interface Sentence {
  readonly text: string;
  /** Whether it says that something went wrong. */
  readonly isBad: boolean;
}

/** A sign of a legend, and what it means. */
export interface Entry {
  readonly text: string;
  /** From the left of its sign to its text. */
  readonly room?: number;
  readonly sign: { readonly type: 'message' | 'event' } | { readonly type: 'mark'; readonly mark: Mark } | { readonly type: 'written'; readonly text: string; readonly look: string };
}
