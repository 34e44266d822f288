/** The fewest members among whom `faults` traitors can be stood with oral messages: n > 3m (Lamport, Shostak and Pease 1982, theorem 1). */
export const byzantineMembers = (faults: number): number => 3 * faults + 1;

/** The most traitors that n members can stand with oral messages. */
export const faultsTolerated = (n: number): number => Math.max(0, Math.floor((n - 1) / 3));

/** The fewest of `voters` that are strictly more than half, so that two values can never both have it. */
export const strictMajority = (voters: number): number => Math.floor(voters / 2) + 1;

/** Any two quorums of this size share a loyal replica, so no two can certify different requests (Castro and Liskov 1999, §4.2); 2f + 1 of 3f + 1. */
export const byzantineQuorum = (n: number): number => Math.ceil((n + faultsTolerated(n) + 1) / 2);

/** Among that many replicas one is loyal, so what all of them say is true (Castro and Liskov 1999, §4.1); f + 1. */
export const oneLoyal = (n: number): number => faultsTolerated(n) + 1;

/** Among that many f + 1 are loyal, so what all of them say everyone hears from more than there are traitors (Bracha 1987, §3); 2f + 1. */
export const mostlyLoyal = (n: number): number => 2 * faultsTolerated(n) + 1;
