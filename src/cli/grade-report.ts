/** How a grading is told: as a table for people, and as what builds read. */
import { counted, figure } from '../core/figures.ts';
import type { Answer } from '../generals/grade/answers.ts';
import type { themeOf } from '../repl/theme.ts';
import { broughtWords } from './bring.ts';
import { lineOf, program } from './invocation.ts';

/** What is open counts for it: nothing was found. What is beyond the bound counts for nothing. */
export function pointsOf(answers: readonly Answer[]): { readonly points: number; readonly of: number } {
  const counting = answers.filter(({ group }) => group !== 'beyond the bound');
  return { points: counting.filter(({ verdict }) => verdict !== 'no').length, of: counting.length };
}

export function tableOf(title: string, answers: readonly Answer[], paint: ReturnType<typeof themeOf>['paint']): string[] {
  const marks = { yes: paint.green('✓'), no: paint.red('✗'), open: paint.yellow('–') };
  const { points, of } = pointsOf(answers);
  const lines = [title];
  let last: string | undefined;
  for (const { group, question, verdict, found, commands } of answers) {
    if (group !== last) lines.push('', group);
    last = group;
    lines.push(`  ${marks[verdict]} ${question}`);
    if (verdict !== 'yes' || TOLD.has(group)) lines.push(...found.map((sentence) => `      ${sentence}`));
    if ((verdict === 'no' || group === 'beyond the bound') && commands.length > 0) lines.push(...toSeeIt(commands));
  }
  const open = answers.filter(({ verdict, group }) => verdict === 'open' && group !== 'beyond the bound').length;
  const left = open === 0 ? '' : `, ${open} of them open: nothing was found in the time that there was`;
  return [...lines, '', `${figure(points)} of ${counted(of, 'point')}${left}`];
}

/** The groups of which more is told than yes. */
const TOLD: ReadonlySet<Answer['group']> = new Set<Answer['group']>(['treason', 'beyond the bound']);

/** A system is seen by one line, and a protocol by a script for the prompt. */
function toSeeIt(commands: readonly string[]): string[] {
  const [first = ''] = commands;
  if (first.startsWith('simulate ')) return [`    to see it: ${program()} ${first}`];
  return [`    to see it: ${lineOf(['run', '--host', 'sim', ...broughtWords(), '-'])}`, ...commands.map((command) => `      ${command}`)];
}

/** What builds read. */
export function junitOf(name: string, answers: readonly Answer[], seconds: number): string {
  const cases = answers.map((answer) => {
    const named = `classname="${escaped(`${name}.${answer.group}`)}" name="${escaped(answer.question)}"`;
    return `  <testcase ${named}>${insideOf(answer)}</testcase>`;
  });
  const [failures, skipped] = (['no', 'open'] as const).map((verdict) => answers.filter((one) => one.verdict === verdict).length);
  const counts = `tests="${answers.length}" failures="${failures}" skipped="${skipped}" time="${seconds.toFixed(3)}"`;
  const suite = [`<testsuite name="${escaped(name)}" ${counts}>`, ...cases, '</testsuite>'];
  return `${['<?xml version="1.0" encoding="UTF-8"?>', ...suite].join('\n')}\n`;
}

function insideOf({ question, verdict, found, commands }: Answer): string {
  switch (verdict) {
    case 'yes':
      return '';
    case 'no':
      return `<failure message="${escaped(found[0] ?? question)}">${escaped([...found, ...commands].join('\n'))}</failure>`;
    case 'open':
      return `<skipped message="${escaped(found[0] ?? '')}"/>`;
    default:
      return verdict satisfies never;
  }
}

/** XML has no sign for most control characters, however they are written, nor for half a pair of units. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    // eslint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replaceAll(/[<>&"'\t\r]/g, (letter) => `&#${letter.charCodeAt(0)};`);
