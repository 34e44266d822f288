import type { JSX } from 'preact';
import type { NodeId } from '../../../core/node.ts';
import { counted } from '../../../core/figures.ts';
import { decidedAt } from '../../nodes/agreement.ts';
import { linksAt } from '../../nodes/gossip.ts';
import { cutsAt, flightsAt, isGone, stateAt, wayOf } from '../../nodes/moment.ts';
import { standingAt } from '../../nodes/replicas.ts';
import type { Cut, Flight, NodeState, Watched } from '../../nodes/watched.ts';
import { fitting, lettersOf } from '../letters.ts';

export interface RingProps {
  readonly watched: Watched;
  readonly at: number;
  readonly who: number | undefined;
  readonly onWho: (id: NodeId) => void;
  /** Who is chosen beside that, for something that is done to several. */
  readonly marked?: ReadonlySet<NodeId> | undefined;
  /** Links on which somebody has just been heard. */
  readonly pulses?: Pulses | undefined;
}

/** Links on which somebody has just been heard; the turn changes with each of them. */
export interface Pulses {
  readonly links: ReadonlySet<string>;
  readonly turn: 0 | 1;
}

/** The picture, half of the width and height of the ring, as wide as there is room, and how much a word needs between two nodes. */
const WIDE = { width: 680, height: 480, rx: 272, ry: 172, word: 30, letters: 20 } as const;
const NARROW = { width: 420, height: 500, rx: 158, ry: 182, word: 42, letters: 17 } as const;

const layout = (): typeof WIDE | typeof NARROW => (matchMedia('(max-width: 700px)').matches ? NARROW : WIDE);

/** More nodes find no room in a ring. */
export const RING_MAX = 40;

/** More messages in one picture are drawn as one for each pair, or for each sender, with their count. */
const FOLD = 200;

/** More cuts at once are drawn, but find no room for words. */
const CUTS_MAX = 2;

/** Of more nodes what they are is told by their signs alone: words would lie on each other. */
const LABELS_MAX = 12;

/** How far the line around a primary is from what it is around. */
const CROWN = 6;

/** How far down a diamond goes, where a circle goes down by 1. */
const DIAMOND = 1.3;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The nodes in a ring, what is under way between them, and what keeps them apart. */
export function Ring({ watched, at, who, onWho, marked, pulses }: RingProps): JSX.Element {
  const { nodes } = watched;
  const { width, height, rx, ry, word, letters } = layout();
  const [X, Y] = [width / 2, height / 2];
  const isLabelled = nodes.length <= LABELS_MAX;
  const room = (Math.PI * (rx + ry)) / Math.max(1, nodes.length);
  // Between two at a side there is room for a word, where there are diamonds for one below them and a line around who is below that.
  const [down, line] = watched.run.head.traitors.length === 0 ? [1, 0] : [DIAMOND, CROWN];
  const beside = nodes.length < 8 || !isLabelled ? Infinity : (ry * Math.sin((2 * Math.PI) / nodes.length) - word) / (1 + down) - line;
  const size = Math.max(8, Math.min(32, room / 3, beside));
  const places = new Map<NodeId, Point>(
    nodes.map((id, index) => {
      const angle = (2 * Math.PI * index) / nodes.length - Math.PI / 2;
      return [id, { x: X + rx * Math.cos(angle), y: Y + ry * Math.sin(angle) }];
    }),
  );
  const flights = flightsAt(watched, at);
  const cuts = cutsAt(watched, at);
  const marks = marksAt(watched, at);
  return (
    <svg class="field nodes-ring" viewBox={`0 0 ${width} ${height}`} role="group" aria-label="The nodes, and their messages under way">
      <ellipse class="ring" cx={X} cy={Y} rx={rx} ry={ry} />
      {cuts.map((cut, index) => (
        <Hull key={index} cut={cut} places={places} size={size} />
      ))}
      <Edges watched={watched} at={at} flights={flights} places={places} pulses={pulses} />
      <OneWay cuts={cuts} places={places} size={size} />
      {nodes.map((id) => (
        <Node
          key={id}
          id={id}
          name={watched.shortName(id)}
          longName={watched.longName(id)}
          at={places.get(id)!}
          size={size}
          room={Math.min(2.3 * size, room)}
          letters={isLabelled ? letters : undefined}
          isChosen={id === who || marked?.has(id) === true}
          onWho={onWho}
          kind={watched.run.head.traitors.find((one) => one.id === id)?.kind}
          isClient={watched.run.head.clients.includes(id)}
          state={stateAt(watched, id, at)}
          mark={marks.get(id)}
        />
      ))}
      <Flights watched={watched} flights={flights} at={at} who={who} places={places} size={size} centre={{ x: X, y: Y }} />
      {cuts.slice(0, CUTS_MAX).map((cut, index) => (
        <CutText
          key={index}
          parts={cutParts(cut, watched)}
          y={index === 0 ? 26 : height - 35}
          more={index === CUTS_MAX - 1 ? cuts.length - CUTS_MAX : 0}
        />
      ))}
    </svg>
  );
}

