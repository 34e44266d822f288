/**
 * Why a property says nothing of some generals, as the end of a sentence about it; undefined where it says something. Whoever reads
 * that it holds would else believe more than is there.
 */
export const trivialAgreement = (loyalSecondaries: number): string | undefined =>
  loyalSecondaries > 1 ? undefined : `is trivial, as ${loyalSecondaries === 0 ? 'no secondary is' : 'only one secondary is'} loyal`;

export const trivialValidity = (isPrimaryLoyal: boolean): string | undefined => (isPrimaryLoyal ? undefined : 'asks nothing, as the primary is not loyal');
