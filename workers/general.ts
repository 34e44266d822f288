import { parentPort } from 'node:worker_threads';
import { serve } from '../src/hosts/threads/member.ts';

if (parentPort === null) throw new Error('a general lives in a worker thread');
serve(parentPort);
