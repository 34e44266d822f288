import { LiveNetwork, type Member, type NetworkFact } from '../gossip/tcp/network.ts';
import { Trial } from '../gossip/tcp/trial.ts';
import { openGossipLog, type GossipLog, type Speaker } from './gossip-log.ts';
import { MEETS, warnOfTrust } from './gossip-options.ts';
import { isFed } from './network-fed.ts';
import { openNetworkPage } from './network-page.ts';
import { NetworkPrompt, hasRoomForTable } from './network-prompt.ts';
import { mustFit } from './network-room.ts';
import { faultNamed } from './network-script.ts';
import { Tally } from './network-tally.ts';
import { findingLine } from './network-finding.ts';
import { warnIfOpen } from './open.ts';
import { untilSignalled } from './signals.ts';
import type { LiveOptions } from './subcommands/network.ts';
import { version } from './version.ts';

/** Starts a network and keeps it going until a signal, or for as long as was said. @returns the exit status */
export const networkCommand = (options: LiveOptions): Promise<number> => untilSignalled((signalled) => served(options, signalled));

async function served(options: LiveOptions, signalled: Promise<number>): Promise<number> {
  const { seeds, peers, host, port, settings, dialect, processes, data, seconds, speed, byzantine: count } = options;
  mustFit(options);
  const fault = faultNamed(options);
  const trial = new Trial({ seeds, settings, keepsLists: data !== undefined, speed, now: () => performance.now() });
  const isAtTerminal = !options.json && hasRoomForTable(process);
  const page = options.web === undefined ? undefined : await openNetworkPage(options.web, options);
  const lines = !isAtTerminal && isFed(process) ? process.stdin : undefined;
  const prompt = isAtTerminal || lines !== undefined || page !== undefined ? new NetworkPrompt(options, trial, page) : undefined;
  const log = await openGossipLog(options.output, options.json, isAtTerminal);
  const tally = new Tally();
  let network: LiveNetwork | undefined;
  let looking: NodeJS.Timeout | undefined;
  try {
    warnIfOpen(host, MEETS);
    warnOfTrust(settings);
    const byzantine = fault === undefined ? undefined : { count, fault };
    const common = { seeds, peers, host, port, settings, dialect, version: version(), data, speed };
    network = await LiveNetwork.start({ ...common, separate: processes, byzantine }, (fact) => {
      tally.count(fact);
      trial.tell(fact);
      page?.tell(fact);
      prompt?.tell(fact);
      tell(log, fact);
    });
    if (prompt !== undefined || options.json) looking = setInterval(() => network!.look(), options.json ? FIGURES : LOOK);
    const over = Promise.race([signalled, ...(seconds === undefined ? [] : [after(seconds)])]);
    const status = await (prompt === undefined ? over : isAtTerminal ? prompt.run(network, over) : prompt.attend(network, over, lines));
    await trial.look(network);
    await network.leaveAll();
    return trial.finding.type === 'violated' ? 3 : status;
  } finally {
    clearInterval(looking);
    await network?.close();
    if (network !== undefined) {
      const { line, fact } = tally.summary();
      const { type: finding, ...known } = trial.finding;
      const ended = JSON.stringify({ v: 1, type: 'ended', ...fact, finding, ...known });
      process.stdout.write(options.json ? `${ended}\n` : `${line}\n${findingLine(trial.finding)}\n`);
    }
    await log.close();
    await page?.close();
  }
}

const after = (seconds: number): Promise<number> => new Promise((resolve) => setTimeout(() => resolve(0), seconds * 1000).unref());

/** Milliseconds between two looks at how nodes fare: for a table, and for programs. */
const LOOK = 1000;
const FIGURES = 10_000;
/** Milliseconds for which a node must stand still for people to read of it. */
const STALL_MIN = 1000;

function tell(log: GossipLog, fact: NetworkFact): void {
  // Nobody does anything to a network that has a log in place of a prompt.
  if (fact.type === 'mishaps') return;
  const { member } = fact;
  const speaker: Speaker = member;
  switch (fact.type) {
    case 'output':
      return log.output(speaker, fact.output);
    case 'state':
      return log.say(speaker, stateLine(member), { type: 'state', state: member.state, role: member.role, pid: member.pid });
    case 'stalled': {
      // A machine that has much to do stands still for a moment all the time.
      const text = fact.lasted < STALL_MIN ? undefined : `Stood still for ${(fact.lasted / 1000).toFixed(1)} s`;
      return log.say(speaker, text, { type: 'stalled', lasted: Math.round(fact.lasted) });
    }
    case 'figures': {
      const { lag, heard, ...figures } = fact.figures;
      const ages = Object.fromEntries(heard.map(([who, ago]) => [who, Math.round(ago)]));
      return log.say(speaker, undefined, { type: 'figures', ...figures, lag: Math.round(lag), heard: ages });
    }
    case 'lost':
      return log.say(speaker, `Gone: it ${fact.reason}`, { type: 'lost', reason: fact.reason });
    default:
      fact satisfies never;
  }
}

function stateLine({ name, address, pid, state }: Member): string {
  switch (state) {
    case 'up':
      return `${name} listens at ${address}${pid === undefined ? '' : `, process ${pid}`}`;
    case 'stopped':
      return `${name} stands still`;
    case 'leaving':
      return `${name} is told to leave`;
    case 'left':
      return `${name} has left`;
    case 'killed':
      return `${name} is killed`;
    case 'lost':
      return `${name} is gone`;
    default:
      return state satisfies never;
  }
}
