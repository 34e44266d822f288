import { counted, figure } from '../../core/figures.ts';
import type { Trace } from '../fact.ts';
import type { Finding } from '../findings.ts';
import { trivialAgreement, trivialValidity } from '../trivial.ts';
import type { NodeId } from '../../core/node.ts';

/** What the quorum decided, and whether the run had each property: a sentence for each. */
export function verdictLines(trace: Trace): string[] {
  const { verdict, order, votes, messages, findings } = trace.judged;
  const ballots = Math.max(1, trace.ordered.members.length - 1);
  const cost = counted(messages, 'message');
  const first = {
    execute: `The quorum decided ${order ?? 'nothing'}, by ${figure(votes)} of ${counted(ballots, 'ballot')}, after ${cost}.`,
    split: `The quorum is split: no order has more than half of ${counted(ballots, 'ballot')}, after ${cost}.`,
    undecidable: 'The order was not given: the traitors are too many for the protocol.',
  }[verdict];
  return [first, ...Object.entries(findings ?? {}).map(([property, finding]: [string, Finding]) => `${capital(property)} ${said(property, finding, trace)}.`)];
}

function said(property: string, finding: Finding, trace: Trace): string {
  switch (finding.type) {
    case 'violated':
      return `violated: ${finding.witness}`;
    case 'unknown':
      return `unknown: ${finding.reason}`;
    case 'holds': {
      const loyal = loyalOf(trace);
      const { commander } = trace.ordered;
      const trivial = { agreement: trivialAgreement(loyal.filter((id) => id !== commander).length), validity: trivialValidity(loyal.includes(commander)) }[property];
      return trivial ?? 'holds';
    }
    default:
      return finding satisfies never;
  }
}

/** Who was loyal to the end. */
function loyalOf({ ordered, facts }: Trace): NodeId[] {
  const others = new Set([...ordered.traitors.map(({ id }) => id), ...facts.flatMap((fact) => (fact.type === 'lost' ? [fact.general] : []))]);
  return ordered.members.filter((id) => !others.has(id));
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
