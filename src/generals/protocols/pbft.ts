/**
 * PBFT for one order among generals: the replicas of `replica.ts`, as they are, in synchronous rounds. The commander is
 * the client, who signs its order as a request, and replica 0, the primary of view 0; the lieutenants are the other
 * replicas, by id. Where the primary fails those who know of the order, they change to a view with another one.
 *
 * Promises, with n > 3m and at most m traitors: all loyal generals decide the same (IC1), and what a loyal commander
 * ordered (IC2), who counts its own order no more than others do. Signatures are those of `Context`.
 *
 * Round 1. The commander says pre-prepare, with its signed order.
 * Then     in each round a general takes what it heard for so many messages, by sender, and says what follows from them. In
 *          a run without traitors these are prepares in round 2 and commits in round 3: 2n(n − 1) messages in all.
 * Timers   run by rounds. The time after which a primary is suspected is PATIENCE rounds, in every view: what doubling
 *          it is for, delays that nobody knows, there are none of.
 * At last  a general decides for what it executed first; having executed nothing, for the default order, retreat.
 *
 * We depart from the paper in that there is an end. PBFT alone never gives up; here there is time for the primaries of m + 1
 * views, one of whom is loyal. A commander that keeps its order from all but a few is not obeyed: fewer than f + 1 who wait for it
 * do not make the others leave the view, and then nobody executes anything.
 *
 * It holds orders, not values (`values.ts`): a replica counts votes for digests of signed requests, which no symbol has.
 */
import { counted } from '../../core/figures.ts';
import { DEFAULT_ORDER, counterpart, parseOrder, type Order } from '../order.ts';
import { choosesNothing } from '../../core/choice.ts';
import type { Context as ReplicaContext, Signer } from '../../core/machine.ts';
import { nodeId, type NodeId } from '../../core/node.ts';
import type { Context, OrderVocabulary, RoundsEffect, RoundsProtocol } from '../protocol.ts';
import { byzantineMembers, faultsTolerated } from '../../core/quorum.ts';
import { symbolicDigest } from '../../core/signer.ts';
import type { Batch, Effect, Event, Message, Proposal, Request } from '../../replicas/pbft/messages.ts';
import { NO_REQUESTS } from '../../replicas/pbft/new-view.ts';
import { replica } from '../../replicas/pbft/replica.ts';
import { parseMessage } from '../../replicas/pbft/parse.ts';
import { DEFAULTS } from '../../replicas/pbft/settings.ts';
import type { ReplicaState } from '../../replicas/pbft/state.ts';

interface PbftOrder extends OrderVocabulary {
  readonly message: Message;
}

interface OrderState {
  /** The commander's own. */
  order: Order;
  readonly replica: ReplicaState;
  /** In which round each timer that runs is over. */
  readonly timers: Map<string, number>;
  decision: Order | undefined;
}

/** For how many rounds a primary, or the next one, may leave an order unexecuted: three are needed, one is for those a round behind. */
const PATIENCE = 5;

/** How often a general asks the others where they stand, as long as it has executed nothing. */
const STATUS_EVERY = 6;

/** The rounds that one view takes at the most, until it is left. At the end there are some for who has to ask what the others executed. */
const VIEW = PATIENCE + 3;

