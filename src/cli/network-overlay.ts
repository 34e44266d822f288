import type { Plot } from '../campaign/plots.ts';

const SIZE = 420;
/** More links than this are a blot. */
export const DRAWN_MAX = 300;

/** A picture of who is whose neighbour: the best-connected in the middle, the larger the more neighbours they have. */
export function overlayPlot(neighbours: readonly (readonly number[])[]): Plot {
  const order = neighbours.map((_, peer) => peer).toSorted((a, b) => neighbours[b]!.length - neighbours[a]!.length || a - b);
  const middle = SIZE / 2;
  const places = new Map(order.map((peer, rank) => {
    // Evenly over a disc (Vogel 1979).
    const radius = (middle - 14) * Math.sqrt((rank + 0.5) / order.length);
    const angle = rank * GOLDEN_ANGLE;
    return [peer, { x: middle + radius * Math.cos(angle), y: middle + radius * Math.sin(angle) }];
  }));
  const lines = neighbours.flatMap((others, peer) => others.filter((other) => other > peer).map((other) => {
    const [from, to] = [places.get(peer)!, places.get(other)!];
    return `<line x1="${from.x.toFixed(1)}" y1="${from.y.toFixed(1)}" x2="${to.x.toFixed(1)}" y2="${to.y.toFixed(1)}"/>`;
  }));
  const dots = order.map((peer) => {
    const { x, y } = places.get(peer)!;
    return `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${(2 + neighbours[peer]!.length / 2).toFixed(1)}"/>`;
  });
  const caption = 'Who is whose neighbour: the best-connected peers are in the middle, and larger.';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE} ${SIZE}" width="${SIZE}" height="${SIZE}" role="img"><title>${caption}</title><rect width="${SIZE}" height="${SIZE}" fill="#ffffff"/><g stroke="#9aa7b4" stroke-width="0.6">${lines.join('')}</g><g fill="#1f5fa8" stroke="#ffffff" stroke-width="0.8">${dots.join('')}</g></svg>\n`;
  return { name: 'overlay', caption, svg };
}

const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));
