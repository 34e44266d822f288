import type { Story } from './story.ts';

/**
 * The log format that ShiViz reads by `(?<host>\S*) (?<clock>{.*})\n(?<event>.*)`: each event under its host and vector
 * clock (Beschastnikh et al., "Visualizing distributed system executions", TOSEM 2020).
 */
export function shivizOf({ lanes, steps }: Story): string {
  const clocks = new Map(lanes.map((lane) => [lane, new Map<string, number>()]));
  const sent = new Map<number, ReadonlyMap<string, number>>();
  const lines: string[] = [];
  const log = (lane: string, event: string, seen?: ReadonlyMap<string, number>): ReadonlyMap<string, number> => {
    const clock = clocks.get(lane)!;
    for (const [other, time] of seen ?? []) clock.set(other, Math.max(time, clock.get(other) ?? 0));
    clock.set(lane, (clock.get(lane) ?? 0) + 1);
    lines.push(`${lane} ${JSON.stringify(Object.fromEntries(clock))}\n${event}\n`);
    return new Map(clock);
  };
  for (const step of steps) {
    if (step.type === 'sent') sent.set(step.id, log(step.lane, step.text));
    if (step.type === 'heard') log(step.lane, step.text, sent.get(step.id));
    if (step.type === 'event') log(step.lane, step.text);
  }
  return lines.join('');
}
