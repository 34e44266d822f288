import { UserError } from '../../core/user-error.ts';
import type { SimNode } from '../../runtime/virtual/network.ts';
import type { Violation } from '../../runtime/virtual/system.ts';
import type { Output } from '../outputs.ts';
import { NetworkView, type NodeStatus } from '../view.ts';
import { WORDS, parseTime, parseWord, type Word } from '../words.ts';
import { contextOf } from './nodes.ts';
import { standingsOf } from './standings.ts';
import { GossipWorld, nameOfNode, type WorldSpec } from './world.ts';

/** What happens to a network, and when. */
export interface TimedWord {
  /** In ms of virtual time. */
  readonly at: number;
  readonly word: Word;
}

export interface ScriptSpec extends WorldSpec {
  readonly script: readonly TimedWord[];
}

/** Is told of all that nodes hand on. */
export type ObserveScript = (at: number, name: string, output: Output, view: NetworkView) => void;

/** Is told of a `why`, when it is asked. */
export type AnswerScript = (at: number, name: string, view: NetworkView) => void;

export interface ScriptOutcome {
  /** What was broken, if anything was: for good, or not made well again in time. */
  readonly violation: Violation | undefined;
  readonly time: number;
  readonly events: number;
  readonly removals: number;
  readonly falseRemovals: number;
  readonly view: NetworkView;
}

/** The words of a list such as `5s kill 3; 20s heal`, in the order of time. @throws UserError */
export function parseScript(text: string): TimedWord[] {
  const words = text.split(';').map((part) => part.trim()).filter((part) => part !== '').map((part): TimedWord => {
    const [time = '', ...rest] = part.split(/\s+/);
    const at = parseTime(time);
    if (at === undefined || rest.length === 0) throw new UserError(`each fault is a time and a word, as in "5s kill 3": not ${JSON.stringify(part)}`);
    const word = parseWord(rest.join(' '));
    const all = WORDS.filter(({ name, isFault }) => isFault || name === 'why').map(({ name }) => name);
    if (!all.includes(word.type)) throw new UserError(`${word.type} is no fault: ${all.join(', ')}`);
    return { at, word };
  });
  if (words.length === 0) throw new UserError('there is no fault: a list is such as "5s kill 3; 20s heal"');
  return words.toSorted((a, b) => a.at - b.at);
}

/** In ms: how long behind the last fault all must be well again, and how often that is looked at. */
const PATIENCE = 120_000;
const LOOK = 500;

/** Lets a list of faults happen to a network in virtual time. @throws UserError if a word is about who is not there */
export function runScript(spec: ScriptSpec, observe: ObserveScript, answer: AnswerScript = () => undefined): ScriptOutcome {
  return new Scripted(spec, observe, answer).run();
}

class Scripted {
  readonly #script: readonly TimedWord[];
  readonly #world: GossipWorld;
  readonly #view = new NetworkView();
  readonly #statuses = new Map<SimNode, NodeStatus>();
  /** How many peers there are by now. */
  #peers: number;
  #failure: unknown;
  readonly #answer: AnswerScript;

