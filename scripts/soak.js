// `npm run soak`: the tests, with every long search in full.
process.env.SOAK = '1';
process.argv.push('--timeout', '0');
await import('./test.js');
