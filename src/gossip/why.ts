import { counted } from '../core/figures.ts';
import { byName, type NetworkView } from './view.ts';

/** How it came that a node is where it is: who missed it and why, who looked, who voted, one sentence each, the oldest first. */
export function whyLines(view: NetworkView, name: string): string[] {
  const lines: { readonly at: number; readonly text: string; readonly key: string }[] = [];
  const seenBy = new Map<string, Set<string>>();
  for (const { at, by, output } of view.about(name)) {
    const add = (text: string): void => void lines.push({ at, text, key: text });
    // What all take over is one line, not one for each.
    const share = (key: string, text = ''): void => {
      const names = seenBy.get(key);
      if (names !== undefined) return void names.add(by);
      seenBy.set(key, new Set([by]));
      lines.push({ at, key, text });
    };
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
        add(`${by} was told of its death by ${nameOfText(view, output.by)}`);
        break;
      case 'inquired':
        add(`${by} looked for itself: ${output.answered ? 'it answers' : 'nobody answers there'}`);
        break;
      case 'suspecting':
        add(`${by} suspects it: ${output.reason}`);
        break;
      case 'noticed':
        share(`noticed ${output.by}`, ` heard from ${view.nameOf(output.by)} that it is suspected`);
        break;
      case 'agreed':
        add(`${by} agrees with ${output.by.map((one) => view.nameOf(one)).filter((one) => one !== by).toSorted(byName).join(', ')} that it is dead`);
        break;
      case 'confirmed':
        add(`${view.nameOf(output.seed)} confirmed its death to ${by}`);
        break;
      case 'rejected':
        add(`${view.nameOf(output.seed)} told ${by} that it lives`);
        break;
      case 'unreachable':
        add(`${by} has no answer from it, though others have`);
        break;
      case 'reachable':
        add(`${by} hears it again`);
        break;
      case 'member':
        share(`life ${output.life}${output.incarnation > 0 ? `, incarnation ${output.incarnation}` : ''} ${STATES[output.state]}`);
        break;
      default:
    }
  }
  return lines.map(({ at, text, key }) => `${(at / 1000).toFixed(1)} s  ${sentence(text, key, seenBy.get(key))}`);
}

function sentence(text: string, key: string, names: ReadonlySet<string> | undefined): string {
  if (names === undefined) return text;
  return text === '' ? `${counted(names.size, 'peer')} ${names.size === 1 ? 'has' : 'have'} it in ${key}` : Array.from(names).toSorted(byName).join(', ') + text;
}

/** However many say so, seeds look for themselves. */
const reportedBy = (reporters = 0): string => (reporters === 0 ? '' : `; ${counted(reporters, 'peer')} reported it`);

const STATES = { alive: 'as alive', suspect: 'as suspect', dead: 'as dead', left: 'as gone by its own word' };

/** A reporter calls itself by its host alone, where it is an older program. */
function nameOfText(view: NetworkView, text: string): string {
  const found = Array.from(view.nodes.values()).find(({ address }) => address === text);
  return found?.name ?? text;
}