interface CutTextProps {
  readonly parts: readonly [string, string];
  readonly y: number;
  /** How many other cuts find no room. */
  readonly more: number;
}

/** What a cut does, in a corner of the picture. */
const CutText = ({ parts: [first, second], y, more }: CutTextProps): JSX.Element => (
  <text class="cut-text" y={y}>
    <tspan x={12}>{first} </tspan>
    <tspan x={12} dy={22}>
      {second}
      {more > 0 ? `, and ${more} more` : ''}
    </tspan>
  </text>
);

/** What a cut does, in words. */
export const cutText = (cut: Cut, watched: Watched): string => cutParts(cut, watched).join(' ');

/** The same in two parts. */
function cutParts({ side, others, way }: Cut, { shortName }: Watched): readonly [string, string] {
  const [who, whom] = [namesOf(side, shortName), others === undefined ? 'the others' : namesOf(others, shortName)];
  switch (way) {
    case 'out':
      return [`nothing gets from ${who}`, `to ${whom}`];
    case 'in':
      return [`nothing gets from ${whom}`, `to ${who}`];
    case undefined:
      return [who, `cut off from ${whom}`];
    default:
      return way satisfies never;
  }
}

const namesOf = (ids: readonly NodeId[], nameOf: (id: NodeId) => string): string =>
  ids.length > 6 ? `${ids.slice(0, 5).map(nameOf).join(', ')} and ${ids.length - 5} more` : ids.map(nameOf).join(', ');

/** What is said of a node beside its state. */
interface Mark {
  /** A second line around it: a primary, or a seed. */
  readonly isCrowned: boolean;
  readonly words: string;
  /** What it has decided. */
  readonly value: string | undefined;
}

function marksAt({ special, run }: Watched, at: number): ReadonlyMap<NodeId, Mark> {
  switch (special?.type) {
    case 'replicas': {
      const { rows, primary } = standingAt(special, at, 0);
      return new Map(rows.map(({ id, view, upTo }) => [id, { isCrowned: id === primary, words: `v${view} n${upTo}`, value: undefined }]));
    }
    case 'gossip':
      return new Map(run.head.members.slice(0, special.seeds).map((id) => [id, { isCrowned: true, words: 'seed', value: undefined }]));
    case 'agreement':
      return new Map([...decidedAt(special, at)].map(([id, { value }]) => [id, { isCrowned: false, words: '', value }]));
    default:
      return new Map();
  }
}

interface NodeProps {
  readonly id: NodeId;
  readonly name: string;
  readonly longName: string;
  readonly at: Point;
  readonly size: number;
  /** How wide its name may be. */
  readonly room: number;
  /** Of the word below it; undefined if there is no room for one. */
  readonly letters: number | undefined;
  readonly isChosen: boolean;
  /** As what it is Byzantine. */
  readonly kind: string | undefined;
  readonly isClient: boolean;
  readonly state: NodeState;
  readonly mark: Mark | undefined;
  readonly onWho: (id: NodeId) => void;
}

export const STATES = { up: 'up', down: 'crashed', paused: 'stopped', left: 'has left', away: 'absent' } as const;

/**
 * A node: a disk, a square on its corner if it is Byzantine, a square if it is a client. Crashed has a cross, stopped two bars; who is away
 * is a broken line.
 */
