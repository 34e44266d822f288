import type { Finding } from '../runtime/virtual/system.ts';
import { UserError, quoted } from '../core/user-error.ts';
import { DETECTORS } from '../gossip/detectors/registry.ts';
import type { Seen } from '../gossip/view.ts';
import { whyLines } from '../gossip/why.ts';
import { WORDS, spell, type Word } from '../gossip/words.ts';
import { detectorLines, graphLines, helpLines, linksLine, memberLines, reachLine, viewLines } from './network-answers.ts';
import { Faults, type FaultsOptions } from './network-faults.ts';
import { findingLine } from './network-finding.ts';
import { allOf, nodeOf } from './network-nodes.ts';

/** What the words of the prompt need. */
export interface Room extends FaultsOptions {
  /** Milliseconds since the network began. */
  now(): number;
  /** The last lines that a node wrote. */
  logOf(name: string): readonly string[];
  /** All detectors side by side, in virtual time. */
  compare(): Promise<void>;
  /** What the judge finds of the network as it is now. */
  finding(): Promise<Finding>;
}

/** A fault, and when. */
export interface Injected {
  readonly at: number;
  readonly word: Word;
}

/** Does what is said at the prompt of a network, and remembers the faults, so that they can be repeated in virtual time. */
export class Words {
  readonly faults: Injected[] = [];
  /** Whether any of those was said, rather than seen. */
  hasFault = false;
  readonly #room: Room;
  readonly #faults: Faults;
  /** Those by which it is told how far a message came. */
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(room: Room) {
    this.#room = room;
    this.#faults = new Faults(room);
  }

  /** @returns whether it is over @throws UserError that changes nothing */
  async say(word: Word): Promise<boolean> {
    if (word.type === 'exit') return true;
    const at = this.#room.now();
    await this.#do(word);
    if (WORDS.find(({ name }) => name === word.type)?.isFault !== true) return false;
    this.faults.push({ at, word });
    this.hasFault = true;
    return false;
  }

  /** A node fell without a word that was said here. */
  lost(name: string): void {
    this.faults.push({ at: this.#room.now(), word: { type: 'kill', names: [name] } });
  }

  close(): void {
    this.#faults.close();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  async #do(word: Word): Promise<void> {
    const { network, view } = this.#room;
    switch (word.type) {
      case 'say':
        return this.#speak(word.name, word.text);
      case 'reach':
        return this.#reach(nodeOf(view, word.name));
      case 'why':
        return this.#print(whyLines(view, nodeOf(view, word.name).name), `nothing has happened to ${word.name}`);
      case 'links':
        return this.#room.print(linksLine(view, nodeOf(view, word.name)));
      case 'log':
        return this.#print(this.#room.logOf(nodeOf(view, word.name).name), `${word.name} wrote nothing yet`);
      case 'graph':
        return this.#print(graphLines(view), 'there are no links');
      case 'members':
        return this.#print(memberLines(view, network.members, word.names.length === 0 ? undefined : allOf(view, word.names)), 'nobody is there');
      case 'views':
        this.#print(viewLines(view), 'no peer is ready');
        return this.#room.print(findingLine(await this.#room.finding()));
      case 'detector':
        return word.name === undefined ? this.#print(detectorLines(), '') : this.#detect(word.name);
      case 'compare':
        return this.#room.compare();
      case 'help':
        return this.#print(helpLines(), '');
      case 'exit':
        return;
      default:
        return this.#faults.do(word);
    }
  }

  /** @param otherwise if there is none */
  #print(lines: readonly string[], otherwise: string): void {
    for (const line of lines.length === 0 ? [otherwise] : lines) this.#room.print(line);
  }

  #speak(name: string | undefined, text: string): void {
    const { network, view } = this.#room;
    const speaker = name === undefined ? view.peers.find((peer) => peer.status === 'up' && peer.isReady) : nodeOf(view, name);
    if (speaker === undefined) throw new UserError('there is no peer that could say it');
    network.say(speaker.name, text);
  }

  #reach(speaker: Seen): void {
    const { network, view } = this.#room;
    const text = `reach ${speaker.name} ${Math.round(this.#room.now())}`;
    network.say(speaker.name, text);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#room.print(reachLine(view, speaker, text));
    }, REACH_AFTER);
    this.#timers.add(timer);
  }

  #detect(name: string): void {
    const index = DETECTORS.findIndex((detector) => detector.name === name);
    if (index === -1) throw new UserError(`there is no detector ${quoted(name)}: ${DETECTORS.map((detector) => detector.name).join(', ')}`);
    this.#room.network.detect(index);
    this.#room.print(`from now on peers that are started notice deaths by ${name}; restart those that run`);
  }
}

/** Milliseconds in which a message has reached all that it will. */
const REACH_AFTER = 1000;

/**
 * Faults as an option of `network --simulate`, where a semicolon stands between them.
 * @param speed how many times as fast as others the clocks of the network went: there as much more time was over
 */
export const spellFaults = (faults: readonly Injected[], speed = 1): string =>
  faults.map(({ at, word }) => `${((at * speed) / 1000).toFixed(1)}s ${spell(lastingAt(speed, word)).replaceAll(';', ',')}`).join('; ');

function lastingAt(speed: number, word: Word): Word {
  if (word.type === 'stop' && word.for !== undefined) return { ...word, for: word.for * speed };
  return word.type === 'slow' ? { ...word, by: word.by * speed } : word;
}
