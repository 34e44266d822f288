import { expect } from 'chai';
import fc from 'fast-check';
import { Readable } from 'node:stream';
import { linesOf, type Line } from '../../src/repl/lines.ts';

const MAX = 40;

async function read(chunks: Iterable<Buffer> | AsyncIterable<Buffer>, max = MAX): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of linesOf(Readable.from(chunks), max)) lines.push(line);
  return lines;
}

const texts = async (text: string | Buffer): Promise<string[]> => (await read([Buffer.from(text)])).map(({ text: line }) => line);

describe('the lines of a stream', () => {
  it('are numbered from 1, and end in LF or CR LF, the last one also at the end', async () => {
    expect(await read([Buffer.from('a\r\n\nb\n c \nlast')])).to.deep.equal([
      { number: 1, text: 'a' },
      { number: 2, text: '' },
      { number: 3, text: 'b' },
      { number: 4, text: ' c ' },
      { number: 5, text: 'last' },
    ]);
  });

  it('of nothing are none, and there is none after the last LF', async () => {
    expect(await texts('')).to.deep.equal([]);
    expect(await texts('a\n')).to.deep.equal(['a']);
    expect(await texts('\n\n')).to.deep.equal(['', '']);
  });

  it('are the same wherever the bytes are split, in the middle of a character too', async () => {
    const bytes = Buffer.from('g-state\r\nZürich 将軍 😀\n\r\nénd – 🏳️‍🌈');
    const whole = await read([bytes]);
    for (let at = 0; at <= bytes.length; at += 1) expect(await read([bytes.subarray(0, at), bytes.subarray(at)]), `split at ${at}`).to.deep.equal(whole);
    expect(await read([...bytes].map((byte) => Buffer.from([byte])))).to.deep.equal(whole);
  });

  it('hold any bytes: NULs as they are, and what is no UTF-8 as replacement characters', async () => {
    expect(await texts(Buffer.from([0x61, 0, 0x62, 0x0a, 0xff, 0xfe, 0x0a, 0xc3]))).to.deep.equal(['a\u0000b', '\ufffd\ufffd', '\ufffd']);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 10 }), async (chunks) => {
        const bytes = Buffer.concat(chunks);
        const lines = await read(chunks.map((chunk) => Buffer.from(chunk)), 1000);
        const expected = bytes.toString('utf8').split('\n');
        if (expected.at(-1) === '') expected.pop();
        expect(lines.map(({ text }) => text)).to.deep.equal(expected.map((text, index) => (index === expected.length - 1 && !bytes.toString('utf8').endsWith('\n') ? text : text.replace(/\r$/, ''))));
      }),
    );
  });

  it('keep a lone CR inside', async () => {
    expect(await texts('a\rb\r\r\nc')).to.deep.equal(['a\rb\r', 'c']);
  });

  it('are cut off where they are too long, recognisably, and the next is whole', async () => {
    expect(await texts(`${'x'.repeat(MAX)}\nnext`)).to.deep.equal(['x'.repeat(MAX), 'next']);
    expect(await texts(`${'x'.repeat(MAX + 1)}\nnext`)).to.deep.equal(['x'.repeat(MAX + 1), 'next']);
    expect(await texts(`${'x'.repeat(10_000)}\nnext`)).to.deep.equal(['x'.repeat(MAX + 1), 'next']);
  });

  it('need no memory for a line without end', async () => {
    const chunk = Buffer.alloc(2 ** 16, 'x');
    let sent = 0;
    function* endless(): Iterable<Buffer> {
      // 64 MB, of which one chunk is alive at a time.
      for (; sent < 2 ** 26; sent += chunk.length) yield chunk;
      yield Buffer.from('\nnext\n');
    }
    const before = process.memoryUsage().heapUsed;
    let most = 0;
    const lines: Line[] = [];
    for await (const line of linesOf(Readable.from(endless()), MAX)) {
      most = Math.max(most, process.memoryUsage().heapUsed - before);
      lines.push(line);
    }
    expect(lines.map(({ number, text }) => [number, text.length])).to.deep.equal([[1, MAX + 1], [2, 4]]);
    expect(most).to.be.lessThan(2 ** 26);
  });

  it('end where the stream fails, by its error', async () => {
    const failing = Readable.from((async function* () {
      yield Buffer.from('one\ntwo');
      await Promise.resolve();
      throw new Error('disk on fire');
    })());
    const seen: string[] = [];
    const error: unknown = await (async () => {
      for await (const { text } of linesOf(failing, MAX)) seen.push(text);
    })().catch((reason: unknown) => reason);
    expect(seen).to.deep.equal(['one']);
    expect(error).to.be.instanceOf(Error).and.include({ message: 'disk on fire' });
  });
});
