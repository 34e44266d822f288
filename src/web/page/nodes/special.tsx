import { counted, figure } from '../../../core/figures.ts';
import type { JSX } from 'preact';
import type { NodeId } from '../../../core/node.ts';
import { byzantineQuorum } from '../../../core/quorum.ts';
import { decidedAt, type Agreement } from '../../nodes/agreement.ts';
import { evidenceLines, fateOf } from '../../nodes/evidence.ts';
import { heldAt, hopsBound, linksAt, reachAt, sayingAt, viewsAt, type Gossip, type Held, type Saying } from '../../nodes/gossip.ts';
import { stateAt } from '../../nodes/moment.ts';
import { changeAt, standingAt, type Place, type Replicas } from '../../nodes/replicas.ts';
import type { Watched } from '../../nodes/watched.ts';
import { consensusAt, matrixAt, treeAt, type Words } from '../../nodes/words.ts';
import { Tree } from '../general.tsx';
import { show } from './deeds.ts';
import { msText } from './track.tsx';

interface SpecialProps<Of> {
  readonly watched: Watched;
  readonly of: Of;
  readonly at: number;
  readonly who: NodeId | undefined;
}

/** What runs of one system have of their own. */
export function SpecialPanel({ watched, at, who }: Omit<SpecialProps<never>, 'of'>): JSX.Element | null {
  const { special } = watched;
  switch (special?.type) {
    case 'replicas':
      return <LogPanel watched={watched} of={special} at={at} who={who} />;
    case 'gossip':
      return <GossipPanel watched={watched} of={special} at={at} who={who} />;
    case 'words':
      return <WordsPanel watched={watched} of={special} at={at} who={who} />;
    case 'agreement':
      return <ValuesPanel watched={watched} of={special} at={at} who={who} />;
    case undefined:
      return null;
    default:
      return special satisfies never;
  }
}

/** More places of the log find no room. */
const PLACES_MAX = 6;

/** The log, place by place: who has executed what there, and how many votes it has. */
function LogPanel({ watched: { shortName }, of, at, who }: SpecialProps<Replicas>): JSX.Element {
  const { view, primary, rows, places } = standingAt(of, at, PLACES_MAX);
  const change = changeAt(of, at);
  return (
    <section class="panel" aria-label="Log" data-panel="log">
      <h2>
        View {view} <small>{primary === undefined ? '' : `led by ${shortName(primary)}`}</small>
      </h2>
      <div class="scroll" tabindex={0}>
        <table class="grid">
          <thead>
            <tr>
              <th scope="col">view</th>
              {places.map(({ sequence, since }) => (
                <th key={sequence} scope="col">
                  <button type="button" class="plain" aria-label={`Go to where n${sequence} began`} onClick={() => show({ at: since, isPlaying: false })}>
                    n{sequence}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, view: own }) => (
              <tr key={id} class={id === who ? 'chosen-row' : ''}>
                <th scope="row">
                  {shortName(id)} <small>v{own}</small>
                </th>
                {places.map((place) => (
                  <Filled key={place.sequence} place={place} id={id} />
                ))}
              </tr>
            ))}
            {places.some(({ digests }) => digests.length > 0) && (
              <tr class="faint">
                <th scope="row">digest</th>
                {places.map(({ sequence, digests }) => (
                  <td key={sequence} class={digests.length > 1 ? 'digest split' : 'digest'}>
                    {digests.join(' ≠ ')}
                  </td>
                ))}
              </tr>
            )}
            {places.length > 0 && (
              <tr class="faint">
                <th scope="row">prepares</th>
                {places.map(({ sequence, prepares }) => (
                  <td key={sequence}>{prepares}</td>
                ))}
              </tr>
            )}
            {places.length > 0 && (
              <tr class="faint">
                <th scope="row">commits</th>
                {places.map(({ sequence, commits }) => (
                  <td key={sequence}>{commits}</td>
                ))}
              </tr>
            )}
          </tbody>
        </table>
      </div>
      {change !== undefined && (
        <p class="note" data-panel="view-change">
          View {change.view} is asked for by {change.asked.map(shortName).join(', ') || 'nobody'}
          {change.begun === undefined ? ', and not begun yet' : `, and begun by ${shortName(change.begun)}`}. A quorum is {byzantineQuorum(of.members.length)}.
        </p>
      )}
      <p class="note">{places.length === 0 ? 'No place of the log has votes yet.' : '■ executed, ▤ taken over with a state'}</p>
    </section>
  );
}

