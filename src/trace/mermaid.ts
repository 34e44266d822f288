import type { Story } from './story.ts';

/** A Mermaid sequence diagram; a cross at the end of an arrow marks a message with which something is wrong. */
export function mermaidOf({ lanes, steps }: Story): string {
  const span = `${lanes[0]!}${lanes.length > 1 ? `,${lanes.at(-1)!}` : ''}`;
  const lines = ['sequenceDiagram', ...lanes.map((lane) => `  participant ${lane}`)];
  for (const step of steps) {
    if (step.type === 'part') lines.push(`  Note over ${span}: ${escaped(step.head)}`);
    if (step.type === 'remark') lines.push(`  Note over ${span}: ${escaped(step.text)}`);
    if (step.type === 'arrow') lines.push(`  ${step.from}${step.isCrossed ? '-x' : '->>'}${step.to}: ${escaped(step.label)}`);
    if (step.type === 'event') lines.push(`  Note over ${step.lane}: ${escaped(step.label)}`);
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** Semicolons end a statement in Mermaid, and a number sign begins an entity. */
const escaped = (text: string): string => text.replace(/[;#]/g, (letter) => `#${letter.charCodeAt(0)};`);
