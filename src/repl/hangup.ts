/**
 * Ends this process by SIGHUP, as programs end whose terminal was closed. By `process.exit` it could not, nor by coming to its end:
 * whenever Node.js exits it sets the terminal back, and where that fails, as at a terminal that is gone, it crashes (`ResetStdio` in its
 * `src/node.cc`, as of 20.20).
 */
export function endByHangup(): void {
  // Without a listener the signal does what it does by itself.
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}