function Filled({ place: { by, isSplit }, id }: { readonly place: Place; readonly id: NodeId }): JSX.Element {
  const what = by.get(id);
  if (what === undefined)
    return (
      <td class="faint" aria-label="nothing yet">
        ·
      </td>
    );
  return (
    <td
      class={isSplit ? 'split' : 'filled'}
      title={what === 'state' ? 'taken over with a state' : what}
      aria-label={what === 'state' ? 'taken over with a state' : `executed ${what}`}
    >
      {what === 'state' ? '▤' : '■'}
    </td>
  );
}

/** How far the last word came, and what becomes of those who are missed. */
function GossipPanel({ watched, of, at }: SpecialProps<Gossip>): JSX.Element {
  const { shortName, run } = watched;
  const peers = run.head.members.slice(of.seeds);
  const saying = sayingAt(of, at);
  const living = peers.filter((id) => ['up', 'paused'].includes(stateAt(watched, id, at)));
  const links = linksAt(of, at).filter(({ a, b }) => a >= of.seeds && b >= of.seeds);
  const removals = of.removals.flatMap((removal) => {
    const fate = fateOf(removal, at);
    return fate === undefined ? [] : [{ ...removal, fate }];
  });
  return (
    <section class="panel" aria-label="Gossip" data-panel="gossip">
      <h2>
        {counted(living.length, 'peer')}{' '}
        <small>
          {counted(links.length, 'link')}, {((2 * links.length) / Math.max(1, living.length)).toFixed(1)} a peer
        </small>
      </h2>
      <Views of={of} at={at} end={watched.end} />
      <Blocks held={heldAt(of, at)} shortName={shortName} />
      {saying !== undefined && <Coverage saying={saying} at={at} living={living} shortName={shortName} />}
      {removals.length > 0 && <h3>Taken for dead</h3>}
      {removals.slice(-REMOVALS_MAX).map(({ node, suspectedAt, evidence, fate }) => (
        <details key={`${node} ${suspectedAt}`} class="removal" data-panel="evidence">
          <summary>
            <b>{shortName(node)}</b> {fate}
          </summary>
          <Tree lines={evidenceLines(shortName(node), evidence, at, shortName)} />
        </details>
      ))}
    </section>
  );
}

const REMOVALS_MAX = 6;

const WIDTH = 300;

/** How many different views of who is there are held over time: one, where all agree. */
function Views({ of, at, end }: { readonly of: Gossip; readonly at: number; readonly end: number }): JSX.Element {
  const most = Math.max(1, ...of.views.map(({ count }) => count));
  const [x, y] = [(time: number): number => (WIDTH * time) / Math.max(1, end), (count: number): number => 40 - (34 * count) / most];
  const count = viewsAt(of, at);
  const path = `M0 ${y(0)}${of.views.map((one) => `H${x(one.at).toFixed(1)}V${y(one.count).toFixed(1)}`).join('')}H${WIDTH}`;
  return (
    <figure class="coverage views">
      <figcaption>{count === 1 ? '1 view of who is there' : `${count} different views of who is there`}, as peers last told it</figcaption>
      <svg viewBox={`0 0 ${WIDTH} 44`} preserveAspectRatio="none" role="img" aria-label={`${count} different views now, ${most} at most`}>
        <path class="whole" d={`M0 ${y(1)}H${WIDTH}`} />
        <path class="reached" d={path} />
        <path class="cursor" d={`M${x(at).toFixed(1)} 0V44`} />
      </svg>
    </figure>
  );
}

