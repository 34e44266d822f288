import { expect } from 'chai';
import { GroupTrace, ON_THEIR_WAY_MAX } from '../../../src/words/udp/trace.ts';
import type { Watcher, WordsNode } from '../../../src/words/udp/node.ts';
import { at } from '../../support/words.ts';

describe('the trace of a group of word peers', () => {
  /** Two peers of which only is told what they say and hear. */
  function traced(): { readonly lines: Record<string, unknown>[]; readonly said: (number: number) => void; readonly heard: (number: number) => void } {
    const lines: Record<string, unknown>[] = [];
    const watchers: Watcher[] = [];
    const nodes = [1, 2].map((number) => ({ address: at(number), watch: (watcher: Watcher) => void watchers.push(watcher), heed: () => () => undefined }) as unknown as WordsNode);
    void new GroupTrace(nodes, (line) => void lines.push(JSON.parse(line) as Record<string, unknown>));
    return {
      lines,
      said: (number) => watchers[0]!.said(at(2), { type: 'query' }, String(number)),
      heard: (number) => watchers[1]!.heard(at(1), String(number)),
    };
  }

  const heardIn = (lines: readonly Record<string, unknown>[]): unknown[] => lines.flatMap(({ type, id }) => (type === 'heard' ? [id] : []));

  it('says of each datagram when it was heard, though others with the same words were lost', () => {
    const { lines, said, heard } = traced();
    for (const number of [7, 8, 7]) said(number);
    for (const number of [8, 7, 9, 7, 7]) heard(number);
    expect(heardIn(lines)).to.deep.equal([2, 1, 3]);
  });

  it('waits for no more than are under way at once: of those that are lost the first are forgotten', () => {
    const { lines, said, heard } = traced();
    for (let number = 1; number <= ON_THEIR_WAY_MAX + 1; number += 1) said(number);
    for (const number of [1, 2, ON_THEIR_WAY_MAX + 1]) heard(number);
    expect(heardIn(lines)).to.deep.equal([2, ON_THEIR_WAY_MAX + 1]);
    // Those that were heard make room.
    for (const number of [1, 2]) said(number);
    heard(3);
    expect(heardIn(lines).at(-1)).to.equal(3);
  });
});
