import { expect } from 'chai';
import { Army } from '../../../src/index.ts';
import { nameOf } from '../../../src/core/node.ts';
import { PROTOCOLS, protocolNamed } from '../../../src/generals/protocols/registry.ts';
import { STRATEGIES } from '../../../src/generals/faults/registry.ts';
import type { Outcome } from '../../../src/generals/outcome.ts';
import { arrowsOf } from '../../../src/generals/trace/messages.ts';
import type { StrategyName } from '../../../src/generals/faults/registry.ts';
import type { ProtocolName } from '../../../src/generals/protocols/registry.ts';
import { sayingsOf, stepsOf, traceOf } from '../../../src/generals/trace/steps.ts';
import { themeOf } from '../../../src/repl/theme.ts';
import { widthOf } from '../../../src/core/wrapped.ts';
import { pagesOf, render } from '../../../src/repl/render.ts';

async function ordered(members: number, protocol: ProtocolName, traitors: Readonly<Record<number, StrategyName>> = {}): Promise<{ army: Army; outcome: Outcome }> {
  const army = await Army.muster(members, { host: 'sim', seed: 1, protocol });
  await army.elect(1);
  for (const [id, strategy] of Object.entries(traitors)) await army.corrupt(Number(id), strategy);
  return { army, outcome: await army.order('attack', { anyway: true }) };
}

describe('an order, step by step', () => {
  for (const { name: protocol } of PROTOCOLS) {
    for (const { name: strategy } of STRATEGIES) {
      it(`tells all that ${protocol} said among seven with a traitor that is ${strategy}, and what each made of it`, async () => {
        const { army, outcome } = await ordered(7, protocol, { 1: strategy, 4: strategy });
        const trace = traceOf(outcome);
        const steps = stepsOf(outcome, protocolNamed(protocol)!, (id) => army.signerOf(outcome, id));
        const said = sayingsOf(trace);
        expect(steps.flatMap(({ sayings }) => sayings)).to.deep.equal(said);
        for (const { round, from, to, text } of arrowsOf(trace)) expect(said.some((one) => one.round === round && one.from === from && one.to.includes(to) && one.text === text), `${nameOf(from)} to ${nameOf(to)}: ${text}`).to.equal(true);
        expect(steps.flatMap(({ lieutenants }) => lieutenants.flatMap(({ heard }) => heard))).to.have.length(arrowsOf(trace).length - commandersOwn(outcome));
        steps.forEach(({ round, lieutenants }, index) => {
          expect(round).to.equal(index + 1);
          lieutenants.forEach(({ id, before, after }, place) => {
            if (index > 0) expect(before).to.equal(steps[index - 1]!.lieutenants[place]!.after);
            // What the loyal would decide after the last round is what they decided.
            const report = outcome.account.reports.find((one) => one.id === id)!;
            if (index === steps.length - 1 && report.strategy === undefined) expect(after).to.equal(report.decision);
          });
        });
      });
    }
  }

  it('draws one row for what is told to several, and what was kept back', async () => {
    const { outcome } = await ordered(4, 'exchange', { 3: 'silent' });
    expect(sayingsOf(traceOf(outcome))).to.deep.equal([
      { round: 1, from: 1, to: [2, 3, 4], text: 'attack', honest: undefined, isForged: false },
      { round: 2, from: 2, to: [3, 4], text: 'attack', honest: undefined, isForged: false },
      { round: 2, from: 3, to: [2, 4], text: undefined, honest: 'attack', isForged: false },
      { round: 2, from: 4, to: [2, 3], text: 'attack', honest: undefined, isForged: false },
    ]);
  });

  for (const members of [1, 2, 4, 12, 30, 100]) {
    it(`fits any width, among ${members}: in columns where they fit, else in words`, async () => {
      const { army, outcome } = await ordered(members, 'exchange', members > 3 ? { 3: 'arbitrary' } : {});
      const steps = stepsOf(outcome, protocolNamed('exchange')!, (id) => army.signerOf(outcome, id));
      for (const width of [60, 80, 120, 200]) {
        const looks = themeOf(true, () => width);
        const lines = [render({ type: 'show', outcome, round: undefined }, looks), ...pagesOf({ type: 'steps', outcome, steps }, looks).flat()].join('\n').split('\n');
        for (const line of lines) expect(widthOf(line), line).to.be.at.most(width);
        const isDrawn = lines.some((line) => line.includes('●'));
        expect(isDrawn, `${members} in ${width}`).to.equal(members > 1 && (width - 29) / members >= `G${members}`.length + 1);
        if (members > 1 && !isDrawn) expect(lines.join('\n')).to.match(/G1 → all: attack/);
      }
    });
  }
});

/** How many messages the commander heard, which is no lieutenant. */
const commandersOwn = (outcome: Outcome): number => arrowsOf(traceOf(outcome)).filter(({ to }) => to === outcome.commander).length;
