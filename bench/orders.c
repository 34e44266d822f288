/* The exchange and OM(m) in plain C: every message is sent and every vote counted, with one draw for each coin. As a simulator has
 * them, n, m and f are known only when it runs, and each order draws its f traitors among all n. Compiled with -DN=, -DM= and
 * -DF=, it is as a kernel has them: made for one army, whose first f are traitors, the commander among those.
 * usage: orders exchange|oral N M F ORDERS, N at most 64; prints nanoseconds an order, and in how many the loyal were split,
 * attack and retreat executed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "coins.h"

enum { MAX = 64 };

#ifdef N
enum { n = N, m = M, f = F };

static inline int betrays(int id) { return id < f; }
static void draw(void) {}
#else
static int n, m, f, traitor[MAX];

static inline int betrays(int id) { return traitor[id]; }

/* The beginning of a Fisher-Yates shuffle. */
static void draw(void) {
  int pool[MAX];
  for (int i = 0; i < n; i++) {
    pool[i] = i;
    traitor[i] = 0;
  }
  for (int i = 0; i < f; i++) {
    int k = i + (int)(((uint64_t)next() * (uint32_t)(n - i)) >> 32);
    traitor[pool[k]] = 1;
    pool[k] = pool[i];
  }
}
#endif

/* What `from` says: true to `order`, or by a coin if it is a traitor. */
static inline int says(int from, int order) { return betrays(from) ? (int)(next() & 1) : order; }

/* From what each lieutenant heard of the commander to what each decides, in place. */
static void exchange(int *heard) {
  int decided[MAX];
  for (int self = 1; self < n; self++) {
    int votes = heard[self];
    for (int from = 1; from < n; from++) if (from != self) votes += says(from, heard[from]);
    decided[self] = 2 * votes > n - 1;
  }
  for (int self = 1; self < n; self++) heard[self] = decided[self];
}

/* The same by OM(depth) among `count` lieutenants, by recursion, as the paper has it. */
static void om(int depth, const int *lieutenants, int count, int *heard) {
  int votes[MAX], sub[MAX], rest[MAX];
  if (depth == 0) return;
  for (int i = 0; i < count; i++) votes[lieutenants[i]] = heard[lieutenants[i]];
  for (int i = 0; i < count; i++) {
    int by = lieutenants[i], others = 0;
    for (int j = 0; j < count; j++) if (j != i) rest[others++] = lieutenants[j];
    for (int j = 0; j < others; j++) sub[rest[j]] = says(by, heard[by]);
    om(depth - 1, rest, others, sub);
    for (int j = 0; j < others; j++) votes[rest[j]] += sub[rest[j]];
  }
  for (int i = 0; i < count; i++) heard[lieutenants[i]] = 2 * votes[lieutenants[i]] > count;
}

static long split, attack, retreat;

static void once(int isOral) {
  int lieutenants[MAX], heard[MAX], ballots = 0, attackers = 0, loyal = 0;
  draw();
  for (int to = 1; to < n; to++) heard[to] = says(0, 1);
  if (isOral) {
    for (int to = 1; to < n; to++) lieutenants[to - 1] = to;
    om(m, lieutenants, n - 1, heard);
  } else {
    exchange(heard);
  }
  for (int self = 1; self < n; self++) {
    if (!betrays(self)) {
      loyal++;
      attackers += heard[self];
    }
    ballots += says(self, heard[self]);
  }
  split += attackers > 0 && attackers < loyal;
  attack += 2 * ballots > n - 1;
  retreat += 2 * ballots < n - 1;
}

int main(int argc, char **argv) {
  struct timespec start, end;
  if (argc != 6 || atoi(argv[2]) > MAX) return 2;
  int isOral = strcmp(argv[1], "oral") == 0;
#ifndef N
  n = atoi(argv[2]);
  m = atoi(argv[3]);
  f = atoi(argv[4]);
#endif
  long orders = atol(argv[5]);
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
  for (long i = 0; i < orders; i++) once(isOral);
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
  printf("%f %ld %ld %ld\n", ((end.tv_sec - start.tv_sec) * 1e9 + (end.tv_nsec - start.tv_nsec)) / orders, split, attack, retreat);
  return 0;
}
