import { expect } from 'chai';
import { Readable } from 'node:stream';
import { Army, type ArmyOptions } from '../../src/index.ts';
import type { Session } from '../../src/repl/command.ts';
import { sessionOf } from '../../src/repl/session.ts';
import { execute, type Answer } from '../../src/repl/execute.ts';
import { jsonOf } from '../../src/repl/json.ts';
import { themeOf } from '../../src/repl/theme.ts';
import { render } from '../../src/repl/render.ts';
import { runScript } from '../../src/repl/script.ts';
import { scriptOf } from '../../src/generals/check/report.ts';
import type { CheckResult } from '../../src/generals/check/result.ts';

const LIVE = new AbortController().signal;
const STOPPED = AbortSignal.abort();

/** An army after these commands. */
async function session(count: number, options: ArmyOptions, ...lines: readonly string[]): Promise<Session> {
  const army = await Army.muster(count, { host: 'sim', seed: 1, ...options });
  await army.elect(1);
  const at = sessionOf(army);
  for (const line of lines) if ((await execute(at, line, LIVE)).type === 'mistake') throw new Error(`${line} was refused`);
  return at;
}

async function checked(at: Session, line = 'g-check', signal = LIVE): Promise<CheckResult> {
  const answer = await execute(at, line, signal);
  return answer.type === 'result' && answer.result.type === 'check' ? answer.result.result : expect.fail(`${line} was not answered by a check: ${JSON.stringify(answer)}`);
}

async function refusal(at: Session, line: string): Promise<string> {
  const answer = await execute(at, line, LIVE);
  return answer.type === 'mistake' ? answer.message : expect.fail(`${line} was not refused`);
}

/** What a script prints, run by itself. */
async function ran(script: readonly string[]): Promise<string> {
  const army = await Army.muster(4, { host: 'sim', seed: 9 });
  let text = '';
  await runScript(sessionOf(army), Readable.from([Buffer.from(`${script.join('\n')}\n`)]), {
    source: 'line ', echo: false, failFast: true, json: false, looks: themeOf(false),
    out: (line) => (text += line), err: (line) => (text += `! ${line}`), signal: LIVE,
  });
  await army.disband();
  return text;
}

