/**
 * A consensus: OM(m) of Lamport, Shostak and Pease 1982 among all on the list, as `oral` has it, by datagrams.
 *
 * An oral message is a question, CONSENSUS, and each question is answered, so that whoever asks knows that it was heard. A question
 * says on which way its word came: the initiator first, who asks last. From it, `peers` and `OM` everyone knows the whole
 * setting, and takes part even if the initiator asked others only.
 *
 * Begin   The initiator asks all others, with its word and OM = m = ⌊(n − 1)/3⌋.
 * Relay   Upon a question on a way of length up to m, a peer asks all who are not on that way, nor itself: with the word that it
 *         heard, the way with itself at its end, OM − 1 and a new id.
 * Miss    The ways of length r are awaited for r steps from when a peer learnt of the consensus. Then it relays the default for
 *         each that did not come, and says that it missed it. Steps are so many that each level has one, and one is left: so
 *         whoever asks is answered before it stops waiting.
 * Answer  When a peer has heard all ways that begin with a question’s, or after m + 1 steps, it answers what it makes of them.
 * Decide  What it makes of the initiator’s way is its word from then on. The initiator keeps its own.
 *
 * Questions are asked again until they are answered or due, ever less often (`again.ts`). The first on a way counts. Whoever asks twice is answered twice the same.
 *
 * With at most m faulty peers among n > 3m, and no loss that outlasts a step, all loyal peers decide the same (IC1), and what a loyal
 * initiator began with (IC2): it is OM(m), and what is silent is the default for all. Whether loss did outlast a step
 * nobody can tell from silence. So a peer says that the outcome *holds* only if nothing was missed, by itself or, as they say,
 * by those who relayed: then what it and any other loyal peer of whom that is so have heard is what they would have heard
 * without loss, and they agree. Else the outcome is *unknown*, though the word is taken: with at most m faulty peers, silent
 * ones among them, it is right. A liar can make an outcome unknown, by saying that it missed something, but never wrong.
 */
import { faultsTolerated } from '../core/quorum.ts';
import type { Address } from './address.ts';
import { firstGap, nextGap, waitFor } from './again.ts';
import { prove } from './membership.ts';
import { DEFAULT_WORD, type Consensus as Question, type ConsensusReply } from './messages.ts';
import { WITHIN_MIN, longestWithin, usualWithin } from './patience.ts';
import { sizeOf } from './print.ts';
import { allows, answer, bytesOf, drop, keep, keyOf, output, say, setTimer, type Asked, type Instance, type Turn } from './state.ts';
import { decide, longerWays, questionsIn, waysFrom, type Way } from './tree.ts';
import type { Arrived, Decision } from './vocabulary.ts';

/** So many may be under way at once. */
const INSTANCES_MAX = 64;

/** The most questions of a consensus that a peer takes part in: a larger one is a mistake, or an attack. */
export const QUESTIONS_MAX = 200_000;

/** Begins one with our own word. */
export function beginConsensus(turn: Turn, index: number): void {
  const { context, state } = turn;
  const lieutenants = [...state.peers.keys()].toSorted();
  const n = lieutenants.length + 1;
  const m = faultsTolerated(n);
  const root = context.freshId();
  const within = context.settings.within === 0 ? usualWithin(n, m) : Math.min(longestWithin(n, m), context.settings.within);
  const instance = instanceOf({ root, index, commander: context.address, lieutenants, m }, state.database[index]!, Math.floor(within / (m + 2)));
  state.instances.set(instance.key, instance);
  if (lieutenants.length === 0) return conclude(turn, instance);
  ask(turn, instance, { om: m, way: [context.address], to: lieutenants, word: instance.order, isMissed: false, within, id: root });
  setTimer(turn, `level ${instance.key}`, within);
}

export function hearQuestion(turn: Turn, from: Address, question: Question & Arrived): void {
  const { context, state } = turn;
  const answered = state.answers.get(question.id);
  if (answered?.to === from) return void answer(turn, from, answered.reply, bytesOf(question));
  const peer = state.peers.get(from);
  if (peer === undefined) return drop(turn, 'stranger', from);
  const { way, root } = originOf(turn, from, question);
  if (way.at(-1) !== from) return drop(turn, 'wrong-sender', from);
  if (way.includes(context.address)) return drop(turn, 'about-itself', from);
  const setting = settingOf(turn, way, root, question);
  if (setting === undefined) return drop(turn, 'unfit', from);
  const key = settingKey(setting);
  if (state.over.has(key)) return drop(turn, 'late', from);
  const known = state.instances.get(key);
  if (known === undefined && state.instances.size >= INSTANCES_MAX) return drop(turn, 'flood', from);
  const place = keyOf(way);
  if (known?.waiting.has(place) === true) return answerAgain(turn, known, way, question.id);
  // What follows from it, to whomever, is the one thing that it may have us say in this second.
  if (!allows(turn, from, 0, 0)) return drop(turn, 'flood', from);
  const instance = known ?? takePart(turn, setting, question);
  instance.waiting.set(place, { id: question.id, from, bytes: bytesOf(question) });
  // It comes when it is awaited no more.
  if (instance.heard.has(place)) return isWhole(instance, way) ? reply(turn, instance, way) : undefined;
  hear(turn, instance, way, { word: question.value, isMissed: question.missed === true || mayHaveForgotten(turn, instance), within: withinOf(turn, instance, question) });
}

