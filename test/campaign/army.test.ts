import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { armyCampaign } from '../../src/campaign/army.ts';
import { summaryOf } from '../../src/campaign/summary.ts';
import { Army, UserError } from '../../src/index.ts';
import { cared } from '../support/cared.ts';
import { MAIN, cleanEnvironment, transcriptOf } from '../support/run.ts';

const NEVER = new AbortController().signal;

describe('g-campaign', () => {
  let army: Army;
  beforeEach(async () => {
    army = await Army.muster(4, { host: 'sim', seed: 7 });
    await army.elect(1);
    await army.corrupt(1);
    await army.corrupt(2);
  });
  afterEach(() => army.disband());

  it('counts just what the army itself would come to, order by order', async () => {
    const { tally } = await armyCampaign(army, 250, NEVER);
    const counts = { attack: 0, retreat: 0, agreementViolated: 0, messages: 0 };
    const broken: number[] = [];
    for (let order = 1; order <= 250; order += 1) {
      const { verdict, findings, messages } = await army.order('attack', { anyway: true });
      if (verdict.order !== undefined) counts[verdict.order] += 1;
      if (findings!.agreement.type === 'violated') {
        counts.agreementViolated += 1;
        broken.push(order);
      }
      counts.messages += messages;
    }
    expect(tally).to.deep.include({ orders: 250, validityViolated: 0, ...counts });
    expect(tally.violations.map(({ order }) => order)).to.deep.equal(broken.slice(0, 5)).and.not.to.deep.equal([]);
  });

  it('changes nothing of the army', async () => {
    const before = [army.members(), army.seed];
    await armyCampaign(army, 10, NEVER);
    expect([army.members(), army.seed]).to.deep.equal(before);
    expect((await army.order('attack', { anyway: true })).draw).to.equal(1);
  });

  it('stops upon a signal, and says that it is partial', async () => {
    const stop = new AbortController();
    const running = armyCampaign(army, 1e7, stop.signal);
    setImmediate(() => stop.abort());
    const campaign = await running;
    expect(campaign.tally.orders).to.be.within(1, 10_000);
    expect(summaryOf(campaign)[0]).to.include('PARTIAL, 10,000,000 were asked for');
  });

  it('refuses what it cannot do', async () => {
    for (const count of [0, 1e8, 1.5]) expect(await armyCampaign(army, count, NEVER).catch((error: unknown) => error)).to.be.instanceOf(UserError);
    await army.injectCrash(3, 'exit');
    await army.order('attack', { anyway: true });
    expect(await armyCampaign(army, 10, NEVER).catch((error: unknown) => error)).to.have.property('message').that.includes('G3 is lost');
  });

  it('tells who reads a pipe how far it is, once it has run for a while; stopped by SIGINT, it says what it counted, and nothing after it is done', async () => {
    const child = cared(spawn(process.execPath, [MAIN, '4', '--host', 'sim', '--seed', '1'], { env: cleanEnvironment() }));
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    child.stdin.end('g-campaign 1e7\ng-kill 1\n');
    const told = await new Promise<string>((resolve) => child.stderr.setEncoding('utf8').once('data', resolve));
    expect(told).to.match(/^\d+%: [\d,]+ of 10,000,000 orders, [\d,]+ orders\/s, \d+ \w+ left\n$/);
    child.kill('SIGINT');
    expect(await ended).to.equal(130);
    expect(out).to.include('PARTIAL, 10,000,000 were asked for').and.not.to.include('G2, ');
  });

  it('counts as it goes', async () => {
    const counts: number[] = [];
    await armyCampaign(army, 500, NEVER, (count) => counts.push(count));
    expect(counts).to.deep.equal([200, 400, 500]);
  });

  it('says what rates are worth: that validity asks nothing under a traitorous primary, and that one loyal general agrees with itself', async () => {
    const answer = async (...traitors: number[]): Promise<string> =>
      (await transcriptOf(`g-elect 1\n${traitors.map((id) => `g-state ${id} faulty\n`).join('')}g-campaign 100`, { host: 'sim', seed: 1 })).split('g-campaign')[1]!;
    expect(await answer(2)).to.match(/agreement held in 1.*\nvalidity held in 1/);
    expect(await answer(1)).to.match(/agreement held in 1.*\nvalidity asks nothing, as the primary is not loyal\n/);
    expect(await answer(2, 3)).to.match(/agreement is trivial, as only one secondary is loyal\nvalidity held in /);
    expect(await answer(1, 2, 3, 4)).to.match(/agreement is trivial, as no secondary is loyal\nvalidity asks nothing/);
  });

  it('answers at the prompt, in words and as JSON', async () => {
    const script = 'g-elect 1\ng-state 1 faulty\ng-campaign 1e3\ng-campaign much';
    const words = await transcriptOf(script, { host: 'sim', seed: 1 });
    expect(words).to.include('1,000 orders of G1 to attack among 4, traitor G1 (coin); protocol exchange, m=1');
    expect(words).to.include('agreement held in 100%, 95 % interval 99.617% to 100%');
    expect(words).to.include('! ').and.to.include('"much" is not a number of orders');
    const json = await transcriptOf(script, { host: 'sim', seed: 1 }, 4, true);
    expect(JSON.parse(json.split('\n')[2]!)).to.have.nested.property('campaign.tally.orders', 1000);
  });
});
