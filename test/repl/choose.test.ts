import { expect } from 'chai';
import fc from 'fast-check';
import { Army, type ArmyOptions } from '../../src/index.ts';
import type { Session } from '../../src/repl/command.ts';
import { sessionOf } from '../../src/repl/session.ts';
import { execute, type Answer } from '../../src/repl/execute.ts';
import { factsOf } from '../../src/generals/trace/facts.ts';
import { transcriptOf } from '../support/run.ts';

async function session(count: number, options: ArmyOptions = {}): Promise<Session> {
  const army = await Army.muster(count, { host: 'sim', seed: 1, ...options });
  await army.elect(1);
  return sessionOf(army);
}

const run = (at: Session, line: string): Promise<Answer> => execute(at, line, new AbortController().signal);

/** What the line is refused with; fails if it is not. */
async function refusal(at: Session, line: string): Promise<string> {
  const answer = await run(at, line);
  return answer.type === 'mistake' ? answer.message : expect.fail(`${line} was not refused`);
}

describe('choose', () => {
  describe('repeats any treason that can be said word by word', () => {
    for (const protocol of ['exchange', 'oral', 'signed', 'king'] as const) {
      it(`in ${protocol}: what coins made traitors say, written down, splits or spares the same generals`, async () => {
        await fc.assert(
          fc.asyncProperty(fc.integer({ min: 3, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.nat(), async (n, first, second, seed) => {
            const at = await session(n, { seed, protocol });
            const traitors = [...new Set([Math.min(first, n), Math.min(second, n)])];
            for (const id of traitors) await run(at, `g-state ${id} faulty coin`);
            const drawn = await at.army.order('attack', { anyway: true });
            const facts = factsOf(drawn);
            for (const id of traitors) {
              // A traitor's frames, round by round and by receiver: as it sends them.
              const words = facts.flatMap((fact) => (fact.type === 'heard' && fact.from === id ? [/attack|retreat|nothing/.exec(String(fact.message))![0]] : []));
              if (words.length > 0) expect(await run(at, `choose ${id} ${words.join(' ')}`)).to.deep.include({ type: 'result' });
            }
            const written = await at.army.order('attack', { anyway: true });
            const loyal = (outcome: typeof drawn): unknown => outcome.account.reports.filter(({ id }) => !traitors.includes(id)).map(({ id, decision }) => [id, decision]);
            expect(loyal(written)).to.deep.equal(loyal(drawn));
            expect(written.findings).to.deep.equal(drawn.findings);
          }),
          { numRuns: 40 },
        );
      });
    }
  });

  it('takes silence, and both: the honest message and then a lie', async () => {
    const at = await session(4, { protocol: 'signed' });
    await run(at, 'g-state 1 faulty');
    await run(at, 'choose 1 both silence attack');
    const { account, verdict } = await at.army.order('attack');
    const [, second, third, fourth] = account.reports;
    expect(second!.heard[0]!.map(({ messages }) => messages.length)).to.deep.equal([2]);
    expect(third!.heard[0]).to.deep.equal([]);
    expect(fourth!.heard[0]!.map(({ messages }) => messages.length)).to.deep.equal([1]);
    expect(verdict.order, 'who signs both orders is not obeyed').to.equal('retreat');
  });

  it('takes the words of the protocol, such as that a king proposes nothing', async () => {
    const at = await session(4, { protocol: 'king' });
    await run(at, 'g-state 4 faulty');
    const before = await at.army.order('attack');
    const sent = before.account.reports[3]!.sent;
    const words = Array.from({ length: sent }, (_, index) => (index >= 3 && index < 6 ? 'nothing' : 'attack'));
    expect(await run(at, `choose 4 ${words.join(' ')}`)).to.deep.include({ type: 'result' });
    const outcome = await at.army.order('attack');
    const proposals = outcome.account.reports[3]!.tampered.map(({ honest, said }) => [honest, said]);
    expect(proposals).to.deep.equal(Array.from({ length: 3 }, () => ['proposal attack', ['proposal nothing']]));
  });

  it('goes round by round, and within a round receiver by receiver', async () => {
    const at = await session(5, { protocol: 'oral' });
    await at.army.setProtocol('oral', 2);
    await run(at, 'g-state 2 faulty');
    // Round 2: to G3, G4 and G5; round 3: to each of them what the other two said of the commander.
    await run(at, `choose 2 retreat attack attack ${'attack attack '.repeat(2)} retreat attack`);
    const outcome = await at.army.order('attack', { anyway: true });
    const lies = factsOf(outcome).flatMap((fact) => (fact.type === 'tampered' ? [`${fact.round} G${fact.to} ${String(fact.said[0])}`] : []));
    expect(lies).to.deep.equal(['2 G3 retreat G1→G2', '3 G5 retreat G1→G3→G2']);
  });

  it('is for traitors that are there', async () => {
    const at = await session(4);
    expect(await refusal(at, 'choose 2 attack')).to.match(/^G2 is loyal, and only traitors can be told what to say/);
    expect(await refusal(at, 'choose 9 attack')).to.match(/^there is no general G9/);
    await run(at, 'g-state 2 faulty');
    expect(await refusal(at, 'choose 2')).to.include('choose <id> <attack|retreat|nothing|silence|both>…');
    expect(await refusal(at, 'choose banana attack')).to.include('choose <id>');
    expect(at.army.dictated).to.deep.equal([]);
  });

  it('is taken back by another choose, and by a pardon, a change of heart or a death', async () => {
    const at = await session(4);
    await run(at, 'g-state 1 faulty silent');
    await run(at, 'choose 1 attack attack attack');
    await run(at, 'choose 1 retreat retreat retreat');
    expect((await at.army.order('attack')).verdict.order, 'the second choose counts').to.equal('retreat');
    expect((await at.army.order('attack')).account.reports[0]!.tampered, 'for one order only').to.have.length(3);
    await run(at, 'choose 1 attack');
    await run(at, 'g-state 1 non-faulty');
    expect((await at.army.order('attack')).verdict, 'a loyal general says what it must').to.deep.include({ order: 'attack', votes: 3 });
    await run(at, 'g-state 2 faulty');
    await run(at, 'choose 2 retreat');
    await run(at, 'g-kill 2');
    expect(await run(at, 'actual-order attack')).to.deep.include({ type: 'result' });
  });

  it('refuses an order that the words do not fit, once, and says which; nothing of that order happens', async () => {
    for (const [protocol, words, reason] of [
      ['exchange', 'retreat', 'G2 has more to say than 1 word, first to G4 in round 2'],
      ['exchange', 'retreat retreat retreat', 'G2 was given 3 words, but sends 2 messages'],
      ['exchange', 'retreat nothing', 'word 2 of G2, "nothing", cannot be said to G4 in round 2'],
      ['signed', 'nothing attack', 'word 1 of G2, "nothing", cannot be said to G3 in round 2'],
      ['pbft', 'retreat', 'word 1 of G2, "retreat", cannot be said to G1 in round 2'],
    ] as const) {
      const at = await session(4, { protocol });
      await run(at, 'g-state 2 faulty');
      await run(at, `choose 2 ${words}`);
      expect(await refusal(at, 'actual-order attack'), protocol).to.equal(`${reason} – actual-order <attack|retreat> [anyway], for example actual-order attack`);
      expect(at.outcome, protocol).to.equal(undefined);
      const next = await at.army.order('attack');
      expect([next.number, next.draw], `${protocol}: as if it had never been asked for`).to.deep.equal([1, 1]);
    }
  });

  it('shows in g-why and in the trace, on threads as in virtual time', async () => {
    const script = ['g-seed 5', 'g-elect 1', 'g-protocol oral 1', 'g-state 3 faulty arbitrary', 'choose 3 retreat silence', 'actual-order attack', 'g-why 2', 'g-trace last', ''].join('\n');
    const [threads, sim] = [await transcriptOf(script, { host: 'threads', seed: 1 }), await transcriptOf(script, { host: 'sim', seed: 1 })];
    expect(threads).to.equal(sim);
    expect(sim).to.include('round 2: G3 told G2 retreat G1→G3. An honest general would have said attack G1→G3');
    expect(sim).to.include('"honest":"attack G1→G3","said":[]');
  });
});

describe('g-tell', () => {
  const SIGNED = ['g-protocol signed 1', 'g-state 1 faulty', 'choose 1 attack attack retreat'];

  it('says the same on threads as in virtual time, whatever the signatures are', async () => {
    const script = ['g-elect 1', ...SIGNED, 'g-tell 1 1 3 retreat:1', 'g-tell 1 1 2 silence', 'actual-order attack anyway', 'g-why', 'g-why 3', 'g-trace last'].join('\n');
    const [sim, threads] = await Promise.all((['sim', 'threads'] as const).map((host) => transcriptOf(script, { host, seed: 1 }, 4)));
    expect(threads).to.equal(sim);
    expect(sim).to.include('G1 told G3 retreat:1').and.include('"honest":"nothing","said":["retreat:1"]');
    expect(sim).to.include('g-tell 1 1 3 retreat:1; g-tell 1 1 2 silence; choose 1 attack attack retreat; actual-order attack anyway');
  });

  it('turns an order round under the old signatures, which nobody takes who looks at them', async () => {
    const script = ['g-elect 1', 'g-protocol signed 2', 'g-state 2 faulty', 'g-tell 2 2 3 forged retreat:1', 'actual-order attack anyway', 'g-why 3'].join('\n');
    for (const host of ['sim', 'threads'] as const) {
      const text = await transcriptOf(script, { host, seed: 1 }, 4);
      expect(text, host).to.include('G2 told G3 retreat:1 under a forged signature. An honest general would have said nothing').and.include('G3 decided attack');
    }
  });

  it('has a message that is written as it is, and is honest in all else', async () => {
    const at = await session(4, { protocol: 'exchange' });
    for (const line of ['g-state 3 faulty liar', 'g-tell 3 2 4 retreat', 'g-tell 3 2 2 silence']) expect(await run(at, line)).to.deep.include({ type: 'result' });
    const facts = factsOf(await at.army.order('attack'));
    expect(facts.flatMap((fact) => (fact.type === 'heard' && fact.from === 3 ? [`${fact.to}: ${String(fact.message)}`] : []))).to.deep.equal(['4: attack', '4: retreat']);
    // It was for one order.
    expect(factsOf(await at.army.order('attack')).filter((fact) => fact.type === 'heard' && fact.from === 3)).to.have.length(2);
  });

  it('is refused with the order where it cannot be done, and is forgotten', async () => {
    const at = await session(4, { protocol: 'exchange' });
    expect(await refusal(at, 'g-tell 3 2 4 retreat')).to.include('G3 is loyal, and only traitors can be told what to say');
    await run(at, 'g-state 3 faulty');
    for (const [words, why] of [
      ['1 4 retreat', 'nobody listens to it there'], ['2 1 retreat', 'nobody listens to it there'], ['2 4 charge', 'it knows no such message by then'],
      ['3 4 retreat', 'there is no such round'], ['2 9 retreat', 'there is no such round, or nobody of that name beside it'], ['2 3 retreat', 'nobody of that name beside it'], ['1 4 silence', 'it has nothing to say there'],
    ] as const) {
      await run(at, `g-tell 3 ${words}`);
      expect(await refusal(at, 'actual-order attack'), words).to.include('G3 cannot tell ').and.include(why);
      expect(at.journal.lines.filter((line) => line.startsWith('g-tell')), words).to.deep.equal([]);
      expect(await run(at, 'actual-order attack')).to.deep.include({ type: 'result' });
    }
    for (const line of ['g-tell 3 0 4 retreat', 'g-tell 3 two 4 retreat', 'g-tell 3 2 x retreat', 'g-tell 3 2 4']) expect(await refusal(at, line)).to.include('g-tell <id> <round> <id> <silence|message>…');
  });

  it('is asked for at a terminal, word by word', async () => {
    const at = await session(4, { protocol: 'exchange' });
    await run(at, 'g-state 3 faulty');
    const asked: string[] = [];
    const person = { ask: async ({ message }: { readonly message: string }) => (asked.push(message), ['3', '2', '4', 'retreat'][asked.length - 1]) } as unknown as Session['person'];
    expect(await run({ ...at, person }, 'g-tell')).to.deep.include({ type: 'result', line: 'g-tell 3 2 4 retreat' });
    expect(asked).to.deep.equal(['Who is to speak out of turn?', 'In which round?', 'Whom is it to tell?', 'What is it to say?']);
  });
});
