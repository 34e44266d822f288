import { serveMember } from '../src/gossip/tcp/member.ts';

/** Whoever started it is gone, and it ends as soon as it hears that. */
const unheard = (): void => undefined;

// A process: it ends with its network, and leaves signals from the terminal to it.
process.on('SIGINT', () => undefined).on('SIGTERM', () => undefined).on('disconnect', () => process.exit(0));
serveMember({ post: (told) => process.send?.(told, unheard), on: (listener) => process.on('message', listener), exit: (code) => process.exit(code) });
