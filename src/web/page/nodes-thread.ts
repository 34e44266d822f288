import { runFor, type RunNews, type Seeded } from '../nodes/simulated.ts';
import { takeOwnSystems } from '../own-systems.ts';
import type { Scope } from './scope.ts';

/** Runs of nodes, in a thread of their own: one may take long, and can be ended. */
const scope = globalThis as Scope<Seeded, RunNews>;
takeOwnSystems();
scope.onmessage = ({ data }) => runFor(data, (news) => scope.postMessage(news), () => performance.now());
