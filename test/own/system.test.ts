import { expect } from 'chai';
import type { Graded } from '../generals/grade/probe.ts';
import { gradedAll, wrongIn } from '../support/graded.ts';
import { FOR_EVER, edited, ownFolder } from '../support/own.ts';
import { generals, here } from '../support/run.ts';
import { CORRECT_NODES, solution } from '../support/students.ts';

/** A system with a judge of its own: nodes that are asked to greet, and are heard by all. */
const GREET = `import { defineSystem } from 'generals';
export default defineSystem({
  name: 'greet', summary: 'say hello', promises: 'Hearing', members: 3, tolerates: () => 0, links: 'reliable',
  inputs: (_draw, n) => Array.from({ length: n }, (_, node) => ({ at: 10, node: node as never, input: { hello: node } })),
  judge: (_plan, loyal) => {
    const heard: unknown[] = [];
    return {
      violation: undefined, restarted() {}, output: (by, output) => { heard.push(output); },
      isDone: () => heard.length === loyal.length * (loyal.length - 1),
      end() { return this.isDone(new Map()) ? { type: 'holds' } : { type: 'violated', property: 'hearing', witness: 'somebody was not heard' }; },
      figures: () => ({ heard: heard.length }), progress: () => 'heard ' + heard.length,
    };
  },
  words: { asked: (inputs) => inputs.length + ' greetings', input: () => 'is to greet', output: () => 'heard a greeting' },
  machine: {
    begin: () => ({}),
    parse: (input) => ((input as { type?: unknown } | null)?.type === 'hello' ? { type: 'hello' as const } : undefined),
    lies: () => [],
    step({ self, members }, _state, event) {
      if (event.type === 'input') return [{ type: 'send', to: members.filter((id) => id !== self), message: { type: 'hello' } }];
      return event.type === 'message' ? [{ type: 'output', output: { type: 'heard' } }] : [];
    },
  },
});
`;

const of = (name: string, words: string, by: string): string => edited(words, by, solution(name));

/** What goes wrong in programs that people write, with the question that finds it and the property that is broken. */
const MISTAKES: readonly (readonly [what: string, text: string, question: RegExp, found: RegExp])[] = [
  ['delivers with a quorum of ECHO', of('broadcast', 'const settled = valueOf(one.readies, mostlyLoyal(n));', 'const settled = valueOf(one.echoes, byzantineQuorum(n));'), /^it stands/, /did not deliver .*, and node \d did/],
  ['is ready with a majority of ECHO', of('broadcast', 'valueOf(one.echoes, byzantineQuorum(n)) ?? valueOf', 'valueOf(one.echoes, Math.floor(n / 2)) ?? valueOf'), /^it stands/, /^Violated/],
  ['never amplifies READY', of('broadcast', ' ?? valueOf(one.readies, oneLoyal(n));', ';'), /^it stands/, /did not deliver .*, and node \d did/],
  ['delivers with f + 1 READY', of('broadcast', 'valueOf(one.readies, mostlyLoyal(n))', 'valueOf(one.readies, oneLoyal(n))'), /^it stands/, /^Violated/],
  ['counts READY of one node as often as it says it', of('broadcast', 'if (!votes.has(from)) votes.set(from, value);', 'votes.set(from + 1000 * votes.size, value);'), /^it stands/, /^Violated/],
  ['delivers again and again', of('broadcast', 'if (!one.isDelivered && settled', 'if (settled'), /^without faults/, /delivered .* twice/],
  ['shares its state among nodes', edited('begin: (): State => new Map()', 'begin: (): State => shared', edited('export default', 'const shared: State = new Map();\nexport default', solution('broadcast'))), /^without faults/, /^Violated/],
  ['keeps a function in its state', of('broadcast', 'isDelivered: false };', 'isDelivered: false, log: () => undefined };'), /^its state is plain data/, /^a copy cannot be made of it/],
  ['tosses coins of its own', of('broadcast', 'if (!one.hasEchoed && initial', 'if (Math.random() < 0.9 && !one.hasEchoed && initial'), /^two runs of the same/, /came out otherwise/],
  ['throws on what is no object', of('broadcast', "if (typeof input !== 'object' || input === null) return undefined;", ''), /^parse takes anything/, /^the system planted-\d+ threw .* in parse/],
  ['names no lies', of('broadcast', 'return [other, {', 'return [].length === 0 ? [] : [other, {'), /^each kind of message/, /traitors would be too tame/],
  ['changes what it was given', of('broadcast', 'const key = `', "(message as { value: string }).value = '';\n      const key = `"), /^two runs/, /^the system planted-\d+ changed what it was given upon "initial" of node \d/],
  ['proposes what it likes in a new view', of('view-change', 'const value = bound(changes) ?? state.value;', 'const value = state.value;'), /^it stands|^so it does/, /did not decide/],
  ['asks for no proof of a new view', of('view-change', 'if (!isProven || (bound(changes) ?? value) !== value) return;', ''), /^it stands/, /decided "[^"]+", and node \d "/],
  ['takes 2f for a quorum', of('view-change', 'if (votes.length >= byzantineQuorum(n)) {', 'if (votes.length >= byzantineQuorum(n) - 1) {'), /^it stands/, /^Violated/],
  ['waits for a timer once only', of('view-change', "      wait();\n      };", '      };'), /^it stands/, /did not decide/],
];

