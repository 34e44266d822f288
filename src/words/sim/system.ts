import { counted } from '../../core/figures.ts';
import type { AnyMachine } from '../../core/machine.ts';
import type { NodeId } from '../../core/node.ts';
import { faultsTolerated } from '../../core/quorum.ts';
import { describeFact, type MemberFact } from '../../runtime/virtual/facts.ts';
import { describeLinks, describeOutages, describeTraitors, drawBursts, drawFaults, drawFrom, drawTraitors, membersOf, staying, type Draw, type FaultPlan } from '../../runtime/virtual/fault-plan.ts';
import { lineOfPlanned } from '../../runtime/virtual/lines.ts';
import type { PlannedInput } from '../../runtime/virtual/members.ts';
import type { Network, SimNode } from '../../runtime/virtual/network.ts';
import { among, numbered, onlyFaults, partsOfFaults } from '../../runtime/virtual/shrink.ts';
import type { BeginOptions, Finding, Run, System, Violation } from '../../runtime/virtual/system.ts';
import type { Address } from '../address.ts';
import { WORDS } from '../messages.ts';
import { WordsJudge, type Ended } from '../judge.ts';
import { LIES, canLie } from '../liar.ts';
import { peer } from '../peer.ts';
import type { WordsState } from '../state.ts';
import type { Input, Output, WordsVocabulary } from '../vocabulary.ts';
import { inputWords, outputWords } from '../told.ts';
import { reasonsSeen } from '../why.ts';
import { addressAt, contextOf, nodeAt } from './nodes.ts';

export interface WordsPlan extends FaultPlan {
  readonly inputs: readonly PlannedInput<Input>[];
  /** Whether clocks are wrong by an hour, some ahead and some behind. */
  readonly isSkewed: boolean;
}

/** Peers of the word database. */
export const words: System<WordsPlan> = {
  name: 'words',
  aliases: [],
  summary: 'the word database: peers that settle shared words by Oral Messages over datagrams',
  promises: 'Agreement, validity and certainty of words',
  members: 4,
  strategies: LIES,
  draw({ n, seed, strategies = LIES.map(({ name }) => name), beyond = 0 }) {
    const draw = drawFrom(n, seed);
    const f = Math.min(n, faultsTolerated(n) + beyond);
    const traitors = drawTraitors(draw, n, f, strategies);
    const bursts = drawBursts(draw);
    return { n, seed, traitors, inputs: drawInputs(draw, n, bursts), isSkewed: draw(84, 0, 3) === 0, ...drawFaults(draw, { n, f, traitors, bursts, oneWay: true }), sync: 0 };
  },
  describe: (plan) => `${counted(plan.n, 'node')}, ${describeTraitors(plan, 'node')}; ${counted(plan.inputs.filter(({ input }) => input.type === 'consensus').length, 'consensus', 'consensuses')}; ${describeOutages(plan)}${plan.isSkewed ? ', clocks an hour wrong' : ''}; ${describeLinks(plan)}`,
  print(plan) {
    const { n, seed, traitors, partitions, ...rest } = plan;
    const drawn = { ...rest, partitions: partitions.map(({ side, ...partition }) => ({ ...partition, side: [...side] })) };
    const named = [...traitors].map(([id, kind]) => ({ id, kind }));
    return lineOfPlanned({ protocol: 'words', seed, members: membersOf(n), clients: [], traitors: named, about: this.describe(plan) }, drawn);
  },
  parts: (plan) => [...partsOfFaults(plan), ...numbered('input', plan.inputs), ...(plan.isSkewed ? ['skew'] : [])],
  only: (plan, parts) => ({ ...plan, ...onlyFaults(plan, parts), inputs: among('input', plan.inputs, parts), isSkewed: parts.has('skew') }),
  begin: (plan, options) => new WordsRun(plan, options),
  inWords: (fact) => describeFact(fact as MemberFact),
};

