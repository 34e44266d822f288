import type { JSX } from 'preact';
import { mermaidOf } from '../../../trace/mermaid.ts';
import { shivizOf } from '../../../trace/shiviz.ts';
import { svgOf } from '../../../trace/svg.ts';
import type { Watched } from '../../nodes/watched.ts';
import { ringSvg } from '../ring.ts';
import { save } from '../save.ts';
import { RING_MAX } from './ring.tsx';

/** A run as a file, in whatever form other programs read. */
export function Saving({ watched }: { readonly watched: Watched }): JSX.Element {
  return (
    <details>
      <summary>Save it</summary>
      <div class="deeds">
        <button
          type="button"
          disabled={watched.nodes.length > RING_MAX}
          onClick={() => save('nodes.svg', ringSvg(document.querySelector<SVGSVGElement>('svg.nodes-ring')!), 'image/svg+xml')}
        >
          Picture
        </button>
        <button type="button" onClick={() => save('run.svg', svgOf([watched.told.shown({}).chart()]), 'image/svg+xml')}>
          SVG
        </button>
        <button type="button" onClick={() => save('run.mmd', mermaidOf(watched.told.shown({}).story()))}>
          Mermaid
        </button>
        <button type="button" onClick={() => save('run.shiviz.txt', shivizOf(watched.told.shown({}).wholeStory()))}>
          ShiViz
        </button>
        <button type="button" onClick={() => save('run.jsonl', watched.text())}>
          JSON lines
        </button>
      </div>
    </details>
  );
}