export const pbft: RoundsProtocol<PbftOrder, OrderState, 'pbft'> = {
  name: 'pbft',
  summary: 'PBFT of 1999 for one order, signed: pre-prepare, prepare, commit, and another primary where one fails; stands m traitors among 3m + 1',
  timing: 'rounds',
  shots: 'single',
  membersNeeded: byzantineMembers,
  faultsByDefault: faultsTolerated,
  refuses: (members, faults) =>
    faults <= faultsTolerated(members)
      ? undefined
      : `PBFT does not stand ${counted(faults, 'traitor')} among ${counted(members, 'general')}: m is at most (n - 1) / 3, here ${faultsTolerated(members)}`,
  rounds: ({ m: faults }) => (faults + 1) * VIEW + STATUS_EVERY + 2,
  messages: ({ members: { length: n } }) => 2 * n * (n - 1),
  lies,
  describe: (_setting, message) => inWords(message),
  parse: parseMessage,
  effort: { few: 8, many: 4 },
  limits: 'traitors that say something late are not among them; of what no honest replica would sign, only votes and proposals for the other order or none are',

  begin: (context) => ({ order: DEFAULT_ORDER, replica: replica.begin(replicaOf(context)), timers: new Map(), decision: undefined }),

  step(context, state, event) {
    switch (event.type) {
      case 'input':
        state.order = event.input;
        return [];
      case 'round':
        return takePart(context, state, event.round, event.inbox.flatMap(({ from, messages }) => messages.map((message) => ({ from, message }))));
      default:
        event satisfies never;
        return [];
    }
  },
};

function takePart(context: Context, state: OrderState, round: number, heard: readonly { readonly from: NodeId; readonly message: Message }[]): RoundsEffect<PbftOrder>[] {
  const cast = castOf(context);
  const own = replicaOf(context);
  const effects: RoundsEffect<PbftOrder>[] = [];
  const feed = (event: Event): void => {
    for (const effect of replica.step(own, state.replica, event)) perform(effect);
  };
  if (round === 1) {
    feed({ type: 'start' });
    if (context.self === context.commander) feed({ type: 'message', from: clientOf(context), message: requestOf(own.signer, clientOf(context), state.order) });
  }
  for (const { from, message } of heard) feed({ type: 'message', from: nodeId(cast.indexOf(from)), message });
  for (const [timer, due] of [...state.timers].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (due > round) continue;
    state.timers.delete(timer);
    feed({ type: 'timeout', timer });
  }
  if (round === pbft.rounds(context) + 1 && state.decision === undefined) effects.push({ type: 'output', output: DEFAULT_ORDER });
  return effects;

  function perform(effect: Effect): void {
    switch (effect.type) {
      case 'send': {
        // Replies are for a client that is none of the generals: the commander sees for itself what it executes.
        const to = effect.to.flatMap((id) => cast[id] ?? []);
        const isIdle = effect.message.type === 'status' && state.decision !== undefined;
        if (to.length > 0 && !isIdle && round <= pbft.rounds(context)) effects.push({ type: 'send', to, messages: [effect.message] });
        return;
      }
      case 'set-timer':
        state.timers.set(effect.timer, round + (effect.timer === 'status' ? STATUS_EVERY : PATIENCE));
        return;
      case 'cancel-timer':
        state.timers.delete(effect.timer);
        return;
      case 'accuse':
        effects.push({ ...effect, suspect: cast[effect.suspect] ?? context.commander });
        return;
      case 'output': {
        const order = effect.output.type === 'executed' ? orderOf(effect.output.batch) : undefined;
        if (order === undefined || state.decision !== undefined) return;
        state.decision = order;
        effects.push({ type: 'output', output: order });
        return;
      }
      case 'dial':
      case 'hang-up':
      case 'save':
      case 'halt':
        // Generals have the links that they were given, and one that falls does not come back.
        return;
      default:
        effect satisfies never;
    }
  }
}

/** Who is which replica: the commander is replica 0, and the others follow by id. */
const castOf = ({ members, commander }: Context): NodeId[] => [commander, ...members.filter((id) => id !== commander)];

/** The commander as client: the first id after those of the replicas. */
const clientOf = ({ members }: Context): NodeId => nodeId(members.length);

function replicaOf(context: Context): ReplicaContext {
  const cast = castOf(context);
  return {
    self: nodeId(cast.indexOf(context.self)),
    members: cast.map((_, index) => nodeId(index)),
    signer: signerOf(context, cast),
    settings: { ...DEFAULTS, batch: 1, pipeline: 1, checkpointEvery: 8 },
    choose: choosesNothing,
  };
}

/**
 * Signatures by the generals' own keys. A digest begins with what a batch orders, so that people can read votes.
 */
