import type { JSX } from 'preact';
import { verdictLines } from '../../generals/trace/verdict.ts';
import type { OrderView } from '../news.ts';
import { endOf } from './store.ts';

const SIGNS = { holds: '✓', violated: '✗', unknown: '?' } as const;

/** What came of an order, when it is over. */
export function Verdict({ order, at }: { readonly order: OrderView | undefined; readonly at: number }): JSX.Element {
  if (order === undefined || at < endOf(order)) return <div class="verdict-panel" data-panel="verdict" />;
  const [verdict = '', ...lines] = verdictLines(order.trace);
  const findings = Object.values(order.trace.judged.findings ?? {}) as { readonly type: keyof typeof SIGNS }[];
  return (
    <div class="verdict-panel" data-panel="verdict">
      <p class="first">{verdict}</p>
      <ul>
        {lines.map((line, index) => {
          const { type } = findings[index]!;
          return (
            <li key={index} class={type}>
              <span aria-hidden="true">{SIGNS[type]}</span> {line}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
