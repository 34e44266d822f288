import { clockText } from './clocks.ts';
import type { Output } from './outputs.ts';
import { byName, type NetworkView } from './view.ts';

/** What a person wants to see pass by: deaths and what leads to them, not what goes well all the time. */
export function eventLine(view: NetworkView, name: string, output: Output): string | undefined {
  const of = 'address' in output ? view.nameOf(output.address) : '';
  switch (output.type) {
    case 'suspecting':
      return `${name} suspects ${of}: ${output.reason}`;
    case 'agreed':
      return `${name} agrees with ${output.by.map((one) => view.nameOf(one)).filter((one) => one !== name).toSorted(byName).join(', ')} that ${of} is dead`;
    case 'decided':
      if (output.about === 'join' && output.ok) return undefined;
      return `${name} counted ${output.votes} of ${output.seeds} votes: ${of} ${output.about === 'removal' ? (output.ok ? 'is removed' : 'stays') : 'is not let in'}`;
    case 'unreachable':
      return `${name} has no answer from ${of}, though others have`;
    case 'reachable':
      return `${name} hears ${of} again`;
    case 'refuted':
      return `${name} says that it lives: incarnation ${output.incarnation}`;
    case 'rejected':
      return `${view.nameOf(output.seed)} told ${name} that ${of} lives`;
    case 'not-registered':
      return `${name} could not register with ${view.nameOf(output.seed)}: ${output.reason}`;
    case 'clock':
      return output.ahead === 0 ? `the clock of ${name} agrees with that of ${of} again` : `the clock of ${name} is ${clockText(output.ahead)} that of ${of}`;
    case 'left':
      return `${name} has left`;
    default:
      return undefined;
  }
}
