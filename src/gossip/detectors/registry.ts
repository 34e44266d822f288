import type { Detector } from './detector.ts';
import { misses } from './misses.ts';
import { swim } from './swim.ts';
import { timeout } from './timeout.ts';

/** In the order of `GossipSettings.detector`. */
export const DETECTORS: readonly Detector[] = [timeout, misses, swim];
