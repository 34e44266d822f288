/* OM(M) among N in plain C, as the paper has it, by recursion; the first F are traitors, the commander among those, with one
 * draw for each coin. Compile with -DN=, -DM= and -DF=, so that the compiler knows them.
 * usage: oral-any ORDERS; prints nanoseconds an order, and in how many the loyal were split, attack and retreat executed. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static uint32_t a = 1, b = 2, c = 3, d = 4;

/* sfc32, Chris Doty-Humphrey's PractRand. */
static inline uint32_t next(void) {
  uint32_t t = a + b + d++;
  a = b ^ (b >> 9);
  b = c + (c << 3);
  c = ((c << 21) | (c >> 11)) + t;
  return t;
}

/* What `from` says: true to `order`, or by a coin if it is a traitor. */
static inline int says(int from, int order) { return from < F ? (int)(next() & 1) : order; }

/* OM(m) among `count` lieutenants: from what each heard of the commander to what each makes of it, in place. */
static void om(int m, const int *lieutenants, int count, int *heard) {
  int votes[N], sub[N], rest[N];
  if (m == 0) return;
  for (int i = 0; i < count; i++) votes[lieutenants[i]] = heard[lieutenants[i]];
  for (int i = 0; i < count; i++) {
    int by = lieutenants[i], others = 0;
    for (int j = 0; j < count; j++) if (j != i) rest[others++] = lieutenants[j];
    for (int j = 0; j < others; j++) sub[rest[j]] = says(by, heard[by]);
    om(m - 1, rest, others, sub);
    for (int j = 0; j < others; j++) votes[rest[j]] += sub[rest[j]];
  }
  for (int i = 0; i < count; i++) heard[lieutenants[i]] = 2 * votes[lieutenants[i]] > count;
}

static long split, attack, retreat;

static void once(void) {
  int lieutenants[N], heard[N], ballots = 0, attackers = 0;
  for (int to = 1; to < N; to++) {
    lieutenants[to - 1] = to;
    heard[to] = says(0, 1);
  }
  om(M, lieutenants, N - 1, heard);
  for (int self = 1; self < N; self++) {
    if (self >= F) attackers += heard[self];
    ballots += says(self, heard[self]);
  }
  split += attackers > 0 && attackers < N - F;
  attack += 2 * ballots > N - 1;
  retreat += 2 * ballots < N - 1;
}

int main(int argc, char **argv) {
  long orders = argc > 1 ? atol(argv[1]) : 1000000;
  struct timespec start, end;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
  for (long i = 0; i < orders; i++) once();
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
  printf("%f %ld %ld %ld\n", ((end.tv_sec - start.tv_sec) * 1e9 + (end.tv_nsec - start.tv_nsec)) / orders, split, attack, retreat);
  return 0;
}
