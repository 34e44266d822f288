import { expect } from 'chai';
import { LAN } from '../../../src/gossip/settings.ts';
import { parseScript, runScript, type ScriptOutcome } from '../../../src/gossip/sim/script.ts';
import { whyLines } from '../../../src/gossip/why.ts';

const SPEC = { peers: 6, seeds: 3, seed: 1, settings: LAN, loss: 0, delay: 5, byzantine: 0, kind: undefined };

/** What becomes of a network under these faults, and what its nodes handed on. */
function told(faults: string, { peers = 6, kind = undefined as string | undefined, trustsAll = false } = {}): ScriptOutcome & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  const spec = { ...SPEC, peers, settings: { ...LAN, trustsAll }, byzantine: kind === undefined ? 0 : 1, kind };
  const outcome = runScript({ ...spec, script: parseScript(faults) }, (at, name, output, view) => {
    if (output.type === 'applied') lines.push(`${at} ${name}: ${output.about} of ${view.nameOf(output.address)}, life ${output.life}`);
  });
  return { ...outcome, lines };
}

describe('a list of faults of a live network, in virtual time', () => {
  it('happens in the order of time, in the words of the prompt', () => {
    const { violation, removals, lines } = told('20s restart 3; 5s kill 3');
    expect(violation).to.equal(undefined);
    expect(removals).to.equal(1);
    const about = lines.filter((line) => line.includes(' of P3') && line.includes(' S1')).map((line) => line.replace(/^(\d+)\d{3} /, '$1 s, '));
    expect(about.map((line) => line.replace(/^.*: /, ''))).to.deep.equal(['join of P3, life 1', 'removal of P3, life 1', 'join of P3, life 2']);
    expect(about[2]).to.match(/^2\d s/);
  });

  it('heals what was cut, whatever else goes wrong meanwhile', () => {
    for (const faults of ['5s partition 1-3,S1 | 4-6,S2,S3; 60s heal', '5s cut 1→2; 60s heal', '5s loss 30%; 10s kill 2; 60s heal', '5s slow 3 600ms; 60s heal', '5s clock 1-3 +1h; 10s kill 1', '5s stop 2 20s', '5s stop 2; 40s continue 2', '5s leave 1; 10s join 3; 20s say hello']) {
      expect(told(faults).violation, faults).to.equal(undefined);
    }
  });

  it('asks for no agreement across a cut that does not end', () => {
    const { violation, time } = told('5s partition 1-3,S1 | 4-6,S2,S3');
    expect(violation).to.equal(undefined);
    expect(time).to.be.below(20_000);
  });

  it('shows how a forged death ends a peer that lives where seeds trust all, and not otherwise', () => {
    const [fooled, ours] = [true, false].map((trustsAll) => told('30s say hello', { kind: 'forge-death', trustsAll }));
    expect(fooled!.violation?.property).to.equal('no live peer is removed');
    expect(ours!.violation).to.equal(undefined);
  });

  it('answers why when it is asked, or once it is over', () => {
    for (const [faults, at, line] of [['5s kill 3; 20s why 3', 20_000, 'it is off the list'], ['5s kill 3; 5.5s why 3; 20s heal', 5500, 'nobody answers there']] as const) {
      const answers: string[][] = [];
      runScript({ ...SPEC, script: parseScript(faults) }, () => undefined, (now, name, view) => void answers.push([String(now), name, ...whyLines(view, name)]));
      expect(answers.map(([now, name]) => [now, name])).to.deep.equal([[String(at), 'P3']]);
      expect(answers[0]!.some((one) => one.includes(line)), answers[0]!.join('\n')).to.equal(true);
    }
    const answers: string[] = [];
    const { time } = runScript({ ...SPEC, kind: 'forge-death', byzantine: 1, settings: { ...SPEC.settings, trustsAll: true }, script: parseScript('60s why 1') }, () => undefined, (now) => void answers.push(String(now)));
    expect(time).to.be.below(60_000);
    expect(answers).to.deep.equal([String(time)]);
  });

  it('refuses what is no time, no word, no fault or nobody there, and shows the right form', () => {
    for (const [faults, refusal] of [['', /there is no fault/], ['kill 3', /is a time and a word/], ['5s', /is a time and a word/], ['5s dance', /there is no word/], ['5s graph', /graph is no fault/], ['5s kill', /kill <peers>/]] as const) {
      expect(() => parseScript(faults), faults).to.throw(refusal);
    }
    expect(() => told('5s kill 9')).to.throw('there is no P9 at 5 s: S1 to S3, P1 to P6');
    for (const faults of ['5s kill S4', '5s kill 0', '5s partition 1 | 7', '5s cut 1->9', '5s say 9: hello', '5s why 9', '4s kill 9; 5s join 3']) expect(() => told(faults), faults).to.throw('there is no ');
    expect(() => told('5s partition 1-3 | 3-4')).to.throw('P3 cannot be on two sides');
    expect(() => told('5s join 3; 9s kill 9')).not.to.throw();
  });
});
