/* The exchange among N in plain C, the first F of them traitors, the commander among those: every message to the loyal
 * sent, every vote counted, one draw for each coin. Compile with -DN= and -DF=, so that the compiler knows both.
 * Nothing is said to a traitor but by the commander: it would change no result. So this is faster than orders.c is for one army.
 * usage: exchange … ORDERS, as orders.c; prints nanoseconds an order, and in how many the loyal were split, attack and retreat executed. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "coins.h"

/* What `from` says: true to `order`, or by a coin if it is a traitor. */
static inline int says(int from, int order) { return from < F ? (int)(next() & 1) : order; }

static long split, attack, retreat;

static void once(void) {
  int heard[N], ballots = 0, attackers = 0;
  for (int to = 1; to < N; to++) heard[to] = says(0, 1);
  for (int self = 1; self < N; self++) {
    int votes = heard[self], decided;
    if (self < F) {
      ballots += says(self, 0);
      continue;
    }
    for (int from = 1; from < N; from++) if (from != self) votes += says(from, heard[from]);
    decided = 2 * votes > N - 1;
    attackers += decided;
    ballots += decided;
  }
  split += attackers > 0 && attackers < N - F;
  attack += 2 * ballots > N - 1;
  retreat += 2 * ballots < N - 1;
}

int main(int argc, char **argv) {
  long orders = argc > 1 ? atol(argv[argc - 1]) : 1000000;
  struct timespec start, end;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
  for (long i = 0; i < orders; i++) once();
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
  printf("%f %ld %ld %ld\n", ((end.tv_sec - start.tv_sec) * 1e9 + (end.tv_nsec - start.tv_nsec)) / orders, split, attack, retreat);
  return 0;
}
