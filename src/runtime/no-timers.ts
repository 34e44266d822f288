/** What timers are in code that was brought: nothing ends what they call, so there are none. A protocol goes by its rounds. */
const refuse = (name: string) => (): never => {
  throw new Error(`there is no ${name} here: a round is all that there is of time`);
};

export const setTimeout = refuse('setTimeout');
export const setInterval = refuse('setInterval');
export const setImmediate = refuse('setImmediate');
export const queueMicrotask = refuse('queueMicrotask');
