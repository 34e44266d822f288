import { expect } from 'chai';
import { endAll, start } from '../support/program.ts';

/** Commands that start processes, each with the fact by which these are known to be there. */
const COMMANDS = [
  { args: ['network', '--seeds', '1', '--peers', '3', '--gossip-every', '10', '--messages', '100000', '--processes', '--json'], fact: 'heard' },
  { args: ['cluster', '--processes', '--port', '0', '--json'], fact: 'ready' },
] as const;

describe('processes that a command started end by themselves when it is killed, without a word:', () => {
  afterEach(() => endAll());

  for (const { args, fact } of COMMANDS) {
    it(`those of generals ${args.join(' ')}`, async () => {
      const program = start(args);
      await program.fact(fact);
      // They have its standard output, which ends with the last of them.
      expect(await program.end('SIGKILL')).to.equal('SIGKILL');
      expect(program.errors()).to.equal('');
    });
  }
});
