/** The library: an army whose orders unit tests can give and judge, and what protocols and traitors of one's own are written by. */
export * from './authoring.ts';
export { Army, type ArmyOptions, type OrderOptions } from './generals/army.ts';
export type { Fact, HeardFact, Judged, Ordered, Tampered } from './generals/fact.ts';
export type { HostName, Traitors } from './generals/arguments.ts';
export type { ProtocolName } from './generals/protocols/registry.ts';
export type { StrategyName } from './generals/faults/registry.ts';
export type { Saying } from './generals/faults/dictated.ts';
export type { CrashMode } from './generals/run-spec.ts';
export type { Finding, Findings, Verdict } from './generals/findings.ts';
export type { Accusation, Loss, Report, RunResult } from './generals/host.ts';
export type { Member, MemberResult, MemberState, Outcome, Role } from './generals/outcome.ts';
export { UserError, type UserErrorCode } from './core/user-error.ts';