/**
 * Whether this peer may have taken part in an earlier life, and have said other things. It is so for some time after its start, unless
 * all who take part, and are on its list, have said that they had not known it.
 */
const mayHaveForgotten = ({ context: { address }, state }: Turn, { commander, lieutenants, m }: Instance): boolean =>
  state.grownFor < longestWithin(lieutenants.length + 1, m) && [commander, ...lieutenants].some((peer) => peer !== address && state.peers.get(peer)?.isNews !== true);

/** On which way a question came, and in which consensus. Older programs do not tell: a part of a consensus that we know is known by who is not asked in it. */
function originOf({ context, state }: Turn, from: Address, { path, root, id, om, index, peers }: Question): { readonly way: Way; readonly root: string } {
  if (path !== undefined) return { way: path, root: root ?? id };
  for (const { commander, lieutenants, m, index: about, root: known } of state.instances.values()) {
    const before = [commander, ...lieutenants].filter((peer) => peer !== context.address && !peers.includes(peer) && peer !== from);
    // Of up to three on a way the order is known: who began is first, who asks last.
    if (about === index && lieutenants.includes(from) && before[0] === commander && before.length === m - om && before.length <= 2) return { way: [...before, from], root: known };
  }
  return { way: [from], root: id };
}

type Setting = Pick<Instance, 'root' | 'index' | 'commander' | 'lieutenants' | 'm'>;

/** @returns undefined if no group could have such a consensus, or none that this peer is in */
function settingOf({ context }: Turn, way: Way, root: string, { index, om, peers, path }: Question): Setting | undefined {
  const [commander, ...relays] = way;
  if (commander === undefined || peers.some((peer) => way.includes(peer) && path !== undefined)) return undefined;
  if (path !== undefined && !peers.includes(context.address)) return undefined;
  const lieutenants = [...new Set([...relays, ...peers, context.address])].filter((peer) => peer !== commander).toSorted();
  const [n, m] = [lieutenants.length + 1, om + relays.length];
  return m > Math.max(0, n - 2) || questionsIn(n, m) > QUESTIONS_MAX ? undefined : { root, index, commander, lieutenants, m };
}

/** The root is last: it is the only part that may have blanks. */
const settingKey = ({ root, index, commander, lieutenants, m }: Setting): string => [index, m, lieutenants.length, commander, ...lieutenants, root].join(' ');

/** For how many ms an answer is awaited: a duration, so that no clock has to be right, within bounds. */
const withinOf = ({ context }: Turn, { lieutenants, m }: Pick<Setting, 'lieutenants' | 'm'>, { within, due }: Question): number =>
  Math.min(longestWithin(lieutenants.length + 1, m), Math.max(WITHIN_MIN, within ?? (due - context.unixTime()) * 1000));

/** A question with OM = k is to be answered in k + 2 steps. */
function takePart(turn: Turn, setting: Setting, question: Question): Instance {
  const { lieutenants, m } = setting;
  const step = Math.min(withinOf(turn, setting, question) / (question.om + 2), longestWithin(lieutenants.length + 1, m) / (m + 2));
  const instance = instanceOf(setting, DEFAULT_WORD, Math.max(1, Math.floor(step)));
  turn.state.instances.set(instance.key, instance);
  setTimer(turn, `level ${instance.key}`, instance.step);
  return instance;
}

const instanceOf = (setting: Setting, order: string, step: number): Instance => ({
  ...setting,
  key: settingKey(setting),
  order,
  step,
  heard: new Map(),
  under: new Map(),
  missed: new Set(),
  closed: 0,
  waiting: new Map(),
  asked: [],
  open: 0,
  answers: new Map(),
  decision: undefined,
});

interface Hearing {
  readonly word: string | null;
  readonly isMissed: boolean;
  readonly isSilent?: boolean;
  /** For how long whoever said it waits for an answer. */
  readonly within: number;
}

