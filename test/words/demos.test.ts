import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { cleanEnvironment, projectPath } from '../support/run.ts';
import { skip } from '../support/skip.ts';

describe('the demo of the word database', () => {

  it('demo/words.sh shows four stand a liar, and three split by one', function () {
    if (spawnSync('bash', ['--version']).status !== 0) skip(this, 'bash is not installed');
    const { status, stdout, stderr } = spawnSync('bash', [projectPath('demo/words.sh')], { env: cleanEnvironment(), encoding: 'utf8' });
    expect([status, stderr]).to.deep.equal([0, '']);
    const [four = '', begins = '', three = ''] = stdout.split('\n\n');
    expect(four).to.include('word 0 is "zebra": holds (m = 1 among 4 peers)').and.match(/^ {2}@1→@4: "zebra"$/m).and.match(/words> @4 current\n0 "zebra"\n/);
    expect(four).to.match(/^ {2}@1→@3: "(?!zebra)\w+"$/m);
    const firsts = (part: string): string[] => [...part.matchAll(/current\n0 (".*")\n/g)].map(([, word]) => word!);
    expect(firsts(begins)).to.have.length(3);
    expect(new Set(firsts(begins)).size).to.equal(1);
    expect(new Set(firsts(three))).to.deep.equal(new Set(['"apple"', '"birch"']));
  });
});
