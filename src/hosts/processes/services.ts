import { Refusal, quoted } from '../../core/refusal.ts';
import type { Service } from './service.ts';

const SERVICES: readonly Service[] = [];

export const SERVICE_NAMES: readonly string[] = SERVICES.map(({ name }) => name);

/** @throws Refusal in one line */
export function serviceNamed(name: string): Service {
  const service = SERVICES.find((one) => one.name === name);
  if (service === undefined) throw new Refusal(`there is no protocol ${quoted(name)} of replicas: ${SERVICE_NAMES.join(', ')}`);
  return service;
}
