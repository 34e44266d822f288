import { expect } from 'chai';
import { Words } from '../../src/cli/network-words.ts';
import { UserError } from '../../src/core/user-error.ts';
import { NO_MISHAPS, type Mishaps } from '../../src/gossip/tcp/mishaps.ts';
import type { LiveNetwork } from '../../src/gossip/tcp/network.ts';
import { NetworkView } from '../../src/gossip/view.ts';
import { parseWord } from '../../src/gossip/words.ts';
import { at } from '../support/gossip.ts';

/** Words said to a network of a seed and three peers, which only notes what is done to it. */
class Said {
  readonly done: string[] = [];
  readonly printed: string[] = [];
  readonly view = new NetworkView();
  mishaps: Mishaps = NO_MISHAPS;
  /** Who cannot be started. */
  broken = '';
  readonly words: Words;

  constructor() {
    for (const [index, name] of ['S1', 'P1', 'P2', 'P3'].entries()) this.view.node(0, { name, role: name === 'S1' ? 'seed' : 'peer', address: at(5000 + index), state: 'up', isReady: true });
    const note = (what: string) => (name: string): void => void this.done.push(`${what} ${name}`);
    const network = {
      members: [],
      kill: async (name: string) => note('kill')(name),
      restart: async (name: string) => {
        if (name === this.broken) throw new UserError(`${name} cannot listen`);
        await Promise.resolve();
        note('restart')(name);
      },
      stop: note('stop'),
      join: async (count: number) => Array.from({ length: count }, (_, index) => ({ name: `P${4 + index}` })),
      say: note('say'),
      setMishaps: (mishaps: Mishaps) => (this.mishaps = mishaps),
    } as unknown as LiveNetwork;
    this.words = new Words({ network, view: this.view, nodesMax: 6, now: () => 0, print: (line) => void this.printed.push(line), logOf: () => [], compare: () => Promise.resolve(), finding: () => Promise.resolve({ type: 'holds' }) });
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
    expect(said.printed).to.deep.equal(['joined: P4, P5. Undo: leave']);
  });

  it('starts the others again, though one of them cannot be', async () => {
    const said = new Said();
    for (const [index, name] of ['P1', 'P2', 'P3'].entries()) said.view.node(1, { name, role: 'peer', address: at(5001 + index), state: 'killed', isReady: false });
    said.broken = 'P1';
    expect(await said.say('restart 1-3')).to.equal('P1 cannot listen');
    expect(said.done).to.deep.equal(['restart P2', 'restart P3']);
  });

  it('tells with the views whether all that is promised holds', async () => {
    const said = new Said();
    for (const name of ['P1', 'P2', 'P3']) said.view.output(1, name, { type: 'ready' });
    await said.say('views');
    expect(said.printed.at(-1)).to.equal('All that is promised held.');
  });
});