describe('g-check', () => {
  it('proves what the traitors as they stand cannot do, and counts their treasons exactly', async () => {
    // G3 tells three others one of two orders each.
    const at = await session(5, {}, 'g-state 3 faulty');
    expect(await checked(at)).to.deep.include({ type: 'holds', treasons: 16n });
    expect(await checked(at, 'g-check attack')).to.deep.include({ type: 'holds', treasons: 8n });
    expect(await checked(at, 'G-CHECK   Retreat')).to.deep.include({ type: 'holds', treasons: 8n });
  });

  it('asks about no other traitors than those that there are', async () => {
    const loyal = await session(3, { protocol: 'oral' });
    expect(await checked(loyal)).to.deep.include({ type: 'holds', treasons: 2n });
    const one = await session(3, { protocol: 'oral' }, 'g-protocol oral 1', 'g-state 3 faulty');
    expect((await checked(one)).type).to.equal('violated');
    await execute(one, 'g-state 3 non-faulty', LIVE);
    expect((await checked(one)).type).to.equal('holds');
  });

  const armies: readonly (readonly [name: string, count: number, options: ArmyOptions, lines: readonly string[], property: string, lies: number])[] = [
    ['the exchange among seven, two traitors, gaps in the ids, G5 commanding', 8, {}, ['g-kill 2', 'g-elect 5', 'g-state 5 faulty', 'g-state 8 faulty'], 'agreement', 3],
    ['OM(1) among three', 3, { protocol: 'oral' }, ['g-protocol oral 1', 'g-state 2 faulty silent'], 'validity', 1],
    ['OM(2) among six, newcomers among them', 4, { protocol: 'oral' }, ['g-kill 3', 'g-add 3', 'g-protocol oral 2', 'g-state 6 faulty', 'g-state 7 faulty twins'], 'agreement', 6],
    ['SM(1) among four, a round too short', 4, { protocol: 'signed' }, ['g-protocol signed 1', 'g-state 1 faulty', 'g-state 4 faulty'], 'agreement', 2],
    ['phase king among three', 3, { protocol: 'king' }, ['g-protocol king 1', 'g-state 1 faulty'], 'agreement', 5],
  ];
  for (const [name, count, options, lines, property, lies] of armies) {
    it(`shows the smallest lie, and a script that repeats the violation: ${name}`, async () => {
      const at = await session(count, options, ...lines);
      const before = at.army.members();
      const result = await checked(at);
      if (result.type !== 'violated') return expect.fail(`expected a violation, not ${result.type}`);
      expect([result.violation.property, result.violation.lies.length, result.isSmallest]).to.deep.equal([property, lies, true]);
      expect(at.army.members()).to.deep.equal(before);
      const said = await ran(scriptOf(result.violation));
      expect(said.toLowerCase()).to.include(`${property} violated: ${result.violation.witness.toLowerCase()}`);
      expect(said).to.not.match(/^! /m);
    });
  }

  it('stopped at once it says what was covered, and never that it holds', async () => {
    const at = await session(5, { protocol: 'signed' }, 'g-state 1 faulty', 'g-state 2 faulty');
    const result = await checked(at, 'g-check', STOPPED);
    expect(result).to.deep.include({ type: 'unknown', reason: 'stopped' });
    const answer = await execute(at, 'g-check', STOPPED);
    if (answer.type !== 'result') return expect.fail('no result');
    expect(render(answer.result, themeOf(false))).to.match(/^unknown: covered [\d,]+ of [\d,]+ treasons?|^unknown: covered [\d,]+ treasons?/);
  });

  it('says what a verdict about signatures leaves out', async () => {
    for (const [protocol, words] of [['signed', 'sign in each other’s names'], ['pbft', 'say something late']] as const) {
      const at = await session(3, { protocol }, 'g-state 2 faulty');
      const answer = await execute(at, 'g-check', STOPPED);
      if (answer.type !== 'result') return expect.fail('no result');
      expect(render(answer.result, themeOf(false)), protocol).to.include(words);
      expect(JSON.parse(jsonOf(answer)), protocol).to.have.property('limits').that.includes(words);
    }
  });

  it('answers in JSON by one object, with numbers of treasons as text, and the script in it', async () => {
    const json = async (at: Session): Promise<Record<string, unknown>> => {
      const answer: Answer = await execute(at, 'g-check', LIVE);
      return answer.type === 'nothing' ? expect.fail('no answer') : (JSON.parse(jsonOf(answer)) as Record<string, unknown>);
    };
    expect(await json(await session(4, {}, 'g-state 1 faulty'))).to.deep.include({ v: 1, ok: true, command: 'g-check', type: 'check', verdict: 'holds', treasons: '16' });
    const violated = await json(await session(3, {}, 'g-state 2 faulty'));
    expect(violated).to.deep.include({ v: 1, ok: true, type: 'check', verdict: 'violated', smallest: true });
    expect(violated['script']).to.include('choose 2 retreat');
  });

  it('is refused for the lost, for an empty camp and for what is no order, and changes nothing', async () => {
    const lost = await session(4, {}, 'g-break 2 exit', 'actual-order attack');
    expect(await refusal(lost, 'g-check')).to.match(/^G2 is lost/);
    const empty = await session(1, {}, 'g-kill 1');
    expect(await refusal(empty, 'g-check')).to.match(/no general/);
    const four = await session(4, {});
    expect(await refusal(four, 'g-check sideways')).to.match(/^"sideways" is not an order: attack or retreat/);
    expect(await refusal(four, 'g-check attack retreat')).to.include('g-check [<attack|retreat>]');
    expect(four.army.members()).to.have.length(4);
  });

  it('is refused where the protocol does not fit the army any more', async () => {
    const at = await session(17, { protocol: 'oral' }, 'g-protocol oral 4', 'g-add 8');
    expect(await refusal(at, 'g-check')).to.include('OM(4) among 25 generals takes');
  });
});
