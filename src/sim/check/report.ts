import { nameOf } from '../../core/node.ts';
import type { AnyRoundsProtocol } from '../../core/protocol.ts';
import { limitsOf } from './alternatives.ts';
import type { CheckResult, Violation } from './result.ts';
import { inWords } from './words.ts';

/** What a search showed, in sentences; the first names how much it is worth. */
export function sentencesOf(result: CheckResult, protocol: AnyRoundsProtocol): string[] {
  const limits = limitsOf(protocol);
  return result.type === 'violated' || limits === undefined ? verdictOf(result) : [...verdictOf(result), `(${limits})`];
}

function verdictOf(result: CheckResult): string[] {
  switch (result.type) {
    case 'holds':
      return [`holds: all ${result.treasons} treasons covered (${result.engine})`];
    case 'unknown':
      return [
        `unknown: covered ${result.covered}${result.treasons === undefined ? '' : ` of ${result.treasons}`} treasons (${result.engine}), none of which breaks anything${
          result.reason === 'too large' ? '; the search outgrew the memory that it allows itself' : ''
        }`,
      ];
    case 'violated': {
      const { violation, isSmallest, covered, engine } = result;
      const { lies, property, traitors, order } = violation;
      const count = lies.length === 1 ? '1 message is tampered with' : `${lies.length} messages are tampered with`;
      return [
        `violated: ${property}; ${count}, ${isSmallest ? 'and with fewer nothing breaks' : `fewer may do, the search was stopped at ${covered} treasons`} (${engine})`,
        `order ${order}, traitors ${traitors.length === 0 ? 'none' : traitors.map(nameOf).join(', ')}: ${inWords(violation)}`,
      ];
    }
    default:
      return result satisfies never;
  }
}

/** The same as one JSON object, in the format `v: 1`. Numbers of treasons are strings, for they may be larger than JSON's numbers. */
export function checkJson(result: CheckResult, protocol: AnyRoundsProtocol): object {
  const shared = { v: 1, type: 'check', verdict: result.type, engine: result.engine, limits: limitsOf(protocol) ?? null };
  switch (result.type) {
    case 'holds':
      return { ...shared, treasons: String(result.treasons) };
    case 'unknown':
      return { ...shared, reason: result.reason, covered: String(result.covered), treasons: result.treasons === undefined ? null : String(result.treasons) };
    case 'violated': {
      const { choices, ...violation } = result.violation;
      const words = Object.fromEntries([...choices].map(([id, said]) => [nameOf(id), said]));
      return { ...shared, covered: String(result.covered), smallest: result.isSmallest, sentence: inWords(result.violation), violation: { ...violation, choices: words }, script: scriptOf(result.violation) };
    }
    default:
      return result satisfies never;
  }
}

/** With how many generals a script begins, where nothing else is asked for. */
const MUSTERED = 4;

/** A violation as a script that repeats it, whatever the seed. Its members are G1, G2 … without gaps, and G1 commands. */
export function scriptOf(violation: Violation): string[] {
  const { protocol, members, commander, m, order, traitors, choices } = violation;
  const surplus = Array.from({ length: Math.max(0, MUSTERED - members.length) }, (_, index) => `g-kill ${MUSTERED - index}`);
  return [
    `# ${inWords(violation)}`,
    `g-elect ${commander}`,
    ...(members.length > MUSTERED ? [`g-add ${members.length - MUSTERED}`] : surplus),
    `g-protocol ${protocol} ${m}`,
    ...traitors.map((id) => `g-state ${id} faulty`),
    ...traitors.filter((id) => (choices.get(id) ?? []).length > 0).map((id) => `choose ${id} ${choices.get(id)!.join(' ')}`),
    `actual-order ${order} anyway`,
    'g-why',
  ];
}
