import { expect } from 'chai';
import fc from 'fast-check';
import { Army, type ArmyOptions } from '../../src/index.ts';
import { STRATEGIES } from '../../src/generals/faults/registry.ts';
import { PROTOCOLS } from '../../src/generals/protocols/registry.ts';
import { formOf, type Session } from '../../src/repl/command.ts';
import { sessionOf } from '../../src/repl/session.ts';
import { COMMANDS } from '../../src/repl/commands.ts';
import { complete } from '../../src/repl/complete.ts';
import { LINE_MAX, execute, type Answer } from '../../src/repl/execute.ts';
import { jsonOf } from '../../src/repl/json.ts';
import { themeOf } from '../../src/repl/theme.ts';
import { render } from '../../src/repl/render.ts';

/** In virtual time, so that thousands of lines take seconds. The commands know nothing of the host. */
async function session(count = 4, options: ArmyOptions = {}): Promise<Session> {
  const army = await Army.muster(count, { host: 'sim', seed: 1, limit: 8, ...options });
  await army.elect(1);
  // Nothing that is tried here writes a file.
  return { ...sessionOf(army, () => undefined, (members, more) => Army.muster(members, { host: 'sim', limit: 8, ...more })), write: () => undefined };
}

const run = (at: Session, line: string): Promise<Answer> => execute(at, line, new AbortController().signal);

/** All that a mistake must not change. */
const stateOf = ({ army, outcome, isTraced }: Session): unknown => ({
  members: army.members(),
  seed: army.seed,
  protocol: army.protocol.name,
  faults: army.m,
  dictated: army.dictated,
  order: outcome?.number,
  isTraced,
});

const names = COMMANDS.map(({ name }) => name);