  constructor({ script, ...spec }: ScriptSpec, observe: ObserveScript, answer: AnswerScript) {
    mustKnow(script, spec);
    this.#script = script;
    this.#answer = answer;
    this.#peers = spec.peers;
    // Who joins later is made now, and started then.
    const joining = script.reduce((sum, { word }) => sum + (word.type === 'join' ? word.count : 0), 0);
    this.#world = new GossipWorld({ ...spec, peers: spec.peers + joining }, (node, output, now) => {
      const name = nameOfNode(spec, node.id);
      this.#view.output(now, name, output);
      observe(now, name, output, this.#view);
      if (output.type === 'left') this.#become(node, 'left');
    });
  }

  run(): ScriptOutcome {
    const { network, judge, spec } = this.#world;
    for (const node of network.nodes.slice(0, spec.seeds + this.#peers)) this.#start(node);
    for (const { at, word } of this.#script) {
      network.at(at, () => {
        try {
          if (this.#failure === undefined) this.#do(word);
        } catch (error) {
          this.#failure = error;
        }
      });
    }
    const last = this.#script.at(-1)?.at ?? 0;
    const isOver = (): boolean => this.#failure !== undefined || judge.violation !== undefined;
    network.run(last + LOOK, isOver);
    let missing: Violation | undefined;
    // What is to come about may take a while, and must then stay.
    for (let well = 0; well < QUIET && !isOver() && network.now < last + PATIENCE; ) {
      network.run(network.now + LOOK, isOver);
      missing = this.#isWhole() ? judge.missing(standingsOf, network.now) : undefined;
      well = missing === undefined ? well + LOOK : 0;
    }
    if (this.#failure !== undefined) throw this.#failure;
    // What broke ends it: why that came is still to be told.
    for (const { at, word } of this.#script) if (at > network.now && word.type === 'why') this.#do(word);
    return { violation: judge.violation ?? missing, time: network.now, events: network.events, removals: judge.removals, falseRemovals: judge.falseRemovals, view: this.#view };
  }

  /** Whether nothing is wrong any more that could keep lists apart. */
  #isWhole(): boolean {
    const { rules, now } = this.#world;
    return rules.loss === 0 && rules.slow.size === 0 && rules.partitions.every(({ until }) => until <= now) && Array.from(this.#statuses.values()).every((status) => status !== 'stopped');
  }

  #start(node: SimNode): void {
    this.#become(node, 'up');
    this.#world.start(node);
  }

  #become(node: SimNode, state: NodeStatus): void {
    const { address, isSeed } = contextOf(node);
    this.#statuses.set(node, state);
    this.#view.node(this.#world.now, { name: nameOfNode(this.#world.spec, node.id), role: isSeed ? 'seed' : 'peer', address, state, isReady: false });
  }

  #do(word: Word): void {
    const world = this.#world;
    const { network, rules, spec } = world;
    switch (word.type) {
      case 'kill':
        for (const node of this.#nodes(word.names, ['up', 'stopped', 'leaving'])) {
          world.kill(node, false);
          this.#become(node, 'killed');
        }
        return;
      case 'restart':
        for (const node of this.#nodes(word.names, ['killed', 'left', 'leaving'])) this.#restart(node);
        return;
      case 'stop':
        for (const node of this.#nodes(word.names, ['up'])) {
          world.pause(node);
          this.#become(node, 'stopped');
          if (word.for !== undefined) network.at(network.now + word.for, () => this.#statuses.get(node) === 'stopped' && this.#goOn(node));
        }
        return;
      case 'continue':
        for (const node of this.#nodes(word.names, ['stopped'])) this.#goOn(node);
        return;
      case 'leave':
        for (const node of this.#nodes(word.names, ['up'])) {
          this.#become(node, 'leaving');
          world.leave(node);
        }
        return;
      case 'join':
        for (const node of network.nodes.slice(spec.seeds + this.#peers, spec.seeds + this.#peers + word.count)) this.#start(node);
        this.#peers += word.count;
        return;
      case 'partition': {
        const sides = word.sides.map((side) => this.#nodes(side).map(({ id }) => id));
        const twice = sides.flat().find((id, index, all) => all.indexOf(id) !== index);
        if (twice !== undefined) throw new UserError(`${nameOfNode(spec, twice)} cannot be on two sides`);
        // Who is on none is on all.
        for (const [index, side] of sides.entries()) world.cut({ side: new Set(side), others: new Set(sides.flatMap((other, second) => (second === index ? [] : other))) });
        return;
      }
      case 'cut': {
        const [from, to] = this.#nodes([word.from, word.to]);
        return world.cut({ side: new Set([from!.id]), others: new Set([to!.id]), way: 'out' });
      }
      case 'loss':
        rules.loss = word.percent / 100;
        return;
      case 'slow':
        for (const { id } of this.#nodes(word.names)) if (word.by === 0) rules.slow.delete(id);
          else rules.slow.set(id, word.by);
        return;
      case 'clock':
        for (const { id } of this.#nodes(word.names)) world.clocks.set(id, word.by);
        return;
      case 'heal':
        return world.heal();
      case 'say': {
        const [node] = word.name === undefined ? world.peers().filter(({ held }) => held === undefined) : this.#nodes([word.name], ['up']);
        return node === undefined ? undefined : world.say(node, word.text);
      }
      case 'why':
        this.#nodes([word.name]);
        return this.#answer(world.now, word.name, this.#view);
      default:
        throw new Error(`${word.type} is no fault`);
    }
  }

  /** At once, or when it has left: to the moment people are faster, or slower, than here. */
  #restart(node: SimNode): void {
    const { network } = this.#world;
    if (this.#statuses.get(node) === 'leaving') network.at(network.now + LOOK, () => this.#restart(node));
    else this.#start(node);
  }

  #goOn(node: SimNode): void {
    this.#become(node, 'up');
    this.#world.resume(node);
  }

  /** The nodes of these names. @throws UserError if one is not as it should be */
  #nodes(names: readonly string[], states?: readonly NodeStatus[]): SimNode[] {
    const { network, now, spec } = this.#world;
    return names.map((name) => {
      const number = Number(name.slice(1));
      const node = network.nodes[name.startsWith('S') ? number - 1 : spec.seeds + number - 1]!;
      const status = this.#statuses.get(node)!;
      if (states !== undefined && !states.includes(status)) throw new UserError(`${name} is ${status} at ${now / 1000} s`);
      return node;
    });
  }
}

/** @throws UserError if a word is about somebody who is not there by then: that shows before anything happens */
function mustKnow(script: readonly TimedWord[], { seeds, peers }: WorldSpec): void {
  let all = peers;
  for (const { at, word } of script) {
    if (word.type === 'join') all += word.count;
    const stray = namesIn(word).find((name) => Number(name.slice(1)) < 1 || Number(name.slice(1)) > (name.startsWith('S') ? seeds : all));
    if (stray !== undefined) throw new UserError(`there is no ${stray} at ${at / 1000} s: S1 to S${seeds}, P1 to P${all}`);
  }
}

function namesIn(word: Word): readonly string[] {
  if ('names' in word) return word.names;
  if (word.type === 'partition') return word.sides.flat();
  if (word.type === 'cut') return [word.from, word.to];
  return 'name' in word && word.name !== undefined && word.type !== 'detector' ? [word.name] : [];
}

/** In ms: for so long all must be well. */
const QUIET = 5000;