function Node({
  id,
  name,
  longName,
  at: { x, y },
  size,
  room,
  letters,
  isChosen,
  kind,
  isClient,
  state,
  mark,
  onWho,
}: NodeProps): JSX.Element {
  const shape = (extra: number, classes: string): JSX.Element => {
    const r = size + extra;
    if (kind === undefined && !isClient) return <circle class={classes} r={r} />;
    const side = r * (isClient ? 0.84 : 0.92);
    return (
      <rect
        class={classes}
        x={-side}
        y={-side}
        width={2 * side}
        height={2 * side}
        rx={isClient ? 6 : 0}
        {...(kind === undefined ? {} : { transform: 'rotate(45)' })}
      />
    );
  };
  const choose = (): void => onWho(id);
  const text = lettersOf(size);
  const below = kind ?? (state === 'up' ? (mark?.words ?? '') : STATES[state]);
  const value = mark?.value;
  // The word stands below the lines around it.
  const around = isChosen ? 8 : mark?.isCrowned === true ? CROWN : 0;
  return (
    <g
      class={`node ${kind === undefined ? 'loyal' : 'byzantine'} ${state}${isClient ? ' client' : ''}`}
      transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}
      role="button"
      tabindex={0}
      aria-pressed={isChosen}
      data-node={id}
      aria-label={[
        longName,
        STATES[state],
        ...(kind === undefined ? [] : [`Byzantine (${kind})`]),
        ...(mark === undefined || mark.words === '' ? [] : [mark.words]),
        ...(mark?.isCrowned === true && mark.words !== 'seed' ? ['primary'] : []),
        ...(value === undefined ? [] : [`has handed on ${value}`]),
      ].join(', ')}
      onClick={choose}
      onKeyDown={(event) => {
        if (event.key === 'Enter') choose();
      }}
    >
      {isChosen && shape(10, 'chosen')}
      {mark?.isCrowned === true && shape(5, 'crown')}
      {shape(0, 'body')}
      {state === 'down' && (
        <path
          class="cross"
          d={`M${-size * 0.62} ${-size * 0.62}L${size * 0.62} ${size * 0.62}M${-size * 0.62} ${size * 0.62}L${size * 0.62} ${-size * 0.62}`}
        />
      )}
      <text class="name" y={text * 0.36} font-size={text}>
        {fitting(name, text, isChosen ? Infinity : room)}
      </text>
      {state === 'paused' && (
        <path class="bars" d={`M${size * 0.62} ${-size * 1.1}v${size * 0.7}M${size * 0.62 + 8} ${-size * 1.1}v${size * 0.7}`} />
      )}
      {letters !== undefined && below !== '' && (
        <text class="sort" y={(size + around) * (kind === undefined ? 1 : DIAMOND) + letters} font-size={letters}>
          {below}
        </text>
      )}
      {value !== undefined && (
        <g class="value" transform={`translate(${size * 0.95} ${-size * 0.95})`}>
          <rect x={-valueWidth(value) / 2} y={-13} width={valueWidth(value)} height={26} rx={13} />
          <text y={6} font-size={18}>
            {value}
          </text>
        </g>
      )}
    </g>
  );
}

const valueWidth = (value: string): number => Math.max(26, 16 + 9.5 * value.length);

/** Those on one side of a cut, and a shape between them: in a ring nobody else is inside. Its line is broken where only one way is cut. */
function Hull({
  cut: { side, way },
  places,
  size,
}: {
  readonly cut: Cut;
  readonly places: ReadonlyMap<NodeId, Point>;
  readonly size: number;
}): JSX.Element {
  const points = [...places].filter(([id]) => side.includes(id)).map(([, { x, y }]) => [x.toFixed(1), y.toFixed(1)] as const);
  return (
    <g class={`hull${way === undefined ? '' : ' one-way'}`}>
      <path d={`M${points.map((point) => point.join(' ')).join('L')}z`} />
      {points.map(([x, y]) => (
        <circle key={`${x} ${y}`} cx={x} cy={y} r={size + 8} />
      ))}
    </g>
  );
}

interface EdgesProps {
  readonly watched: Watched;
  readonly at: number;
  readonly flights: readonly Flight[];
  readonly places: ReadonlyMap<NodeId, Point>;
  readonly pulses: Pulses | undefined;
}

/** More lines nobody tells apart. */
const ONE_WAY_MAX = 12;