describe('the command language', () => {
  describe('whatever is typed', () => {
    const word = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...names) },
      { weight: 4, arbitrary: fc.integer({ min: -1, max: 10 }).map(String) },
      { weight: 2, arbitrary: fc.integer({ min: 0, max: 10 }).map((id) => `G${id}`) },
      { weight: 4, arbitrary: fc.constantFrom('attack', 'retreat', 'silence', 'anyway', 'faulty', 'non-faulty', 'on', 'off', 'last', 'throw', 'exit', 'hang') },
      { weight: 2, arbitrary: fc.constantFrom(...STRATEGIES.map(({ name }) => name), ...PROTOCOLS.map(({ name }) => name)) },
      { weight: 1, arbitrary: fc.constantFrom('1e9', '1e99', '9'.repeat(30), '1.5', '-0', 'NaN', '__proto__', 'constructor', 'toString', 'undefined', 'G', '#', '"', '\\', '%s', '$(ls)', '\u0000', '\u001b[2J', '\u202e', '\ud800', '😀', 'İ', 'ﬀ') },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
      { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
    );
    /** A command with a letter too many, too few, or another one. */
    const nearMiss = fc.tuple(fc.constantFrom(...names), fc.nat(20), fc.constantFrom('', 'x', '-', 'é', '\u0007')).map(([name, at, letter]) => name.slice(0, at) + letter + name.slice(at + 1));
    const separator = fc.constantFrom(' ', '  ', '\t', ' \u00a0', '\u3000', '\r', '\v', '\u2028');
    const line = fc.oneof(
      { weight: 6, arbitrary: fc.tuple(fc.constantFrom(...names), separator, fc.array(word, { maxLength: 4 })).map(([name, space, words]) => [name, ...words].join(space)) },
      { weight: 2, arbitrary: fc.tuple(nearMiss, fc.array(word, { maxLength: 3 })).map(([name, words]) => [name, ...words].join(' ')) },
      { weight: 1, arbitrary: fc.array(word, { maxLength: 6 }).map((words) => words.join(' ')) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
      { weight: 1, arbitrary: fc.constantFrom('', ' ', '# g-kill 1', '\ufeff', 'x'.repeat(LINE_MAX + 1), `g-kill ${'9'.repeat(9000)}`, `g-state ${'1 '.repeat(2000)}`, `choose 1 ${'attack '.repeat(500)}`, '𝕏'.repeat(2000)) },
    );
    // A search would take its time; one that is told to stop still answers.
    const stopped = AbortSignal.abort();

    it('is nothing, a result or a mistake, and never throws; a mistake is one clean line and changes nothing', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 15 }), async (lines) => {
          const at = await session(4);
          for (const [index, text] of lines.entries()) {
            const before = stateOf(at);
            const hadDictation = at.army.dictated.length > 0;
            const answer = await execute(at, text, stopped);
            const replay = `line ${index + 1} of ${JSON.stringify(lines.map((one) => one.slice(0, 9000)))}`;
            expect(answer.type, replay).to.be.oneOf(['nothing', 'result', 'mistake']);
            if (answer.type === 'nothing') expect(text.trim() === '' || text.trim().startsWith('#'), replay).to.equal(true);
            if (answer.type === 'result') expect(render(answer.result, themeOf(false)), replay).to.match(/^([^\p{Cc}]*\n)*$/u);
            if (answer.type !== 'nothing') expect(jsonOf(answer), replay).to.match(/^\{"v":1,"ok":(true|false),\P{Cc}*\}$/u);
            if (answer.type !== 'mistake') continue;
            expect(answer.message, replay).to.match(/^[^\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}]+$/u);
            expect(answer.message.length, replay).to.be.lessThan(500);
            // An order that what was dictated does not fit forgets what was dictated: it would not fit the next time either.
            if (!hadDictation) expect(stateOf(at), replay).to.deep.equal(before);
          }
        }),
        { numRuns: 400 },
      );
    });

    it('may be in any letter case, with any space around its words', async () => {
      for (const text of ['G-STATE 3 FAULTY LIAR', '  g-State\t g3   Faulty  Liar ', 'g-state\u00a0G3 faulty liar\r']) {
        const at = await session();
        expect((await run(at, text)).type, text).to.equal('result');
        expect(at.army.members()[2]!.state).to.deep.equal({ type: 'faulty', strategy: 'liar' });
      }
    });

    it('is too long beyond 2^20 characters, whatever stands there', async () => {
      const at = await session();
      expect((await run(at, `g-state${' '.repeat(LINE_MAX - 7)}`)).type).to.equal('result');
      expect(await run(at, `g-state${' '.repeat(LINE_MAX - 6)}`)).to.deep.equal({ type: 'mistake', message: 'the line is too long: 1048576 characters at the most' });
    });
  });

  describe('a mistake', () => {
    const right: Record<string, string> = Object.fromEntries(COMMANDS.map((command) => [command.name, `${formOf(command)}, for example ${command.example}`]));

    for (const { name, forms } of COMMANDS) {
      it(`in ${name} shows its form and an example`, async () => {
        const at = await session();
        const isEndless = forms.some((form) => form.at(-1)?.isMany === true);
        const most = Math.max(...forms.map(({ length }) => length));
        if (!isEndless) {
          const answer = await run(at, [name, ...Array.from({ length: most }, () => '1'), 'surplus'].join(' '));
          expect(answer).to.deep.equal({ type: 'mistake', message: `${name} does not take "surplus" – ${right[name]!}` });
        }
        const lengths = forms.map(({ length }) => length);
        for (let words = 0; words < most; words += 1) {
          if (lengths.includes(words)) continue;
          const answer = await run(at, [name, ...Array.from({ length: words }, () => '1')].join(' '));
          expect(answer).to.deep.equal({ type: 'mistake', message: `${name} needs another word – ${right[name]!}` });
        }
      });
    }

    it('in a command’s name suggests the nearest one', async () => {
      const at = await session();
      for (const [typed, meant] of [['g-stat', 'g-state'], ['gstate', 'g-state'], ['g-stats', 'g-state'], ['actual-orde', 'actual-order'], ['actualorder', 'actual-order'], ['g-ad', 'g-add'], ['g-kil', 'g-kill'], ['helpp', 'help'], ['exi', 'exit'], ['g-whyy', 'g-why']] as const) {
        expect(await run(at, typed)).to.deep.equal({ type: 'mistake', message: `there is no command "${typed}", did you mean ${meant}? – help lists all` });
      }
    });

    it('in a command’s name that is like no other suggests none', async () => {
      const at = await session();
      for (const typed of ['fortification', '?????????????', 'x'.repeat(1000)]) {
        const answer = await run(at, typed);
        expect(answer.type === 'mistake' && answer.message).to.match(/^there is no command "[^"]+" – help lists all$/);
      }
    });
  });

  describe('each command', () => {
    for (const command of COMMANDS) {
      it(`${command.name} runs as its example, ${command.example}`, async () => {
        const at = await session();
        // What some examples need: an order to explain, a traitor to tell what to say.
        await run(at, 'actual-order attack');
        if (command.name === 'choose') await at.army.corrupt(1);
        if (command.name === 'g-tell') await at.army.corrupt(3);
        const answer = await run(at, command.example);
        expect(answer.type === 'mistake' ? answer.message : answer.type).to.equal('result');
      });

      it(`${command.name} is explained by help, with the form and the example that it has`, async () => {
        const at = await session();
        const answer = await run(at, `help ${command.name.toUpperCase()}`);
        if (answer.type !== 'result' || answer.result.type !== 'help') throw new Error(answer.type);
        expect(answer.result.groups).to.deep.equal([{ title: undefined, lines: [[formOf(command), command.summary], ['for example', command.example]] }]);
        expect(answer.result.notes).to.include.members(command.details === undefined ? [] : [command.details]);
      });

      it(`${command.name} takes every form that help shows`, async () => {
        for (const form of formsIn(formOf(command))) {
          const at = await session();
          await run(at, 'actual-order attack');
          await at.army.corrupt(2);
          const line = [command.name, ...form.map((parameter) => WORDS[`${command.name} ${parameter}`] ?? WORDS[parameter] ?? parameter.split('|')[0]!)].join(' ');
          const answer = await run(at, line);
          expect(answer.type === 'mistake' ? answer.message : answer.type, line).to.equal('result');
        }
      });
    }

    it('is listed by help once, with its form', async () => {
      const answer = await run(await session(), 'help');
      if (answer.type !== 'result' || answer.result.type !== 'help') throw new Error(answer.type);
      const lines = answer.result.groups.flatMap((group) => group.lines);
      expect(lines).to.have.deep.members(COMMANDS.map((command) => [formOf(command), command.summary]));
      expect(lines).to.have.length(COMMANDS.length);
    });
  });

  it('says after an order that lost its primary who is primary now', async () => {
    const at = await session(2);
    await run(at, 'g-break 1 throw');
    const answer = await run(at, 'actual-order attack');
    expect(answer.type === 'result' && render(answer.result, themeOf(false))).to.include('G1 is lost: it threw "broken down".\nG2 is primary now.\n');
  });

  it('tells the same in words and as JSON', async () => {
    const at = await session();
    for (const line of ['g-state 3 faulty liar', 'actual-order attack']) {
      const answer = await run(at, line);
      if (answer.type !== 'result') throw new Error(answer.type);
      const data = JSON.parse(jsonOf(answer)) as { v: number; ok: boolean; command: string; members: { name: string; role: string; state: string; strategy?: string }[] };
      expect(data).to.include({ v: 1, ok: true, command: line.split(' ')[0] });
      const text = render(answer.result, themeOf(false));
      for (const { name, role, state, strategy } of data.members) expect(text).to.match(new RegExp(`^${name}, ${role}, .*state=${state}${strategy === undefined ? '' : ` \\(${strategy}\\)`}$`, 'm'));
    }
  });
});

