import { parentPort, workerData } from 'node:worker_threads';
import { serveWith } from '../src/generals/threads/member.ts';

if (parentPort === null) throw new Error('a general lives in a worker thread');
serveWith(workerData, parentPort);
