import { counted } from '../core/figures.ts';
import { quoted } from '../core/user-error.ts';
import { eventLine } from '../gossip/events.ts';
import { GOSSIP_FAULTS } from '../gossip/faults/registry.ts';
import { parseScript, runScript } from '../gossip/sim/script.ts';
import { whyLines } from '../gossip/why.ts';
import { spell } from '../gossip/words.ts';
import { UsageError } from './arguments.ts';
import { findingLine } from './network-finding.ts';
import type { SimulatedNetwork } from './subcommands/network.ts';

/** Lets a list of faults happen in virtual time, and tells what came of it. @returns the exit status: 0 all was well in the end, 3 something was broken */
export function scriptedNetwork(options: SimulatedNetwork, faults: string): number {
  const { peers, seeds, seed, settings, loss, delay, byzantine, kind, json } = options;
  const script = parseScript(faults);
  faultNamed(options);
  const said = script.filter(({ word }) => word.type !== 'why');
  const say = (at: number, line: string): void => void process.stdout.write(`${(at / 1000).toFixed(1).padStart(7)} s  ${line}\n`);
  // Each word stands where it was said, between what came before it and behind it.
  const catchUp = (now: number): void => {
    while (said.length > 0 && said[0]!.at <= now) {
      const { at, word } = said.shift()!;
      if (json) process.stdout.write(`${JSON.stringify({ v: 1, at, type: 'word', word: spell(word) })}\n`);
      else say(at, `> ${spell(word)}`);
    }
  };
  const { violation, time, events, removals, falseRemovals, view } = runScript(
    { peers, seeds, seed, settings, loss, delay, script, byzantine, kind },
    (at, name, output, known) => {
      catchUp(at);
      if (json) {
        if (output.type !== 'heard') process.stdout.write(`${JSON.stringify({ v: 1, at, node: name, ...output })}\n`);
        return;
      }
      const line = eventLine(known, name, output);
      if (line !== undefined) say(at, line);
    },
    (at, name, known) => {
      catchUp(at);
      const lines = whyLines(known, name);
      if (json) return void process.stdout.write(`${JSON.stringify({ v: 1, at, type: 'why', about: name, lines })}\n`);
      say(at, `> why ${name}`);
      for (const line of lines.length === 0 ? [`nothing has happened to ${name}`] : lines) process.stdout.write(`${' '.repeat(11)}${line}\n`);
    },
  );
  catchUp(time);
  const views = view.views().length;
  const sizes = { seeds: view.seeds.length, peers: view.peers.length };
  const summary = { ...sizes, removals, falseRemovals, views, events, time };
  if (json) process.stdout.write(`${JSON.stringify({ v: 1, type: violation === undefined ? 'holds' : 'violated', ...violation, ...summary })}\n`);
  else {
    const who = `${counted(sizes.seeds, 'seed')} and ${counted(sizes.peers, 'peer')}`;
    process.stdout.write(`${who}: ${counted(removals, 'removal')}, ${falseRemovals} of somebody alive; ${counted(views, 'view')} in the end; ${counted(events, 'event')} in ${(time / 1000).toFixed(1)} s of virtual time\n`);
    process.stdout.write(`${findingLine(violation === undefined ? { type: 'holds' } : { type: 'violated', ...violation })}\n`);
  }
  return violation === undefined ? 0 : 3;
}

/** @throws UsageError if there is no such kind, or there are not so many who could be of it */
export function faultNamed({ kind, byzantine, peers, seeds }: Pick<SimulatedNetwork, 'kind' | 'byzantine' | 'peers' | 'seeds'>): (typeof GOSSIP_FAULTS)[number] | undefined {
  if (kind === undefined) return undefined;
  const fault = GOSSIP_FAULTS.find(({ name }) => name === kind);
  if (fault === undefined) throw new UsageError(`--kind is ${GOSSIP_FAULTS.map(({ name }) => name).join(', ')}, not ${quoted(kind)}`);
  const all = fault.role === 'seed' ? seeds : peers;
  if (byzantine > all) throw new UsageError(`--byzantine ${byzantine} is more than there are: ${counted(all, fault.role)}`);
  return fault;
}
