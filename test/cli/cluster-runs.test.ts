import { expect } from 'chai';
import { runPrinter, type Source } from '../../src/cli/cluster-runs.ts';
import type { Run } from '../../src/replicas/http/replica.ts';

const runOf = (number: number): Run => ({ seconds: 0.01, request: `4:${number}`, data: `request ${number}` });

/** Nodes that received six votes for each request. */
const SIX: Source = {
  slotOf: (request) => ({ order: Number(request.slice(2)), view: 0, digest: request }),
  tallies: () => new Map([[0, { correct: 6, corrupt: 0 }]]),
  heard: () => undefined,
};

interface Shown {
  readonly requests: number;
  readonly data: string;
  readonly order?: number;
}

function printing(source: Source): { readonly printer: ReturnType<typeof runPrinter>; readonly texts: string[]; readonly facts: Shown[] } {
  const texts: string[] = [];
  const facts: Shown[] = [];
  const printer = runPrinter(source, [0], (text, fact) => {
    texts.push(text);
    facts.push(fact as Shown);
  });
  return { printer, texts, facts };
}

describe('decisions on the console', () => {
  it('are each shown with their own votes, in the order of the answers', async () => {
    const { printer, texts } = printing(SIX);
    for (const number of [1, 2, 3]) printer.answered(runOf(number));
    await printer.close();
    expect(texts).to.deep.equal([1, 2, 3].map((number) => `Decision: "request ${number}"\nPBFT Consensus Time: 0.01s\nNode 0 -> 6 Correct 0 Corrupt`));
  });

  it('are shown in that order, whichever is counted first', async () => {
    let answer: () => void = () => undefined;
    const first = new Promise<void>((resolve) => (answer = resolve));
    const { printer, facts } = printing({
      ...SIX,
      async slotOf(request) {
        if (request === '4:1') await first;
        else answer();
        return { order: Number(request.slice(2)), view: 0, digest: request };
      },
    });
    for (const number of [1, 2]) printer.answered(runOf(number));
    await printer.close();
    expect(facts.map(({ order }) => order)).to.deep.equal([1, 2]);
  });

  it('are summed up only when there are more than thirty in a second, and the line says so', async () => {
    const { printer, texts, facts } = printing(SIX);
    for (let number = 1; number <= 100; number += 1) printer.answered(runOf(number));
    await printer.close();
    expect(facts.map(({ requests }) => requests)).to.deep.equal([...Array.from({ length: 30 }, () => 1), 70]);
    expect(facts.at(-1)).to.include({ data: 'request 100', order: 100 });
    expect(texts.at(-1)).to.match(/^70 requests decided, in 0\.010000s on average: more than 30 a second are not shown one by one; the last:\nDecision: "request 100"\n/);
  });

  it('are all shown before the end, also what was answered and had not been told here yet', async () => {
    const { printer, facts } = printing({
      ...SIX,
      heard: () => printer.answered(runOf(2)),
    });
    printer.answered(runOf(1));
    await printer.close();
    expect(facts.map(({ data }) => data)).to.deep.equal(['request 1', 'request 2']);
  });

  it('are counted when no more votes come', async () => {
    let votes = 0;
    const { printer, texts } = printing({ ...SIX, tallies: () => new Map([[0, { correct: (votes = Math.min(6, votes + 2)), corrupt: 0 }]]) });
    printer.answered(runOf(1));
    await printer.close();
    expect(texts[0]).to.match(/Node 0 -> 6 Correct 0 Corrupt$/);
  });
});
