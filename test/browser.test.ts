import { expect } from 'chai';
import { build } from 'esbuild';
import { createContext, runInContext } from 'node:vm';
import { projectPath } from './support/run.ts';

/** What a page has to have: the army, the prompt’s commands, the checker, and both simulators. */
const PAGE = `
export { Army } from './src/generals/army.ts';
export { check } from './src/generals/check/check.ts';
export { oral } from './src/generals/protocols/oral.ts';
export { execute } from './src/repl/execute.ts';
export { render } from './src/repl/render.ts';
export { pbft } from './src/replicas/sim/system.ts';
export { simulate } from './src/runtime/virtual/simulate.ts';
`;

/** Runs in the page. */
const USE = `(async () => {
  const army = await page.Army.muster(4, { host: 'sim', seed: 1, primary: 1, traitors: [3] });
  const session = {
    army, outcome: undefined, isTraced: false, journal: { seed: 1, count: 4, protocol: 'exchange', lines: [] },
    record() {}, progress() {}, write() {}, demos: () => [], version: () => '0', person: undefined, muster: page.Army.muster,
  };
  const looks = { isColoured: false, room: () => 80 };
  const answer = await page.execute(session, 'actual-order attack', new AbortController().signal);
  return JSON.stringify({
    verdict: answer.result.outcome.verdict,
    check: page.check({ protocol: page.oral, members: 4, faults: 1 }).type,
    replicas: page.simulate(page.pbft, page.pbft.draw({ n: 4, seed: 1 })).type,
  });
})()`;

describe('the laboratory in a browser', () => {

  it('is one bundle without a module of Node but for the host of threads, and runs where there is nothing of Node', async () => {
    const { outputFiles, metafile } = await build({
      stdin: { contents: PAGE, resolveDir: projectPath(''), loader: 'ts' },
      bundle: true,
      platform: 'browser',
      format: 'iife',
      globalName: 'page',
      external: ['*/threads/host.ts'],
      write: false,
      metafile: true,
      minify: true,
      logLevel: 'silent',
    });
    const [bundle] = outputFiles;
    const left = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path, kind }) => `${kind} ${path}`));
    expect(left).to.deep.equal(['dynamic-import ./threads/host.ts']);
    const bare = createContext({ setTimeout, clearTimeout, queueMicrotask, AbortController, performance });
    const told = (await runInContext(`${bundle!.text}\n${USE}`, bare)) as string;
    expect(JSON.parse(told)).to.deep.include({ check: 'holds', replicas: 'holds' });
    expect((JSON.parse(told) as { verdict: { type: string } }).verdict.type).to.equal('execute');
  });
});
