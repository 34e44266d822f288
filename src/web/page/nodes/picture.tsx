import type { JSX } from 'preact';
import { Ring, type RingProps } from './ring.tsx';

/** The nodes, and what is under way between them. */
export const Picture = (props: RingProps): JSX.Element => <Ring {...props} />;
