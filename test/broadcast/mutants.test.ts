import { describeMutants, type Mutant } from '../support/systems.ts';

const FILE = 'broadcast/bracha';
const MUTANTS: Readonly<Record<string, Mutant>> = {
  'ECHO of one too few as enough to be READY': { file: FILE, words: 'const value = valueOf(echoes, byzantineQuorum(n))', by: 'const value = valueOf(echoes, byzantineQuorum(n) - 1)', costs: 'agreement', n: 6, strategies: ['two-faced'] },
  'ECHO of a majority of all as enough to be READY': { file: FILE, words: 'const value = valueOf(echoes, byzantineQuorum(n))', by: 'const value = valueOf(echoes, Math.floor(n / 2) + 1)', costs: 'totality', n: 10, strategies: ['two-faced'] },
  'READY of one as enough to be READY': { file: FILE, words: 'const value = valueOf(echoes, byzantineQuorum(n)) ?? valueOf(readies, oneLoyal(n))', by: 'const value = valueOf(echoes, byzantineQuorum(n)) ?? valueOf(readies, 1)', costs: 'agreement', n: 6, strategies: ['two-faced'] },
  'READY of others for nothing, but waits for ECHO': {
    file: FILE, words: 'const value = valueOf(echoes, byzantineQuorum(n)) ?? valueOf(readies, oneLoyal(n))', by: 'const value = valueOf(echoes, byzantineQuorum(n))', costs: 'totality', n: 4,
    also: [{ file: FILE, words: 'const value = one.initial ?? valueOf(echoes, byzantineQuorum(n)) ?? valueOf(readies, oneLoyal(n))', by: 'const value = one.initial' }],
  },
  'READY of one too few as enough to deliver': { file: FILE, words: 'const value = valueOf(readies, mostlyLoyal(n))', by: 'const value = valueOf(readies, oneLoyal(n))', costs: 'totality', n: 4, strategies: ['equivocate'] },
  'READY of one sender as many times as he says it': {
    file: FILE, words: 'if (!votes.has(from))', by: 'if (votes.has(from)) votes.set(from + votes.size * 1000, message.value); else', costs: 'agreement', n: 4, strategies: ['two-faced'],
  },
  'an INITIAL in the name of anybody': { file: FILE, words: "message.type === 'initial' && message.origin !== from", by: 'false', costs: 'validity', n: 4 },
  'what it delivered as if it had not': { file: FILE, words: 'if (one.delivered === undefined) {', by: 'if (true) {', costs: 'no duplication', n: 4 },
  'a crash that makes it forget what it was READY for': { file: FILE, words: 'return void one.readies.set(self, value);', by: 'return;', costs: 'totality', n: 4, strategies: ['equivocate'] },
  'nothing as worth saying twice': { file: FILE, words: "effects.push({ type: 'set-timer', timer: 'again', after: AGAIN });", by: '', costs: 'validity', n: 4 },
};

describeMutants('a broadcast that takes', MUTANTS, ['broadcast/system.js', 'broadcast'], 1000);
