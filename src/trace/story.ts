/** A run step by step, as sequence diagrams and vector clocks tell it. */
export interface Story {
  /** The names of all members, in the order in which they are shown. */
  readonly lanes: readonly string[];
  readonly steps: readonly Step[];
}

export type Step =
  /** A stretch of time begins, such as a round. */
  | { readonly type: 'part'; readonly head: string }
  /** A message, or one to several, leaves who says it. */
  | { readonly type: 'sent'; readonly id: number; readonly lane: string; readonly text: string }
  /** It arrives: at each of those whom it reaches, and each time. */
  | { readonly type: 'heard'; readonly id: number; readonly lane: string; readonly text: string }
  /** One message from one to another, as an arrow shows it; crossed where something is wrong with it. */
  | { readonly type: 'arrow'; readonly from: string; readonly to: string; readonly label: string; readonly isCrossed: boolean }
  /** Somebody does something: as a label for who sees where, and told whole. */
  | { readonly type: 'event'; readonly lane: string; readonly label: string; readonly text: string }
  /** To be known to read the rest. */
  | { readonly type: 'remark'; readonly text: string };
