import { say, type Action, type FaultStrategy } from '../strategy.ts';

/** The strongest traitor that there is here: what any other strategy might do with one message, and some more. */
export const arbitrary: FaultStrategy<'arbitrary'> = {
  name: 'arbitrary',
  summary: 'anything at each turn: the value, any lie, nothing, twice, contradictory, or late',
  dependsOn: [],
  says<Message>({ honest, lies }: { readonly honest: Message; readonly lies: readonly Message[] }): Action<Message>[] {
    return [
      say(honest),
      ...lies.map((lie) => say(lie)),
      say<Message>(),
      say(honest, honest),
      ...lies.flatMap((lie) => [say(honest, lie), say(lie, honest)]),
      ...[honest, ...lies].map((message) => ({ now: [], late: [message] })),
    ];
  },
};
