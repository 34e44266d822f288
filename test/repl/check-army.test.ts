import { expect } from 'chai';
import { Army } from '../../src/index.ts';
import { nodeId, type NodeId } from '../../src/core/node.ts';
import { ORDERS, type Order } from '../../src/generals/order.ts';
import type { Session } from '../../src/repl/command.ts';
import { sessionOf } from '../../src/repl/session.ts';
import { execute } from '../../src/repl/execute.ts';
import { jsonOf } from '../../src/repl/json.ts';
import { themeOf } from '../../src/repl/theme.ts';
import { render } from '../../src/repl/render.ts';
import { check } from '../../src/generals/check/check.ts';
import { transcriptOf } from '../support/run.ts';

/** An army in virtual time in which G1 is primary, after these commands. */
async function camp(count: number, ...commands: string[]): Promise<Session> {
  const army = await Army.muster(count, { host: 'sim', seed: 1 });
  await army.elect(1);
  const at = sessionOf(army);
  for (const command of commands) await printed(at, command);
  return at;
}

/** What a person reads; a mistake is an error here. */
async function printed(at: Session, line: string, signal = new AbortController().signal): Promise<string> {
  const answer = await execute(at, line, signal);
  if (answer.type !== 'result') throw new Error(`${line}: ${answer.type === 'mistake' ? answer.message : 'nothing'}`);
  return render(answer.result, themeOf(false));
}

async function mistakeIn(at: Session, line: string): Promise<string> {
  const answer = await execute(at, line, new AbortController().signal);
  return answer.type === 'mistake' ? answer.message : answer.type;
}

/** What a program reads. */
interface Checked {
  readonly v: number;
  readonly ok: boolean;
  readonly command: string;
  readonly type: string;
  readonly verdict: string;
  readonly engine: string;
  readonly treasons?: string | null;
  readonly covered?: string;
  readonly reason?: string;
  readonly smallest?: boolean;
  readonly sentence?: string;
  readonly limits: string | null;
  readonly violation?: {
    readonly property: string;
    readonly witness: string;
    readonly commander: number;
    readonly members: readonly number[];
    readonly traitors: readonly number[];
    readonly order: Order;
    readonly lies: readonly unknown[];
    readonly choices: Readonly<Record<string, readonly string[]>>;
  };
  readonly script?: readonly string[];
}

async function checked(at: Session, line = 'g-check', signal = new AbortController().signal): Promise<Checked> {
  const answer = await execute(at, line, signal);
  if (answer.type === 'nothing') throw new Error(line);
  return JSON.parse(jsonOf(answer)) as Checked;
}

/** Armies as they may come to stand: gaps among the ids, other primaries, an m of one's own. */
const ARMIES: readonly [title: string, commands: readonly string[], verdict: 'holds' | 'violated'][] = [
  ['exchange, four, a lieutenant', ['g-state 3 faulty'], 'holds'],
  ['exchange, four, the commander', ['g-state 1 faulty'], 'holds'],
  ['exchange, three, a lieutenant', ['g-kill 4', 'g-state 3 faulty'], 'violated'],
  ['exchange, three with a gap, G3 commands', ['g-kill 2', 'g-elect 3', 'g-state 4 faulty'], 'violated'],
  ['exchange, five, commander and lieutenant', ['g-add 1', 'g-state 1 faulty', 'g-state 2 faulty'], 'violated'],
  ['exchange, G2 G4 G5 G6, G6 commands and betrays', ['g-add 2', 'g-elect 6', 'g-kill 1', 'g-kill 3', 'g-state 6 faulty'], 'holds'],
  ['exchange, nobody is a traitor', [], 'holds'],
  ['exchange, all are traitors', ['g-state 1 faulty', 'g-state 2 faulty', 'g-state 3 faulty', 'g-state 4 faulty'], 'holds'],
  ['oral, G1 G2 G4 G6, G4 commands, a lieutenant', ['g-add 2', 'g-elect 4', 'g-kill 3', 'g-kill 5', 'g-protocol oral', 'g-state 6 faulty'], 'holds'],
  ['oral, more rounds than traitors: m = 2 among four', ['g-protocol oral 2', 'g-state 3 faulty'], 'violated'],
  ['oral, the same among G2 G3 G5 G7, G5 commands', ['g-add 3', 'g-elect 5', 'g-kill 1', 'g-kill 4', 'g-kill 6', 'g-protocol oral 2', 'g-state 2 faulty'], 'violated'],
  ['oral, fewer rounds than traitors: m = 1 among six', ['g-add 2', 'g-protocol oral 1', 'g-state 1 faulty', 'g-state 5 faulty'], 'violated'],
  ['signed, three, the commander', ['g-kill 4', 'g-protocol signed', 'g-state 1 faulty'], 'holds'],
  ['signed, G1 G3 G4 G5, two traitors, a round too few', ['g-add 1', 'g-elect 3', 'g-kill 2', 'g-protocol signed 1', 'g-state 3 faulty', 'g-state 5 faulty'], 'violated'],
  ['king, four, a lieutenant', ['g-protocol king', 'g-state 4 faulty'], 'holds'],
  ['king, four, no phase to spare', ['g-protocol king 0', 'g-state 1 faulty'], 'violated'],
  ['king, G1 G2 G4, G2 commands, of two kings the second is loyal', ['g-kill 3', 'g-elect 2', 'g-protocol king 1', 'g-state 1 faulty'], 'holds'],
  ['king, G1 G3 G4, G3 commands, the only king betrays', ['g-kill 2', 'g-elect 3', 'g-protocol king 0', 'g-state 1 faulty'], 'violated'],
];