describe('a system of your own', () => {
  const folder = ownFolder();
  after(folder.remove);

  it('is graded by the command as a protocol is, and a line shows again what breaks it', async () => {
    const file = folder.write('mine.ts', of('broadcast', 'if (!one.isDelivered && settled', 'if (settled'));
    const { code, out } = await generals(['grade', file]);
    expect(code).to.equal(3);
    expect(out).to.include('broadcast, held to reliable broadcast, Bracha 1987, §3').and.include('✗ without faults all comes about that it promises');
    const [, line = ''] = /to see it: generals (simulate .*)/.exec(out) ?? [];
    const again = await generals(line.split(' '));
    expect([again.code, again.out]).to.satisfy(([status, text]: [number, string]) => status === 3 && /^Violated: node \d delivered broadcast \d of node \d twice\.$/m.test(text));
    expect((await generals(['grade', file, '--against', 'consensus'])).code).to.equal(2);
  });

  it('is simulated as ours are, and may have a judge of its own', async () => {
    const file = folder.write('greet.ts', GREET);
    const { code, out, err } = await generals(['simulate', '--protocol', file]);
    expect({ code, err }).to.deep.equal({ code: 0, err: '' });
    expect(out).to.include('3 nodes, no traitor; 3 greetings;').and.match(/Hearing held/);
    const mute = folder.write('mute.ts', edited("event.type === 'message' ?", "event.type === 'message' && event.from !== 1 ?", GREET));
    const broken = await generals(['simulate', '--protocol', mute, '--schedules', '10']);
    expect(broken.code).to.equal(3);
    expect(broken.out).to.include(`To repeat it: generals simulate --protocol ${mute} --members 3 --seed 1 --keep `);
  });

  it('that loops for ever, or sends what is nothing, is named', async () => {
    const loops = await generals(['simulate', '--protocol', folder.write('loops.ts', of('broadcast', "if (event.type !== 'message') return [];", `if (event.type === 'message' && self === 2) ${FOR_EVER};\n      if (event.type !== 'message') return [];`))], '', { GENERALS_PATIENCE: '1.5' });
    expect([loops.code, loops.err]).to.deep.equal([1, 'generals: the system broadcast did not come back from step at node 2: it was waited for 1.5 s\n']);
    const garbage = await generals(['simulate', '--protocol', folder.write('garbage.ts', of('broadcast', "say({ type: 'echo',", "say({ type: 'moan' as 'echo',"))]);
    expect(garbage.code).to.equal(1);
    expect(garbage.err).to.match(/^generals: the system broadcast sent \{"type":"moan".*\} upon "initial" of node \d at node \d: its own parse takes that for no message\n$/);
  });

  it('is not divided into shards, which nobody could put together', async () => {
    const { code, err } = await generals(['simulate', '--protocol', folder.write('greet.ts', GREET), '--schedules', '4', '--shard', '1/2', '--out', `${folder.path}/shard`]);
    expect(code).to.equal(2);
    expect(err).to.include('a system of your own cannot be divided into shards');
  });

  it('is refused in one line where it is none', async () => {
    for (const [text, said] of [
      ['export default { name: "mine", machine: {} };', 'its summary is missing'],
      ['export default { name: "mine", summary: "mine", machine: { begin() {} } };', 'the step of its machine is missing'],
      [GREET.replace("promises: 'Hearing', ", ''), "its promises is missing: wanted is promises: 'Agreement and termination'"],
      [of('broadcast', "'reliable-broadcast'", "'peace'"), "its problem is not as it should be: wanted is one of 'reliable-broadcast', 'consensus'"],
      [of('broadcast', "name: 'broadcast'", "name: 'pbft'"), 'there is a system "pbft" already'],
    ] as const) {
      const { code, err } = await here(['simulate', '--protocol', folder.write('bad.ts', text)]);
      expect(code).to.equal(2);
      expect(err).to.include(said);
    }
  });
});

describe('a program for nodes that somebody wrote', () => {
  let graded: readonly Graded[];
  before(async () => {
    // Of each mistake what finds it is asked; all in a soak.
    const isSoak = process.env['SOAK'] === '1';
    graded = await gradedAll([...MISTAKES.map(([, text, question, found]) => ({ text, ...(isSoak ? {} : { asked: question.source, until: found.source }) })), ...CORRECT_NODES.map((name) => ({ text: solution(name) }))]);
  });

  MISTAKES.forEach(([what, , question, found], index) => {
    it(`is found out if it ${what}`, () => {
      const { answers, replayed } = graded[index]!;
      const answer = answers.find((one) => one.verdict === 'no' && question.test(one.question) && found.test(one.found[0] ?? ''));
      expect(answer, wrongIn(graded[index]!)).not.to.equal(undefined);
      // The line that is told shows the same.
      if (answer!.commands.length > 0) expect(replayed[answer!.question]).to.include(answer!.found[0]!);
    });
  });

  CORRECT_NODES.forEach((name, index) => {
    it(`is worth all points if it is well: ${name}`, () => {
      const { answers, replayed, cpu } = graded[MISTAKES.length + index]!;
      expect(answers.filter(({ verdict }) => verdict !== 'yes')).to.deep.equal([]);
      // Of a traitor more than it stands the smallest plan is shown, and a line that shows it again.
      const beyond = answers.at(-1)!;
      expect([beyond.group, beyond.question]).to.deep.equal(['beyond the bound', 'the smallest plan that breaks it, of 2 traitors among 4']);
      expect(beyond.found[0]).to.match(/^Violated: /);
      expect(replayed[beyond.question]).to.include(beyond.found[0]!);
      expect(cpu).to.be.below(20);
    });
  });
});