/** A block for each view that somebody holds, as long as many do: one, where all agree. */
function Blocks({ held, shortName }: { readonly held: Held; readonly shortName: (id: NodeId) => string }): JSX.Element {
  const shown = held.slice(0, BLOCKS_MAX);
  const namesOf = (ids: readonly NodeId[]): string =>
    `${ids.slice(0, NAMES_MAX).map(shortName).join(', ')}${ids.length > NAMES_MAX ? ` and ${figure(ids.length - NAMES_MAX)} more` : ''}`;
  return (
    <>
      <ol class="blocks" aria-label="Who holds the same view">
        {shown.map((ids) => (
          <li key={ids.join()} style={{ flexGrow: ids.length }} title={namesOf(ids)} aria-label={`one view: ${namesOf(ids)}`}>
            {ids.length === 1 ? shortName(ids[0]!) : figure(ids.length)}
          </li>
        ))}
      </ol>
      {held.length > BLOCKS_MAX && <p class="note">and {counted(held.length - BLOCKS_MAX, 'more view')}</p>}
    </>
  );
}

/** More blocks than these have no room for what is in them. */
const BLOCKS_MAX = 6;
const NAMES_MAX = 12;

/** The picture of how far something came, in its own units: about those of the page, so that what is written is as large as elsewhere. */
const PLOT = { width: 310, height: 176, left: 46, right: 300, top: 14, bottom: 132 };

/** To how many peers something that was said came, over how many hops, beside how many it may need. */
function Coverage({
  saying,
  at,
  living,
  shortName,
}: {
  readonly saying: Saying;
  readonly at: number;
  readonly living: readonly NodeId[];
  readonly shortName: (id: NodeId) => string;
}): JSX.Element {
  const counts = reachAt(saying, at);
  const [count, hops] = [counts.at(-1) ?? 0, Math.max(0, counts.length - 1)];
  const most = Math.max(living.length, saying.reached.size);
  const bound = hopsBound(most);
  const boundText = `3·⌈log2 ${figure(most)}⌉ = ${bound}`;
  const last = [...saying.reached.values()].reduce((time, one) => (one.at <= at ? Math.max(time, one.at) : time), saying.at);
  const widest = Math.max(bound, hops) * 1.05;
  const x = (hop: number): number => PLOT.left + ((PLOT.right - PLOT.left) * hop) / widest;
  const y = (peers: number): number => PLOT.bottom - ((PLOT.bottom - PLOT.top) * peers) / most;
  const curve = counts.map((peers, hop) => `${hop === 0 ? `M${x(0)}` : `H${x(hop).toFixed(1)}V`} ${y(peers).toFixed(1)}`).join('');
  return (
    <figure class="coverage" data-panel="coverage">
      <figcaption>
        {shortName(saying.by)} said “{saying.text}”: {figure(count)} of {figure(most)} have it
        {hops === 0 ? '' : `, over ${counted(hops, 'hop')}, after ${msText(last - saying.at)}`}
      </figcaption>
      <svg
        viewBox={`0 0 ${PLOT.width} ${PLOT.height}`}
        role="img"
        aria-label={`Peers that have it over 0, 1, 2 … hops: ${counts.join(', ')} of ${most}; ${boundText} hops`}
      >
        <path class="axis" d={`M${PLOT.left} ${PLOT.top}V${PLOT.bottom}H${PLOT.right}`} />
        <path class="whole" d={`M${PLOT.left} ${y(most)}H${PLOT.right}`} />
        {[0, most].map((peers) => (
          <text key={`peers ${peers}`} class="at-left" x={PLOT.left - 6} y={y(peers) + 5}>
            {figure(peers)}
          </text>
        ))}
        {ticksTo(widest).map((hop) => (
          <g key={`hop ${hop}`}>
            <path class="axis" d={`M${x(hop)} ${PLOT.bottom}v5`} />
            <text x={x(hop)} y={PLOT.bottom + 21}>
              {hop}
            </text>
          </g>
        ))}
        <text x={(PLOT.left + PLOT.right) / 2} y={PLOT.height - 5}>
          hops
        </text>
        <path class="bound" d={`M${x(bound)} ${PLOT.top - 8}V${PLOT.bottom}`} />
        <path class="reached" d={`${curve}H${PLOT.right}`} />
        <text class="bound-text" x={x(bound) - 6} y={y(most * 0.3)}>
          {boundText}
        </text>
      </svg>
    </figure>
  );
}

