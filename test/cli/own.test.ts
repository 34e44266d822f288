import { expect } from 'chai';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { apart } from '../support/apart.ts';
import { FOR_EVER, MINE, SPY, edited, ownFolder } from '../support/own.ts';
import { ptyUnavailable } from '../support/pty.ts';
import { cleanEnvironment, generals, type Exit } from '../support/run.ts';

/** What never ends is waited for as long as it takes to tell that. */
const HURRIED = { GENERALS_PATIENCE: '2' };

describe('a protocol and a strategy of your own', () => {
  const elsewhere = apart();
  after(() => elsewhere.end());
  const folder = ownFolder();
  const [mine, spy] = [folder.write('mine.ts', MINE), folder.write('spy.ts', SPY)];
  after(folder.remove);

  it('are followed on threads as in virtual time, and explained by every command', async () => {
    const lines = 'g-elect 1\ng-state 3 faulty spy\nactual-order attack\ng-why\ng-step\nhelp mine\nhelp spy\ng-protocol\ng-strategies\ng-protocol oral\ng-protocol mine\n';
    const [threads, sim] = await Promise.all(['threads', 'sim'].map((host) => generals(['4', '--seed', '14', '--host', host, '--protocol', mine, '--strategy', spy], lines)));
    expect(threads).to.deep.equal(sim);
    expect(sim).to.include({ code: 0, err: '' });
    expect(sim!.out).to.include('traitors G3; protocol mine, 9 messages').and.include('lies to generals with even ids').and.include('tell each other what the commander said');
  });

  it('are proven and refuted by check, whose line that repeats it brings them along', async () => {
    expect((await generals(['check', '--protocol', mine])).out).to.match(/^holds: all 226 treasons covered/);
    const lie = join(folder.path, 'lie.txt');
    const { code, out } = await elsewhere.generals(['check', '--protocol', mine, '-n', '3', '--save', lie]);
    expect(code).to.equal(3);
    expect(out).to.include(`generals run --protocol ${mine} ${lie}`);
    const run = await elsewhere.generals(['run', '--protocol', mine, lie]);
    expect(run.err).to.equal('');
    expect(run.out).to.include('Validity violated');
  });

  it('are counted by campaigns, with others in one grid, and their orders are given again', async () => {
    const report = join(folder.path, 'report');
    const { code, out } = await generals(['campaign', '--protocol', `exchange,${mine}`, '--strategy', `coin,${spy}`, '--orders', '100', '--seed', '3', '--threads', '2', '--out', report]);
    expect(code).to.equal(0);
    expect(out).to.match(/^mine +1 +4 +1 +spy +100 +100%/m);
    const results = join(report, 'results.json');
    expect((await generals(['replay', results, '--protocol', mine, '--strategy', spy, '--cell', 'mine-m1-n4-f1-spy'])).out).to.include('cell mine-m1-n4-f1-spy, order 1');
    expect((await generals(['campaign', '--resume', report, '--protocol', mine, '--strategy', spy])).code).to.equal(0);
    expect((await generals(['replay', results])).code).to.equal(2);
  });

  it('may be JavaScript, and import what lies beside it', async () => {
    folder.write('beside.js', 'export const summary = "from beside";\n');
    const file = folder.write('plain.mjs', `import { summary } from './beside.js';\nimport mine from './mine.ts';\nexport const protocol = { ...mine, name: 'plain', summary };\n`);
    expect((await elsewhere.generals(['check', '--protocol', file])).out).to.match(/^holds: all 226 treasons covered/);
  });

  const refused: readonly [what: string, text: string, said: RegExp][] = [
    ['does not compile', edited('counterpart,', 'counterpart, ,'), /bad\.ts:1:38: Expected identifier but found "," – /],
    ['lacks something', edited('  parse: parseOrder,\n', ''), /its parse is missing: wanted is parse\(input\) gives the message that it is, or undefined – /],
    ['has something of another kind', edited("timing: 'rounds'", "timing: 'events'"), /its timing is not as it should be: wanted is timing: 'rounds' – /],
    ['has a name of ours', edited("'mine'", "'oral'"), /there is a protocol "oral" already: give it another name – /],
    ['exports nothing', 'const nothing = 1;\n', /it exports no protocol: wanted is export default defineProtocol/],
    ['throws when it is loaded', 'throw new Error("early");\n', /its code threw "early" when it was loaded \(bad\.ts:1\) – /],
    ['never ends when it is loaded', `${FOR_EVER};\n`, /did not come to an end within 5 s when it was loaded – /],
    ['waits when it is loaded', `await new Promise(() => undefined);\n${MINE}`, /bad\.ts:1:1: Top-level await is not available/],
    ['changes what all code shares', `Array.prototype.push = () => 0;\n${MINE}`, /bad\.ts" changed Array\.prototype\.push when it was loaded, which all code here shares – /],
    ['adds to what all code shares', `Object.defineProperty(Object.prototype, 'all', { set() {} });\n${MINE}`, /bad\.ts" changed Object\.prototype\.all when it was loaded, which all code here shares – /],
    ['tells errors in its own way', `(Error as { prepareStackTrace?: unknown }).prepareStackTrace = () => '';\n${MINE}`, /bad\.ts" changed Error\.prepareStackTrace when it was loaded/],
    ['waits for the end of the program', `process.on('exit', () => undefined);\n${MINE}`, /its code threw "there is no process\.on here: .*" when it was loaded \(bad\.ts:1\)/],
    ['has no whole number of rounds', edited('rounds: () => 2', 'rounds: () => 0.5', edited("'mine'", "'half'")), /the protocol half gave 0\.5 in rounds: a number of rounds is a whole number from 0 to 10000 – /],
    ['imports what is not there', `import { nothing } from './nowhere.ts';\nnothing();\n${MINE}`, /bad\.ts:1:\d+: Could not resolve ".\/nowhere\.ts"/],
  ];
  for (const [what, text, said] of refused) {
    it(`that ${what} is refused in one line`, async () => {
      // A process tells the first.
      const { code, out, err } = await (what === 'does not compile' ? generals : elsewhere.generals)(['check', '--protocol', folder.write('bad.ts', text)]);
      expect({ code, out }).to.deep.equal({ code: 2, out: '' });
      expect(err).to.match(said);
      expect(err.trimEnd().split('\n')).to.have.length(1);
    });
  }

  const faults: readonly [what: string, by: string, said: string][] = [
    ['throws', "if (self === 3) throw new Error('boom');", 'the protocol mine threw "boom" in round 2 at G3 (bad.ts:30)'],
    ['changes what it was given', "if (self === 3) (event.inbox as unknown[]).pop();", 'the protocol mine changed what it was given in round 2 at G3 (bad.ts:30): "'],
    ['sends garbage', "if (self === 3) return [{ type: 'send', to: others, messages: ['charge' as Order] }];", 'the protocol mine sent "charge" in round 2 at G3: its own parse takes that for no message'],
    ['speaks to who is not there', "if (self === 3) return [{ type: 'send', to: [9 as never], messages: [state.order] }];", 'the protocol mine sent a message to 9 in round 2 at G3: that is none of the generals'],
    ['decides nothing that there is', "if (self === 3) return [{ type: 'output', output: 'charge' as Order }];", 'the protocol mine decided "charge" in round 2 at G3: that is neither attack nor retreat'],
    ['gives no effects', 'if (self === 3) return undefined as never;', 'the protocol mine gave undefined in round 2 at G3: a list of effects is wanted'],
    ['never comes back', `if (self === 3) ${FOR_EVER};`, 'the protocol mine did not come back from step in round 2 at G3: it was waited for 2 s'],
  ];
  for (const [index, [what, by, said]] of faults.entries()) {
    it(`that ${what} is named, and the prompt goes on`, async () => {
      const isEndless = what === 'never comes back';
      const text = edited('if (event.round === 2) {\n', `if (event.round === 2) {\n      ${by}\n`);
      const file = folder.write('bad.ts', text);
      // A thread keeps what it took, so there each has a name of its own.
      const name = `bad-${index}`;
      const named = folder.write(`${name}/bad.ts`, edited("'mine'", `'${name}'`, text));
      const lines = 'g-elect 1\nactual-order attack\ng-protocol\n';
      const told = (words: readonly string[], input = ''): Promise<Exit> => (isEndless ? generals(words, input, HURRIED) : elsewhere.generals(words, input));
      const [threads, sim, check] = await Promise.all([
        generals(['4', '--protocol', file], lines), told(['4', '--host', 'sim', '--protocol', named], lines), told(['check', '--protocol', named]),
      ]);
      expect(threads.out).to.include(isEndless ? 'G3 is lost: it did not answer within 1,000 ms.' : `G3 is lost: it ${said.replace('the protocol mine ', '').replace(' at G3', '')}`).and.include('protocol mine, m=1');
      expect(sim.err).to.include(`line 2: ${said.replace('mine', name)}`);
      expect(sim.out).to.include(`protocol ${name}, m=1`);
      expect(check.code).to.equal(1);
      expect(check.err).to.include(`generals: ${said.replace('mine', name)}`);
    });
  }

  it('that throws ends a campaign in one line', async () => {
    const file = folder.write('bad.ts', edited('if (event.round === 2) {\n', "if (event.round === 2) {\n      throw new Error('boom');\n"));
    const { code, err } = await generals(['campaign', '--protocol', file, '--orders', '100', '--threads', '1']);
    expect(code).to.equal(1);
    expect(err).to.match(/generals: the protocol mine threw "boom" in round 2 at G\d \(bad\.ts:30\)\n$/);
  });

  it('that never comes back from a task of a campaign is named with its place, and its threads are ended', async () => {
    const file = folder.write('stuck.ts', edited('if (event.round === 2) {\n', 'if (event.round === 2) {\n      while (self === 3);\n', edited("'mine'", "'stuck'")));
    const { code, err } = await generals(['campaign', '--protocol', file, '--members', '4..5', '--strategy', 'coin', '--orders', '10', '--engine', 'simulator', '--threads', '2'], '', { GENERALS_PATIENCE: '0.2' });
    expect(code).to.equal(1);
    expect(err).to.match(/\ngenerals: the protocol stuck did not come back from step in round 2 at G3: it was waited for 1\.2 s\n$/);
  });

  it('a strategy that says what is no lie is named', async () => {
    const file = folder.write('bad-spy.ts', edited('say(to % 2 === 0 ? (lies[0] ?? honest) : honest)', "say('charge' as never)", SPY));
    const { err } = await elsewhere.generals(['4', '--host', 'sim', '--strategy', file], 'g-elect 1\ng-state 3 faulty spy\nactual-order attack\n');
    expect(err).to.include('line 3: the strategy spy said "charge" in a ballot at G3: that is neither the honest message nor one of its lies');
  });

  it('that takes all memory loses its general on a thread, ends an order in virtual time, and ends a campaign: in one line each', async () => {
    const file = folder.write('greedy.ts', edited('if (event.round === 2) {\n', 'if (event.round === 2) {\n      for (const all = []; self === 3; ) all.push(new Array(100_000).fill(self));\n'));
    const lines = 'g-elect 1\nactual-order attack\nactual-order attack\ng-protocol\n';
    // With as little memory as it takes, for each fills it.
    const little = { NODE_OPTIONS: '--max-old-space-size=300' };
    // One after the other: what takes ten seconds is ended for that.
    const sim = await generals(['4', '--host', 'sim', '--protocol', file], lines, little);
    const [threads, campaign] = await Promise.all([
      generals(['4', '--deadline', '60000', '--protocol', file], lines),
      generals(['campaign', '--protocol', file, '--orders', '10', '--threads', '1'], '', little),
    ]);
    expect(threads.out).to.include('G3 is lost: it took more than 256 MB of memory.').and.include('2 out of 4 quorum suggest attack').and.include('protocol mine, m=1');
    expect(sim.err).to.match(/^(line [23]: the protocol mine was in step in round 2 at G3: the program had taken [\d.]+ GB of memory by then\n){2}$/);
    expect(sim.out).to.include('protocol mine, m=1');
    expect(campaign.code).to.equal(1);
    expect(campaign.err).to.match(/\ngenerals: the (code that was brought took more than 1024 MB of memory in a thread|protocol mine was in step in round 2 at G3: .* by then)\n$/);
  });

  it('that fills buffers, which are no part of the heap of a thread, loses its general long before the deadline', async () => {
    const file = folder.write('filling.ts', edited('if (event.round === 2) {\n', 'if (event.round === 2) {\n      for (const all = []; self === 3; ) all.push(new Uint8Array(2 ** 20).fill(self));\n'));
    const script = folder.write('little.mjs', `
      import { bringProtocol } from '${new URL('../../src/index.js', import.meta.url)}';
      import { ThreadHost } from '${new URL('../../src/generals/threads/host.js', import.meta.url)}';
      const [host, members] = [new ThreadHost({ megabytes: 32 }), [1, 2, 3, 4]];
      const protocol = await bringProtocol('${file}');
      await host.spawn(members);
      const run = (number) => host.run({ number, protocol, m: 1, members, commander: 1, seed: 1, draw: number, deadline: 600_000, order: 'attack' }, new Map());
      for (const number of [1, 2]) {
        const { losses, reports } = await run(number);
        console.log(JSON.stringify({ losses, decided: reports.map(({ decision }) => decision) }));
      }
      await host.close();`);
    const { stdout } = await promisify(execFile)(process.execPath, [script], { env: cleanEnvironment() });
    expect(stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as unknown)).to.deep.equal([
      { losses: [{ id: 3, reason: 'took more than 32 MB of memory' }], decided: ['attack', 'attack', 'attack'] },
      { losses: [], decided: ['attack', 'attack', 'attack'] },
    ]);
  });

  it('has no timers, which nothing would end', async () => {
    const why = 'there is no setTimeout here: a round is all that there is of time';
    const file = folder.write('timers.ts', edited('if (event.round === 2) {\n', 'if (event.round === 2) {\n      setTimeout(() => { for (;;); }, 1);\n'));
    expect((await generals(['check', '--protocol', file])).err).to.match(new RegExp(`generals: the protocol mine threw "${why}" in round 2 at G\\d \\(timers\\.ts:30\\)`));
    const early = folder.write('early.ts', `import { setTimeout } from 'node:timers';\nsetTimeout(() => undefined, 1e9);\n${edited("'mine'", "'early'")}`);
    expect((await elsewhere.generals(['check', '--protocol', early])).err).to.include(`early.ts" is no protocol: its code threw "${why}" when it was loaded (early.ts:2)`);
  });

  const later: readonly [what: string, by: string, said: RegExp][] = [
    ['calls itself by promises', 'const f = (): unknown => Promise.resolve().then(f); f();', /threw "there is no Promise here: a step is done when it comes back" in round 2 at G\d \(later\.ts:30\)/],
    ['goes on in an async function', '(async () => { for (;;) await 1; })();', /threw "there is no Promise here: .*" in round 2 at G\d \(later\.ts:30\)/],
    ['calls itself by the next tick', 'const f = (): void => process.nextTick(f); f();', /threw "there is no process\.nextTick here: .*" in round 2 at G\d \(later\.ts:30\)/],
    ['ends the program', 'process.exit();', /threw "there is no process\.exit here: .*" in round 2 at G\d \(later\.ts:30\)/],
    ['throws what has no words', 'throw Object.create(null);', /threw "what has no words" in round 2 at G\d\n/],
  ];
  for (const [index, [what, by, said]] of later.entries()) {
    it(`that ${what} is named`, async () => {
      const text = edited('if (event.round === 2) {\n', `if (event.round === 2) {\n      ${by}\n`, edited("'mine'", `'later-${index}'`));
      const { code, err } = await elsewhere.generals(['check', '--protocol', folder.write(`later-${index}/later.ts`, text)]);
      expect(code).to.equal(1);
      expect(err).to.match(said);
    });
  }

  it('that ends the program behind our back, or leaves behind what never ends, ends it in one line and with status 1', async () => {
    const doing = (name: string, by: string): string => folder.write(`${name}.ts`, edited('if (event.round === 2) {\n', `if (event.round === 2) {\n      new Function('${by}')();\n`));
    const sim = (name: string, by: string): Promise<Exit> => generals(['4', '--host', 'sim', '--protocol', doing(name, by)], 'g-elect 1\nactual-order attack\ng-protocol\n', HURRIED);
    // A terminal that holds still for as long, as by Ctrl-S, is no reason.
    const held = ptyUnavailable === undefined ? atStillTerminal(`generals run --host sim --protocol ${mine} ${folder.write('many.txt', `g-elect 1\n${'actual-order attack\n'.repeat(1000)}`)}`) : undefined;
    const [ended, endless, said] = await Promise.all([
      sim('ended', 'process.exit(0)'), sim('endless', 'const f = () => Promise.resolve().then(f); f();'),
      // What is asked outside of an order has an end, too.
      generals(['4', '--host', 'sim', '--protocol', folder.write('says.ts', edited('  messages: (', `  describe: () => ${FOR_EVER} as never,\n  messages: (`))], 'g-elect 1\nactual-order attack\ng-why 3\ng-protocol\n', HURRIED),
    ]);
    expect(await held?.goOn() ?? 0).to.equal(0);
    expect([ended.code, ended.err]).to.deep.equal([1, 'generals: the protocol mine ended the program\n']);
    expect([endless.code, endless.err]).to.deep.equal([1, 'generals: the protocol mine left something behind that never ends: the program was waited for 2.4 s\n']);
    expect(said.err).to.equal('line 3: the protocol mine did not come back from describe: it was waited for 2 s\n');
    expect(said.out).to.include('protocol mine, m=1');
  });

  it('are waited for as many seconds as GENERALS_PATIENCE says, if that is a number of them', async () => {
    for (const wrong of ['soon', '0', '1e9']) {
      const { code, out, err } = await generals(['check', '--protocol', mine], '', { GENERALS_PATIENCE: wrong });
      expect({ code, out, err }).to.deep.equal({ code: 2, out: '', err: `generals: GENERALS_PATIENCE is a number of seconds from 0.1 to 3600, not "${wrong}" – see generals check --help\n` });
    }
  });

  it('leave no file behind', async () => {
    const place = mkdtempSync(join(folder.path, 'tmp-'));
    expect((await generals(['check', '--protocol', mine], '', { TMPDIR: place })).code).to.equal(0);
    expect(readdirSync(place)).to.deep.equal([]);
  });

  it('are files: another word is no strategy of your own', async () => {
    expect((await elsewhere.generals(['4', '--strategy', 'liar'])).err).to.include('--strategy brings a strategy of your own from a file, such as ./mine.ts, and "liar" is none');
  });
});

/** Runs a line at a terminal that shows nothing until it goes on. @returns what has it go on, and gives the exit status */
function atStillTerminal(line: string): { goOn(): Promise<number> } {
  const child = spawn('script', ['-qec', line, '/dev/null'], { env: { ...cleanEnvironment(), ...HURRIED }, stdio: ['ignore', 'pipe', 'ignore'] });
  const closed = once(child, 'close');
  return {
    async goOn() {
      child.stdout.resume();
      return (await closed)[0] as number;
    },
  };
}
