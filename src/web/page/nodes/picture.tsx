import type { JSX } from 'preact';
import { Crowd } from './crowd.tsx';
import { RING_MAX, Ring, type RingProps } from './ring.tsx';

/** The nodes, and what is under way between them. */
export const Picture = (props: RingProps): JSX.Element =>
  props.watched.nodes.length > RING_MAX ? <Crowd {...props} /> : <Ring {...props} />;
