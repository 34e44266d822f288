/** The library: an army whose orders unit tests can give and judge. */
export { Army, type ArmyOptions } from './hosts/army.ts';
export type { Finding, Findings, Verdict } from './core/findings.ts';
export type { Account, Accusation, Loss, Report } from './core/host.ts';
export type { NodeId } from './core/node.ts';
export type { Order } from './core/order.ts';
export type { Member, MemberState, Outcome, Role, Standing } from './core/outcome.ts';
export { Refusal } from './core/refusal.ts';
export { byzantineMembers, faultsTolerated } from './core/quorum.ts';
