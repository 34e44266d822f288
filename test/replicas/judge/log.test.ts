import { expect } from 'chai';
import { nodeId } from '../../../src/core/node.ts';
import { LogJudge, type Entry } from '../../../src/replicas/judge/log.ts';

const [A, B, CLIENT] = [nodeId(0), nodeId(1), nodeId(4)];
const ask = (timestamp: number, operation: string, { mark = `${timestamp}`, key = '' } = {}) => ({ client: CLIENT, timestamp, mark, key, operation });
const entry = (...asks: ReturnType<typeof ask>[]): Entry => ({ requests: asks.map((body) => ({ body })) });

describe('the judge of a log', () => {
  let judge: LogJudge;
  beforeEach(() => {
    judge = new LogJudge();
    judge.asked(ask(1, 'set x 5'));
    judge.asked(ask(2, 'get x'));
    judge.asked(ask(3, 'attack'));
  });

  it('has nothing against the same log at two replicas, copied or not, and places that come in another order', () => {
    judge.executed(A, 2, entry(ask(2, 'get x')));
    judge.executed(A, 1, entry(ask(1, 'set x 5')));
    judge.executed(B, 1, entry(ask(1, 'set x 5')));
    judge.executed(B, 3, entry());
    judge.executed(B, 4, entry(ask(1, 'set x 5'), ask(3, 'attack')));
    judge.answered(CLIENT, '1', '1');
    judge.answered(CLIENT, '2', '5');
    judge.answered(CLIENT, '3', '3');
    expect(judge.violation).to.equal(undefined);
    expect([judge.height, judge.ledger.position, [...judge.ledger.values]]).to.deep.equal([4, 3, [['x', '5']]]);
  });

  it('sees two replicas that execute different things at a place', () => {
    judge.executed(A, 1, entry(ask(1, 'set x 5')));
    judge.executed(B, 1, entry(ask(2, 'get x')));
    expect(judge.violation).to.equal('replica 1 executed "get x" (request 2 of client 4) at sequence number 1, where replica 0 executed "set x 5" (request 1 of client 4)');
  });

  it('sees what no client asked', () => {
    judge.executed(A, 1, entry(ask(1, 'set x 6')));
    expect(judge.violation).to.equal('replica 0 executed "set x 6" (request 1 of client 4) at sequence number 1, which that client never asked');
  });

  it('sees an answer that is not of the log, and one to what nobody executed', () => {
    judge.executed(A, 1, entry(ask(1, 'set x 5')));
    judge.answered(CLIENT, '1', '2');
    expect(judge.violation).to.equal('client 4 believes "2" for its request 1, and the log says "1"');
    judge = new LogJudge();
    judge.answered(CLIENT, '1', '1');
    expect(judge.violation).to.equal('client 4 believes "1" for its request 1, and nobody executed it');
  });

  it('takes what a client asks by another number for the same, and sees it executed twice', () => {
    judge.executed(A, 1, entry(ask(7, 'attack', { mark: '3' })));
    judge.answered(CLIENT, '3', '1');
    expect(judge.violation).to.equal(undefined);
    judge.executed(A, 2, entry(ask(8, 'attack', { mark: '3' })));
    expect(judge.violation).to.equal('"attack" (request 8 of client 4) was executed before, by another number');
  });

  it('knows what is refused, what is missing, and what is asked under one key', () => {
    const asks = [ask(1, 'get y'), ask(2, 'set y '), ask(3, 'get y'), ask(4, 'get a b'), ask(5, 'set y'), ask(6, `set y ${'v'.repeat(257)}`), ask(7, 'pay', { key: 'k' }), ask(8, 'pay', { key: 'k' }), ask(9, 'pay more', { key: 'k' }), ask(10, 'last')];
    judge = new LogJudge();
    for (const one of asks) judge.asked(one);
    judge.executed(A, 1, entry(...asks));
    const truths = [null, '2', '', { refused: 'form' }, { refused: 'form' }, { refused: 'size' }, '4', '4', { refused: 'conflict' }, '5'];
    truths.forEach((truth, index) => judge.answered(CLIENT, `${index + 1}`, truth));
    expect(judge.violation).to.equal(undefined);
    judge.answered(CLIENT, '1', '');
    expect(judge.violation).to.equal('client 4 believes "" for its request 1, and the log says null');
  });

  it('knows that 1,024 keys have a value at most, and which numbers are too old', () => {
    judge = new LogJudge();
    const asks = [...Array.from({ length: 1025 }, (_, index) => ask(index + 1, `set k${index} v`)), ask(897, 'late', { mark: 'late' }), ask(898, 'used', { mark: 'used' })];
    for (const one of asks) judge.asked(one);
    judge.executed(A, 1, entry(...asks));
    judge.answered(CLIENT, '1025', { refused: 'full' });
    expect([judge.violation, judge.ledger.values.size, judge.ledger.answerTo(CLIENT, 'late'), judge.ledger.answerTo(CLIENT, 'used')]).to.deep.equal([undefined, 1024, undefined, undefined]);
  });

  it('sees a replica that contradicts its word, or speaks in a view that it left', () => {
    judge.said(A, { type: 'prepare', view: 1, sequence: 2, content: 'a' });
    judge.said(A, { type: 'prepare', view: 1, sequence: 2, content: 'a' });
    judge.said(B, { type: 'prepare', view: 1, sequence: 2, content: 'b' });
    judge.left(B, 3);
    judge.said(B, { type: 'commit', view: 3, sequence: 2, content: 'b' });
    judge.said(B, { type: 'checkpoint', sequence: 2, content: 'b' });
    expect(judge.violation).to.equal(undefined);
    judge.said(B, { type: 'commit', view: 2, sequence: 2, content: 'b' });
    expect(judge.violation).to.equal('replica 1 said a commit for view 2, after it had left that');
    judge = new LogJudge();
    for (const content of ['a', 'b']) judge.said(A, { type: 'prepare', view: 1, sequence: 2, content });
    expect(judge.violation).to.equal('replica 0 said two prepares for view 1 at sequence number 2');
  });

  it('sees one loyal replica accuse another', () => {
    judge.accused(A, B, 'two prepares');
    expect(judge.violation).to.equal('node 0 accuses node 1, which is as loyal, of two prepares');
  });
});
