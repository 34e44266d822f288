import { expect } from 'chai';
import { STRATEGIES } from '../../src/generals/faults/registry.ts';
import { PROTOCOLS } from '../../src/generals/protocols/registry.ts';
import { COMMANDS } from '../../src/repl/commands.ts';
import { topics } from '../../src/repl/topics.ts';
import { transcriptOf } from '../support/run.ts';

const help = async (lines: readonly string[]): Promise<string> => transcriptOf(lines.map((line) => `help ${line}`).join('\n'), { host: 'sim', seed: 1 });

describe('help', () => {
  it('explains every protocol with its paper, every strategy, and the words of the field', () => {
    const names = topics().map(({ name }) => name);
    for (const { name } of PROTOCOLS) expect(topics().find((topic) => topic.name === name)?.paper, name).to.match(/(19|20)\d\d/);
    expect(names).to.include.members(STRATEGIES.map(({ name }) => name));
    expect(names).to.include.members(['quorum', 'round', 'traitor', 'primary', 'oral message', 'signature', 'agreement', 'validity', 'termination', 'seed']);
  });

  it('has one answer for each name, be it of a command or of a topic', () => {
    const names = [...COMMANDS, ...topics()].flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).to.deep.equal([]);
  });

  it('says of each topic a few short sentences', () => {
    for (const { name, text } of topics()) {
      const sentences = text.join(' ').split(/(?<=[.!?]) /);
      expect(sentences.length, name).to.be.within(1, 5);
      for (const sentence of sentences) expect(sentence.split(' ').length, sentence).to.be.at.most(25);
    }
  });

  it('finds what is asked for by any of its names, in any letter case', async () => {
    for (const { name, aliases = [] } of topics()) {
      const [first, ...others] = (await help([name, ...aliases, name.toUpperCase()])).split(/^generals> .*\n/m).slice(1);
      for (const other of others) expect(other).to.equal(first);
    }
  });

  it('gives examples that can be run', async () => {
    for (const { name, example } of topics()) {
      if (example === undefined || example.startsWith('save')) continue;
      expect(await transcriptOf(`actual-order attack\n${example}`, { host: 'sim', seed: 1 }), name).not.to.match(/^! /m);
    }
  });

  it('suggests what is misspelt or cut off', async () => {
    for (const [typed, meant] of [['qourum', 'quorum'], ['validty', 'validity'], ['orall', 'oral'], ['two-face', 'two-faced'], ['g-stat', 'g-state'], ['signatu', 'signature'], ['comander', 'commander']] as const)
      expect(await help([typed])).to.include(`there is no help on "${typed}", did you mean ${meant}?`);
    expect(await help(['fortifications'])).to.include('there is no help on "fortifications" – ');
  });
});
