import type { JSX } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { counted, figure } from '../../../core/figures.ts';
import type { NodeId } from '../../../core/node.ts';
import { linksAt, type Gossip } from '../../nodes/gossip.ts';
import { cutsAt, flightsAt, isGone, nextIn, stateAt, wayOf } from '../../nodes/moment.ts';
import type { NodeState, Watched } from '../../nodes/watched.ts';
import { STATES, cutText, kindOf, type RingProps } from './ring.tsx';

/** The picture, in its own units. */
const [WIDTH, HEIGHT] = [680, 480];

/** More messages under way are a blot, and take longer to draw than a frame lasts. */
const FLIGHTS_MAX = 3000;

const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Evenly over a disc (Vogel 1979), the first in the middle: those are seeds. */
function placesOf(nodes: readonly NodeId[]): ReadonlyMap<NodeId, Point> {
  return new Map(
    nodes.map((id, rank) => {
      const share = Math.sqrt((rank + 0.5) / nodes.length);
      const angle = rank * GOLDEN_ANGLE;
      const [x, y] = [(WIDTH / 2 - 16) * share * Math.cos(angle), (HEIGHT / 2 - 16) * share * Math.sin(angle)];
      return [id, { x: WIDTH / 2 + x, y: HEIGHT / 2 + y }];
    }),
  );
}

/** Many nodes, as dots on a canvas: so many elements of a page would be too slow to move. */
export function Crowd({ watched, at, who, onWho, marked, pulses }: RingProps): JSX.Element {
  const { nodes } = watched;
  const canvas = useRef<HTMLCanvasElement>(null);
  const places = useMemo(() => placesOf(nodes), [nodes.length]);
  const size = Math.max(3, Math.min(9, 110 / Math.sqrt(nodes.length)));
  const flights = flightsAt(watched, at);
  useEffect(() => {
    draw(canvas.current!, { watched, at, who, onWho, marked, pulses }, places, size);
  });
  const nearest = (event: MouseEvent): void => {
    const { left, top, width, height } = canvas.current!.getBoundingClientRect();
    const scale = Math.min(width / WIDTH, height / HEIGHT);
    const x = (event.clientX - left - (width - WIDTH * scale) / 2) / scale;
    const y = (event.clientY - top - (height - HEIGHT * scale) / 2) / scale;
    const all = nodes.map((id) => ({ id, far: Math.hypot(places.get(id)!.x - x, places.get(id)!.y - y) }));
    const [found] = all.toSorted((a, b) => a.far - b.far);
    if (found !== undefined && found.far < 14) onWho(found.id);
  };
  const others = (['down', 'paused', 'left', 'away'] as const).flatMap((state) => {
    const count = nodes.filter((id) => stateAt(watched, id, at) === state).length;
    return count === 0 ? [] : [`${figure(count)} ${count === 1 ? STATES[state] : STATES[state].replace(/^has /, 'have ')}`];
  });
  const cuts = cutsAt(watched, at);
  return (
    <figure class="crowd">
      <canvas
        class="field"
        ref={canvas}
        role="img"
        aria-label={`${counted(nodes.length, 'node')}${others.length === 0 ? '' : `, ${others.join(', ')}`}; ${counted(flights.length, 'message')} under way`}
        onClick={nearest}
      />
      <figcaption class="note">
        {figure(nodes.length)} nodes{others.length === 0 ? '' : `: ${others.join(', ')}`}.{' '}
        {cuts.length === 0 ? '' : `${cutText(cuts[0]!, watched)}${cuts.length > 1 ? `, and ${cuts.length - 1} more cuts` : ''}. `}
        {flights.length > FLIGHTS_MAX ? `Of ${figure(flights.length)} messages ${figure(FLIGHTS_MAX)} are drawn. ` : ''}Names and what each decided
        are left out.{' '}
        <label>
          Choose{' '}
          <select value={who ?? ''} onChange={(event) => event.currentTarget.value !== '' && onWho(Number(event.currentTarget.value) as NodeId)}>
            <option value="">nobody</option>
            {useMemo(
              () =>
                nodes.map((id) => (
                  <option key={id} value={id}>
                    {watched.shortName(id)}
                  </option>
                )),
              [nodes.length],
            )}
          </select>
        </label>
      </figcaption>
    </figure>
  );
}

