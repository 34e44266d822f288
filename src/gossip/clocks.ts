import { output, type Link, type LinksState, type Turn } from './links.ts';

/**
 * Pings say what time it is for whoever sends them. Whose clock is more than two seconds off somebody’s is told so, and told again when it
 * no more is; which of both is wrong nobody knows. No rule looks at that: clocks are for people.
 *
 * A ping that is late looks like a clock that is behind, so that is believed when one says the same that comes some seconds later: what
 * waited while this node stood still comes at once. No ping comes too early.
 */
export function readClock(turn: Turn<LinksState>, link: Link, at: number): void {
  if (link.address === undefined) return;
  const now = turn.context.unixTime();
  const ahead = now - at;
  const isRight = Math.abs(ahead) <= OFF_MAX;
  if (isRight && link.clock === undefined) return;
  const reading = (link.clock ??= { ahead, since: now, told: 0 });
  if (Math.abs(ahead - reading.ahead) > SAME) Object.assign(reading, { ahead, since: now });
  const isSure = isRight || ahead < 0 || now - reading.since >= APART;
  const news = isRight ? 0 : Math.round(10 * ahead) / 10;
  const isNews = isRight || reading.told === 0 ? news !== reading.told : Math.abs(news - reading.told) > OFF_MAX;
  if (!isSure || !isNews) return;
  reading.told = news;
  output(turn, { type: 'clock', address: link.address, ahead: news });
}

/** In seconds: by how much clocks may be apart, by how much two readings of the same may be, and how long it must be between those. */
const OFF_MAX = 2;
const SAME = 1;
const APART = 4;

/** Where the own clock is, in words that go before whose the other is. */
export const clockText = (ahead: number): string => `${Math.abs(ahead)} s ${ahead > 0 ? 'ahead of' : 'behind'}`;