describe('g-check, army by army,', () => {
  describe('of the army as it stands', () => {
    for (const [title, commands, verdict] of ARMIES) {
      it(`says ${verdict}: ${title}`, async () => {
        const at = await camp(4, ...commands);
        const { members, commander, traitors } = standing(at);
        const found = await checked(at);
        expect(found).to.include({ v: 1, ok: true, command: 'g-check', type: 'check', verdict });
        // Plain enumeration, where it can be waited for, says the same of the same generals.
        if (verdict === 'violated') expect(found.violation).to.deep.include({ commander, members, traitors });
        const plain = isSmall(at) ? check({ protocol: at.army.protocol, members, commander, faults: traitors.length, traitors, m: at.army.m, engine: 'plain' }) : undefined;
        if (plain?.type === 'violated') expect(found.violation?.lies).to.have.length(plain.violation.lies.length);
        if (plain?.type === 'holds') expect(found.treasons).to.equal(String(plain.treasons));
      });

      if (verdict === 'violated') {
        it(`shows a smallest lie that its line repeats, on the spot: ${title}`, async () => {
          const at = await camp(4, ...commands);
          const { violation, smallest } = await checked(at);
          expect(smallest).to.equal(true);
          const text = await printed(at, 'g-check');
          const [, line = ''] = /\nTo repeat it with the same generals: (.*)\n$/.exec(text) ?? [];
          expect(line).to.match(new RegExp(`actual-order ${violation!.order} anyway$`));
          let last = '';
          for (const command of line.split('; ')) last = await printed(at, command);
          expect(last.toLowerCase()).to.include(`${violation!.property} violated: ${violation!.witness.toLowerCase()}.\n`);
          // What was told is just the lie that was shown, and nothing more.
          expect(at.outcome!.account.reports.flatMap(({ tampered }) => tampered)).to.have.length(violation!.lies.length);
        });
      }
    }

    it('heeds neither the traitors’ strategies, nor the seed, nor what was dictated', async () => {
      const seen: string[] = [];
      for (const [strategy, seed] of [['coin', 1], ['liar', 2], ['silent', 3], ['twins', 4], ['arbitrary', 5]] as const) {
        const at = await camp(4, 'g-kill 4', `g-state 3 faulty ${strategy}`, `g-seed ${seed}`, 'choose 3 attack');
        seen.push(await printed(at, 'g-check'));
      }
      expect(new Set(seen).size).to.equal(1);
    });

    it('changes nothing: the next order is the one that would have come', async () => {
      const order = async (...before: string[]): Promise<string> => {
        const at = await camp(5, 'g-state 2 faulty', 'g-state 3 faulty', 'choose 2 retreat retreat attack', ...before);
        const text = await printed(at, 'actual-order attack anyway');
        const { number, draw, dictations } = at.outcome!;
        return `${text}${number} ${draw} ${JSON.stringify([...dictations])}`;
      };
      expect(await order('g-check', 'g-check attack')).to.equal(await order());
    });

    it('is checked as it stands now, and not as it stood before', async () => {
      const at = await camp(4, 'g-state 3 faulty');
      expect(await printed(at, 'g-check')).to.match(/^holds: all [\d,]+ treasons covered/);
      await printed(at, 'g-kill 2');
      expect(await printed(at, 'g-check')).to.match(/^violated: validity; 1 message is tampered with, and with fewer nothing breaks/);
      await printed(at, 'g-add 1');
      expect(await printed(at, 'g-check')).to.match(/^holds: /);
      await printed(at, 'g-state 1 faulty');
      expect(await printed(at, 'g-check')).to.match(/^violated: /);
      await printed(at, 'g-state 3 non-faulty');
      expect(await printed(at, 'g-check')).to.match(/^holds: /);
    });
  });

  describe('names the strength of its verdict:', () => {
    it('holds, with how many treasons there are; of one order half of them', async () => {
      const at = await camp(4, 'g-state 1 faulty');
      expect(await printed(at, 'g-check')).to.match(/^holds: all 16 treasons covered \(symbolic run of exchange\)\n/);
      for (const order of [...ORDERS, 'ATTACK']) expect(await printed(at, `g-check ${order}`), order).to.match(/^holds: all 8 treasons covered \(symbolic run of exchange\)\n/);
    });

    it('holds, and which properties say nothing of these generals', async () => {
      expect(await printed(await camp(4, 'g-state 3 faulty'), 'g-check')).not.to.match(/nothing|trivial/);
      expect(await printed(await camp(4, 'g-state 1 faulty'), 'g-check')).to.match(/^holds: .*\nvalidity asks nothing, as the primary is not loyal\n$/s);
      const lonely = await camp(4, 'g-state 1 faulty', 'g-state 2 faulty', 'g-state 3 faulty');
      expect(await printed(lonely, 'g-check')).to.match(/\nagreement is trivial, as only one secondary is loyal\nvalidity asks nothing, as the primary is not loyal\n$/);
    });

    it('violated, with property, number of lies, traitors, and what was said in a sentence', async () => {
      const at = await camp(4, 'g-kill 1', 'g-elect 2', 'g-state 4 faulty');
      const [first, ...others] = (await printed(at, 'g-check')).split('\n');
      expect(first).to.match(/^violated: validity; 1 message is tampered with, and with fewer nothing breaks \(\w+\)$/);
      expect(others.slice(0, 3)).to.deep.equal([
        'order attack, traitor G4:',
        '  G4 told G3 retreat instead of attack in round 2',
        'so the loyal primary ordered attack, G3 is loyal and decided retreat',
      ]);
    });

    it('violated by one order only, and held by the other', async () => {
      const at = await camp(4, 'g-kill 1', 'g-elect 2', 'g-state 4 faulty');
      expect(await checked(at, 'g-check attack')).to.include({ verdict: 'violated' });
      expect(await checked(at, 'g-check retreat')).to.include({ verdict: 'holds', treasons: '2' });
    });

    it('of signed messages, what it leaves out', async () => {
      const at = await camp(3, 'g-protocol signed', 'g-state 1 faulty');
      expect(await printed(at, 'g-check')).to.match(/^holds: .*\n\(traitors that sign in each other’s names, .*\)\nvalidity asks nothing, .*\n$/);
      expect((await checked(at)).limits).to.include('sign in each other’s names');
    });

    it('unknown when it was interrupted, with what was covered; and is ready for the next command', async () => {
      const at = await camp(7, 'g-protocol signed', 'g-state 1 faulty', 'g-state 2 faulty', 'g-state 3 faulty');
      const controller = new AbortController();
      const seen: (number | undefined)[] = [];
      const watched: Session = {
        ...at,
        progress(progress) {
          seen.push(progress?.share);
          if (seen.length === 3) controller.abort();
        },
      };
      expect(await printed(watched, 'g-check', controller.signal)).to.match(/^unknown: covered [\d,]+ treasons? \(merging\), none of which breaks anything\n/);
      const stopped = await checked(watched, 'g-check', AbortSignal.abort());
      expect(stopped).to.include({ verdict: 'unknown', reason: 'stopped', treasons: null });
      expect(stopped.covered).to.match(/^\d+$/);
      expect(await printed(at, 'g-state 3 non-faulty')).to.include('G3, secondary, state=NF');
    });

    it('never holds of what was interrupted: a search that had not ended says unknown, whatever the protocol', async () => {
      const armies: readonly [count: number, commands: readonly string[]][] = [
        [6, ['g-protocol oral 2', 'g-state 1 faulty', 'g-state 2 faulty']],
        [9, ['g-protocol oral 3', 'g-state 1 faulty', 'g-state 2 faulty', 'g-state 3 faulty']],
        [5, ['g-protocol king 1', 'g-state 1 faulty']],
        [6, ['g-protocol signed 4', 'g-state 1 faulty', 'g-state 3 faulty', 'g-state 4 faulty', 'g-state 5 faulty']],
      ];
      for (const [count, commands] of armies) {
        const at = await camp(count, ...commands);
        expect((await checked(at, 'g-check', AbortSignal.abort())).verdict, commands[0]).to.equal('unknown');
      }
    });

    it('tells how far it has come, never beyond all, and never back', async () => {
      const at = await camp(5, 'g-protocol king 1', 'g-state 1 faulty');
      const shares: number[] = [];
      await printed({ ...at, progress: (progress) => shares.push(progress?.share ?? 0) }, 'g-check');
      const told = shares.slice(0, -1);
      expect(told.length).to.be.greaterThan(2);
      expect(told).to.deep.equal(told.toSorted((a, b) => a - b));
      for (const share of told) expect(share).to.be.within(0, 1);
    });
  });

  describe('gives a script', () => {
    const armies = ARMIES.filter(([, , verdict]) => verdict === 'violated');
    const protocolOf = ([title]: (typeof ARMIES)[number]): string => title.split(',')[0]!;
    for (const [index, army] of armies.entries()) {
      const [title, commands] = army;
      // What threads run is the protocol's own code: but in a soak, one army of each stands for its others.
      const onThreads = process.env['SOAK'] === '1' || armies.findIndex((other) => protocolOf(other) === protocolOf(army)) === index;
      it(`that finds the same violation, whatever the seed, ${onThreads ? 'on threads as ' : ''}in virtual time: ${title}`, async () => {
        const { script, violation, sentence } = await checked(await camp(4, ...commands));
        const comments = script!.filter((line) => line.startsWith('# ')).map((line) => line.slice(2));
        expect(`${comments.slice(0, -1).join('; ')}: ${comments.at(-1)!}`).to.equal(sentence);
        for (const [host, seed] of [['sim', 2], ...(onThreads ? [['threads', 3] as const] : [])] as const) {
          const text = await transcriptOf(`${script!.join('\n')}\n`, { host, seed });
          expect(text).not.to.match(/^! /m);
          expect(text.toLowerCase()).to.include(`${violation!.property} violated: ${violation!.witness.toLowerCase()}.\n`);
        }
      });
    }
  });

  describe('is refused in one line', () => {
    it('in an empty camp', async () => {
      expect(await mistakeIn(await camp(2, 'g-kill 1', 'g-kill 2'), 'g-check')).to.equal('there is no general to give the order – g-check [<attack|retreat>], for example g-check attack');
    });

    it('with a lost general, until it is struck off', async () => {
      for (const how of ['throw', 'exit', 'hang']) {
        const at = await camp(4, `g-break 3 ${how}`, 'actual-order attack');
        expect(await mistakeIn(at, 'g-check'), how).to.match(/^G3 is lost, and only the living can be checked: g-kill 3 strikes it off – /);
        await printed(at, 'g-kill 3');
        expect(await printed(at, 'g-check'), how).to.match(/^holds: all 2 treasons covered/);
      }
    });

    it('beyond the size that a protocol takes, with the number of messages', async () => {
      const at = await camp(4, 'g-protocol oral', 'g-add 60');
      expect(await mistakeIn(at, 'g-check')).to.match(/^OM\(21\) among 64 generals takes about 10\^37 messages, the limit is 1,000,000: choose a smaller m – /);
      expect(await mistakeIn(await camp(4, 'g-protocol oral', 'g-add 12'), 'g-check')).to.match(/^OM\(5\) among 16 generals takes 3,999,675 messages, the limit is 1,000,000: choose a smaller m – /);
    });

    it('where m does not fit those who are left', async () => {
      const refusals = { 'oral 2': /^OM\(2\) does not fit 3 generals: m is at most n - 2, here 1 – /, 'signed 2': /^SM\(2\) does not fit 3 generals/, 'king 3': /^phase king with m = 3 does not fit 3 generals/ };
      for (const [protocol, refusal] of Object.entries(refusals)) expect(await mistakeIn(await camp(4, `g-protocol ${protocol}`, 'g-kill 2'), 'g-check'), protocol).to.match(refusal);
    });

    it('for what is no order, and for one order too many', async () => {
      const at = await camp(4);
      expect(await mistakeIn(at, 'g-check sideways')).to.equal('"sideways" is not an order: attack or retreat – g-check [<attack|retreat>], for example g-check attack');
      expect(await mistakeIn(at, 'g-check attack retreat')).to.match(/^g-check does not take "retreat" – /);
    });
  });
});

/** Who stands there, for the checker itself. */
function standing({ army }: Session): { members: NodeId[]; commander: NodeId; traitors: NodeId[] } {
  const members = army.members();
  return {
    members: members.map(({ id }) => id),
    commander: members.find(({ role }) => role === 'primary')?.id ?? nodeId(1),
    traitors: members.filter(({ state }) => state.type === 'faulty').map(({ id }) => id),
  };
}

/** Whether plain enumeration takes no longer than a second or two. */
const isSmall = (at: Session): boolean => standing(at).traitors.length < 2 && at.army.protocol.name !== 'king';