/** Each peer is given a word of its own to begin with now and then; and at each burst one or two begin a consensus, often about one word. */
function drawInputs(draw: Draw, n: number, bursts: readonly number[]): readonly PlannedInput<Input>[] {
  const at = (topic: number, index: number): NodeId => membersOf(n)[draw(topic, index, n)]!;
  const sets = bursts.map((time, index): PlannedInput<Input> => ({ at: Math.max(0, time - 20), node: at(85, index), input: { type: 'set', index: draw(86, index, 2), word: `word${index}` } }));
  const begun = bursts.flatMap((time, index) =>
    Array.from({ length: 1 + draw(87, index, 2) }, (_, which): PlannedInput<Input> => ({ at: time + draw(88, 2 * index + which, 5), node: at(89, 2 * index + which), input: { type: 'consensus', index: draw(90, 2 * index + which, 2) } })));
  return [...sets, ...begun];
}

/** Milliseconds after which all know of each other again, once the network is stable, and who was restarted is young no more; and in which a consensus is over, by slow clocks too. */
const MEETS = 50_000;
const LASTS = 8000;

class WordsRun implements Run {
  readonly nodes: Run['nodes'];
  readonly patience = MEETS + 3 * LASTS;
  readonly #plan: WordsPlan;
  readonly #observe: BeginOptions['observe'];
  readonly #judge: WordsJudge;
  readonly #staying: readonly NodeId[];
  #network!: Network;
  /** The consensuses that are begun when the network is stable: one by a loyal peer, one by a traitor if there is any. */
  readonly #last: { readonly by: NodeId; root: string | undefined }[];
  #awaits: number | undefined;

