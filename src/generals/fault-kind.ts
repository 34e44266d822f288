/**
 * What a member can be accused of. Of silence, by whoever waits for it: it may only have been slow, which breaks the
 * model's bound on delays, and it is given up. Of misbehaviour, by a protocol that holds evidence: it stays a member, its
 * conduct being what the protocol is there to stand.
 */
export type FaultKind = 'silence' | 'misbehaviour';