function signerOf({ signer, number, commander }: Context, cast: readonly NodeId[]): Signer {
  const digest = (body: object): string => `${'requests' in body ? (orderOf(body as Batch) ?? 'nothing') : ''}#${symbolicDigest(body)}`;
  const statement = (domain: string, body: object | string): string => `${number}:${domain}:${typeof body === 'string' ? body : symbolicDigest(body)}`;
  return {
    digest,
    sign: (domain, body) => signer.sign('pbft', statement(domain, body)),
    verify(by, domain, body, signature) {
      const whose = by === cast.length ? commander : cast[by];
      return whose !== undefined && signer.verify(whose, 'pbft', statement(domain, body), signature);
    },
  };
}

function requestOf(signer: Signer, client: NodeId, operation: Order): Request {
  const body = { client, timestamp: 1, mark: '', key: '', operation };
  return { type: 'request', body, signature: signer.sign('request', body) };
}

/** What a batch orders; undefined for the null request, or one that is no order. */
const orderOf = ({ requests }: Batch): Order | undefined => parseOrder(requests[0]?.body.operation);

/**
 * What a traitor could say instead. The commander can sign the other order too, and vote for it; a lieutenant can vote for
 * the null request, and hide what it knows to have prepared. What it says as a new primary follows from proofs.
 */
function lies(context: Context, honest: Message): Message[] {
  const { signer, self } = replicaOf(context);
  switch (honest.type) {
    case 'pre-prepare': {
      const order = orderOf(honest.batch);
      if (self !== 0 || order === undefined) return [];
      const batch = otherBatch(context, order);
      const body: Proposal = { ...honest.body, digest: signer.digest(batch) };
      return [{ type: 'pre-prepare', body, signature: signer.sign('pre-prepare', body), batch }];
    }
    case 'prepare':
    case 'commit': {
      const order = parseOrder(honest.body.digest.split('#', 1)[0]);
      const batch = self === 0 && order !== undefined ? otherBatch(context, order) : NO_REQUESTS;
      const body = { ...honest.body, digest: signer.digest(batch) };
      return body.digest === honest.body.digest ? [] : [{ type: honest.type, body, signature: signer.sign(honest.type, body) }];
    }
    case 'view-change': {
      if (honest.body.prepared.length === 0) return [];
      const body = { ...honest.body, prepared: [] };
      return [{ type: 'view-change', body, signature: signer.sign('view-change', body) }];
    }
    default:
      return [];
  }
}

function otherBatch(context: Context, order: Order): Batch {
  const { body, signature } = requestOf(replicaOf(context).signer, clientOf(context), counterpart(order));
  return { requests: [{ body, signature }] };
}

/** `prepare attack in view 0`. */
function inWords(message: Message): string {
  switch (message.type) {
    case 'request':
      return `request ${message.body.operation}`;
    case 'pre-prepare':
    case 'prepare':
    case 'commit':
      return `${message.type} ${namedBy(message.body.digest)} in view ${message.body.view}`;
    case 'view-change':
      return `view-change to view ${message.body.view}, ${message.body.prepared.map(({ prePrepare }) => namedBy(prePrepare.body.digest)).join(', ') || 'nothing'} prepared`;
    case 'new-view':
      return `new-view ${message.body.view}, with ${message.body.prePrepares.map(({ body }) => namedBy(body.digest)).join(', ') || 'nothing'}`;
    case 'status':
      return `status, view ${message.view}, ${message.executed} executed`;
    case 'committed':
    case 'executed':
    case 'batch':
      return `${message.type} ${orderOf(message.batch) ?? 'nothing'}`;
    case 'fetch':
      return `fetch ${namedBy(message.digest)}`;
    case 'certificate':
    case 'checkpoint':
    case 'reply':
    case 'stable':
    case 'state':
    case 'chunk':
    case 'fetch-chunk':
      return message.type;
    default:
      message satisfies never;
      return '';
  }
}

/** The order in a digest of `signerOf`. */
const namedBy = (digest: string): string => (/^(attack|retreat|nothing)#/.exec(digest)?.[1] ?? 'something');
