/* OM(2) among seven in plain C: the same tree of what was heard, the same majorities, one coin for each message of a traitor.
 * usage: oral ORDERS; prints nanoseconds an order, and how often the loyal agreed, so that no work can be left out. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "coins.h"

enum { N = 7 };

/* What `from` says: true to `order`, or by a coin if it is one of the two traitors, the commander 0 and 1. */
static int says(int from, int order) { return from <= 1 ? (int)(next() & 1) : order; }

static int agreed(void) {
  static int first[N], second[N][N], third[N][N][N];
  int decided[N];
  for (int to = 1; to < N; to++) first[to] = says(0, 1);
  for (int by = 1; by < N; by++)
    for (int to = 1; to < N; to++)
      if (to != by) second[to][by] = says(by, first[by]);
  for (int by = 1; by < N; by++)
    for (int of = 1; of < N; of++)
      if (of != by)
        for (int to = 1; to < N; to++)
          if (to != by && to != of) third[to][of][by] = says(by, second[by][of]);
  for (int self = 1; self < N; self++) {
    int votes = first[self];
    for (int of = 1; of < N; of++) {
      if (of == self) continue;
      int sum = second[self][of];
      for (int by = 1; by < N; by++) if (by != self && by != of) sum += third[self][of][by];
      votes += sum > 2; /* of five */
    }
    decided[self] = votes > 3; /* of six */
  }
  for (int self = 3; self < N; self++) if (decided[self] != decided[2]) return 0;
  return 1;
}

int main(int argc, char **argv) {
  long orders = argc > 1 ? atol(argv[1]) : 1000000, count = 0;
  struct timespec start, end;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
  for (long i = 0; i < orders; i++) count += agreed();
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
  printf("%f %ld\n", ((end.tv_sec - start.tv_sec) * 1e9 + (end.tv_nsec - start.tv_nsec)) / orders, count);
  return 0;
}
