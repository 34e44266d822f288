import { Refusal, quoted } from '../../core/refusal.ts';
import { pbftService } from './pbft.ts';
import type { Service } from './service.ts';

/** What replicas can agree by. */
const SERVICES: readonly Service[] = [pbftService('pbft', false), pbftService('collector', true)];

/** @throws Refusal in one line */
export function serviceNamed(name: string): Service {
  const service = SERVICES.find((one) => one.name === name);
  if (service === undefined) throw new Refusal(`there is no protocol ${quoted(name)} of replicas: ${SERVICES.map((one) => one.name).join(', ')}`);
  return service;
}
