/**
 * The paths of OM(m), and what is said on them, as numbers: a message is one that a port clones at a fraction of the price of a
 * text or an object, and a tree of a hundred thousand paths is filled in milliseconds.
 *
 * Paths are numbered by length, and those of one length in the lexicographic order of the lieutenants on them: the
 * commander's own path is 0, that of the commander and its first lieutenant is 1. So a number says nothing but which path it is, to
 * everyone the same. A general keeps what it heard by *place*: a path's rank among those of its length that this general
 * is not on. The paths that are longer by one general than a path then have places side by side.
 */
import { nameOf, type NodeId } from '../../core/node.ts';
import type { Context, Setting } from '../protocol.ts';
import { NOTHING, isAttack, valueIn, type Maybe, type Wording } from '../values.ts';

/** An order on a path: twice the path's number, and one more for attack. */
export type OralMessage = number;

const CONTENTS = [valueIn('retreat'), valueIn('attack')];

/** The number of a path. */
export type Path = number;

export const wording: Wording<Path, OralMessage> = {
  write: (path, value) => 2 * path + isAttack(value),
  labelOf: (message) => message >> 1,
  // Without a branch: what traitors say cannot be predicted, and a tenth of the time of OM was lost by trying.
  valueOf: (message) => CONTENTS[message & 1]!,
  rename: (setting, path, place) => numberOf(setting, pathOf(setting, 2 * path)!.map(place)),
};

export const isOralMessage = (input: unknown): input is OralMessage => Number.isInteger(input) && (input as number) >= 0 && (input as number) <= MESSAGE_MAX;

const MESSAGE_MAX = 2 ** 31 - 1;

/** The commander's own path. */
export const COMMANDERS: Path = 0;

/** In ascending order. A lieutenant's index is its place in this list. */
export const lieutenantsOf = ({ members, commander }: Setting): NodeId[] => members.filter((id) => id !== commander);

/** The generals on a message's path, the commander first; undefined if there is no such path. */
export function pathOf(setting: Setting, message: OralMessage): NodeId[] | undefined {
  const lieutenants = lieutenantsOf(setting);
  let rank = message >> 1;
  let length = 1;
  for (let size = 1; rank >= size && size > 0; length += 1) {
    rank -= size;
    size *= lieutenants.length - (length - 1);
  }
  if (length > setting.m + 1 || length > lieutenants.length + 1) return undefined;
  const positions: number[] = [];
  for (let taken = length - 2; taken >= 0; taken -= 1) {
    positions.unshift(rank % (lieutenants.length - taken));
    rank = Math.floor(rank / (lieutenants.length - taken));
  }
  return [setting.commander, ...positions.flatMap((position) => lieutenants.splice(position, 1))];
}

/** The number of the path on which these are, the commander first. */
export function numberOf(setting: Setting, [, ...generals]: readonly NodeId[]): Path {
  const lieutenants = lieutenantsOf(setting);
  let [first, size, rank] = [0, 1, 0];
  for (const id of generals) {
    first += size;
    size *= lieutenants.length;
    const position = lieutenants.indexOf(id);
    rank = rank * lieutenants.length + position;
    lieutenants.splice(position, 1);
  }
  return first + rank;
}

/**
 * The place of what was said on a path, for the general whose map it is: −1 where the path is not of that length, does not end with
 * who said it, or holds this general.
 * @param speaker as `speakerOf` has it
 */
export function placeOn({ first, lastOn, placeOf }: PathLevel, path: Path, speaker: number): number {
  const rank = path - first;
  return rank >= 0 && rank < lastOn.length && lastOn[rank] === speaker ? placeOf[rank]! : -1;
}

/** A member as the paths have it: the index of a lieutenant, −1 for the commander. @param place among the members */
export const speakerOf = ({ members, commander }: Setting, place: number): number => {
  const id = members[place]!;
  return id === commander ? -1 : id < commander ? place : place - 1;
};

/** A path as people read it, `G1→G3`: whoever follows an arrow says what it heard from whoever is before it. */
export const pathText = (path: readonly NodeId[]): string => path.map(nameOf).join('→');

/** One general's view of all paths. */
export interface PathMap {
  /** How many other lieutenants there are. */
  readonly others: number;
  /** By length of path − 1. */
  readonly levels: readonly PathLevel[];
}

/** The paths of one length. */
export interface PathLevel {
  /** The number of the first of them; the others follow. */
  readonly first: number;
  /** By number − first: the index of the path's last lieutenant; −1 on the commander's own path. */
  readonly lastOn: Int32Array;
  /** By number − first; −1 for paths that this general is on. */
  readonly placeOf: Int32Array;
  /** What is heard by a general whom nobody tells anything, by place. */
  readonly silence: readonly Maybe[];
  /** One for each other lieutenant; none for the longest paths. */
  readonly relays: readonly Relay[];
}

/** What a general passes on to one other: what it heard on the paths that both are not on. */
export interface Relay {
  /** The other's index. */
  readonly to: number;
  readonly places: Int32Array;
  /** Parallel to `places`: the same path with this general at its end. */
  readonly paths: readonly Path[];
}

/**
 * The map of a lieutenant. Maps depend on nothing but the number of lieutenants, m and the general's index, and are kept,
 * since thousands of orders go by the same ones.
 */
export function mapFor({ self, members, commander, m: faults }: Context): PathMap {
  const lieutenants = members.length - 1;
  const place = members.indexOf(self);
  const index = place - (members.indexOf(commander) < place ? 1 : 0);
  const size = lieutenants * 2 ** 20 + faults;
  let maps = MAPS.get(size);
  if (maps === undefined) {
    if (MAPS.size >= SIZES_MAX) MAPS.clear();
    MAPS.set(size, (maps = []));
  }
  return (maps[index] ??= mapOf(lieutenants, faults, index));
}

const MAPS = new Map<number, PathMap[]>();

/** The maps of a large army take megabytes. */
const SIZES_MAX = 8;

function mapOf(lieutenants: number, faults: number, self: number): PathMap {
  const levels: PathLevel[] = [];
  let paths: readonly (readonly number[])[] = [[]];
  let first = 0;
  for (let length = 1; length <= faults + 1; length += 1) {
    const isLongest = length === faults + 1;
    const placeOf = new Int32Array(paths.length).fill(-1);
    const relays = Array.from({ length: isLongest ? 0 : lieutenants }, () => ({ places: [] as number[], paths: [] as Path[] }));
    let places = 0;
    paths.forEach((path, rank) => {
      if (path.includes(self)) return;
      placeOf[rank] = places;
      const position = self - path.filter((index) => index < self).length;
      const longer = first + paths.length + rank * (lieutenants - path.length) + position;
      relays.forEach((relay, to) => {
        if (to === self || path.includes(to)) return;
        relay.places.push(places);
        relay.paths.push(longer);
      });
      places += 1;
    });
    levels.push({
      first,
      lastOn: Int32Array.from(paths, (path) => path.at(-1) ?? -1),
      placeOf,
      silence: Array.from({ length: places }, () => NOTHING),
      relays: relays.flatMap((relay, to) => (relay.places.length === 0 ? [] : [{ to, places: Int32Array.from(relay.places), paths: relay.paths }])),
    });
    first += paths.length;
    if (!isLongest) paths = paths.flatMap((path) => Array.from({ length: lieutenants }, (_, index) => index).filter((index) => !path.includes(index)).map((index) => [...path, index]));
  }
  return { others: lieutenants - 1, levels };
}
