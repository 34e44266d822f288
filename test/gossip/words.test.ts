import { expect } from 'chai';
import { WORDS, parseWord, spell } from '../../src/gossip/words.ts';

describe('the words of a network’s prompt', () => {
  it('are read as they are written, and written so that they are read the same', () => {
    const lines = ['kill 3', 'KILL p3, s1', 'kill 2-4', 'kill S1-S3', 'kill p1-3', 'restart 3', 'stop 3 3s', 'stop 2-4', 'continue 2-4', 'leave 1,3', 'join', 'join 5', 'partition 1-2 | 3 4 | S1', 'cut 3→4', 'cut 3->S1', 'loss 20%', 'loss 0.5', 'slow 3 400ms', 'clock 3 +1h', 'clock 1-2 -1.5m', 'heal', 'say hello to all', 'say 3: hello', 'why 3', 'links P2', 'log S1', 'reach 4', 'graph', 'views', 'members', 'members 2-3 S1', 'detector', 'detector swim', 'compare', 'help', 'exit'];
    for (const line of lines) expect(parseWord(spell(parseWord(line))), line).to.deep.equal(parseWord(line));
    expect(new Set(lines.map((line) => parseWord(line).type))).to.have.members(WORDS.map(({ name }) => name));
    expect(parseWord('kill 2-4')).to.deep.equal({ type: 'kill', names: ['P2', 'P3', 'P4'] });
    expect(parseWord('kill s1-S3')).to.deep.equal({ type: 'kill', names: ['S1', 'S2', 'S3'] });
    expect(parseWord('stop 1 500h')).to.deep.equal({ type: 'stop', names: ['P1'], for: 1_800_000_000 });
    expect(parseWord('quit')).to.deep.equal({ type: 'exit' });
  });

  it('show the right form when they are wrong, in one line', () => {
    for (const line of ['kill', 'kill x', 'kill 4-2', 'stop 3s', 'join 0', 'join x', 'join 1000', 'partition 1-4', 'partition 1 | x', 'cut 3', 'cut 3→3', 'loss', 'loss 100%', 'slow 3', 'slow 3 fast', 'clock 3 1h', 'say', 'say 3:', 'why', 'why 3 4', 'heal now', 'kill 1-99999', 'kill P1-S3', 'kill S1-P3', 'stop 1 600h', 'slow 1 999999999h', 'clock 1 +99999h', 'partition 1 | | 2', 'loss 100']) {
      const word = line.split(' ')[0];
      expect(() => parseWord(line), line).to.throw(new RegExp(`^${word}[^\\n]*: [^\\n]+$`));
    }
    expect(() => parseWord('kil 3')).to.throw('there is no word "kil": members, ');
  });
});
