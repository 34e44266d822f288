import type { JSX } from 'preact';
import { counted, figure } from '../../core/figures.ts';
import { useState } from 'preact/hooks';
import type { Odds, OddsRow, Share } from '../news.ts';
import type { Asker } from './hear.ts';
import { Bar } from './proof.tsx';
import type { State } from './store.ts';

/** How often the loyal agree, by the number of traitors. */
export function OddsView({ state, asker }: { readonly state: State; readonly asker: Asker }): JSX.Element {
  const { hello, camp, odds } = state;
  const [strategy, setStrategy] = useState('coin');
  const [orders, setOrders] = useState(2000);
  if (hello === undefined || camp === undefined) return <></>;
  const own = state.entries.findLast(({ line, isMistake }) => /^\s*g-campaign\b/i.test(line) && !isMistake);
  const isCounting = odds !== undefined && !odds.isOver;
  const done = odds?.rows.reduce((sum, row) => sum + row.orders, 0) ?? 0;
  return (
    <section class="panel wide" aria-label="Odds" data-panel="odds">
      <h2>How often do the loyal agree?</h2>
      <p>
        Orders to attack among {camp.members.length} generals who follow {camp.follows}, m = {camp.m}. For each order the traitors are drawn
        anew.
      </p>
      <div class="deeds">
        <label>
          traitors are{' '}
          <select value={strategy} onChange={(event) => setStrategy(event.currentTarget.value)}>
            {hello.strategies.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          orders a row{' '}
          <select value={String(orders)} onChange={(event) => setOrders(Number(event.currentTarget.value))}>
            {['500', '2000', '10000', '100000'].map((one) => (
              <option key={one} value={one}>
                {figure(Number(one))}
              </option>
            ))}
          </select>
        </label>
        <button type="button" class="play" disabled={isCounting} onClick={() => asker.ask({ type: 'odds', strategy, orders })}>
          Count
        </button>
        <button type="button" disabled={!isCounting} onClick={() => asker.ask({ type: 'stop' })}>
          Stop
        </button>
      </div>
      <div class="deeds">
        <button
          type="button"
          disabled={isCounting || state.progress !== undefined}
          onClick={() => asker.ask({ type: 'line', line: 'g-campaign' })}
        >
          Count for the army as it stands
        </button>
      </div>
      {state.progress !== undefined && <Bar share={state.progress.share} text={state.progress.parts.join(', ')} />}
      {own !== undefined && <pre data-panel="campaign">{own.text.trimEnd()}</pre>}
      {isCounting && <Bar share={done / (odds.asked * Math.min(13, odds.members))} text={counted(done, 'order')} />}
      {odds !== undefined && <Counted odds={odds} />}
    </section>
  );
}

/** Odds as a curve, and as a table. */
export const Counted = ({ odds }: { readonly odds: Odds }): JSX.Element => (
  <>
    <Curve odds={odds} />
    <Table odds={odds} />
  </>
);

const percent = (value: number): string => (Number.isNaN(value) ? '–' : `${(100 * value).toFixed(value === 0 || value === 1 ? 0 : 1)} %`);

function Table({ odds }: { readonly odds: Odds }): JSX.Element {
  const cells = ({ counted: many, of, low, high, exact, isTrivial }: Share): JSX.Element =>
    isTrivial ? (
      <>
        <td>trivial</td>
        <td />
        <td />
      </>
    ) : (
      <>
        <td>{of === 0 ? '–' : percent(many / of)}</td>
        <td class="faint">{of === 0 ? '' : `${percent(low)} – ${percent(high)}`}</td>
        <td>{exact === null ? '' : percent(exact)}</td>
      </>
    );
  return (
    <>
      <p class="note" id="odds-about">
        {odds.protocol}, m = {odds.m}, {odds.members} generals, traitors {odds.strategy}, seed {odds.seed}; 95 % intervals. Exact values
        come from no count.{odds.rows.some(({ agreement, validity }) => agreement.isTrivial || validity.isTrivial) && ' Trivial is what nobody is left to break.'}
      </p>
      <div class="scroll" tabindex={0}>
        <table aria-describedby="odds-about">
          <thead>
            <tr>
              <th rowSpan={2}>traitors</th>
              <th rowSpan={2}>orders</th>
              <th colSpan={3}>agreement held</th>
              <th colSpan={3}>validity held, commander loyal</th>
            </tr>
            <tr>
              <th>counted</th>
              <th>interval</th>
              <th>exact</th>
              <th>counted</th>
              <th>interval</th>
              <th>exact</th>
            </tr>
          </thead>
          <tbody>
            {odds.rows.map((row) => (
              <tr key={row.faults}>
                <th scope="row">{row.faults}</th>
                <td>{figure(row.orders)}</td>
                {cells(row.agreement)}
                {cells(row.validity)}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

const [HEIGHT, LEFT, TOP, BELOW] = [324, 56, 16, 64];

/** In its own units, which are about those of the page. */
const widthNow = (): number => (innerWidth <= 700 ? 350 : 640);

/** Agreement and validity over the number of traitors. */
function Curve({ odds }: { readonly odds: Odds }): JSX.Element {
  const width = widthNow();
  // While it is counted, there is room for what is to come.
  const last = Math.max(1, odds.isOver ? 0 : Math.min(12, odds.members - 1), ...odds.rows.map(({ faults }) => faults));
  const x = (faults: number): number => LEFT + ((width - LEFT - 16) * faults) / last;
  const y = (share: number): number => TOP + (HEIGHT - TOP - BELOW) * (1 - share);
  const line = (of: (row: OddsRow) => Share, name: string): JSX.Element => {
    const rows = odds.rows.filter((row) => of(row).of > 0 && !of(row).isTrivial);
    return (
      <g class={name}>
        <polyline points={rows.map((row) => `${x(row.faults)},${y(of(row).counted / of(row).of)}`).join(' ')} />
        {rows.map((row) => {
          const { counted: many, of: all, low, high, exact } = of(row);
          return (
            <g key={row.faults}>
              <line x1={x(row.faults)} x2={x(row.faults)} y1={y(low)} y2={y(high)} />
              {name === 'agreement' ? (
                <circle cx={x(row.faults)} cy={y(many / all)} r={5} />
              ) : (
                <rect x={x(row.faults) - 4} y={y(many / all) - 4} width={8} height={8} />
              )}
              {exact !== null && <path class="exact" d={`M${x(row.faults) - 8} ${y(exact)}h16`} />}
            </g>
          );
        })}
      </g>
    );
  };
  return (
    <svg
      class="curve"
      viewBox={`0 0 ${width} ${HEIGHT}`}
      role="img"
      aria-label="Share of orders in which agreement and validity held, by the number of traitors; the table below has the numbers"
    >
      {[0, 0.25, 0.5, 0.75, 1].map((share) => (
        <g key={share} class="grid">
          <line x1={LEFT} x2={width - 16} y1={y(share)} y2={y(share)} />
          <text x={LEFT - 8} y={y(share) + 5} text-anchor="end">
            {100 * share} %
          </text>
        </g>
      ))}
      {Array.from({ length: last + 1 }, (_, faults) => faults)
        .filter((faults) => last <= 24 || faults % Math.ceil(last / 12) === 0)
        .map((faults) => (
          <text key={faults} x={x(faults)} y={HEIGHT - 42} text-anchor="middle">
            {faults}
          </text>
        ))}
      <text x={(LEFT + width) / 2} y={HEIGHT - 25} text-anchor="middle">
        traitors
      </text>
      {line(({ validity }) => validity, 'validity')}
      {line(({ agreement }) => agreement, 'agreement')}
      <g class="agreement">
        <circle cx={LEFT + 16} cy={HEIGHT - 9} r={5} />
      </g>
      <text x={LEFT + 28} y={HEIGHT - 4}>
        agreement
      </text>
      <g class="validity">
        <rect x={LEFT + 126} y={HEIGHT - 13} width={8} height={8} />
      </g>
      <text x={LEFT + 142} y={HEIGHT - 4}>
        validity
      </text>
      <path class="exact" d={`M${LEFT + 222} ${HEIGHT - 9}h16`} />
      <text x={LEFT + 244} y={HEIGHT - 4}>
        exact
      </text>
    </svg>
  );
}
