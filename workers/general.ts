import { parentPort } from 'node:worker_threads';
import { serve } from '../src/generals/threads/member.ts';

if (parentPort === null) throw new Error('a general lives in a worker thread');
serve(parentPort);