/** Whole numbers from 0 on, not more than five steps of them. */
function ticksTo(most: number): number[] {
  const by = [1, 2, 3, 5, 10, 20, 50, 100].find((step) => most / step <= 5) ?? Math.ceil(most / 5);
  return Array.from({ length: Math.floor(most / by) + 1 }, (_, index) => index * by);
}

/** Members by words, and the last consensus as its tree. */
function WordsPanel({ watched: { shortName }, of, at, who }: SpecialProps<Words>): JSX.Element {
  const rows = matrixAt(of, at);
  const consensus = consensusAt(of, at);
  const self =
    consensus === undefined ? undefined : who !== undefined && consensus.lieutenants.includes(who) ? who : consensus.lieutenants[0];
  const tree = consensus === undefined || self === undefined ? undefined : treeAt(consensus, self, at, shortName);
  return (
    <section class="panel" aria-label="Words" data-panel="words">
      <h2>Words</h2>
      <div class="scroll" tabindex={0}>
        <table class="grid words">
          <thead>
            <tr>
              <th scope="col">peer</th>
              {[0, 1, 2, 3, 4].map((index) => (
                <th key={index} scope="col">
                  {index}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ id, cells }) => (
              <tr key={id} class={id === who ? 'chosen-row' : ''}>
                <th scope="row">{shortName(id)}</th>
                {cells.map(({ word, sort, since }, index) => (
                  <td
                    key={index}
                    class={sort}
                    title={sort === 'first' ? 'as it began' : `${sort === 'unsure' ? 'settled, but unsure' : sort} at ${msText(since)}`}
                  >
                    {word}
                    {sort === 'unsure' ? '?' : ''}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {consensus !== undefined && self !== undefined && (
        <>
          <h3>
            Word {consensus.index}{' '}
            <small>
              asked by {shortName(consensus.commander)} at {msText(consensus.at)}, as {shortName(self)} heard it
            </small>
          </h3>
          {tree === undefined ? <p class="note">The tree is larger than anybody reads.</p> : <Tree lines={tree} />}
        </>
      )}
    </section>
  );
}

/** Of more nodes only those are listed of whom there is something to say. */
const ROWS_MAX = 10;

/** What each was given, and has decided. */
function ValuesPanel({ watched: { shortName, run }, of, at, who }: SpecialProps<Agreement>): JSX.Element {
  const decided = decidedAt(of, at);
  const given = of.said.filter((one) => one.isInput && one.at <= at);
  const rows =
    run.head.members.length <= ROWS_MAX
      ? run.head.members
      : run.head.members.filter((id) => decided.has(id) || given.some((one) => one.node === id));
  return (
    <section class="panel" aria-label="Values" data-panel="values">
      <h2>Values</h2>
      <div class="scroll" tabindex={0}>
        <table class="grid">
          <thead>
            <tr>
              <th scope="col">node</th>
              <th scope="col">asked</th>
              <th scope="col">handed on</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((id) => (
              <tr key={id} class={id === who ? 'chosen-row' : ''}>
                <th scope="row">{shortName(id)}</th>
                <td class="wraps">
                  {given
                    .filter((one) => one.node === id)
                    .map(({ value }) => value)
                    .join(', ') || '–'}
                </td>
                <td class="wraps">{decided.get(id)?.words ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
