import type { Finding } from '../runtime/virtual/system.ts';

/** What the judge found of a network, in one line. */
export function findingLine(finding: Finding): string {
  switch (finding.type) {
    case 'holds':
      return 'All that is promised held.';
    case 'violated':
      return `Violated: ${finding.property}: ${finding.witness}.`;
    case 'unknown':
      return `Unknown whether all held: ${finding.reason}.`;
    default:
      return finding satisfies never;
  }
}
