import { EventEmitter } from 'node:events';
import type { Address } from '../../src/gossip/address.ts';
import type { Output } from '../../src/gossip/outputs.ts';
import { LAN } from '../../src/gossip/settings.ts';
import { LiveNetwork, type Member, type NetworkFact, type NetworkOptions } from '../../src/gossip/tcp/network.ts';
import { until } from './gossip-nodes.ts';

/** A network, and all that it told. */
export class Watched extends EventEmitter {
  readonly facts: NetworkFact[] = [];
  network!: LiveNetwork;

  async start(options: Partial<NetworkOptions>): Promise<LiveNetwork> {
    this.network = await LiveNetwork.start({ seeds: 3, peers: 5, host: '127.0.0.1', port: 0, settings: LAN, dialect: '2026', version: '1', separate: false, data: undefined, ...options }, (fact) => {
      this.facts.push(fact);
      this.emit('fact', fact);
      this.emit('change');
    });
    return this.network;
  }

  /** Ends it. If the test failed, what was last told stands there, as who waits in vain knows no more. */
  async end(test: Mocha.Test | undefined): Promise<void> {
    if (test?.isFailed() === true) for (const fact of this.facts.filter(({ type }) => type !== 'figures').slice(-TOLD_LAST)) console.error(told(fact));
    await (this.network as LiveNetwork | undefined)?.close();
  }

  /** From the fact of that number on. */
  has(name: string, isIt: (output: Output) => boolean, from = 0): boolean {
    return this.facts.slice(from).some((fact) => fact.type === 'output' && fact.member.name === name && isIt(fact.output));
  }

  until(isSo: () => boolean): Promise<void> {
    return until(this, isSo);
  }

  get peers(): readonly Member[] {
    return this.network.members.filter(({ role }) => role === 'peer');
  }

  get up(): readonly Member[] {
    return this.network.members.filter(({ state }) => state === 'up');
  }

  ready(): Promise<void> {
    return this.until(() => this.peers.every(({ isReady, state }) => isReady || state !== 'up'));
  }

  /** Until everybody that is up has it that these stand so. */
  async agreed(addresses: readonly Address[], state: 'dead' | 'left' | 'alive', from = 0): Promise<void> {
    const about = { dead: 'removal', left: 'leave', alive: 'join' } as const;
    for (const address of addresses) {
      const says = (output: Output): boolean => (output.type === 'member' && output.state === state && output.address === address) || (output.type === 'applied' && output.about === about[state] && output.address === address);
      await this.until(() => this.up.every(({ name, address: own }) => own === address || this.has(name, says, from)));
    }
  }

  /** Until links join all peers that are up. */
  async joined(): Promise<void> {
    await this.until(() => {
      const links = new Map<Address, Set<Address>>(this.peers.map(({ address }) => [address, new Set()]));
      for (const fact of this.facts) {
        if (fact.type !== 'output') continue;
        if (fact.output.type === 'linked') links.get(fact.member.address)?.add(fact.output.address);
        if (fact.output.type === 'unlinked') links.get(fact.member.address)?.delete(fact.output.address);
      }
      const up = this.peers.filter(({ state }) => state === 'up').map(({ address }) => address);
      const reached = new Set(up.slice(0, 1));
      for (const one of reached) for (const other of links.get(one)!) if (links.get(other)?.has(one) === true) reached.add(other);
      return up.every((address) => reached.has(address));
    });
  }

  removed(): Address[] {
    return [...new Set(this.facts.flatMap((fact) => (fact.type === 'output' && fact.output.type === 'applied' && fact.output.about === 'removal' ? [fact.output.address] : [])))];
  }
}

const TOLD_LAST = 60;

function told(fact: NetworkFact): string {
  if (fact.type === 'mishaps') return JSON.stringify(fact);
  const { member, ...rest } = fact;
  return `${member.name} ${member.address} ${member.state} ${JSON.stringify(rest)}`;
}