/** What is cut off in one way only: a broken arrow from who is not heard to who does not hear. */
function OneWay({
  cuts,
  places,
  size,
}: {
  readonly cuts: readonly Cut[];
  readonly places: ReadonlyMap<NodeId, Point>;
  readonly size: number;
}): JSX.Element {
  const pairs = cuts.flatMap(({ side, others, way }) =>
    way === undefined || others === undefined || side.length * others.length > ONE_WAY_MAX
      ? []
      : side.flatMap((one) => others.map((other) => (way === 'out' ? ([one, other] as const) : ([other, one] as const)))),
  );
  return (
    <g class="cuts-way" aria-hidden="true">
      {pairs
        .filter(([from, to]) => places.has(from) && places.has(to))
        .map(([from, to]) => {
          const [a, b] = [pointAt({ from, to }, places, size, 0), pointAt({ from, to }, places, size, 1)];
          const turn = (180 / Math.PI) * Math.atan2(b.y - a.y, b.x - a.x);
          return (
            <g key={`${from} ${to}`} data-cut={`${from}-${to}`}>
              <path class="cut-way" d={`M${a.x.toFixed(1)} ${a.y.toFixed(1)}L${b.x.toFixed(1)} ${b.y.toFixed(1)}`} />
              <path class="cut-head" d="M0 0l-12 -6v12z" transform={`translate(${b.x.toFixed(1)} ${b.y.toFixed(1)}) rotate(${turn.toFixed(1)})`} />
            </g>
          );
        })}
    </g>
  );
}

/** Links that are open, and lines where something is under way. A link that only one of the two has is broken. */
function Edges({ watched: { special }, at, flights, places, pulses }: EdgesProps): JSX.Element {
  const busy = new Set(flights.map(({ from, to }) => (from < to ? `${from} ${to}` : `${to} ${from}`)));
  const links = special?.type === 'gossip' ? linksAt(special, at) : [];
  const linked = new Set(links.map(({ a, b }) => `${a} ${b}`));
  const line = (key: string, a: NodeId, b: NodeId, classes: string): JSX.Element => {
    const [one, other] = [places.get(a)!, places.get(b)!];
    return <line key={key} class={classes} x1={one.x.toFixed(1)} y1={one.y.toFixed(1)} x2={other.x.toFixed(1)} y2={other.y.toFixed(1)} />;
  };
  return (
    <g class="links" aria-hidden="true">
      {links
        .filter(({ a, b }) => places.has(a) && places.has(b))
        .map(({ a, b, isHalf }) => {
          const key = `${a} ${b}`;
          const pulse = pulses?.links.has(key) === true ? ` pulse turn-${pulses.turn}` : '';
          return line(key, a, b, `link${isHalf ? ' half' : ''}${busy.has(key) ? ' busy' : ''}${pulse}`);
        })}
      {[...busy]
        .filter((key) => !linked.has(key))
        .map((key) => {
          const [a, b] = key.split(' ').map(Number) as [NodeId, NodeId];
          return line(key, a, b, 'way');
        })}
    </g>
  );
}

/** Where a message is on its way: beside the straight line, so that both directions can be told apart. */
function pointAt({ from, to }: Pick<Flight, 'from' | 'to'>, places: ReadonlyMap<NodeId, Point>, size: number, share: number): Point {
  const [a, b] = [places.get(from)!, places.get(to)!];
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const [dx, dy] = [(b.x - a.x) / length, (b.y - a.y) / length];
  const gap = Math.min(size + 10, length / 2.5);
  const way = gap + share * (length - 2 * gap);
  const aside = Math.min(7, size / 3);
  return { x: a.x + dx * way - dy * aside, y: a.y + dy * way + dx * aside };
}

interface FlightsProps {
  readonly watched: Watched;
  readonly flights: readonly Flight[];
  readonly at: number;
  readonly who: number | undefined;
  readonly places: ReadonlyMap<NodeId, Point>;
  readonly size: number;
  readonly centre: Point;
}

