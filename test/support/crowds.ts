import { lineOfFact } from '../../src/trace/nodes/kind.ts';

/** The trace of a gossip network of so many peers, each linked to six others, over which a word spreads a few times, while some fall. */
export function crowdTrace(peers: number): string {
  const members = Array.from({ length: peers }, (_, id) => id);
  const address = (id: number): string => `10.${id >> 16}.${(id >> 8) & 255}.${id & 255}:6000`;
  const lines: object[] = [{ v: 2, type: 'planned', protocol: 'gossip', seed: 1, members, clients: [], traitors: [], about: `${peers} peers`, plan: { seeds: 3 } }];
  const neighbours = (id: number): number[] => [1, 17, 71].map((by) => (id + by) % peers);
  let id = 0;
  for (const node of members) {
    for (const to of neighbours(node)) for (const [a, b] of [[node, to], [to, node]] as const) lines.push({ at: 0, type: 'output', node: a, words: 'is linked', output: { type: 'linked', address: address(b) } });
  }
  for (let at = 10; at < 500; at += 10) {
    const due: object[] = [];
    for (let sender = at % 7; sender < peers; sender += 7) {
      id += 1;
      const [to] = neighbours(sender);
      lines.push({ at, type: 'sent', id, from: sender, to: [to!], message: { type: 'gossip', hash: 'x' } });
      due.push({ at: at + 9, type: 'heard', id, from: sender, to });
    }
    if (at % 100 === 0) lines.push({ at, type: 'fell', replica: (at * 7) % peers });
    lines.push(...due);
  }
  lines.push({ type: 'judged', verdict: 'holds', events: lines.length, time: 500, promises: 'What is promised', progress: 'nothing else' });
  return lines.map((line) => lineOfFact(line)).join('');
}
