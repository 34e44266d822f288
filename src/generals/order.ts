/** What a commander may order. */
export type Order = 'attack' | 'retreat';

export const ORDERS = ['attack', 'retreat'] as const satisfies readonly Order[];

/** What a general does that was told nothing usable: without a shared default, one silence could split the loyal (Lamport, Shostak and Pease 1982, §3). */
export const DEFAULT_ORDER: Order = 'retreat';

export const counterpart = (order: Order): Order => (order === 'attack' ? 'retreat' : 'attack');

/** An order if `input` is one, else undefined: a wire may hold anything. */
export const parseOrder = (input: unknown): Order | undefined => (input === 'attack' || input === 'retreat' ? input : undefined);
