/** The library without anything of Node: armies in virtual time, the checker, the simulator, traces, and what one's own code is written by. */
export * from './authoring.ts';
export { Army, type ArmyOptions, type OrderOptions } from './generals/army.ts';
export type { Fact, HeardFact, Judged, Ordered, Tampered, Trace } from './generals/fact.ts';
export type { HostName, Traitors } from './generals/arguments.ts';
export { PROTOCOLS, protocolNamed, type ProtocolName } from './generals/protocols/registry.ts';
export { STRATEGIES, strategyNamed, type StrategyName } from './generals/faults/registry.ts';
export type { Saying } from './generals/faults/dictated.ts';
export type { CrashMode } from './generals/run-spec.ts';
export type { Finding, Findings, Verdict } from './generals/findings.ts';
export type { Accusation, Loss, Report, RunResult } from './generals/host.ts';
export type { Member, MemberResult, MemberState, Outcome, Role } from './generals/outcome.ts';
export { UserError, type UserErrorCode } from './core/user-error.ts';

export { check, type Watch } from './generals/check/check.ts';
export type { CheckRequest } from './generals/check/request.ts';
export type { CheckResult, Lie, Violation } from './generals/check/result.ts';
export { scriptOf, sentencesOf } from './generals/check/report.ts';
export type { Answer, Step } from './generals/grade/answers.ts';
export { gradeOf, type GradeRequest } from './generals/grade/grade.ts';
export { PAPERS, type Paper } from './generals/grade/papers.ts';

export { factsOf } from './generals/trace/facts.ts';
export { linesOfFacts, parseTrace } from './generals/trace/jsonl.ts';
export { transcriptOf } from './generals/trace/transcript.ts';
export { explain, type Explanation, type Reasons } from './generals/trace/why.ts';

export { SYSTEMS, systemNamed } from './systems.ts';
export { simulate } from './runtime/virtual/simulate.ts';
export { describeOutcome } from './runtime/virtual/lines.ts';
export { shrink, type Shrunk } from './runtime/virtual/shrink.ts';
export type { BeginOptions, Outcome as SystemOutcome, PlanRequest, System } from './runtime/virtual/system.ts';
export type { FaultPlan } from './runtime/virtual/fault-plan.ts';
