import { admitSystem, systemIn } from '../own/admit.ts';
import { brought } from './own.ts';

/** Takes the systems that were brought to this page. */
export function takeOwnSystems(): void {
  for (const { kind, exported } of brought()) if (kind === 'system') admitSystem(systemIn(exported), () => undefined);
}
