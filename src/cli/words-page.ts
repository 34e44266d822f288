import { counted } from '../core/figures.ts';
import type { Fields } from '../trace/sound.ts';
import { COMMANDS } from '../words/commands.ts';
import type { WordsNode } from '../words/udp/node.ts';
import { openNodesBeside, type NodesBeside } from './beside-nodes.ts';
import type { GroupOptions } from './subcommands/words.ts';

/** A page beside the prompt of a group. */
export interface WordsPage extends NodesBeside {
  /** Takes a line of the group's trace. */
  readonly take: (line: string) => void;
}

export async function openWordsPage(port: number, { peers, loss }: GroupOptions, nodes: readonly WordsNode[]): Promise<WordsPage> {
  const members = Array.from({ length: peers }, (_, place) => place + 1);
  /** Peers that lie now, and how often. */
  const liars = new Map<number, string>();
  const head = (): Fields => ({
    v: 2, type: 'planned', protocol: 'words', seed: 0, members, clients: [],
    plan: { addresses: Object.fromEntries(nodes.map(({ address }, place) => [address, place + 1])) },
    traitors: [...liars].map(([id, kind]) => ({ id, kind })),
    about: `${counted(peers, 'peer')} over UDP${loss === 0 ? '' : `, which lose ${loss} of 100 datagrams`}`,
    names: Object.fromEntries(members.map((id) => [id, `@${id}`])),
  });
  const beside = await openNodesBeside(port, {
    system: 'words',
    prompt: 'words>',
    commands: Object.values(COMMANDS).map(({ form, summary }) => [form, summary] as const),
    hint: 'such as @2 lie 50, @1 consensus 0, or help',
  }, head());
  return {
    ...beside,
    take(line) {
      const fact = JSON.parse(line) as Fields & { readonly node?: number; readonly input?: { readonly type: string; readonly percent?: number } };
      if (fact['type'] === 'planned' || fact['type'] === 'judged') return;
      const { node, input } = fact;
      if (node !== undefined && (input?.type === 'lie' || input?.type === 'truth')) {
        if (input.type === 'truth' || input.percent === 0) liars.delete(node);
        else liars.set(node, `lies, ${input.percent ?? 100} %`);
        beside.page.head(head());
      }
      // Times are those of the page.
      const { at: _own, ...told } = fact;
      beside.page.tell(told);
    },
  };
}