describe('completion', () => {
  const candidates = async (line: string, cursor = line.length): Promise<readonly string[]> => complete(await session(), line, cursor).candidates;

  it('offers all commands at the beginning, and those that begin so', async () => {
    expect(await candidates('')).to.deep.equal(names);
    expect(await candidates('   ')).to.deep.equal(names);
    expect(await candidates('g-')).to.deep.equal(names.filter((name) => name.startsWith('g-')));
    expect(await candidates('G-ST')).to.deep.equal(['g-state', 'g-strategies', 'g-step']);
    expect(await candidates('actual')).to.deep.equal(['actual-order']);
    expect(await candidates('zzz')).to.deep.equal([]);
  });

  it('offers the words that a command takes at that place', async () => {
    expect(await candidates('actual-order ')).to.deep.equal(['attack', 'retreat']);
    expect(await candidates('ACTUAL-ORDER  r')).to.deep.equal(['retreat']);
    expect(await candidates('actual-order attack ')).to.deep.equal(['anyway']);
    expect(await candidates('actual-order attack anyway ')).to.deep.equal([]);
    expect(await candidates('g-state 1 ')).to.deep.equal(['faulty', 'non-faulty']);
    expect(await candidates('g-state 1 faulty ')).to.deep.equal(STRATEGIES.map(({ name }) => name));
    expect(await candidates('g-protocol ')).to.deep.equal(PROTOCOLS.map(({ name }) => name));
    expect(await candidates('help g-k')).to.deep.equal(['g-kill']);
    expect(await candidates('g-add ')).to.deep.equal([]);
    expect(await candidates('nonsense ')).to.deep.equal([]);
  });

  it('offers the ids of those who are there, by name, and finds them by number', async () => {
    const at = await session();
    await run(at, 'g-kill 2');
    expect(complete(at, 'g-kill ', 7).candidates).to.deep.equal(['G1', 'G3', 'G4']);
    expect(complete(at, 'g-kill g', 8).candidates).to.deep.equal(['G1', 'G3', 'G4']);
    expect(complete(at, 'g-kill 3', 8).candidates).to.deep.equal(['G3']);
    expect(complete(at, 'g-kill 9', 8).candidates).to.deep.equal([]);
  });

  it('offers what a traitor can say, for as many messages as it has', async () => {
    expect(await candidates('choose 1 ')).to.include.members(['attack', 'retreat', 'silence']);
    expect(await candidates('choose 1 attack retreat s')).to.deep.equal(['silence']);
  });

  it('looks at what stands before the cursor only', async () => {
    const line = 'g-kill 3 and more';
    expect(complete(await session(), line, 3)).to.deep.equal({ from: 0, candidates: ['g-kill'] });
    expect(complete(await session(), line, 8).from).to.equal(7);
  });

  it('never throws, and offers only what begins as it was typed, whatever that is', async () => {
    const at = await session();
    const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.tuple(fc.constantFrom(...names), fc.string({ maxLength: 10 })).map(([name, rest]) => `${name} ${rest}`));
    fc.assert(
      fc.property(text, fc.nat(50), (line, place) => {
        const cursor = Math.min(place, line.length);
        const { from, candidates: offered } = complete(at, line, cursor);
        expect(from).to.be.within(0, cursor);
        const typed = line.slice(from, cursor).toLowerCase();
        for (const candidate of offered) expect([typed, `g${typed}`].some((start) => candidate.toLowerCase().startsWith(start)), candidate).to.equal(true);
      }),
    );
  });
});

/** Words that stand for the parameters of commands in an army of four where G2 is a traitor. */
const WORDS: Readonly<Record<string, string>> = { round: '1', order: '1', id: '2', count: '1', strategy: 'liar', name: 'oral', m: '1', n: '42', 'topic…': 'oral message', 'demo name': 'first-order', file: 'session.txt', 'attack|retreat|nothing|silence|both…': 'attack retreat attack' };

/** The forms that a text like `name <a> [<b> [<c>]]` stands for. */
function formsIn(text: string): string[][] {
  const [, ...parts] = text.split(' ');
  const forms: string[][] = [];
  const form: string[] = [];
  for (const part of parts) {
    if (part.startsWith('[')) forms.push([...form]);
    form.push(part.replaceAll(/[[\]<>]/g, ''));
  }
  return [...forms, form];
}
