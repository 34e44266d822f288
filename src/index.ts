/** The library: what a browser has of it, and files of one's own. */
export * from './browser.ts';
export { bringProtocol, bringStrategy } from './generals/brought/bring.ts';
export { bringSystem } from './own/bring.ts';
export { armyCampaign as campaign, type ArmyCampaign } from './campaign/army.ts';
export type { Tally } from './campaign/tally.ts';
export type { FileName } from './runtime/compiled.ts';
