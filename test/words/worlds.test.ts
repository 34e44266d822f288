import { expect } from 'chai';
import { DEFAULT_WORD } from '../../src/words/messages.ts';
import { peer } from '../../src/words/peer.ts';
import { BEGAN, TRUE, WORDS, answersOf, askersOf, coursesOf, initiatorOf, keyOf, nameOf, ordersOf, type Course, type Machine, type Word } from '../support/words-worlds.ts';

/** What is seen of a lieutenant by others. */
type Seen = Pick<Course, 'decided' | 'answer'>;

/** What may be seen of lieutenants, by what each hears of the others and relays, with how many courses lead there. */
class Lieutenant {
  readonly #seen = new Map<string, Map<string, Seen>>();
  readonly #counts = new Map<string, number>();
  readonly askers: readonly number[];

  constructor(self: number, courses: readonly Course[]) {
    this.askers = askersOf(self);
    for (const { heard, relays, decided, answer } of courses) {
      const key = [relays, ...heard].map(textOf).join(', ');
      const seen = this.#seen.get(key) ?? new Map<string, Seen>();
      this.#seen.set(key, seen);
      seen.set(`${JSON.stringify(decided)} ${keyOf(answer)}`, { decided, answer });
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    }
  }

  /** @param options of each who asks, what may come of it: what it says, or nothing */
  of(relays: Word | undefined, options: readonly (readonly (Word | undefined)[])[]): { readonly seen: readonly Seen[]; readonly courses: number } {
    const [first, second, third] = options as [readonly (Word | undefined)[], readonly (Word | undefined)[], readonly (Word | undefined)[]];
    const keys = first.flatMap((a) => second.flatMap((b) => third.map((c) => [relays, a, b, c].map(textOf).join(', '))));
    const all = new Map(keys.flatMap((key) => [...(this.#seen.get(key) ?? [])]));
    return { seen: [...all.values()], courses: keys.reduce((sum, key) => sum + (this.#counts.get(key) ?? 0), 0) };
  }
}

const textOf = (word: Word | undefined): string => (word === undefined ? 'nothing' : nameOf(word));

/** A message of a loyal peer comes, or does not. */
const maybe = (word: Word | undefined): readonly (Word | undefined)[] => (word === undefined ? [undefined] : [word, undefined]);

interface Explored {
  readonly worlds: number;
  readonly violation: string | undefined;
}

/** Whether what is seen of loyal peers agrees. */
function violationIn(seen: readonly Seen[], mustBe: string | undefined): string | undefined {
  const words = new Set(seen.flatMap(({ decided }) => (decided?.holds === true ? [decided.word] : [])));
  if (words.size > 1) return `agreement: ${[...words].join(' and ')}`;
  return mustBe === undefined || words.size === 0 || words.has(mustBe) ? undefined : `validity: ${[...words].join()}`;
}

/** With a liar that is a lieutenant. */
function withLieutenant(liar: number, lieutenants: ReadonlyMap<number, Lieutenant>, initiator: ReturnType<typeof initiatorOf>, words: readonly Word[]): Explored {
  const [any, answers] = [[...words, undefined], answersOf(words)];
  const [one, other] = [1, 2, 3].filter((id) => id !== liar) as [number, number];
  let worlds = 0;
  let violation: string | undefined;
  const optionsOf = (self: number, relayed: Word | undefined): (readonly (Word | undefined)[])[] => lieutenants.get(self)!.askers.map((from) => (from === 0 ? maybe(TRUE) : from === liar ? any : maybe(relayed)));
  for (const first of any) for (const second of any) {
    const [a, b] = [lieutenants.get(one)!.of(first, optionsOf(one, second)), lieutenants.get(other)!.of(second, optionsOf(other, first))];
    worlds += a.courses * b.courses * 2 * 2 * answers.length;
    for (const x of a.seen) for (const y of b.seen) {
      violation ??= violationIn([x, y], BEGAN);
      for (const lie of answers) for (const said of [x.answer, undefined]) for (const also of [y.answer, undefined]) {
        const told = new Map([[one, said], [other, also], [liar, lie]]);
        for (const decided of initiator.get([1, 2, 3].map((id) => keyOf(told.get(id))).join(', '))!) {
          if (decided?.word !== BEGAN) violation ??= `validity: the initiator has ${decided?.word}`;
          if (decided?.holds === true && !(x.decided?.holds === true && y.decided?.holds === true)) violation ??= 'certainty: the initiator is sure, and another is not';
        }
      }
    }
  }
  return { worlds, violation };
}

/** With a liar that begins. */
function withInitiator(lieutenants: ReadonlyMap<number, Lieutenant>, words: readonly Word[]): Explored {
  const any = [...words, undefined];
  let worlds = 0;
  let violation: string | undefined;
  for (const first of any) for (const second of any) for (const third of any) {
    const relays = [undefined, first, second, third];
    const all = [1, 2, 3].map((self) => lieutenants.get(self)!.of(relays[self], lieutenants.get(self)!.askers.map((from) => (from === 0 ? any : maybe(relays[from])))));
    worlds += all.reduce((product, { courses }) => product * courses, 1);
    // Any two of them differ if they do at all.
    const words = all.map(({ seen }) => new Set(seen.flatMap(({ decided }) => (decided?.holds === true ? [decided.word] : []))));
    if (all.every(({ courses }) => courses > 0) && new Set(words.flatMap((some) => [...some])).size > 1) {
      for (const [place, some] of words.entries()) for (const others of words.slice(place + 1)) for (const word of some) for (const also of others) if (word !== also) violation ??= `agreement: ${word} and ${also}`;
    }
  }
  return { worlds, violation };
}

/** Lieutenants are alike, which has a test of its own: so what one of them may do serves for all. */
function explored(machine: Machine, words: readonly Word[]): { readonly courses: number; readonly begins: Explored; readonly relays: readonly Explored[] } {
  const courses = coursesOf(1, machine, words);
  const lieutenants = new Map([1, 2, 3].map((self) => [self, new Lieutenant(self, courses)]));
  const initiator = initiatorOf(machine, words);
  return { courses: courses.length, begins: withInitiator(lieutenants, words), relays: [1, 2, 3].map((liar) => withLieutenant(liar, lieutenants, initiator, words)) };
}

/** Two words, each as heard or as missed. */
const FEW = WORDS.filter(({ value }) => value === BEGAN || value === DEFAULT_WORD);

/** A machine that says something else. */
const saying = (changed: (message: Parameters<NonNullable<Machine['about']>>[0]) => object): Machine => ({
  ...peer,
  step: (context, state, event) => peer.step(context, state, event).map((effect) => (effect.type === 'send' ? { ...effect, message: { ...effect.message, ...changed(effect.message) } } : effect)),
});

describe('all worlds of a consensus among four, of whom one lies', function () {
  this.timeout(0);

  it('have 87 orders in which questions come to a lieutenant before, between and after the ends of its levels', () => {
    expect([[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]].reduce((sum, questions) => sum + ordersOf(questions).length, 0)).to.equal(87);
  });

  it('are the same for each lieutenant: what comes to it, and what it makes of that, has nothing to do with which it is', () => {
    const words = process.env['SOAK'] === '1' ? WORDS : FEW;
    const first = coursesOf(1, peer, words);
    for (const self of [2, 3]) expect(coursesOf(self, peer, words)).to.deep.equal(first);
  });

  it('keep agreement, validity and certainty: 32,281 courses of a lieutenant make 245,330,388 worlds in which the initiator lies, and 14,112,828 for each lieutenant that does', () => {
    const { courses, begins, relays } = explored(peer, WORDS);
    expect(courses).to.equal(60 * 8 ** 3 + 24 * 8 ** 2 + 3 * 8 + 1).and.equal(32_281);
    expect(begins).to.deep.equal({ worlds: 245_330_388, violation: undefined });
    for (const one of relays) expect(one).to.deep.equal({ worlds: 14_112_828, violation: undefined });
  });

  const WRONG: Readonly<Record<string, readonly [machine: Machine, violation: RegExp]>> = {
    'tells nobody that it missed a word': [saying((message) => (message.type === 'consensus' ? { missed: false } : {})), /^validity: retreat$/],
    'tells the initiator that nothing is missing': [saying((message) => (message.type === 'consensus-reply' ? { unsure: false } : {})), /^certainty: /],
    'relays a word of its own': [saying((message) => (message.type === 'consensus' ? { value: DEFAULT_WORD } : {})), /^agreement: apple and retreat$/],
  };
  for (const [name, [machine, violation]] of Object.entries(WRONG)) {
    it(`show that a peer breaks it which ${name}`, () => {
      for (const one of explored(machine, FEW).relays) expect(one.violation).to.match(violation);
    });
  }
});
