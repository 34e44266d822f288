import { counted } from '../core/figures.ts';
import { byName, type NetworkView } from './view.ts';

/** How it came that a node is where it is: who missed it and why, who looked, who voted, one sentence each, the oldest first. */
export function whyLines(view: NetworkView, name: string): string[] {
  const lines: Line[] = [];
  const shared = new Map<string, Line>();
  for (const { at, by, output } of view.about(name)) {
    const add = (text: string): void => void lines.push({ at, text });
    /** The names of a line that stands already, if that is not long ago, or of a new one. */
    const withNames = (line: Pick<Line, 'text' | 'rest'>): Set<string> => {
      const key = `${line.text}|${line.rest}`;
      const known = shared.get(key);
      if (known !== undefined && at - known.at <= TOGETHER) return known.names!;
      const made = { at, ...line, names: new Set<string>() };
      shared.set(key, made);
      lines.push(made);
      return made.names;
    };
    // What all take over is one line, not one for each.
    const share = (rest: string): void => void withNames({ text: '', rest }).add(by);
    // What one does to many, or hears of many, is one line as well.
    const list = (text: string, who: string, rest = ''): void => void withNames({ text, rest }).add(who);
    switch (output.type) {
      case 'asked-to-join':
        add(`${by} was asked to let it in`);
        break;
      case 'decided':
        add(`${by} counted ${output.votes} of ${counted(output.seeds, 'seed')}: ${output.about === 'join' ? (output.ok ? 'it is let in' : 'it is not let in') : output.ok ? 'it is off the list' : 'it stays'}${reportedBy(output.reporters)}`);
        break;
      case 'voted':
        add(`${by} voted ${output.ok ? 'yes' : 'no'} to ${view.nameOf(output.seed)}, which asked ${output.about === 'join' ? 'to let it in' : 'to remove it'}: ${output.reason}`);
        break;
      case 'accused':
        list(`${by} was told of its death by `, nameOfText(view, output.by));
        break;
      case 'inquired':
        add(`${by} looked for itself: ${output.answered ? 'it answers' : 'nobody answers there'}`);
        break;
      case 'suspecting':
        add(`${by} suspects it: ${output.reason}`);
        break;
      case 'noticed':
        share(` heard from ${view.nameOf(output.by)} that it is suspected`);
        break;
      case 'agreed':
        add(`${by} agrees with ${output.by.map((one) => view.nameOf(one)).filter((one) => one !== by).toSorted(byName).join(', ')} that it is dead`);
        break;
      case 'confirmed':
        list(`${view.nameOf(output.seed)} confirmed its death to `, by);
        break;
      case 'rejected':
        list(`${view.nameOf(output.seed)} told `, by, ' that it lives');
        break;
      case 'unreachable':
        add(`${by} has no answer from it, though others have`);
        break;
      case 'reachable':
        add(`${by} hears it again`);
        break;
      case 'member':
        withNames({ text: HAVE, rest: ` it in life ${output.life}${output.incarnation > 0 ? `, incarnation ${output.incarnation}` : ''} ${STATES[output.state]}` }).add(by);
        break;
      default:
    }
  }
  return lines.map((line) => `${(line.at / 1000).toFixed(1)} s  ${sentence(line)}`);
}

interface Line {
  readonly at: number;
  /** What stands before the names, and behind them. */
  readonly text: string;
  readonly rest?: string;
  readonly names?: Set<string>;
}

/** In so many ms the same is one thing that happened: behind that it is another. */
const TOGETHER = 10_000;

/** Who has a peer on a list is counted, as there are many. */
const HAVE = 'have';

function sentence({ text, rest = '', names }: Line): string {
  if (names === undefined) return text;
  if (text === HAVE) return `${counted(names.size, 'peer')} ${names.size === 1 ? 'has' : 'have'}${rest}`;
  return text + Array.from(names).toSorted(byName).join(', ') + rest;
}

/** However many say so, seeds look for themselves. */
const reportedBy = (reporters = 0): string => (reporters === 0 ? '' : `; ${counted(reporters, 'peer')} reported it`);

const STATES = { alive: 'as alive', suspect: 'as suspect', dead: 'as dead', left: 'as gone by its own word' };

/** A reporter calls itself by its host alone, where it is an older program. */
function nameOfText(view: NetworkView, text: string): string {
  const found = Array.from(view.nodes.values()).find(({ address }) => address === text);
  return found?.name ?? text;
}
