/** What is to be made of the decisions and ballots of a record: Lamport, Shostak and Pease's IC1 and IC2, and more than half of the ballots. */
import type { Judged, Recorded, Word } from './record.ts';

/** What is wrong with what was made of them. */
export function misjudged({ members, commander, order, traitors, decided, voted, heard, late, judged }: Recorded): string[] {
  const lieutenants = members.filter((id) => id !== commander);
  const loyal = lieutenants.filter((id) => !traitors.has(id));
  const sayings = loyal.map((id) => decided.get(id));
  const holds = {
    agreement: !(sayings.includes('attack') && sayings.includes('retreat')),
    validity: traitors.has(commander) || sayings.every((one) => one === undefined || one === order),
    termination: members.every((id) => traitors.has(id) || decided.has(id)),
  };
  const flaws: string[] = [];
  for (const [property, isSo] of Object.entries(holds)) {
    const { type, witness = '' } = judged.findings?.[property] ?? { type: 'nothing' };
    if (type !== (isSo ? 'holds' : 'violated')) flaws.push(`${property} ${type}, and it ${isSo ? 'holds' : 'is violated'}`);
    // A witness names generals and what they decided: each is to be loyal, and to have decided so.
    for (const [, id, word] of witness.matchAll(/G(\d+)(?: is loyal and)? decided (attack|retreat)/g)) if (!loyal.includes(Number(id)) || decided.get(Number(id)) !== word) flaws.push(`the witness of ${property} names G${id}, which is not loyal or decided otherwise`);
  }
  for (const id of loyal) if (voted.get(id) !== decided.get(id)) flaws.push(`G${id} is loyal and votes otherwise than it decided`);
  const ballots = lieutenants.length === 0 ? [...decided.values()] : lieutenants.flatMap((id) => voted.get(id) ?? []);
  const electors = Math.max(1, lieutenants.length);
  const count = (word: Word): number => ballots.filter((one) => one === word).length;
  const winner = (['attack', 'retreat'] as const).find((word) => count(word) > electors / 2) ?? null;
  const expected: Omit<Judged, 'findings' | 'messages'> = { verdict: winner === null ? 'split' : 'execute', order: winner, votes: winner === null ? Math.max(count('attack'), count('retreat')) : count(winner) };
  for (const [what, value] of Object.entries(expected)) {
    const said = judged[what as keyof typeof expected];
    if (said !== value) flaws.push(`${what} is said to be ${said}, and is ${value}`);
  }
  // What was kept back in the last round may be said when nobody listens any more.
  const unheard = late.get(Math.max(...late.keys())) ?? 0;
  if (judged.messages < heard.length || judged.messages > heard.length + unheard) flaws.push(`messages are said to be ${judged.messages}, and ${heard.length} were heard`);
  return flaws;
}
