import { savedIn } from '../campaign/results.ts';
import { replayed } from '../campaign/replay.ts';
import { nameOf } from '../core/node.ts';
import { sessionOf } from '../repl/session.ts';
import { execute } from '../repl/execute.ts';
import { themeOf, wantsColour } from '../repl/theme.ts';
import { render } from '../repl/render.ts';
import { factsOf } from '../generals/trace/facts.ts';
import { transcriptOf } from '../generals/trace/transcript.ts';
import { linesOfFacts, parseTrace } from '../generals/trace/jsonl.ts';
import { readText } from './files.ts';
import type { ReplayOptions } from './subcommands/replay.ts';

/** Shows one order of a campaign: what was said, what came of it, and why. @returns the exit status */
export async function replayCommand({ file, cell, number, seed, colourless }: ReplayOptions): Promise<number> {
  const saved = savedIn(readText(file), file);
  const { cell: found, number: order, army, outcome } = await replayed(saved, { cell, number, seed });
  const session = { ...sessionOf(army), outcome };
  const looks = themeOf(wantsColour(process.env, process.stdout.isTTY, colourless));
  const { paint } = looks;
  try {
    const parts = [
      `${paint.bold(`cell ${found.id}, order ${order}`)}\n`,
      parseTrace(linesOfFacts(factsOf(outcome))).map(transcriptOf).join('\n'),
      render({ type: 'outcome', outcome, primary: nameOf(outcome.commander), facts: [] }, looks),
      await why('g-why'),
      ...(await Promise.all(divided().map((id) => why(`g-why ${id}`)))),
    ];
    process.stdout.write(parts.join('\n'));
  } finally {
    await army.disband();
  }
  return 0;

  async function why(line: string): Promise<string> {
    const answer = await execute(session, line, new AbortController().signal);
    return answer.type === 'result' ? render(answer.result, looks) : '';
  }

  /** One loyal lieutenant for each decision: whose reasons tell how they came apart. */
  function divided(): string[] {
    const { roster, account } = outcome;
    const loyal = account.reports.filter(({ id, strategy }) => strategy === undefined && roster.some((one) => one.id === id && one.role === 'secondary'));
    return [...new Map(loyal.toReversed().map(({ id, decision }) => [decision, nameOf(id)])).values()].toSorted();
  }
}
