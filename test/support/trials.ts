export * from '../../src/generals/grade/trials.ts';

/** A long run of trials when SOAK is 1; a fixed share of it, one in a thousand if not told otherwise, in every other. */
export const soaked = (trials: number, share = 1000): number => (process.env['SOAK'] === '1' ? trials : Math.ceil(trials / share));
