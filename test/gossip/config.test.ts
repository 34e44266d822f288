import { expect } from 'chai';
import { seedsIn } from '../../src/gossip/config.ts';
import { UserError } from '../../src/core/user-error.ts';

describe('the config of a gossip network', () => {
  it('names a seed a line, as ip:port or ip,port; comments and blank lines are skipped', () => {
    const text = '\ufeff# seeds\r\n127.0.0.1:5000\r\n\r\n  127.0.0.1,5001  # the second\n[::1]:5002\nLAB-1.example:5003\n::ffff:10.0.0.1,5004\n';
    expect(() => seedsIn(text, 'config.txt')).to.throw(UserError);
    expect(seedsIn(text.replace('::ffff:10.0.0.1,5004', '[::ffff:10.0.0.1]:5004'), 'config.txt')).to.deep.equal(['127.0.0.1:5000', '127.0.0.1:5001', '[::1]:5002', 'lab-1.example:5003', '10.0.0.1:5004']);
  });

  for (const [text, message] of [
    ['', '"config.txt" names no seed: one ip:port a line, such as 127.0.0.1:5000'],
    ['# nobody\n', '"config.txt" names no seed: one ip:port a line, such as 127.0.0.1:5000'],
    ['127.0.0.1:5000\n127.0.0.1\n', '"config.txt", line 2: a seed is ip:port, such as 127.0.0.1:5000, not "127.0.0.1"'],
    ['\n\n127.0.0.1:0', '"config.txt", line 3: a seed is ip:port, such as 127.0.0.1:5000, not "127.0.0.1:0"'],
    ['300.0.0.1:5000', '"config.txt", line 1: a seed is ip:port, such as 127.0.0.1:5000, not "300.0.0.1:5000"'],
    ['127.0.0.1:5000\n127.0.0.1,5000', '"config.txt", line 2: 127.0.0.1:5000 stands there twice'],
    [`${'\u001b'.repeat(3)}`, '"config.txt", line 1: a seed is ip:port, such as 127.0.0.1:5000, not "\\u001b\\u001b\\u001b"'],
  ] as const) {
    it(`is refused in one line if it is ${JSON.stringify(text)}`, () => {
      expect(() => seedsIn(text, 'config.txt')).to.throw(UserError, message);
    });
  }
});
