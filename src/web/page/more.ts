/** What the first view of a page does without: it is read when that stands, so that it stands sooner. */
export { systemsBrought } from '../own.ts';
export { Files, takeFiles } from './files.tsx';
export { FORMATS } from './formats.ts';
export { hearRun, press, run } from './nodes/deeds.ts';
export { nodesIn } from './nodes/link.ts';
export { NodesView } from './nodes/view.tsx';
export { OddsView } from './odds.tsx';
export { ProofView } from './proof.tsx';
export { StoryView } from './story.tsx';
