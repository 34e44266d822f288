import { describeMutants, type Mutant } from '../support/systems.ts';

const FILE = 'randomised/ben-or';
const MUTANTS: Readonly<Record<string, Mutant>> = {
  'proposals of one too few as enough to decide': { file: FILE, words: 'const decided = mostOf(proposals, decisive(n));', by: 'const decided = mostOf(proposals, decisive(n) - 1);', costs: 'agreement', n: 6, strategies: ['equivocate'] },
  'proposals of t + 1 as enough to decide': { file: FILE, words: 'const decided = mostOf(proposals, decisive(n));', by: 'const decided = mostOf(proposals, oneLoyal(n));', costs: 'agreement', n: 6, strategies: ['equivocate'] },
  'proposals of one as reason enough to change its mind': { file: FILE, words: 'mostOf(proposals, oneLoyal(n)) ??', by: 'mostOf(proposals, 1) ??', costs: 'agreement', n: 6, strategies: ['two-faced'] },
  'no proposal for a reason, and tosses a coin always': { file: FILE, words: 'mostOf(proposals, oneLoyal(n)) ?? ', by: '', costs: 'agreement', n: 6 },
  'reports of half of those heard as enough to propose': { file: FILE, words: 'mostOf(reports, decisive(n)) ?? null', by: 'mostOf(reports, Math.floor(reports.size / 2)) ?? null', costs: 'agreement', n: 6 },
  'half of n as decisive, whatever traitors say': { file: FILE, words: 'Math.floor((n + tolerated(n)) / 2) + 1', by: 'Math.floor(n / 2)', costs: 'agreement', n: 6 },
  'nothing for settled before all have spoken': { file: FILE, words: 'const enough = (n) => n - tolerated(n);', by: 'const enough = (n) => n;', costs: 'termination', n: 6, strategies: ['offline'] },
  'votes of one sender as many times as he says them': { file: FILE, words: 'if (!proposals.has(from))', by: 'if (proposals.has(from)) proposals.set(from + 1000 * proposals.size, message.value); else', also: [{ file: FILE, words: 'if (!reports.has(from))', by: 'if (reports.has(from)) reports.set(from + 1000 * reports.size, message.value); else' }], costs: 'validity', n: 6 },
  'fewer than all loyal nodes for enough to hear of': { file: FILE, words: 'const enough = (n) => n - tolerated(n);', by: 'const enough = (n) => n - 2 * tolerated(n);', costs: 'agreement', n: 6, strategies: ['two-faced'] },
  'a crash that makes it forget what it proposed': { file: FILE, words: 'saidIn(state, record.round).proposal = record.value;\n            return void heardIn(state, record.round).proposals.set(self, record.value);', by: 'return;', costs: 'termination', n: 6 },
  'a crash that makes it forget what it decided': { file: FILE, words: 'state.decision = record;', by: '', costs: 'no duplication', n: 6 },
  'no notice of who is behind': { file: FILE, words: 'help(turn, from, message.round)', by: 'undefined', costs: 'termination', n: 6 },
};

describeMutants('an agreement that takes', MUTANTS, ['randomised/system.js', 'randomised'], 1000);
