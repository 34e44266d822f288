/**
 * A loopback address that no other process of these tests uses. Networks of tests that run beside go on dialling the ports of who died
 * there, and the system gives such ports to others: at an own address, a test that looks at all that comes is not found by them.
 * Where not all of 127.0.0.0/8 is loopback (macOS), it is the common one.
 */
export const OWN_HOST = process.platform === 'linux' ? `127.${64 + (process.pid >> 16)}.${(process.pid >> 8) & 255}.${process.pid & 255}` : '127.0.0.1';
