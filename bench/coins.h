/* Where the coins of all programs in C here come from: sfc32, Chris Doty-Humphrey's PractRand. */
#include <stdint.h>

static uint32_t a = 1, b = 2, c = 3, d = 4;

static inline uint32_t next(void) {
  uint32_t t = a + b + d++;
  a = b ^ (b >> 9);
  b = c + (c << 3);
  c = ((c << 21) | (c >> 11)) + t;
  return t;
}