function draw(canvas: HTMLCanvasElement, shown: RingProps, places: ReadonlyMap<NodeId, Point>, size: number): void {
  const { watched, at, who, marked, pulses } = shown;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const [width, height] = [canvas.clientWidth * devicePixelRatio, canvas.clientHeight * devicePixelRatio];
  if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
  const scale = Math.min(width / WIDTH, height / HEIGHT);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  context.setTransform(scale, 0, 0, scale, (width - WIDTH * scale) / 2, (height - HEIGHT * scale) / 2);
  const style = getComputedStyle(canvas);
  const colour = (name: string): string => style.getPropertyValue(`--${name}`);
  const { special, nodes, run } = watched;
  if (special?.type === 'gossip') {
    const lines = linesAt(watched, special, at, places);
    context.strokeStyle = colour('faint');
    context.globalAlpha = Math.min(0.4, 6 / Math.sqrt(nodes.length) + 0.02);
    context.lineWidth = 0.7;
    context.stroke(lines);
    context.globalAlpha = 0.8;
    context.strokeStyle = colour('k0');
    context.stroke(between(places, [...(pulses?.links ?? [])].map((key) => key.split(' ').map(Number) as [NodeId, NodeId])));
    context.globalAlpha = 1;
  }
  const seeds = special?.type === 'gossip' ? new Set(run.head.members.slice(0, special.seeds)) : new Set<NodeId>();
  const traitors = new Set(run.head.traitors.map(({ id }) => id));
  const cutOff = new Set(cutsAt(watched, at).flatMap(({ side }) => side));
  const paint: Readonly<Record<NodeState, readonly [fill: string, line: string]>> = {
    up: ['loyal', 'loyal-line'], down: ['lost', 'bad'], paused: ['loyal', 'warn'], left: ['ground', 'faint'], away: ['ground', 'line'],
  };
  for (const id of nodes) {
    const { x, y } = places.get(id)!;
    const state = stateAt(watched, id, at);
    const [fill, line] = traitors.has(id) ? (['traitor', 'traitor-line'] as const) : paint[state];
    context.beginPath();
    if (traitors.has(id)) context.rect(x - size * 0.8, y - size * 0.8, size * 1.6, size * 1.6);
    else context.arc(x, y, size, 0, 7);
    context.fillStyle = colour(fill);
    context.strokeStyle = colour(line);
    context.lineWidth = 1;
    context.fill();
    context.stroke();
    context.beginPath();
    // Colour and shape: a cross for who is down, bars for who stands still.
    if (state === 'down') {
      context.moveTo(x - size, y - size);
      context.lineTo(x + size, y + size);
      context.moveTo(x - size, y + size);
      context.lineTo(x + size, y - size);
    }
    if (state === 'paused') for (const aside of [-0.3, 0.3]) context.rect(x + aside * size, y - size * 0.5, 0.5, size);
    context.lineWidth = 1.6;
    context.stroke();
    if (seeds.has(id)) ringed(context, x, y, size + 2.5, colour('ink'), 1.2);
    if (cutOff.has(id)) ringed(context, x, y, size + 2.5, colour('warn'), 1.8);
    if (id === who || marked?.has(id) === true) ringed(context, x, y, size + 5, colour('chosen'), 3);
  }
  const flights = flightsAt(watched, at).slice(-FLIGHTS_MAX);
  const dots = new Map<string, Path2D>();
  for (const flight of flights) {
    const [a, b] = [places.get(flight.from), places.get(flight.to)];
    const isOther = who !== undefined && flight.from !== who && flight.to !== who;
    if (a === undefined || b === undefined || (isOther && flights.length > 400)) continue;
    const kind = isGone(flight, at) ? 'bad' : `k${kindOf(watched, flight.type).slice('kind'.length)}`.replace(/^k-(\d)$/, 'k$1');
    const path = dots.get(kind) ?? new Path2D();
    dots.set(kind, path);
    const way = wayOf(flight, at);
    path.rect(a.x + (b.x - a.x) * way - 2, a.y + (b.y - a.y) * way - 2, 4, 4);
  }
  for (const [kind, path] of dots) {
    context.fillStyle = colour(kind);
    context.fill(path);
  }
}

function ringed(context: CanvasRenderingContext2D, x: number, y: number, r: number, colour: string, width: number): void {
  context.beginPath();
  context.arc(x, y, r, 0, 7);
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

function between(places: ReadonlyMap<NodeId, Point>, pairs: readonly (readonly [NodeId, NodeId])[]): Path2D {
  const path = new Path2D();
  for (const [one, other] of pairs) {
    const [a, b] = [places.get(one), places.get(other)];
    if (a === undefined || b === undefined) continue;
    path.moveTo(a.x, a.y);
    path.lineTo(b.x, b.y);
  }
  return path;
}

/** The links of a moment as one path, which is the same until one is opened or closed. */
function linesAt({ run }: Watched, gossip: Gossip, at: number, places: ReadonlyMap<NodeId, Point>): Path2D {
  const times = (): number[] => [...new Set(gossip.links.flatMap(({ from, until }) => [from, until]))].toSorted((a, b) => a - b);
  const known = lines.get(run) ?? { times: times(), since: -1, path: new Path2D() };
  lines.set(run, known);
  const since = nextIn(known.times, at + 1e-9, -1) ?? 0;
  if (since !== known.since) Object.assign(known, { since, path: between(places, linksAt(gossip, at).map(({ a, b }) => [a, b] as const)) });
  return known.path;
}

const lines = new WeakMap<object, { readonly times: readonly number[]; since: number; path: Path2D }>();