function hear(turn: Turn, instance: Instance, way: Way, { word, isMissed, isSilent = false, within }: Hearing): void {
  const { context } = turn;
  const { m, lieutenants } = instance;
  instance.heard.set(keyOf(way), { word, isMissed, isSilent });
  for (let length = 1; length <= way.length; length += 1) {
    const part = keyOf(way.slice(0, length));
    instance.under.set(part, (instance.under.get(part) ?? 0) + 1);
    if (isMissed) instance.missed.add(part);
  }
  if (way.length <= m) {
    const om = m - way.length;
    const to = lieutenants.filter((peer) => peer !== context.address && !way.includes(peer));
    ask(turn, instance, { om, way: [...way, context.address], to, word: word ?? DEFAULT_WORD, isMissed, within: Math.floor((within * (om + 2)) / (om + 3)), id: context.freshId() });
  }
  for (let length = way.length; length >= 1; length -= 1) {
    const part = way.slice(0, length);
    if (!isWhole(instance, part)) break;
    if (instance.waiting.has(keyOf(part))) reply(turn, instance, part);
    if (length === 1) settle(turn, instance);
  }
}

/** Whether all ways that begin with that one were heard, or will be no more. */
const isWhole = ({ under, lieutenants, m }: Instance, way: Way): boolean => under.get(keyOf(way)) === waysFrom(way.length, lieutenants.length + 1, m);

interface Asking {
  readonly om: number;
  readonly way: Way;
  readonly to: readonly Address[];
  readonly word: string;
  readonly isMissed: boolean;
  readonly within: number;
  readonly id: string;
}

function ask(turn: Turn, instance: Instance, { om, way, to, word, isMissed, within, id }: Asking): void {
  const { context, state } = turn;
  // Who is not on our list is silent for us: nobody has us write to strangers.
  const known = to.filter((peer) => state.peers.has(peer));
  if (known.length === 0) return;
  const { index, root } = instance;
  const message: Question = { type: 'consensus', om, index, value: word, peers: to, id, due: context.unixTime() + within / 1000, path: way, root, within: Math.max(1, within), missed: isMissed };
  const asked: Asked = { message, key: instance.key, to: known, pending: new Set(known), left: within, gap: firstGap(instance, way.length) };
  instance.asked.push(asked);
  instance.open += 1;
  state.questions.set(id, asked);
  // Whom somebody else has us ask is asked again where it may be.
  say(turn, way.length === 1 ? known : known.filter((peer) => allows(turn, peer, 0, 0)), message);
  awaitAnswers(turn, asked);
}

/** Has a question asked again in some time, if an answer to that could come before it is due. */
function awaitAnswers(turn: Turn, asked: Asked): void {
  const wait = waitFor(asked);
  if (wait !== undefined) setTimer(turn, `again ${asked.message.id}`, wait);
}

/** Asks again whoever has not answered. */
export function askAgain(turn: Turn, id: string): void {
  const { context, state } = turn;
  const asked = state.questions.get(id);
  if (asked === undefined) return;
  const { message, pending } = asked;
  const instance = state.instances.get(asked.key)!;
  asked.left -= asked.gap;
  // Who has proven nothing is asked once, but for what we began ourselves.
  const to = [...pending].filter((peer) => instance.commander === context.address || state.peers.get(peer)?.isProven === true);
  say(turn, to, { ...message, within: Math.max(1, Math.floor(asked.left)) });
  asked.gap = nextGap(instance, message.path!.length, asked.gap);
  awaitAnswers(turn, asked);
}

export function hearAnswer(turn: Turn, from: Address, reply: ConsensusReply & Arrived): void {
  const { state, effects } = turn;
  const asked = state.questions.get(reply.replyTo);
  const instance = state.instances.get(asked?.key ?? '');
  if (instance === undefined || asked === undefined) return drop(turn, 'never-asked', from);
  if (!asked.to.includes(from)) return drop(turn, 'wrong-sender', from);
  prove(turn, from);
  if (!asked.pending.delete(from)) return;
  if (asked.pending.size === 0) {
    instance.open -= 1;
    effects.push({ type: 'cancel-timer', timer: `again ${asked.message.id}` });
  }
  const { type, value, replyTo, unsure } = reply;
  if (instance.root === replyTo) {
    instance.answers.set(from, { type, value, replyTo, ...(unsure === undefined ? {} : { unsure }) });
    if (instance.answers.size === instance.lieutenants.length) return conclude(turn, instance);
  }
  endIfDone(turn, instance);
}

