/** The library: an army whose orders unit tests can give and judge. */
export { Army, type ArmyOptions } from './hosts/army.ts';
export type { HostName, Traitors } from './hosts/arguments.ts';
export type { ProtocolName } from './protocols/registry.ts';
export type { StrategyName } from './faults/registry.ts';
export type { Saying } from './faults/dictated.ts';
export type { Breakdown } from './core/mission.ts';
export type { Finding, Findings, Verdict } from './core/findings.ts';
export type { Account, Accusation, Loss, Report } from './core/host.ts';
export type { NodeId } from './core/node.ts';
export type { Order } from './core/order.ts';
export type { Member, MemberState, Outcome, Role, Standing } from './core/outcome.ts';
export { Refusal, type RefusalCode } from './core/refusal.ts';
export { byzantineMembers, faultsTolerated } from './core/quorum.ts';
