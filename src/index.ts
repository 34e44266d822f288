/** The library: an army whose orders unit tests can give and judge. */
export { Army, type ArmyOptions } from './generals/army.ts';
export type { HostName, Traitors } from './generals/arguments.ts';
export type { ProtocolName } from './generals/protocols/registry.ts';
export type { StrategyName } from './generals/faults/registry.ts';
export type { Saying } from './generals/faults/dictated.ts';
export type { Breakdown } from './generals/mission.ts';
export type { Finding, Findings, Verdict } from './generals/findings.ts';
export type { Account, Accusation, Loss, Report } from './generals/host.ts';
export type { NodeId } from './core/node.ts';
export type { Order } from './generals/order.ts';
export type { Member, MemberState, Outcome, Role, Standing } from './generals/outcome.ts';
export { Refusal, type RefusalCode } from './core/refusal.ts';
export { byzantineMembers, faultsTolerated } from './core/quorum.ts';
