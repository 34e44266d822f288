import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { Member } from '../../generals/outcome.ts';
import type { Camp, OrderView, Why } from '../news.ts';
import type { Place } from './store.ts';
import { fitting, lettersOf } from './letters.ts';
import { flightsIn, isCause, keyOf, leaningOf, wordIn, type Flight } from './rounds.ts';

interface FieldProps {
  readonly camp: Camp;
  readonly order: OrderView | undefined;
  readonly at: number;
  readonly who: number | undefined;
  readonly why: Why | undefined;
  readonly picked: Place | undefined;
  /** The messages in which this run first differs from the one beside it. */
  readonly marked: ReadonlySet<string>;
  readonly title: string;
  readonly shape: Shape;
  readonly onWho: (id: number) => void;
  readonly onPick: ((flight: Flight) => void) | undefined;
}

/** The picture by the room that it has, in its own units: names are to be read from afar where it is low or narrow, too. */
const SHAPES = {
  plain: { width: 640, height: 500, rx: 218, ry: 180 },
  low: { width: 860, height: 392, rx: 310, ry: 126 },
  narrow: { width: 410, height: 470, rx: 144, ry: 166 },
} as const;
export type Shape = keyof typeof SHAPES;

/** More messages in one round are drawn as one for each sender and receiver, with their count. */
const FOLD = 200;
/** More from one general to another in a round as well. */
const TRAIN = 4;

/** The generals in a ring, and what they say to each other. */
export function Field({ camp, order, at, who, why, picked, marked, title, shape, onWho, onPick }: FieldProps): JSX.Element {
  const { width, height, rx, ry } = SHAPES[shape];
  // Under each general there may be a word.
  const [x, y] = [width / 2, height / 2 - 8];
  const shown = order !== undefined && at > 0 ? order : undefined;
  const members: readonly Member[] = shown === undefined ? camp.members : membersOf(shown);
  const size = Math.max(9, Math.min(33, (2 * Math.PI * Math.min(rx, ry)) / Math.max(1, members.length) / 2.7));
  const places = new Map<number, Point>(
    members.map(({ id }, index) => {
      const angle = (2 * Math.PI * index) / members.length - Math.PI / 2;
      return [id, { x: x + rx * Math.cos(angle), y: y + ry * Math.sin(angle) }];
    }),
  );
  const round = Math.ceil(at);
  const share = at === 0 ? 0 : at - (round - 1);
  const isEnd = shown !== undefined && round > shown.rounds;
  const isOver = shown !== undefined && at >= shown.rounds + 1;
  const all = shown === undefined ? [] : flightsIn(shown, round);
  const flights = useMemo(() => drawable(all, who), [all, who]);
  return (
    <svg class="field" viewBox={`0 0 ${width} ${height}`} role="group" aria-label={title}>
      <ellipse class="ring" cx={x} cy={y} rx={rx} ry={ry} />
      {shown !== undefined && <Links flights={flights} places={places} size={size} />}
      {isEnd && <Ballots order={shown} places={places} centre={{ x, y }} share={share} isOver={isOver} />}
      {members.map((member) => (
        <General
          key={member.id}
          member={member}
          at={places.get(member.id)!}
          size={size}
          room={Math.min(2.3 * size, (Math.PI * (rx + ry)) / members.length)}
          isChosen={member.id === who}
          onWho={onWho}
          leaning={
            shown === undefined
              ? undefined
              : member.id === shown.trace.ordered.commander
                ? shown.trace.ordered.order
                : leaningOf(shown, member.id, isEnd ? shown.rounds : Math.floor(at))
          }
          hasChanged={
            shown !== undefined && !isEnd && share === 1 && leaningOf(shown, member.id, round) !== leaningOf(shown, member.id, round - 1)
          }
          isFinal={isOver}
        />
      ))}
      {shown !== undefined && (
        <Messages flights={flights} places={places} size={size} share={share} why={why} picked={picked} marked={marked} onPick={onPick} />
      )}
      {flights.length < all.length && (
        <text
          class="centre"
          x={x}
          y={y}
        >{`${all.length} messages: ${flights.length === 0 ? 'choose a general to see its own' : `those of G${who}`}`}</text>
      )}
      {shown === undefined && members.length === 0 && (
        <text class="centre" x={x} y={y}>
          The camp is empty.
        </text>
      )}
    </svg>
  );
}

