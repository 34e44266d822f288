import { counted } from '../../core/figures.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import type { MemberFact } from '../../runtime/virtual/facts.ts';
import { lineOfPlanned } from '../../runtime/virtual/lines.ts';
import { lineOfFact } from '../../trace/nodes/kind.ts';
import type { Address } from '../address.ts';
import { WordsJudge } from '../judge.ts';
import type { Message } from '../messages.ts';
import { inputWords, outputWords } from '../told.ts';
import type { WordsState } from '../state.ts';
import { reasonsSeen } from '../why.ts';
import type { WordsNode } from './node.ts';

/** More datagrams than are under way in the largest consensus; of others it is not told when they were heard. */
export const ON_THEIR_WAY_MAX = 100_000;

/**
 * What happens in a group of one process, as the lines of a trace that simulations write too: so it is read by the same programs.
 * Peers have the numbers that they have at the prompt.
 */
export class GroupTrace {
  readonly #write: (line: string) => void;
  readonly #nodes: readonly WordsNode[];
  readonly #began = performance.now();
  readonly #liars = new Set<NodeId>();
  readonly #judge = new WordsJudge((id) => !this.#liars.has(id));
  /** The ids of datagrams that are on their way, by whom they are between and what they say: those first that were said first. */
  readonly #onTheirWay = new Map<string, number[]>();
  #waiting = 0;
  #sent = 0;
  #events = 0;

  /** @param write takes a line with its end */
  constructor(nodes: readonly WordsNode[], write: (line: string) => void) {
    this.#nodes = nodes;
    this.#write = write;
    const members = nodes.map((_, place) => nodeId(place + 1));
    write(lineOfPlanned({ protocol: 'words', seed: 0, members, clients: [], traitors: [], about: `${counted(nodes.length, 'peer')} over UDP` }, {}));
    nodes.forEach((node, place) => {
      const id = members[place]!;
      node.watch({
        said: (to, message, text) => this.#said(id, to, message, text),
        heard: (from, text) => this.#heard(id, from, text),
        asked: (input) => {
          if (input.type === 'lie') this.#liars.add(id);
          this.#tell({ at: this.#now(), type: 'input', node: id, words: inputWords(input), input });
        },
      });
      node.heed((output) => {
        if (output.type === 'decided') this.#judge.decided(id, { ...output, isInitiator: output.commander === node.address }, [output.commander, ...output.lieutenants].flatMap((peer) => this.#idOf(peer) ?? []));
        const nameOf = (peer: Address): string => `node ${this.#idOf(peer) ?? peer}`;
        const words = outputWords(output, nameOf);
        const stateOf = (peer: Address): WordsState | undefined => nodes.find(({ address }) => address === peer)?.state;
        if (words !== undefined) this.#tell({ at: this.#now(), type: 'output', node: id, words, output, why: reasonsSeen(output, node.address, nameOf, stateOf) });
      });
    });
  }

  /** Writes what came of it. */
  end(): void {
    const { violation } = this.#judge;
    const { consensuses, holds, unknown } = this.#judge.figures();
    const finding = violation === undefined ? ({ type: 'holds' } as const) : ({ type: 'violated', ...violation } as const);
    const progress = `${counted(consensuses, 'consensus', 'consensuses')}, of which ${counted(holds, 'outcome')} hold and ${unknown} are unknown`;
    const { type: verdict, ...broken } = finding;
    this.#write(lineOfFact({ type: 'judged', verdict, ...broken, events: this.#events, consensuses, holds, unknown, time: this.#now(), isReal: true, promises: 'Agreement of words', progress }));
  }

  #said(from: NodeId, to: Address, message: Message, text: string): void {
    const other = this.#idOf(to);
    if (other === undefined) return;
    this.#sent += 1;
    const key = `${from} ${other} ${text}`;
    this.#onTheirWay.set(key, [...(this.#onTheirWay.get(key) ?? []), this.#sent]);
    this.#waiting += 1;
    if (this.#waiting > ON_THEIR_WAY_MAX) this.#forgetFirst();
    this.#tell({ at: this.#now(), type: 'sent', id: this.#sent, from, to: [other], message });
  }

  #heard(to: NodeId, from: Address, text: string): void {
    const other = this.#idOf(from);
    const key = `${other} ${to} ${text}`;
    const [id, ...rest] = this.#onTheirWay.get(key) ?? [];
    if (other === undefined || id === undefined) return;
    this.#waiting -= 1;
    if (rest.length === 0) this.#onTheirWay.delete(key);
    else this.#onTheirWay.set(key, rest);
    this.#tell({ at: this.#now(), type: 'heard', id, from: other, to });
  }

  /** What is lost would else be waited for as long as the group is there. */
  #forgetFirst(): void {
    const [key, ids] = this.#onTheirWay.entries().next().value!;
    this.#onTheirWay.delete(key);
    this.#waiting -= ids.length;
  }

  #tell(fact: MemberFact): void {
    this.#events += 1;
    this.#write(lineOfFact(fact));
  }

  #idOf(address: Address): NodeId | undefined {
    const place = this.#nodes.findIndex((node) => node.address === address);
    return place < 0 ? undefined : nodeId(place + 1);
  }

  #now(): number {
    return Math.round(performance.now() - this.#began);
  }
}
