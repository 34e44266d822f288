import { UserError } from '../../core/user-error.ts';
import { costOf, nameIn, peerLines, whyLines, wordLines } from '../answers.ts';
import { helpLines, parseCommand, peerNamed, type Command } from '../commands.ts';
import { decisionWords } from '../told.ts';
import type { Output } from '../vocabulary.ts';
import type { WordsNode } from './node.ts';

/** What a peer says to a line. */
export interface Reply {
  readonly lines: readonly string[];
  /** Whether whoever said it wants no more. */
  readonly isOver: boolean;
  /** Whether it was a mistake, which changed nothing. */
  readonly isMistake: boolean;
}

/** Does what a line asks of a peer. What takes time is awaited. Never rejects for what somebody typed. @param tell is told of what takes long before it begins */
export async function executeLine(node: WordsNode, line: string, tell: (line: string) => void = () => undefined): Promise<Reply> {
  try {
    const command = parseCommand(line);
    return { lines: await executed(node, command, tell), isOver: command.type === 'exit', isMistake: false };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { lines: [error.message], isOver: false, isMistake: true };
  }
}

async function executed(node: WordsNode, command: Command, tell: (line: string) => void): Promise<readonly string[]> {
  const { state } = node;
  switch (command.type) {
    case 'peers':
      return peerLines(state);
    case 'current':
      return wordLines(state.database);
    case 'why':
      return whyLines(state, node.address);
    case 'counts':
      return [...node.counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([what, count]) => `${what}: ${count}`);
    case 'help':
      return helpLines();
    case 'exit':
      return [];
    case 'set':
      node.input(command);
      return [`word ${command.index} is ${JSON.stringify(command.word)}`];
    case 'lie':
      node.input(command);
      return [`this peer lies in ${command.percent} of 100 messages${command.strategy === undefined ? '' : `, as ${command.strategy}`}`];
    case 'truth':
      node.input({ type: 'truth' });
      return ['this peer tells the truth'];
    case 'consensus':
      return settled(node, command, tell);
    case 'query': {
      if (command.peer === node.name || command.peer === node.address) return wordLines(state.database);
      const peer = peerNamed(command.peer, state.peers);
      const answer = heardBy(node, (output) => (output.type === 'answered' && output.peer === peer ? output : undefined));
      node.input({ type: 'query', peer });
      const { database } = await answer;
      return database === undefined ? [`${nameIn(state, peer)} gives no answer`] : wordLines(database);
    }
    default:
      return command satisfies never;
  }
}

async function settled(node: WordsNode, { index, isMeant }: Command & { readonly type: 'consensus' }, tell: (line: string) => void): Promise<readonly string[]> {
  const { isMuch, refusal, words } = costOf(node.state, isMeant, node.within);
  if (refusal !== undefined) throw new UserError(refusal);
  if (isMuch) tell(words);
  const before = new Set(node.state.instances.keys());
  let key: string | undefined;
  const ended = heardBy(node, (output) => {
    if (output.type !== 'decided' || output.commander !== node.address || output.index !== index) return undefined;
    return key === undefined || key === output.key ? output : undefined;
  });
  node.input({ type: 'consensus', index });
  key = [...node.state.instances.keys()].find((one) => !before.has(one));
  return [decisionWords(await ended, (peer) => (peer === node.address ? 'this peer' : nameIn(node.state, peer)))];
}

/** The first that a peer hands on of which something is made. */
const heardBy = <Heard>(node: WordsNode, pick: (output: Output) => Heard | undefined): Promise<Heard> =>
  new Promise((resolve) => {
    const end = node.heed((output) => {
      const heard = pick(output);
      if (heard === undefined) return;
      end();
      resolve(heard);
    });
  });