/** More pairs of sender and receiver than this nobody can tell apart; then those of the chosen general are drawn. */
const PAIRS_MAX = 600;

function drawable(flights: readonly Flight[], who: number | undefined): readonly Flight[] {
  const pairs = new Set(flights.map(({ from, to }) => from * 2 ** 24 + to));
  return pairs.size <= PAIRS_MAX ? flights : flights.filter(({ from, to }) => from === who || to === who);
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The generals as they were in an order. */
export function membersOf({ trace }: OrderView): Member[] {
  const { members, commander, traitors } = trace.ordered;
  const lost = new Map(trace.facts.flatMap((fact) => (fact.type === 'lost' ? [[fact.general, fact.reason] as const] : [])));
  return members.map((id): Member => {
    const traitor = traitors.find((one) => one.id === id);
    const reason = lost.get(id);
    const state: Member['state'] =
      reason !== undefined
        ? { type: 'lost', reason }
        : traitor === undefined
          ? { type: 'loyal' }
          : { type: 'faulty', strategy: traitor.strategy };
    return { id, role: id === commander ? 'primary' : 'secondary', state };
  });
}

/** What a general is, in words. */
export const describe = ({ role, state }: Member): string =>
  `${role}, ${state.type === 'loyal' ? 'loyal' : state.type === 'faulty' ? `traitor (${state.strategy})` : 'lost'}`;

interface GeneralProps {
  readonly member: Member;
  readonly at: Point;
  readonly size: number;
  /** How wide its name may be. */
  readonly room: number;
  readonly isChosen: boolean;
  readonly leaning: 'attack' | 'retreat' | undefined;
  readonly hasChanged: boolean;
  readonly isFinal: boolean;
  readonly onWho: (id: number) => void;
}

/** A general: loyal a disk, a traitor a square on its corner, the lost a broken ring; the primary has a second line around it. */
function General({ member, at: { x, y }, size, room, isChosen, leaning, hasChanged, isFinal, onWho }: GeneralProps): JSX.Element {
  const { id, role, state } = member;
  const shape = (extra: number, classes: string): JSX.Element => {
    const r = size + extra;
    if (state.type !== 'faulty') return <circle class={classes} r={r} />;
    const side = r * 0.94;
    return <rect class={classes} x={-side} y={-side} width={2 * side} height={2 * side} transform="rotate(45)" />;
  };
  const choose = (): void => onWho(id);
  const letters = lettersOf(size);
  const lean = leaning === undefined ? '' : `, ${isFinal ? 'decided' : role === 'primary' ? 'orders' : 'leans to'} ${leaning}`;
  return (
    <g
      class={`general ${state.type} ${role}`}
      transform={`translate(${x} ${y})`}
      role="button"
      tabindex={0}
      aria-pressed={isChosen}
      data-general={id}
      aria-label={`G${id}, ${describe(member)}${lean}${hasChanged ? ', changed in this round' : ''}`}
      onClick={choose}
      onKeyDown={(event) => {
        if (event.key === 'Enter') choose();
      }}
    >
      {isChosen && shape(9, 'chosen')}
      {role === 'primary' && shape(5, 'crown')}
      {hasChanged && <circle class="changed" r={size + 13} />}
      {shape(0, 'body')}
      <text class="name" y={letters * 0.36} font-size={letters}>
        {fitting(`G${id}`, letters, isChosen ? Infinity : room)}
      </text>
      {size > 22 && (
        <text class="sort" y={size + (state.type === 'faulty' ? 31 : 26)} font-size={20}>
          {state.type === 'faulty' ? state.strategy : state.type === 'lost' ? 'lost' : role === 'primary' ? 'primary' : ''}
        </text>
      )}
      {leaning !== undefined && (
        <g class={`leaning ${leaning}${isFinal ? ' final' : ''}`} transform={`translate(${size * 0.95} ${-size * 0.95})`}>
          <Sign word={leaning} r={Math.max(9, size * 0.42)} />
        </g>
      )}
    </g>
  );
}

/** Attack is a disk, retreat a square, each with its letter. */
function Sign({
  word,
  r,
  letter,
}: {
  readonly word: 'attack' | 'retreat' | undefined;
  readonly r: number;
  readonly letter?: string;
}): JSX.Element {
  return (
    <>
      {word === 'retreat' ? <rect class="sign" x={-r} y={-r} width={2 * r} height={2 * r} rx={2} /> : <circle class="sign" r={r} />}
      <text class="letter" y={r * 0.5} font-size={r * 1.35 + 1.5}>
        {letter ?? (word === undefined ? '·' : word[0]!.toUpperCase())}
      </text>
    </>
  );
}

/** Who speaks to whom in this round. */
function Links({
  flights,
  places,
  size,
}: {
  readonly flights: readonly Flight[];
  readonly places: ReadonlyMap<number, Point>;
  readonly size: number;
}): JSX.Element {
  const pairs = new Map(flights.map((flight) => [`${flight.from} ${flight.to}`, flight]));
  return (
    <g class="links" aria-hidden="true">
      {[...pairs].map(([key, flight]) => {
        const [a, b] = [pointAt(flight, places, size, 0), pointAt(flight, places, size, 1)];
        return <line key={key} x1={a.x} y1={a.y} x2={b.x} y2={b.y} />;
      })}
    </g>
  );
}

/** Where a message is on its way: beside the straight line, so that both directions can be told apart. */
function pointAt({ from, to }: Flight, places: ReadonlyMap<number, Point>, size: number, share: number): Point {
  const [a, b] = [places.get(from)!, places.get(to)!];
  const length = Math.hypot(b.x - a.x, b.y - a.y) || 1;
  const [dx, dy] = [(b.x - a.x) / length, (b.y - a.y) / length];
  const way = size + 14 + share * (length - 2 * size - 30);
  const aside = Math.min(9, size / 2.6);
  return { x: a.x + dx * way - dy * aside, y: a.y + dy * way + dx * aside };
}

interface MessagesProps {
  readonly flights: readonly Flight[];
  readonly places: ReadonlyMap<number, Point>;
  readonly size: number;
  readonly share: number;
  readonly why: Why | undefined;
  readonly picked: Place | undefined;
  readonly marked: ReadonlySet<string>;
  readonly onPick: ((flight: Flight) => void) | undefined;
}

function Messages({ flights, places, size, share, why, picked, marked, onPick }: MessagesProps): JSX.Element {
  const trains = new Map<string, Flight[]>();
  for (const flight of flights) {
    const key = `${flight.from} ${flight.to}`;
    const train = trains.get(key);
    if (train === undefined) trains.set(key, [flight]);
    else train.push(flight);
  }
  const isFolded = flights.length > FOLD;
  const r = Math.max(9, Math.min(flights.length > 12 ? 13 : 16, size * 0.48));
  const drawn: JSX.Element[] = [];
  for (const [key, train] of trains) {
    if (isFolded || train.length > TRAIN)
      drawn.push(<Train key={key} train={train} at={pointAt(train[0]!, places, size, share)} r={r} marked={marked} why={why} />);
    else
      train.forEach((flight, place) =>
        drawn.push(
          <Message
            key={keyOf(flight)}
            flight={flight}
            r={r}
            onPick={onPick}
            at={pointAt(
              flight,
              places,
              size,
              flight.text === undefined ? 0.22 : Math.max(0, share - place * 0.09 * Math.min(1, share * 2)),
            )}
            isPicked={
              picked !== undefined &&
              picked.round === flight.round &&
              picked.from === flight.from &&
              picked.to === flight.to &&
              picked.index === flight.index
            }
            isMarked={marked.has(keyOf(flight))}
            isCause={isCause(why, flight)}
            isFaint={why !== undefined && !isCause(why, flight)}
          />,
        ),
      );
  }
  return <g class="messages">{drawn}</g>;
}

interface MessageProps {
  readonly flight: Flight;
  readonly at: Point;
  readonly r: number;
  readonly isPicked: boolean;
  readonly isMarked: boolean;
  readonly isCause: boolean;
  readonly isFaint: boolean;
  readonly onPick: ((flight: Flight) => void) | undefined;
}

function Message({ flight, at, r, isPicked, isMarked, isCause: isReason, isFaint, onPick }: MessageProps): JSX.Element {
  const { from, to, text, honest, isForged } = flight;
  const word = wordIn(text);
  const classes = [
    'message',
    word ?? 'neither',
    honest === undefined ? '' : 'lie',
    isForged ? 'forged' : '',
    isPicked ? 'picked' : '',
    isMarked ? 'differs' : '',
    isReason ? 'cause' : '',
    isFaint ? 'faint' : '',
  ]
    .filter((one) => one !== '')
    .join(' ');
  const label =
    text === undefined
      ? `G${from} keeps silent to G${to}, honest: ${honest}`
      : `G${from} to G${to}: ${text}${honest === undefined ? '' : `, ${isForged ? 'forged, ' : ''}honest: ${honest}`}`;
  const pick = onPick === undefined ? undefined : (): void => onPick(flight);
  return (
    <g
      class={classes}
      transform={`translate(${at.x.toFixed(1)} ${at.y.toFixed(1)})`}
      aria-label={label}
      data-message={`${from}-${to}`}
      {...(pick === undefined
        ? { role: 'img' }
        : {
            role: 'button',
            tabindex: 0,
            onClick: pick,
            onKeyDown: (event: KeyboardEvent) => {
              if (event.key === 'Enter' || event.key === 'f') pick();
            },
          })}
    >
      <title>{label}</title>
      {(isPicked || isMarked || isReason) && <circle class="halo" r={r + 6} />}
      {text === undefined ? <path class="kept" d={`M${-r} ${-r}L${r} ${r}M${-r} ${r}L${r} ${-r}`} /> : <Sign word={word} r={r} />}
      {honest !== undefined && text !== undefined && (
        <text class="flag" x={r + 2} y={-r + 3}>
          {isForged ? '!' : '*'}
        </text>
      )}
    </g>
  );
}

/** Several messages that are drawn as one: how many, and for what. */
function Train({
  train,
  at,
  r,
  marked,
  why,
}: {
  readonly train: readonly Flight[];
  readonly at: Point;
  readonly r: number;
  readonly marked: ReadonlySet<string>;
  readonly why: Why | undefined;
}): JSX.Element {
  const { from, to } = train[0]!;
  const attacks = train.filter(({ text }) => wordIn(text) === 'attack').length;
  const retreats = train.filter(({ text }) => wordIn(text) === 'retreat').length;
  const lies = train.filter(({ honest }) => honest !== undefined).length;
  const counts = `${train.length} messages, ${attacks} attack, ${retreats} retreat${lies === 0 ? '' : `, ${lies} tampered with`}`;
  const label = `G${from} to G${to}: ${counts}`;
  const isReason = train.some((flight) => isCause(why, flight));
  const word = attacks > retreats ? 'attack' : 'retreat';
  return (
    <g
      class={`message ${word}${lies === 0 ? '' : ' lie'}${isReason ? ' cause' : why === undefined ? '' : ' faint'}`}
      transform={`translate(${at.x.toFixed(1)} ${at.y.toFixed(1)})`}
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      {(isReason || train.some((flight) => marked.has(keyOf(flight)))) && <circle class="halo" r={r + 6} />}
      <Sign word={word} r={r} letter={String(train.length)} />
    </g>
  );
}

/** What each lieutenant tells the quorum, in the middle. */
function Ballots({
  order,
  places,
  centre,
  share,
  isOver,
}: {
  readonly order: OrderView;
  readonly places: ReadonlyMap<number, Point>;
  readonly centre: Point;
  readonly share: number;
  readonly isOver: boolean;
}): JSX.Element {
  const { judged, facts } = order.trace;
  const said = { execute: judged.order ?? '', split: 'split', undecidable: 'not given' }[judged.verdict];
  return (
    <g class="quorum">
      {facts.map((fact) => {
        if (fact.type !== 'voted') return null;
        const from = places.get(fact.by)!;
        const way = 0.24 + share * 0.34;
        return (
          <g
            key={fact.by}
            class={`message ${fact.ballot}`}
            transform={`translate(${(from.x + (centre.x - from.x) * way).toFixed(1)} ${(from.y + (centre.y - from.y) * way).toFixed(1)})`}
            role="img"
            aria-label={`G${fact.by} tells the quorum ${fact.ballot}`}
          >
            <Sign word={fact.ballot} r={14} />
          </g>
        );
      })}
      {isOver && (
        <text class={`centre verdict ${judged.order ?? 'split'}`} x={centre.x} y={centre.y + 12}>
          {said}
        </text>
      )}
    </g>
  );
}
