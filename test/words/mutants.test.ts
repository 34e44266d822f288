import { describeMutants, type Mutant } from '../support/systems.ts';

const FILE = 'words/consensus';
const MUTANTS: Readonly<Record<string, Mutant>> = {
  'its own word, and relays that': { file: FILE, words: 'word: word ?? DEFAULT_WORD, isMissed, within', by: 'word: turn.state.database[instance.index], isMissed, within', costs: 'validity', n: 4 },
  'the time of whoever asks as its own, at all levels': { file: FILE, words: 'setTimer(turn, `level ${instance.key}`, instance.step);', by: 'setTimer(turn, `level ${instance.key}`, instance.step * (setting.m + 2));', costs: 'timeliness', n: 4, strategies: ['mute'] },
  'the first word that it hears': { file: FILE, words: 'word: makingOf(turn, instance, [commander]), reason', by: "word: [...heard.values()][0].word ?? '', reason", costs: 'agreement', n: 4, strategies: ['two-faced'] },
  'an answer from anybody': {
    file: FILE, words: 'if (!asked.pending.delete(from))', by: 'if (!asked.pending.delete(from) && !asked.pending.delete([...asked.pending][0]))', costs: 'certainty', n: 4, strategies: ['arbitrary'],
    also: [{ file: FILE, words: 'instance.answers.set(from,', by: 'instance.answers.set(`${from} ${instance.answers.size}`,' }],
  },
  'what it missed as if it had been told the default': { file: FILE, words: 'isMissed: true, isSilent: true,', by: 'isMissed: false, isSilent: false,', costs: 'agreement', n: 4 },
  'no care of what it said before it was restarted': { file: FILE, words: 'state.grownFor < longestWithin(lieutenants.length + 1, m) && ', by: 'false && ', costs: 'agreement', n: 4, strategies: ['arbitrary'] },
};

describeMutants('a peer of the word database that takes', MUTANTS, ['words/sim/system.js', 'words'], 3000);