/** The time of a level is over. */
export function closeLevel(turn: Turn, key: string): void {
  const { context: { address }, state } = turn;
  const instance = state.instances.get(key);
  if (instance === undefined) return;
  const { commander, lieutenants, m } = instance;
  if (commander === address) {
    if (instance.decision === undefined) conclude(turn, instance);
    return end(turn, instance);
  }
  // The last step is for answers on their way.
  if (instance.closed > m) return end(turn, instance);
  instance.closed += 1;
  setTimer(turn, `level ${key}`, instance.step);
  let ways: readonly Way[] = [[commander]];
  for (let length = 1; length < instance.closed; length += 1) ways = longerWays(ways, lieutenants, address);
  for (const way of ways) {
    if (!instance.heard.has(keyOf(way))) hear(turn, instance, way, { word: null, isMissed: true, isSilent: true, within: instance.step * (m + 2 - instance.closed + 1) });
  }
}

/** Answers whoever asked on that way. */
function reply(turn: Turn, instance: Instance, way: Way): void {
  const { state } = turn;
  const { id, from, bytes } = instance.waiting.get(keyOf(way))!;
  const message = { type: 'consensus-reply', value: makingOf(turn, instance, way), replyTo: id, unsure: isUnsure(instance, way) } as const;
  keep(state.answers, () => state.answers.set(id, { to: from, reply: message }));
  if (state.peers.get(from)?.isProven === true || sizeOf(message) <= bytes) say(turn, [from], message);
}

/** What was answered may be kept no more, where very many ask. */
function answerAgain(turn: Turn, instance: Instance, way: Way, id: string): void {
  const asking = instance.waiting.get(keyOf(way))!;
  if (asking.id === id && turn.state.peers.get(asking.from)?.isProven === true && isWhole(instance, way)) reply(turn, instance, way);
}

/** What is made of all that was heard on ways that begin so. */
const makingOf = ({ context: { address } }: Turn, { lieutenants, m, heard }: Instance, way: Way): string =>
  decide({
    commander: way.at(-1)!,
    lieutenants: lieutenants.filter((peer) => !way.includes(peer)),
    self: address,
    m: m + 1 - way.length,
    heard: (longer) => heard.get(keyOf([...way.slice(0, -1), ...longer]))?.word ?? undefined,
  });

/** Whether something was missed on a way that begins so. */
const isUnsure = ({ missed }: Instance, way: Way): boolean => missed.has(keyOf(way));

/** All that it takes to decide is there. */
function settle(turn: Turn, instance: Instance): void {
  const { commander, heard } = instance;
  const silent = new Set([...heard].filter(([, { isSilent }]) => isSilent).map(([place]) => place.slice(place.lastIndexOf(' ') + 1) as Address));
  const reason = silent.size > 0 ? 'somebody was silent' : isUnsure(instance, [commander]) ? 'somebody missed something' : '';
  decided(turn, instance, { word: makingOf(turn, instance, [commander]), reason, silent: [...silent] });
  endIfDone(turn, instance);
}

/** The initiator knows what the others made of its word, or has waited long enough. */
function conclude(turn: Turn, instance: Instance): void {
  const { answers, lieutenants, m, order } = instance;
  const silent = lieutenants.filter((peer) => !answers.has(peer));
  const isMissed = [...answers.values()].some(({ unsure }) => unsure === true);
  const others = [...answers.values()].filter(({ value }) => value !== order);
  const reason = silent.length > 0 ? 'somebody was silent' : isMissed ? 'somebody missed something' : others.length > m ? 'too many answered another word' : '';
  decided(turn, instance, { word: order, reason, silent });
  endIfDone(turn, instance);
}

function decided(turn: Turn, instance: Instance, { word, reason, silent }: Pick<Decision, 'word' | 'reason' | 'silent'>): void {
  const { state } = turn;
  const { key, root, index, commander, lieutenants, m, heard, answers } = instance;
  const decision: Decision = { key, root, index, commander, lieutenants, m, word, outcome: reason === '' ? 'holds' : 'unknown', reason, silent };
  instance.decision = decision;
  state.database[index] = word;
  state.last = { decision, heard, answers };
  output(turn, { type: 'decided', ...decision });
}

/** What is decided, and whose questions are all answered, takes no more room. */
function endIfDone(turn: Turn, instance: Instance): void {
  if (instance.decision !== undefined && instance.open === 0 && instance.closed === 0) end(turn, instance);
}

function end({ state, effects }: Turn, { key, asked }: Instance): void {
  state.instances.delete(key);
  keep(state.over, () => state.over.add(key));
  for (const { message: { id } } of asked) {
    state.questions.delete(id);
    effects.push({ type: 'cancel-timer', timer: `again ${id}` });
  }
  effects.push({ type: 'cancel-timer', timer: `level ${key}` });
}