  constructor(plan: WordsPlan, { loyal = peer as AnyMachine, observe }: BeginOptions) {
    this.#plan = plan;
    this.#observe = observe;
    const { n, seed, traitors, isSkewed } = plan;
    this.#judge = new WordsJudge((id) => !traitors.has(id));
    this.#staying = staying(membersOf(n).filter((id) => !traitors.has(id)), plan);
    this.#last = [this.#staying[0], [...traitors.keys()][0] ?? this.#staying.at(-1)].flatMap((by) => (by === undefined ? [] : [{ by, root: undefined }]));
    const group = { n, seed, wrong: (id: NodeId) => (isSkewed ? ((id % 3) - 1) * 3600 : 0), now: () => this.#network.now };
    this.nodes = membersOf(n).map((id) => ({ id, machine: traitors.has(id) ? (canLie(peer, traitors.get(id)) as AnyMachine) : loyal, context: contextOf(group, id) }));
  }

  starting(_node: SimNode, network: Network): void {
    this.#network = network;
  }

  ask(network: Network): void {
    this.#network = network;
    for (const { at, node, input } of this.#plan.inputs) network.at(at, () => this.#asked(network.nodes[node]!, input));
    this.#last.forEach((last, index) => {
      network.at(this.#plan.stabilisesAt + MEETS + index * LASTS, () => {
        this.#awaits = index;
        this.#asked(network.nodes[last.by]!, { type: 'consensus', index: WORDS - 1 - index });
        this.#awaits = undefined;
      });
    });
  }

  #asked(node: SimNode, input: Input): void {
    if (!node.isUp) return;
    this.#observe?.({ at: this.#network.now, type: 'input', node: node.id, words: inputWords(input), input } as MemberFact);
    this.#network.input(node, input);
  }

  sent(from: SimNode, _to: readonly NodeId[], message: unknown): void {
    const said = message as WordsVocabulary['message'];
    if (said.type !== 'consensus' || said.path?.length !== 1 || said.root === undefined) return;
    if (this.#awaits !== undefined) this.#last[this.#awaits]!.root = said.root;
    if (!this.#plan.traitors.has(from.id) && said.value !== null) this.#judge.begins(said.root, said.value);
  }

  output({ id }: SimNode, handed: unknown): void {
    const output = handed as Output;
    const told = outputWords(output, (address) => `node ${nodeAt(address)}`);
    if (told !== undefined) this.#observe?.({ at: this.#network.now, type: 'output', node: id, words: told, output, why: this.#why(id, output) } as MemberFact);
    if (output.type !== 'decided' || this.#plan.traitors.has(id)) return;
    this.#judge.decided(id, { ...output, isInitiator: output.commander === addressAt(id) }, [output.commander, ...output.lieutenants].map(nodeAt));
  }

  #why(id: NodeId, output: Output): readonly string[] | undefined {
    const stateOf = (peer: Address): WordsState | undefined => this.#network.nodes[nodeAt(peer)]?.state as WordsState | undefined;
    return reasonsSeen(output, addressAt(id), (address) => `node ${nodeAt(address)}`, stateOf);
  }

  restarted({ id }: SimNode): void {
    this.#judge.restarted(id);
  }

  accuse(): void {}

  violation(): Violation | undefined {
    return this.#judge.violation;
  }

  isDone(): boolean {
    return this.#network.now >= this.#plan.stabilisesAt + MEETS + this.#last.length * LASTS + 100;
  }

  end(): Finding {
    const missing = this.#left() ?? this.#last.map(({ by, root }) => this.#lasting(by, root)).find((one) => one !== undefined);
    return missing === undefined ? { type: 'holds' } : { type: 'violated', ...missing };
  }

  /** What takes room though it is over. */
  #left(): Violation | undefined {
    const node = this.#network.nodes.find(({ id, state }) => this.#staying.includes(id) && (state as WordsState).instances.size + (state as WordsState).questions.size > 0);
    return node === undefined ? undefined : { property: 'termination', witness: `node ${node.id} still takes part in ${counted((node.state as WordsState).instances.size, 'consensus', 'consensuses')}` };
  }

  /** Among all, on a network that loses nothing, a consensus must do all that it promises. */
  #lasting(by: NodeId, root: string | undefined): Violation | undefined {
    const { traitors, leaves, clocks, n } = this.#plan;
    const isLoyal = !traitors.has(by);
    const ended = root === undefined ? new Map<NodeId, Ended>() : this.#judge.of(root);
    if (root === undefined || (!isLoyal && ended.size === 0)) return isLoyal && n > 1 ? { property: 'termination', witness: `node ${by} asked nobody` } : undefined;
    const late = this.#staying.find((id) => !ended.has(id) && (isLoyal || id !== by));
    if (late !== undefined) return { property: 'termination', witness: `node ${late} did not decide on ${root}` };
    const words = new Map([...ended].map(([id, { word }]) => [word, id]));
    if (words.size > 1) return { property: 'agreement', witness: `on a network that lost nothing loyal nodes made ${[...words].map(([word, id]) => `${JSON.stringify(word)} (node ${id})`).join(' and ')} of ${root}` };
    // By clocks of different pace steps are of different length.
    const unanswered = isLoyal && clocks.length === 0 ? ended.get(by)!.silent.map(nodeAt).find((id) => this.#staying.includes(id)) : undefined;
    if (unanswered !== undefined) return { property: 'timeliness', witness: `node ${unanswered} answered node ${by} too late, or never` };
    const isHeard = leaves.length === 0 && [...traitors.values()].every((strategy) => strategy !== 'mute');
    const unsure = [...ended].find(([, { outcome }]) => outcome !== 'holds');
    return isHeard && unsure !== undefined ? { property: 'certainty', witness: `node ${unsure[0]} does not know whether ${root} holds, though nothing was lost` } : undefined;
  }

  figures(): Readonly<Record<string, number>> {
    return this.#judge.figures();
  }

  progress(): string {
    const { consensuses, holds, unknown } = this.#judge.figures();
    return `${counted(consensuses, 'consensus', 'consensuses')}, of which ${counted(holds, 'outcome')} hold and ${unknown} are unknown`;
  }
}

