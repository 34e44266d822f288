import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { UserError } from '../../src/core/user-error.ts';
import { ORDERS } from '../../src/generals/trace/jsonl.ts';
import { REPLICAS } from '../../src/replicas/trace/lines.ts';
import { MEMBERS } from '../../src/runtime/virtual/lines.ts';
import { readRuns, type TraceKind } from '../../src/trace/read.ts';
import { projectPath } from '../support/run.ts';
import { CLEAN_LINE } from '../support/pictures.ts';

const KINDS: readonly TraceKind<unknown>[] = [ORDERS, REPLICAS, MEMBERS];

const file = (name: string): string => readFileSync(projectPath(`test/trace/files/${name}`), 'utf8');

describe('one reader of trace files', () => {
  it('reads orders, runs of replicas and of other nodes, and several of one kind in a file', () => {
    expect(readRuns(file('orders-1.jsonl'), KINDS)).to.have.length.above(2);
    expect(readRuns(file('pbft-1.jsonl') + file('collector-1.jsonl'), KINDS)).to.have.length(2);
    expect(readRuns(file('bracha-2.jsonl') + file('bracha-2.jsonl'), KINDS)).to.have.length(2);
  });

  const orders = file('orders-1.jsonl').trimEnd().split('\n');
  const replicas = file('accused-1.jsonl').trimEnd().split('\n');
  const refused: readonly (readonly [what: string, text: string, flaw: RegExp])[] = [
    ['nothing', '\n \n', /^the trace is empty$/],
    ['both kinds', `${file('orders-1.jsonl')}${file('pbft-1.jsonl')}`, /^line \d+: one of the runs of replicas in a trace of orders, and a trace has one kind of run only$/],
    ['both kinds, the other way round', `${file('pbft-1.jsonl')}${file('orders-1.jsonl')}`, /^line \d+: one of the orders in a trace of runs of replicas, /],
    ['a fact of replicas in an order', orders.toSpliced(1, 0, '{"at":1,"type":"fell","replica":1}').join('\n'), /^line 2: not a fact of a trace: /],
    ['a fact of an order in a run of replicas', replicas.toSpliced(1, 0, '{"type":"decided","by":1,"decision":"attack"}').join('\n'), /^line 2: not a fact of a trace: /],
    ['no beginning, of replicas', replicas.slice(1).join('\n'), /^line 1: a trace begins with what was ordered, scheduled or planned, not with /],
    ['no beginning, of orders', orders.slice(1).join('\n'), /^line 1: a trace begins with what was ordered, scheduled or planned, not with /],
    ['what is no JSON', `${orders[0]!}\nnonsense`, /^line 2: not JSON, so the file is no trace or is truncated here$/],
    ['no fact', '[1]', /^line 1: not a fact of a trace: /],
    ['an order that is nested without end', orders.with(1, `{"type":"heard","round":1,"from":1,"to":2,"message":${'['.repeat(200_000)}${']'.repeat(200_000)}}`).join('\n'), /^line 2: not a fact of a trace: /],
    ['a line without end', orders.with(1, ' '.repeat(2 ** 26) + orders[1]!).join('\n'), /^line 2: longer than any fact of a trace$/],
  ];
  for (const [what, text, flaw] of refused) {
    it(`refuses ${what} in one line`, () => {
      expect(() => readRuns(text, KINDS)).to.throw(UserError).with.property('message').that.matches(flaw).and.matches(CLEAN_LINE);
    });
  }

  it('gives whole runs or one clear line of what is cut off anywhere', () => {
    for (const text of [file('orders-1.jsonl'), file('accused-1.jsonl'), file('bracha-2.jsonl')]) {
      for (let length = 0; length < text.length; length += 37) {
        try {
          expect(readRuns(text.slice(0, length), KINDS), `cut at ${length}`).not.to.equal([]);
        } catch (error) {
          expect(error, `cut at ${length}`).to.be.instanceOf(UserError);
          expect((error as UserError).message, `cut at ${length}`).to.match(CLEAN_LINE);
        }
      }
    }
  });
});
