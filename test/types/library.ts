/**
 * What the compiler must say of programs that use the library: this file compiles, or the build fails. Nothing here is run.
 */
import type { Army, ArmyOptions, CrashMode, Fact, HostName, Order, ProtocolName, UserErrorCode, Saying, StrategyName } from '../../src/index.ts';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Takes<Function extends (...parameters: never) => unknown, Arguments extends readonly unknown[]> = Arguments extends Parameters<Function> ? true : false;

/** True for each; a `false` or a `true` in the wrong place does not compile. */
type Holds<_ extends true> = true;
type Fails<_ extends false> = true;

export type Names = [
  Holds<Same<ProtocolName, 'exchange' | 'oral' | 'signed' | 'king' | 'pbft'>>,
  Holds<Same<StrategyName, 'coin' | 'liar' | 'silent' | 'two-faced' | 'splitter' | 'sleeper' | 'late' | 'arbitrary' | 'twins'>>,
  Holds<Same<Order, 'attack' | 'retreat'>>,
  Holds<Same<HostName, 'threads' | 'sim'>>,
  Holds<Same<CrashMode, 'throw' | 'exit' | 'hang'>>,
  Holds<Same<Saying, 'attack' | 'retreat' | 'nothing' | 'silence' | 'both'>>,
  Fails<Same<UserErrorCode, string>>,
];

export type Calls = [
  Holds<Takes<Army['order'], ['attack']>>,
  Holds<Takes<Army['order'], ['attack', { anyway: true }]>>,
  Holds<Takes<Army['order'], ['attack', { observe: (fact: Fact) => void }]>>,
  Fails<Takes<Army['order'], ['attack', { observe: (fact: string) => void }]>>,
  Fails<Takes<Army['order'], ['charge']>>,
  Fails<Takes<Army['order'], [string]>>,
  Holds<Takes<Army['corrupt'], [2, 'liar']>>,
  Fails<Takes<Army['corrupt'], [2, 'lair']>>,
  Holds<Takes<Army['setProtocol'], ['oral', 2]>>,
  Fails<Takes<Army['setProtocol'], ['oracle']>>,
  Fails<Takes<Army['injectCrash'], [2, 'explode']>>,
  Fails<Takes<Army['dictate'], [2, ['attack', 'banana']]>>,
];

export type Options = [
  Holds<{ host: 'sim'; protocol: 'oral'; primary: 1; traitors: [2, 5] } extends ArmyOptions ? true : false>,
  Holds<{ traitors: { 2: 'two-faced'; 5: 'liar' } } extends ArmyOptions ? true : false>,
  Fails<{ host: 'moon' } extends ArmyOptions ? true : false>,
  Fails<{ protocol: 'oracle' } extends ArmyOptions ? true : false>,
  Fails<{ traitors: { 2: 'lair' } } extends ArmyOptions ? true : false>,
  Holds<Army extends AsyncDisposable ? true : false>,
];
