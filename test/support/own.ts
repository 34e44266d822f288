import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** OM(1) as somebody may write it who knows nothing of ours. */
export const MINE = `import { DEFAULT_ORDER, counterpart, defineProtocol, majority, parseOrder, type Order } from 'generals';

interface State { order: Order }

export default defineProtocol({
  name: 'mine',
  summary: 'tell each other what the commander said, and take the majority',
  timing: 'rounds',
  shots: 'single',
  membersNeeded: (faults: number) => 3 * faults + 1,
  faultsByDefault: (members: number) => Math.min(1, Math.max(0, Math.floor((members - 1) / 3))),
  refuses: () => undefined,
  rounds: () => 2,
  messages: ({ members: { length: n } }) => n - 1 + (n - 1) * Math.max(0, n - 2),
  lies: (_context, honest) => [counterpart(honest)],
  parse: parseOrder,
  begin: (): State => ({ order: DEFAULT_ORDER }),
  step({ self, commander, lieutenants }, state, event) {
    if (event.type === 'input') {
      state.order = event.input;
      return [];
    }
    const said = (from: number): Order => event.inbox.find((heard) => heard.from === from)?.messages[0] ?? DEFAULT_ORDER;
    const others = lieutenants.filter((id) => id !== self);
    if (self === commander) {
      if (event.round !== 1) return [];
      return [{ type: 'send', to: lieutenants, messages: [state.order] }, { type: 'output', output: state.order }];
    }
    if (event.round === 2) {
      state.order = said(commander);
      return [{ type: 'send', to: others, messages: [state.order] }];
    }
    if (event.round !== 3) return [];
    return [{ type: 'output', output: majority([state.order, ...others.map(said)]) }];
  },
});
`;

/** A traitor of somebody's own. */
export const SPY = `import { defineStrategy, say } from 'generals';

export default defineStrategy({
  name: 'spy',
  summary: 'lies to generals with even ids',
  says: ({ to, honest, lies }) => [say(to % 2 === 0 ? (lies[0] ?? honest) : honest)],
});
`;

/** What never comes back, and leaves the machine to others meanwhile: that a loop which keeps a core busy is ended as well, is told in a moment. */
export const FOR_EVER = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)';

/** The protocol with these words in the place of others. @throws Error if it does not have them */
export function edited(words: string | RegExp, by: string, text = MINE): string {
  if (typeof words === 'string' ? !text.includes(words) : !words.test(text)) throw new Error(`there are no words ${String(words)}`);
  return text.replace(words, () => by);
}

/** A folder of one's own for the tests of a file, with no package near it. */
export function ownFolder(): { readonly write: (name: string, text: string) => string; readonly remove: () => void; readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'generals-test-'));
  return {
    path,
    write(name, text) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), text);
      return join(path, name);
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
}
