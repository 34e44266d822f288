import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';

/** Draws anew only when one of these has changed: sixty times a second most has not. */
export function Still({ by, draw }: { readonly by: readonly unknown[]; readonly draw: () => JSX.Element }): JSX.Element {
  return useMemo(draw, by);
}