function Flights({ watched, flights, at, who, places, size, centre }: FlightsProps): JSX.Element {
  const isOther = ({ from, to }: Pick<Flight, 'from' | 'to'>): boolean => who !== undefined && from !== who && to !== who;
  if (flights.length > FOLD) {
    const byPair = grouped(flights, ({ from, to }) => `${from} ${to}`);
    const groups = byPair.size > FOLD ? grouped(flights, ({ from }) => String(from)) : byPair;
    return (
      <g class="messages">
        {[...groups].map(([key, group]) => (
          <Group
            key={key}
            group={group}
            watched={watched}
            places={places}
            size={size}
            isFaint={group.every(isOther)}
            {...(groups === byPair ? {} : { centre })}
          />
        ))}
      </g>
    );
  }
  const r = Math.max(4.5, Math.min(flights.length > 60 ? 6 : 9, size * 0.32));
  return (
    <g class="messages">
      {flights.map((flight, index) => {
        const { x, y } = pointAt(flight, places, size, wayOf(flight, at));
        const gone = isGone(flight, at);
        const label = `${watched.shortName(flight.from)} to ${watched.shortName(flight.to)}: ${flight.words}${gone ? ', lost' : ''}`;
        return (
          <g
            key={`${flight.id} ${flight.to} ${index}`}
            class={`message ${kindOf(watched, flight.type)}${gone ? ' gone' : ''}${isOther(flight) ? ' faint' : ''}`}
            transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}
            role="img"
            aria-label={label}
            data-message={`${flight.from}-${flight.to}`}
          >
            <title>{label}</title>
            {gone ? (
              <path class="lost" d={`M${-r} ${-r}L${r} ${r}M${-r} ${r}L${r} ${-r}`} />
            ) : (
              <MessageSign kind={kindOf(watched, flight.type)} r={r} />
            )}
          </g>
        );
      })}
    </g>
  );
}

function grouped(flights: readonly Flight[], keyOf: (flight: Flight) => string): Map<string, Flight[]> {
  const groups = new Map<string, Flight[]>();
  for (const flight of flights) {
    const key = keyOf(flight);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [flight]);
    else group.push(flight);
  }
  return groups;
}

/** Several messages that are drawn as one. */
function Group({
  group,
  watched,
  places,
  size,
  isFaint,
  centre,
}: {
  readonly group: readonly Flight[];
  readonly watched: Watched;
  readonly places: ReadonlyMap<NodeId, Point>;
  readonly size: number;
  readonly isFaint: boolean;
  readonly centre?: Point;
}): JSX.Element {
  const { from, to } = group[0]!;
  const a = places.get(from)!;
  const { x, y } =
    centre !== undefined ? { x: a.x + (centre.x - a.x) * 0.3, y: a.y + (centre.y - a.y) * 0.3 } : pointAt({ from, to }, places, size, 0.4);
  const types = grouped(group, ({ type }) => type);
  const [first] = [...types].toSorted(([, one], [, other]) => other.length - one.length)[0]!;
  const whom = centre !== undefined ? 'the others' : watched.shortName(to);
  const label = `${watched.shortName(from)} to ${whom}: ${counted(group.length, 'message')}, most of them ${first}`;
  return (
    <g
      class={`message folded ${kindOf(watched, first)}${isFaint ? ' faint' : ''}`}
      transform={`translate(${x.toFixed(1)} ${y.toFixed(1)})`}
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      <circle class="sign" r={centre === undefined ? 11 : 15} />
      <text class="letter" y={centre === undefined ? 5 : 6} font-size={centre === undefined ? 15 : 17}>
        {group.length}
      </text>
    </g>
  );
}

/** The most frequent types of messages have a colour and a shape of their own. */
const KINDS = 6;

export function kindOf({ types }: Watched, type: string): string {
  const place = types.indexOf(type);
  return `kind-${place < 0 || place >= KINDS ? 'other' : place}`;
}

/** Disk, square, square on its corner, triangle up, triangle down, cross; a small disk for all others. */
export function MessageSign({ kind, r }: { readonly kind: string; readonly r: number }): JSX.Element {
  switch (kind) {
    case 'kind-1':
      return <rect class="sign" x={-r * 0.88} y={-r * 0.88} width={r * 1.76} height={r * 1.76} />;
    case 'kind-2':
      return <path class="sign" d={`M0 ${-r * 1.25}L${r * 1.25} 0L0 ${r * 1.25}L${-r * 1.25} 0z`} />;
    case 'kind-3':
      return <path class="sign" d={`M0 ${-r * 1.2}L${r * 1.15} ${r * 0.85}H${-r * 1.15}z`} />;
    case 'kind-4':
      return <path class="sign" d={`M0 ${r * 1.2}L${r * 1.15} ${-r * 0.85}H${-r * 1.15}z`} />;
    case 'kind-5':
      return (
        <path
          class="sign"
          d={`M${-r * 0.4} ${-r * 1.15}h${r * 0.8}v${r * 0.75}h${r * 0.75}v${r * 0.8}h${-r * 0.75}v${r * 0.75}h${-r * 0.8}v${-r * 0.75}h${
            -r * 0.75
          }v${-r * 0.8}h${r * 0.75}z`}
        />
      );
    default:
      return <circle class="sign" r={kind === 'kind-0' ? r : r * 0.7} />;
  }
}
