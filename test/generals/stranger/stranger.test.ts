import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { build } from 'esbuild';
import { projectPath } from '../../support/run.ts';
import type * as Probe from './probe.ts';

/** A protocol of one file, and one more line in the registry: everything else is to be there without it. */
describe('a protocol that a stranger wrote', () => {

  const REGISTRY = projectPath('src/generals/protocols/registry.ts');
  const withLine = (line: string, name: string): Promise<typeof Probe> => bundled(name, (text) => `${line}\n${text.replace('listOf(exchange,', `listOf(${name}, exchange,`)}`);

  describe('phase queen', () => {
    let probe: typeof Probe;
    before(async () => {
      probe = await withLine(`import { queen } from ${JSON.stringify(projectPath('test/generals/stranger/queen.ts'))};`, 'queen');
    });

    it('is run at the prompt, and explained', async () => {
      const text = await probe.prompted('g-elect 1\ng-protocol queen\ng-state 3 faulty liar\nactual-order attack\ng-why 2\n', 5);
      expect(text).to.include('G2, secondary, majority=attack, state=NF').and.to.include('Execute order: attack');
      expect(text).to.match(/G2.*value attack/s);
    });

    it('is proven where n > 4m, and refuted where not', () => {
      expect(probe.checked('queen', 5, 1)[0]).to.match(/^holds: all [\d,]+ treasons covered \(symbolic run of queen\)$/);
      expect(probe.checked('queen', 4, 1)[0]).to.match(/^violated: /);
    });

    it('has kernels, exact values and what is worst', () => {
      const { counted, kernel, exact, worst } = probe.campaigned('queen', 1, 4, 1);
      expect(worst).to.equal('violated');
      expect(kernel?.orders).to.equal(200_000);
      for (const { orders, agreementViolated } of [counted, kernel!]) {
        expect(agreementViolated).to.be.greaterThan(0);
        const deviation = Math.sqrt((exact!.agreement * (1 - exact!.agreement)) / orders);
        expect(Math.abs(1 - agreementViolated / orders - exact!.agreement)).to.be.at.most(5 * deviation);
      }
      expect(probe.campaigned('queen', 1, 5, 1)).to.deep.include({ worst: 'holds', exact: { agreement: 1, validity: 1 } });
    });
  });

  it('finds every feature of the exchange under another name', async () => {
    const probe = await withLine(`import { exchange as one } from './exchange.ts';\nconst copied = { ...one, name: 'copied' as const };`, 'copied');
    expect(probe.checked('copied', 4, 1)[0]).to.equal('holds: all 42 treasons covered (symbolic run of copied)');
    expect(probe.checked('copied', 3, 1)[0]).to.equal('violated: validity; 1 message is tampered with, and with fewer nothing breaks (structured)');
    const [own, theirs] = [probe.campaigned('copied', 1, 7, 2), probe.campaigned('exchange', 1, 7, 2)];
    expect(own.exact).to.deep.equal(theirs.exact);
    expect(own.kernel).to.deep.equal(theirs.kernel);
    expect(own.worst).to.equal('violated');
  });

  async function bundled(name: string, changed: (text: string) => string): Promise<typeof Probe> {
    // In the build, from where packages are found.
    const outfile = projectPath(`dist/test/generals/stranger/${name}.bundle.mjs`);
    await build({
      entryPoints: [projectPath('test/generals/stranger/probe.ts')],
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      outfile,
      logLevel: 'error',
      plugins: [{ name: 'registry', setup: (context) => context.onLoad({ filter: /registry\.ts$/ }, ({ path }) => (path === REGISTRY ? { contents: changed(readFileSync(path, 'utf8')), loader: 'ts' } : undefined)) }],
    });
    return (await import(pathToFileURL(outfile).href)) as typeof Probe;
  }
});
