import { expect } from 'chai';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './support/mocha.ts';
import { MINE, edited, ownFolder } from './support/own.ts';
import { projectPath } from './support/run.ts';

/** In processes of their own, as mocha is what makes a suite of it. */
describe('generals/testing', () => {
  const folder = ownFolder();
  before(() => {
    mkdirSync(join(folder.path, 'node_modules'));
    symlinkSync(projectPath(''), join(folder.path, 'node_modules/generals'));
  });
  after(folder.remove);

  const suiteOf = (text: string, options = ''): string => {
    folder.write('mine.ts', text);
    return run(folder.write('mine.test.mjs', `import { suite } from 'generals/testing';\nawait suite(new URL('mine.ts', import.meta.url)${options});\n`));
  };

  it('makes a test of each question, and all pass for what is well', () => {
    const told = suiteOf(edited('refuses: () => undefined', "refuses: (_members, faults) => (faults > 1 ? 'mine stands one traitor' : undefined)"), ", { against: 'exchange' }");
    expect(told).to.match(/^ {2}mine, held to OM\(1\), Lamport, Shostak and Pease 1982, §3$/m).and.match(/^ +✔ no treason of 1 traitor among 4 breaks it/m);
    expect(told).to.match(/\b1[3-9] passing/).and.not.match(/failing|pending/);
  });

  it('fails with the smallest run, and the command that repeats it', () => {
    const told = suiteOf(edited('majority([state.order,', 'majority([state.order, state.order,'));
    expect(told).to.match(/\d failing/).and.match(/agreement is broken by 1 lie: G1 orders attack/);
    expect(told).to.include(`to see it: npx generals run --host sim --protocol ${join(folder.path, 'mine.ts')} -`).and.match(/^ +actual-order \w+ anyway$/m);
    // Where it is thrown is no news.
    expect(told).not.to.include('testing.js');
  });

  it('refuses what is no file, no protocol or no paper in one line', () => {
    expect(suiteOf('export default {};')).to.include('mine.ts" is no protocol or system: its name is missing');
    expect(suiteOf(MINE, ", { against: 'nobody' }")).to.include('there is no paper "nobody": exchange, oral, signed, king');
  });
});
