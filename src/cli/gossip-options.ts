import { DETECTORS } from '../gossip/detectors/registry.ts';
import type { DialectName } from '../gossip/dialects/dialect.ts';
import { DIALECTS } from '../gossip/dialects/registry.ts';
import { LAN, PRESETS, type GossipSettings } from '../gossip/settings.ts';
import { quoted } from '../core/user-error.ts';
import { UsageError } from './arguments.ts';
import { choice, text, whole, type Values } from './options.ts';

const HOUR = 3_600_000;

/** Those of which no option of its own tells, by the name that they have in `--timers`. */
const OTHER_TIMERS = new Map((['helloWait', 'probeEvery', 'probeTimeout', 'suspicionMin', 'suspicionMax', 'healEvery', 'syncEvery', 'beaconEvery', 'inquiry', 'compareEvery', 'forgetAfter'] as const)
  .map((name) => [name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`), name]));

/** What all nodes of a network should share: the options of `seed`, `peer` and `network`. */
export const RULES = {
  preset: choice('<where>', 'timers for nodes on one machine, in one room, or far apart', ['local', 'lan', 'wan'], { noun: 'preset', fallback: 'lan' }),
  dialect: choice('<year>', 'in which a node speaks first; it understands both', DIALECTS.map(({ name }): DialectName => name), { noun: 'dialect', fallback: '2026' }),
  trust: choice('<how>', 'whether seeds look before they vote, or believe every report as older programs do', ['probe', 'old'], { noun: 'way to trust', fallback: 'probe' }),
  quorum: choice('<which>', 'how many seeds must agree: more than half, or so many that some may lie', ['majority', 'byzantine'], { noun: 'quorum', fallback: 'majority' }),
  timers: text('<list>', 'other timers than those of the preset, in ms, such as "probe-every=500,inquiry=1000"', { bounds: Array.from(OTHER_TIMERS.keys()).join(', ') }),
} as const;

/** What peers do when. */
export const TIMERS = {
  detector: choice('<name>', 'how a peer notices that a neighbour is dead', DETECTORS.map(({ name }) => name), { noun: 'detector', otherwise: DETECTORS[LAN.detector]!.name }),
  'gossip-every': whole('<ms>', 'how often a peer makes a gossip message', { min: 10, max: HOUR, otherwise: String(LAN.gossipEvery) }),
  messages: whole('<n>', 'how many it makes, before it only passes on', { min: 0, max: 1_000_000, otherwise: String(LAN.gossipMessages) }),
  'ping-every': whole('<ms>', 'how often it pings, by the detectors timeout and misses', { min: 10, max: HOUR, otherwise: String(LAN.pingEvery) }),
  silence: whole('<ms>', 'how long a neighbour may be silent, by the detector timeout', { min: 10, max: HOUR, otherwise: String(LAN.silenceMax) }),
  'seed-timeout': whole('<ms>', 'how long a call to a seed may take', { min: 100, max: HOUR, otherwise: '3000, and 8000 with --preset wan' }),
} as const;

/** So that what takes an hour is seen in a minute. */
export const SPEED = whole('<n>', 'all timers run so many times as fast, so that an hour of a network takes less', { min: 1, max: 1000, otherwise: '1' });

export function settingsOf(values: Values<typeof RULES> & Partial<Values<typeof TIMERS>>): GossipSettings {
  const { preset, trust, quorum, detector, timers } = values;
  const settings = {
    ...PRESETS[preset],
    ...(timers === undefined ? {} : timersIn(timers)),
    trustsAll: trust === 'old',
    byzantineSeeds: quorum === 'byzantine',
    ...(detector === undefined ? {} : { detector: DETECTORS.findIndex(({ name }) => name === detector) }),
    ...(values['gossip-every'] === undefined ? {} : { gossipEvery: values['gossip-every'] }),
    ...(values.messages === undefined ? {} : { gossipMessages: values.messages }),
    ...(values['ping-every'] === undefined ? {} : { pingEvery: values['ping-every'] }),
    ...(values.silence === undefined ? {} : { silenceMax: values.silence }),
    ...(values['seed-timeout'] === undefined ? {} : { seedTimeout: values['seed-timeout'] }),
  };
  if (settings.suspicionMin > settings.suspicionMax) throw new UsageError(`suspicion-min (${settings.suspicionMin}) is more than suspicion-max (${settings.suspicionMax})`);
  return settings;
}

/** @throws UsageError */
function timersIn(list: string): Partial<GossipSettings> {
  return Object.fromEntries(list.split(',').map((part) => {
    const [name = '', value = ''] = part.split('=').map((word) => word.trim());
    const setting = OTHER_TIMERS.get(name);
    if (setting === undefined) throw new UsageError(`--timers has no ${quoted(name)}: ${Array.from(OTHER_TIMERS.keys()).join(', ')}`);
    const time = /^\d{1,7}$/.test(value) ? Number(value) : 0;
    if (time < TIMER_MIN || time > HOUR) throw new UsageError(`--timers ${name} is a whole number from ${TIMER_MIN} to ${HOUR}, as in ${name}=500`);
    return [setting, time];
  }));
}

/** In ms; what is done more often leaves no time for anything else. */
const TIMER_MIN = 50;

/** What whoever reaches an open node can do. */
export const MEETS = 'can ask to join, and read all gossip';

/** Said loudly, as it gives away what the votes are for. */
export function warnOfTrust({ trustsAll }: GossipSettings): void {
  if (trustsAll) process.stderr.write('generals: WARNING: --trust old believes every report and COMMIT: one forged line removes a live peer\n');
}
