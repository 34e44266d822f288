import { counted } from '../core/figures.ts';
import { nodeId, type NodeId } from '../core/node.ts';
import type { Address } from '../gossip/address.ts';
import type { Output } from '../gossip/outputs.ts';
import { wordsOf } from '../gossip/sim/words.ts';
import { NO_MISHAPS, type Mishaps } from '../gossip/tcp/mishaps.ts';
import type { Member, MemberState, NetworkFact } from '../gossip/tcp/network.ts';
import { NetworkView } from '../gossip/view.ts';
import { WORDS } from '../gossip/words.ts';
import type { Fields } from '../trace/sound.ts';
import { openNodesBeside, type NodesBeside } from './beside-nodes.ts';
import type { LiveOptions } from './subcommands/network.ts';

/** A page beside the prompt of a network. */
export interface NetworkPage extends NodesBeside {
  tell(fact: NetworkFact): void;
}

/** Milliseconds between two looks at what peers make of each other: of many changes the last is told. */
const LOOK = 200;

/** Who was heard longer ago than this, in ms, was seen to be heard before. */
const LATELY = 1000;

export async function openNetworkPage(port: number, { seeds, peers }: LiveOptions): Promise<NetworkPage> {
  const idOf = (name: string): NodeId => nodeId(Number(name.slice(1)) - 1 + (name.startsWith('S') ? 0 : seeds));
  /** Who is there, and where, by their numbers. */
  const known = new Map<NodeId, Pick<Member, 'name' | 'address' | 'fault'>>();
  const states = new Map<NodeId, MemberState>();
  const idAt = new Map<Address, NodeId>();
  const view = new NetworkView();
  let mishaps: Mishaps = NO_MISHAPS;
  let [messages, views] = [0, ''];
  let looking: NodeJS.Timeout | undefined;
  let pulses: [NodeId, NodeId][] = [];
  const nameAt = (address: Address): string => known.get(idAt.get(address) ?? nodeId(-1))?.name ?? address;
  const members = (): NodeId[] => (known.size === 0 ? Array.from({ length: seeds + peers }, (_, id) => nodeId(id)) : [...known.keys()].toSorted((a, b) => a - b));
  const head = (): Fields => ({
    v: 2, type: 'planned', protocol: 'gossip', seed: 0, members: members(), clients: [],
    traitors: [...known].flatMap(([id, { fault }]) => (fault === undefined ? [] : [{ id, kind: fault }])),
    about: `${counted(seeds, 'seed')} and ${counted(members().length - seeds, 'peer')} over TCP${mishapsText(mishaps, nameAt)}`,
    names: Object.fromEntries([...known].map(([id, { name }]) => [id, name])),
    plan: { seeds, addresses: Object.fromEntries(idAt) },
  });
  const beside = await openNodesBeside(port, {
    system: 'network',
    prompt: 'network>',
    commands: WORDS.map(({ form, does }) => [form, does] as const),
    hint: 'such as kill P3, cut 3→4, heal, why P3, or say hello',
  }, head());
  const { page } = beside;

  return {
    ...beside,
    tell(fact) {
      if (fact.type === 'mishaps') {
        mishaps = fact.mishaps;
        const ids = (addresses: readonly Address[]): NodeId[] => addresses.flatMap((address) => idAt.get(address) ?? []).toSorted((a, b) => a - b);
        page.head(head());
        return page.tell({ type: 'mishaps', cuts: mishaps.cuts.map(({ from, to }) => ({ from: ids(from), to: ids(to) })) });
      }
      const { member } = fact;
      const id = idOf(member.name);
      meet(id, member);
      view.node(page.now(), member);
      switch (fact.type) {
        case 'output':
          view.output(page.now(), member.name, fact.output);
          return output(id, fact.output);
        case 'state':
          return become(id, member.state);
        case 'figures':
          pulses.push(...fact.figures.heard.flatMap(([address, ago]) => (ago < LATELY && idAt.has(address) ? [[idAt.get(address)!, id] as [NodeId, NodeId]] : [])));
          return look();
        case 'lost':
        case 'stalled':
          return undefined;
        default:
          return fact satisfies never;
      }
    },
    async close() {
      clearTimeout(looking);
      await beside.close();
    },
  };

  function meet(id: NodeId, { name, address, fault }: Member): void {
    const before = known.get(id);
    if (before?.address === address) return;
    known.set(id, { name, address, fault });
    idAt.set(address, id);
    // Those with whom it begins are told of together, and each of those that come later.
    if (known.size >= seeds + peers) page.head(head());
    if (before === undefined && known.size > seeds + peers) page.tell({ type: 'joined', replica: id });
  }

  function become(id: NodeId, state: MemberState): void {
    const before = states.get(id);
    states.set(id, state);
    const type = CHANGES[state] ?? (before === undefined || before === 'up' ? undefined : before === 'stopped' ? 'went-on' : 'came-back');
    if (type !== undefined) page.tell({ type, replica: id });
    look();
  }

  function output(id: NodeId, told: Output): void {
    for (const [from, to, message] of messagesOf(id, told)) {
      messages += 1;
      page.tell({ type: 'sent', id: messages, from, to: [to], message });
      page.tell({ type: 'heard', id: messages, from, to });
    }
    const words = wordsOf(told, nameAt);
    if (words !== undefined) page.tell({ type: 'output', node: id, words, output: told });
    if (told.type === 'member' || told.type === 'forgot' || told.type === 'ready') look();
  }

  /** The messages of which a node tells by what it does; most it says nobody is told of. */
  function messagesOf(id: NodeId, told: Output): (readonly [from: NodeId, to: NodeId, message: object])[] {
    const [from, to] = told.type === 'heard' ? [idAt.get(told.from), id] : told.type === 'confirmed' ? [idAt.get(told.seed), id] : told.type === 'reported' || told.type === 'voted' ? [id, idAt.get(told.seed)] : [undefined, undefined];
    if (from === undefined || to === undefined || from === to) return [];
    if (told.type === 'heard') return [[from, to, { type: 'gossip', hash: told.hash }]];
    return [[from, to, { type: told.type === 'confirmed' ? 'confirmation' : told.type === 'reported' ? 'report' : 'vote', about: 'about' in told ? told.about : undefined }]];
  }

  function look(): void {
    looking ??= setTimeout(() => {
      looking = undefined;
      page.pulse(pulses);
      pulses = [];
      const held = view.byView().map((names) => names.map(idOf));
      const now = JSON.stringify(held);
      if (now !== views) page.tell({ type: 'views', count: held.length, held });
      views = now;
    }, LOOK).unref();
  }
}

const CHANGES: Readonly<Partial<Record<MemberState, string>>> = { stopped: 'paused', killed: 'fell', lost: 'fell', left: 'left' };

/** What goes wrong on purpose beside cuts, which are drawn. */
function mishapsText({ loss, slow, clocks }: Mishaps, nameAt: (address: Address) => string): string {
  const parts = [
    ...(loss === 0 ? [] : [`${Math.round(loss * 1000) / 10} % of all messages are lost`]),
    ...slow.filter(([, by]) => by > 0).map(([who, by]) => `${nameAt(who)} is ${by} ms late`),
    ...clocks.filter(([, by]) => by !== 0).map(([who, by]) => `the clock of ${nameAt(who)} is ${by} ms wrong`),
  ];
  return parts.length === 0 ? '' : `; ${parts.slice(0, PARTS_MAX).join(', ')}${parts.length > PARTS_MAX ? ', and more' : ''}`;
}

const PARTS_MAX = 4;
