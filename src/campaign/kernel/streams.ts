/**
 * Where kernels get their coins: sfc32, of Chris Doty-Humphrey's PractRand (2010), which passes that battery and BigCrush.
 * Its state is three words and a counter, and every step of it is
 *
 *   out = a + b + counter;  counter += 1;  a = b ^ (b >>> 9);  b = c + (c << 3);  c = rotl(c, 21) + out
 *
 * A step waits for the step before, which is what a program of few gates would spend its time on. So each lane draws from
 * two generators in turn, beginning with the first in every step of the program.
 *
 * Each generator of each lane of each batch has a stream of its own. Two of its words are Philox's, keyed by the seed, at counters that no
 * question and no other draw of a campaign uses; the third is the stream's number. So two streams of a seed never begin
 * alike; and neither do they meet, if they are shorter than 2^32 words: the step can be undone, and all counters begin with
 * the same number, so where two streams come to the same state, they do so at the same step, and have begun alike.
 */
import { philox } from '../../core/philox.ts';

/** Streams of a batch. A kernel runs 32 orders a lane: in WebAssembly all lanes at once, in JavaScript one after the other. */
export const LANES = 4;

/** Of each lane: what is drawn next does not wait for what is being drawn. */
export const GENERATORS = 2;

/** Words of a stream's state: a, b, c, and the counter. */
export const STATE_WORDS = 4;

/** Steps that are thrown away, as PractRand does, until every bit of the seed has met every other. */
const WARM_UP = 15;

/** No question of `core/choice.ts` has so large a round, and no other draw of a campaign this number. */
const TOPIC = 0xffd00000;

/**
 * The states in which the generators of a batch begin. For each generator: all lanes' a, all b, all c, all counters.
 * @param seed a whole number from 0 to 2^53 − 1
 * @param batch a whole number; beyond 2^29 of them, numbers of streams come again, with other words from Philox
 */
export function statesOf(seed: number, batch: number): Int32Array {
  const states = new Int32Array(GENERATORS * STATE_WORDS * LANES);
  for (let stream = 0; stream < GENERATORS * LANES; stream += 1) {
    const word = (place: number): number =>
      philox(batch >>> 0, TOPIC, place * GENERATORS * LANES + stream, Math.floor(batch / 2 ** 32), seed >>> 0, Math.floor(seed / 2 ** 32));
    const state = Int32Array.of(word(0), word(1), batch * GENERATORS * LANES + stream, 1);
    for (let step = 0; step < WARM_UP; step += 1) sfc32(state);
    const generator = Math.floor(stream / LANES);
    state.forEach((value, place) => {
      states[placeOf(generator, place, stream % LANES)] = value;
    });
  }
  return states;
}

/** Where in the states a word of a generator's state stands. */
export const placeOf = (generator: number, place: number, lane: number): number => (generator * STATE_WORDS + place) * LANES + lane;

/** One step, for seeding; kernels have their own, word for word the same. */
function sfc32(state: Int32Array): void {
  const [a, b, c, counter] = [state[0]!, state[1]!, state[2]!, state[3]!];
  const out = (((a + b) | 0) + counter) | 0;
  state[0] = b ^ (b >>> 9);
  state[1] = (c + (c << 3)) | 0;
  state[2] = (((c << 21) | (c >>> 11)) + out) | 0;
  state[3] = (counter + 1) | 0;
}
