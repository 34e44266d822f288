import { byzantineMembers } from '../../core/quorum.ts';

/** What a paper promises of a protocol: the bound that it reaches, and in how many rounds. */
export interface Paper {
  readonly name: string;
  readonly title: string;
  /** Among how many generals it stands m traitors. */
  members(m: number): number;
  /** In how many rounds at the most. */
  rounds(m: number): number;
  /** For which m that is asked. */
  readonly ms: readonly number[];
}

/** By name, what a protocol can be graded against. */
export const PAPERS: readonly Paper[] = [
  { name: 'exchange', title: 'OM(1), Lamport, Shostak and Pease 1982, §3', members: byzantineMembers, rounds: () => 2, ms: [1] },
  { name: 'oral', title: 'OM(m), Lamport, Shostak and Pease 1982, §3', members: byzantineMembers, rounds: (m) => m + 1, ms: [1, 2] },
  { name: 'signed', title: 'SM(m), Lamport, Shostak and Pease 1982, §4', members: (m) => m + 2, rounds: (m) => m + 1, ms: [1, 2] },
  { name: 'king', title: 'Phase king, Berman, Garay and Perry 1989', members: byzantineMembers, rounds: (m) => 3 * m + 4, ms: [1, 2] },
];
