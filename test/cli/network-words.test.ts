import { expect } from 'chai';
import { EventEmitter } from 'node:events';
import { Words, spellFaults } from '../../src/cli/network-words.ts';
import { UserError } from '../../src/core/user-error.ts';
import { parseScript } from '../../src/gossip/sim/script.ts';
import { NO_MISHAPS, type Mishaps } from '../../src/gossip/tcp/mishaps.ts';
import type { LiveNetwork } from '../../src/gossip/tcp/network.ts';
import { NetworkView } from '../../src/gossip/view.ts';
import { parseWord } from '../../src/gossip/words.ts';
import { at } from '../support/gossip.ts';
import { until } from '../support/gossip-nodes.ts';

/** Words said to a network of a seed and three peers, which only notes what is done to it. */
class Said {
  readonly done: string[] = [];
  readonly said: string[] = [];
  readonly printed: string[] = [];
  readonly #prints = new EventEmitter();
  readonly view = new NetworkView();
  mishaps: Mishaps = NO_MISHAPS;
  /** Who cannot be started. */
  broken = '';
  readonly words: Words;

  constructor() {
    for (const [index, name] of ['S1', 'P1', 'P2', 'P3'].entries()) this.view.node(0, { name, role: name === 'S1' ? 'seed' : 'peer', address: at(5000 + index), state: 'up', isReady: true });
    const note = (what: string) => (name: string): void => void this.done.push(`${what} ${name}`);
    const network = {
      members: [{ name: 'P2', fault: 'flood' }],
      kill: async (name: string) => note('kill')(name),
      restart: async (name: string) => {
        if (name === this.broken) throw new UserError(`${name} cannot listen`);
        await Promise.resolve();
        note('restart')(name);
      },
      stop: note('stop'),
      join: async (count: number) => Array.from({ length: count }, (_, index) => ({ name: `P${4 + index}` })),
      say: (_name: string, text: string) => void this.said.push(text),
      setMishaps: (mishaps: Mishaps) => (this.mishaps = mishaps),
    } as unknown as LiveNetwork;
    this.words = new Words({ network, view: this.view, nodesMax: 6, now: () => 0, print: (line) => this.#print(line), logOf: () => [], compare: () => Promise.resolve(), finding: () => Promise.resolve({ type: 'holds' }) });
  }

  #print(line: string): void {
    this.printed.push(line);
    this.#prints.emit('change');
  }

  /** Until a line is printed of which that is so. */
  until(isIt: (line: string) => boolean): Promise<void> {
    return until(this.#prints, () => this.printed.some(isIt));
  }

  /** @returns what was refused, if anything was */
  async say(line: string): Promise<string | undefined> {
    try {
      await this.words.say(parseWord(line));
      return undefined;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return error.message;
    }
  }
}

describe('what is said at the prompt of a network', () => {
  it('cuts sides off from each other, each by one cut, however many there are', async () => {
    const said = new Said();
    expect(await said.say('partition 1 S1 | 2 | 3')).to.equal(undefined);
    const [one, two, three, seed] = [at(5001), at(5002), at(5003), at(5000)];
    expect(said.mishaps.cuts).to.deep.equal([
      { from: [one, seed], to: [two, three] },
      { from: [two], to: [one, seed, three] },
      { from: [three], to: [one, seed, two] },
    ]);
    await said.say('heal');
    expect(said.mishaps).to.deep.equal(NO_MISHAPS);
    expect(said.words.faults.map(({ word }) => word.type)).to.deep.equal(['partition', 'heal']);
  });

  it('does all or nothing about names, and remembers nothing that was refused', async () => {
    const said = new Said();
    expect(await said.say('kill 1 9')).to.equal('there is no P9: P1, P2, P3, S1');
    expect(await said.say('partition 1 | 1 2')).to.equal('P1 cannot be on two sides');
    expect([said.done, said.words.faults, said.mishaps]).to.deep.equal([[], [], NO_MISHAPS]);
  });

  it('adds no more peers than there is room for', async () => {
    const said = new Said();
    expect(await said.say('join 3')).to.equal('there is room for 6 nodes here, not for 7');
    expect(await said.say('join 2')).to.equal(undefined);
    expect(said.printed).to.deep.equal(['joined: P4, P5. Undo: leave P4,P5']);
  });

  it('starts the others again, though one of them cannot be', async () => {
    const said = new Said();
    for (const [index, name] of ['P1', 'P2', 'P3'].entries()) said.view.node(1, { name, role: 'peer', address: at(5001 + index), state: 'killed', isReady: false });
    said.broken = 'P1';
    expect(await said.say('restart 1-3')).to.equal('P1 cannot listen');
    expect(said.done).to.deep.equal(['restart P2', 'restart P3']);
  });

  it('shows how far that very message came, whatever else is said meanwhile, and to whom it did not', async () => {
    const said = new Said();
    for (const name of ['P1', 'P2', 'P3']) said.view.output(1, name, { type: 'ready' });
    await said.say('reach 1');
    const text = said.said.at(-1)!;
    expect(text).to.match(/^reach P1 \d+$/);
    said.view.output(5, 'P1', { type: 'generated', payload: `7:127.0.0.1:${text}`, hash: 'h' });
    said.view.output(6, 'P2', { type: 'heard', payload: `7:127.0.0.1:${text}`, hash: 'h', from: at(5001) });
    said.view.output(7, 'P3', { type: 'generated', payload: '8:127.0.0.1:1', hash: 'other' });
    await said.until((line) => line.includes('reached'));
    expect(said.printed).to.deep.equal(['P1 reached 2 of 3 in 1 hop, 1 ms; not P3']);
    said.words.close();
  });

  it('answers who is there and who is whose neighbour', async () => {
    const said = new Said();
    said.view.output(1, 'P1', { type: 'linked', address: at(5003), way: 'out' });
    said.view.output(1, 'P1', { type: 'linked', address: at(5002), way: 'in' });
    said.view.figures(1000, 'P2', { ill: 0, lag: 12.4, messages: 40, bytes: 4000, heard: [] });
    for (const line of ['members', 'links 1', 'links 2', 'graph', 'why 3', 'log 3']) await said.say(line);
    expect(said.printed).to.deep.equal([
      'S1    seed  127.0.0.1:5000         up',
      'P1    peer  127.0.0.1:5001         up, for others unknown',
      'P2    peer  127.0.0.1:5002         up, for others unknown, Byzantine: flood, timers up to 12 ms late, 40.0 messages and 4000 bytes a second',
      'P3    peer  127.0.0.1:5003         up, for others unknown',
      'P1 – P2, P3',
      'P2 has no links',
      'P1    ██ P2 P3',
      'P2     ',
      'P3     ',
      'nothing has happened to P3',
      'P3 wrote nothing yet',
    ]);
    said.printed.length = 0;
    await said.say('members S1 3');
    expect(said.printed.map((line) => line.slice(0, 2))).to.deep.equal(['S1', 'P3']);
    expect(await said.say('members 3 9')).to.equal('there is no P9: P1, P2, P3, S1');
  });

  it('spells faults so that the same comes of them in virtual time, however fast clocks went', () => {
    const faults = [{ at: 1234, word: parseWord('stop 3 3s') }, { at: 2000, word: parseWord('slow 1 400ms') }, { at: 3000, word: parseWord('clock 2 +1h') }, { at: 4000, word: parseWord('say 1: well; then') }];
    expect(spellFaults(faults)).to.equal('1.2s stop P3 3s; 2.0s slow P1 400ms; 3.0s clock P2 +1h; 4.0s say P1: well, then');
    expect(spellFaults(faults, 60)).to.equal('74.0s stop P3 180s; 120.0s slow P1 24s; 180.0s clock P2 +1h; 240.0s say P1: well, then');
    expect(parseScript(spellFaults(faults, 60)).map(({ at }) => at)).to.deep.equal([74_000, 120_000, 180_000, 240_000]);
  });

  it('tells with the views whether all that is promised holds', async () => {
    const said = new Said();
    for (const name of ['P1', 'P2', 'P3']) said.view.output(1, name, { type: 'ready' });
    await said.say('views');
    expect(said.printed.at(-1)).to.equal('All that is promised held.');
  });
});
