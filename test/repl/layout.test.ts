import { expect } from 'chai';
import { Chalk } from 'chalk';
import fc from 'fast-check';
import { widthOf, wrapped } from '../../src/core/wrapped.ts';
import { columns, folded } from '../../src/repl/layout.ts';

describe('text is laid out', () => {
  const words = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é', '–', '→', '中', '😀'), minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 40 });

  it('in lines that fit, but for a word that is longer than a line; no word is broken, lost or moved', () => {
    fc.assert(
      fc.property(words, fc.integer({ min: 10, max: 200 }), fc.nat(6), (some, width, hang) => {
        const lines = wrapped(some.join(' '), width, hang);
        expect(lines.join(' ').split(/ +/).filter((word) => word !== '')).to.deep.equal(some);
        for (const line of lines) expect(widthOf(line) <= width || !line.trim().includes(' '), `${line} in ${width}`).to.equal(true);
      }),
    );
  });

  it('with every line but the first hanging, from the indent of the first on', () => {
    expect(wrapped('  one two three four', 10, 3)).to.deep.equal(['  one two', '     three', '     four']);
  });

  it('alike with colours as without', () => {
    const { red, bold } = new Chalk({ level: 1 });
    const lines = wrapped(`${red('one two')} ${bold('three')} four five`, 9, 0);
    expect(lines.map(widthOf)).to.deep.equal([7, 5, 9]);
  });

  it('as it is, where there is no end to the width', () => {
    const line = 'word '.repeat(1000);
    expect(wrapped(line, Infinity)).to.deep.equal([line]);
  });

  it('in columns whose last cell is wrapped in its place', () => {
    expect(columns([['a', 'one two three four five six'], ['long', 'seven']], 30)).to.deep.equal(['a     one two three four five', '      six', 'long  seven']);
  });

  it('in columns that stand below each other where there is no room beside', () => {
    expect(columns([['a long first cell', 'one two three four five six seven']], 30)).to.deep.equal(['a long first cell', '    one two three four five', '    six seven']);
  });

  it('in columns of which one that is too long has the others below it', () => {
    expect(columns([['short', 'one'], ['much too long', 'two']], 40, { most: 8 })).to.deep.equal(['short  one', 'much too long', '       two']);
  });

  it('as a table in parts that fit, each with the first columns', () => {
    const table = ['name   one    two  three', 'a        1   22.5    333', 'bcd   1000  2.25%      3'];
    expect(folded(table, 30, 1)).to.deep.equal(table);
    expect(folded(table, 20, 1)).to.deep.equal(['name   one    two', 'a        1   22.5', 'bcd   1000  2.25%', '', 'name  three', 'a       333', 'bcd       3']);
  });
});
