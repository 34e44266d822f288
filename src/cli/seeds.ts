/** A seed where none is given. Whoever takes one prints it, so that all that follows from it can be repeated. */
export const newSeed = (): number => Math.floor(Math.random() * 2 ** 32);
