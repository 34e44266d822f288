import type { Parts } from './parts.ts';

/** What stands before all parts of a script: where they find each other. */
const known: Record<string, unknown> = {};

/** What was not there at first, once it was asked for. */
let coming: Promise<void> | undefined;

const parts: Parts = {
  made: {},
  need: (name) => (known[name] ??= parts.made[name]!()),
  async later(name) {
    await (coming ??= parts.rest?.());
    return parts.need(name);
  },
};

Object.assign(globalThis, { generalsParts: parts });
