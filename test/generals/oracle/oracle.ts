/**
 * An oracle beside the program: it recomputes from a record what every loyal general had to say and to decide, given what it heard, and what
 * the judge had to find. It shares no code with the protocols and the judge; where they say the same it is because the papers do.
 */
import { EXPECTED, unsigned } from './agreement.ts';
import { misjudged } from './judge.ts';
import { unfounded } from './pbft.ts';
import type { ProtocolName } from '../../../src/index.ts';
import type { Recorded, Said } from './record.ts';

/** Whose papers it was written from. Of another protocol it can say nothing. */
export const KNOWN: readonly ProtocolName[] = ['exchange', 'oral', 'signed', 'king', 'pbft'];

/** What is wrong with a record; nothing if it is as it should be. */
export function flawsOf(record: Recorded): string[] {
  const loyal = record.members.filter((id) => !record.traitors.has(id));
  const asked = record.protocol === 'pbft' ? unfounded(record, loyal) : loyal.flatMap((self) => misbehaved(record, self));
  return [...asked, ...misjudged(record)];
}

function misbehaved(record: Recorded, self: number): string[] {
  const { says, decides, accuses = [] } = EXPECTED[record.protocol]!(record, self);
  const text = ({ round, to, message }: Said<string>): string => `to G${to} in round ${round}: ${message}`;
  const said = record.heard.filter((one): one is Said<string> => one.from === self).map((one) => text({ ...one, message: unsigned(record, one.message) }));
  const expected = says.map(text);
  const flaws = [...less(said, expected).map((one) => `G${self} said what it had no reason to, ${one}`), ...less(expected, said).map((one) => `G${self} did not say ${one}`)];
  const decided = record.decided.get(self);
  if (decided !== decides) flaws.push(`G${self} decided ${decided ?? 'nothing'}, and had to decide ${decides}`);
  const accused = record.accused.filter(({ by }) => by === self).map(({ suspect }) => `G${suspect}`);
  const suspects = accuses.map((suspect) => `G${suspect}`);
  return [...flaws, ...less(accused, suspects).map((one) => `G${self} accused ${one} for nothing`), ...less(suspects, accused).map((one) => `G${self} did not accuse ${one}`)];
}

/** The ones without the others, each as often as it is there. */
function less(ones: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const other of others) left.set(other, (left.get(other) ?? 0) + 1);
  return ones.filter((one) => {
    const count = left.get(one) ?? 0;
    left.set(one, count - 1);
    return count <= 0;
  });
}
