import { STRATEGIES } from '../generals/faults/registry.ts';
import { PROTOCOLS } from '../generals/protocols/registry.ts';

/** Something that `help` explains and that is no command. */
export interface Topic {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly text: readonly string[];
  readonly paper?: string;
  readonly example?: string;
}

const LAMPORT_1982 = 'Lamport, Shostak and Pease, "The Byzantine Generals Problem", ACM TOPLAS 4(3), 1982';
const CASTRO_1999 = 'Castro and Liskov, "Practical Byzantine Fault Tolerance", OSDI 1999';

const PAPERS: Readonly<Record<string, string>> = {
  exchange: `${LAMPORT_1982}, §3: OM(1)`,
  oral: `${LAMPORT_1982}, §3`,
  signed: `${LAMPORT_1982}, §4`,
  king: 'Berman, Garay and Perry, "Towards optimal distributed consensus", FOCS 1989',
  pbft: CASTRO_1999,
};

const BOUNDS: Readonly<Record<string, string>> = {
  exchange: 'Among more than three generals it keeps agreement and validity in spite of one traitor.',
  oral: 'Among more than 3m generals it keeps agreement and validity in spite of m traitors.',
  signed: 'Among m + 2 generals or more it keeps agreement and validity in spite of m traitors, as nobody can forge a signature.',
  king: 'Among more than 3m generals it keeps agreement and validity in spite of m traitors, in 3m + 4 rounds.',
  pbft: 'Among more than 3m generals it keeps agreement and validity in spite of m traitors; who finds the primary faulty changes the view.',
};

/** Made when they are asked for, as somebody may have brought more of them. */
const protocols = (): readonly Topic[] => PROTOCOLS.map(({ name, summary }) => ({
  name,
  text: [`A protocol: ${inSentences(summary)}`, ...(BOUNDS[name] === undefined ? [] : [BOUNDS[name]])],
  ...(PAPERS[name] === undefined ? {} : { paper: PAPERS[name] }),
  example: `g-protocol ${name}`,
}));

const strategies = (): readonly Topic[] => STRATEGIES.map(({ name, summary }) => ({
  name,
  text: [`A way of being a traitor: ${inSentences(summary)}`],
  example: `g-state 3 faulty ${name}`,
}));

const words: readonly Topic[] = [
  {
    name: 'agreement',
    aliases: ['ic1', 'consistency'],
    text: ['All loyal generals decide the same. It is the first of the two interactive consistency conditions, IC1; it asks nothing of traitors.'],
    paper: LAMPORT_1982,
  },
  {
    name: 'validity',
    aliases: ['ic2'],
    text: ['If the primary is loyal, all loyal generals decide what it ordered: IC2. Under a traitorous primary it asks nothing.'],
    paper: LAMPORT_1982,
  },
  {
    name: 'termination',
    text: ['Every loyal general decides in the end. In rounds that is always so, unless a general is lost; then the result names it.'],
  },
  {
    name: 'quorum',
    text: [
      'So many generals that any two such sets share a loyal one: 2m + 1 of 3m + 1, with m traitors among them.',
      'At this prompt it also is the vote that ends an order: each secondary tells what it decided, and more than half decide.',
    ],
    paper: CASTRO_1999,
  },
  {
    name: 'round',
    text: ['What all say at the same time. What is said in a round is heard before the next one; who says nothing by then counts as silent.'],
    example: 'g-step',
  },
  {
    name: 'traitor',
    aliases: ['faulty', 'byzantine', 'fault'],
    text: ['A general that may say anything to anyone, or nothing. It cannot speak in another’s name, nor forge a signature. Its state is F.'],
    paper: LAMPORT_1982,
    example: 'g-state 3 faulty',
  },
  { name: 'loyal', aliases: ['non-faulty', 'honest'], text: ['A general that follows the protocol. It does not know who is a traitor. Its state is NF.'], example: 'g-state 3 non-faulty' },
  { name: 'lost', text: ['The state of a general whose thread broke down or hangs. It says nothing any more; g-kill strikes it off.'], example: 'g-break 3 hang' },
  {
    name: 'primary',
    aliases: ['commander'],
    text: ['The general that gives the order. There is one; the first is elected by the seed, and g-elect makes another. The 1982 paper calls it the commander.'],
    paper: LAMPORT_1982,
    example: 'g-elect 1',
  },
  { name: 'secondary', aliases: ['lieutenant'], text: ['A general that is not primary: it hears the order, tells the others, and decides. The 1982 paper calls it a lieutenant.'], paper: LAMPORT_1982 },
  { name: 'order', aliases: ['attack', 'retreat'], text: ['What is agreed on: attack or retreat. Who hears nothing takes retreat, the default.'], paper: LAMPORT_1982, example: 'actual-order attack' },
  { name: 'default', text: ['The order that counts where none was heard, or where neither has the majority: retreat. All loyal generals must share it.'], paper: LAMPORT_1982 },
  { name: 'majority', text: ['More than half. With exchange and oral a secondary decides for the majority of what it heard; a tie counts as retreat.'], paper: LAMPORT_1982 },
  {
    name: 'oral message',
    aliases: ['message', 'path'],
    text: [
      'Words that nobody can prove to have heard. Its receiver knows who sent it, and notices if it is missing.',
      'attack 1 3 5 is such a message: G5 says that G3 said that G1 said attack.',
    ],
    paper: LAMPORT_1982,
    example: 'g-protocol oral',
  },
  {
    name: 'signature',
    aliases: ['signed message', 'chain'],
    text: [
      'What proves who said something: nobody can forge it, and anyone can check it. On threads these are ed25519 signatures.',
      'attack:1:3 is a chain of them: G3 signed that G1 signed attack.',
    ],
    paper: LAMPORT_1982,
    example: 'g-protocol signed',
  },
  { name: 'om', aliases: ['om(m)', 'om(1)', 'om(2)'], text: ['OM(m), the oral messages algorithm: the protocol oral. Each tells the others what it heard, m times over, and majorities decide.'], paper: LAMPORT_1982, example: 'g-protocol oral 2' },
  { name: 'sm', aliases: ['sm(m)'], text: ['SM(m), the signed messages algorithm: the protocol signed.'], paper: LAMPORT_1982, example: 'g-protocol signed' },
  { name: 'm', aliases: ['n', 'f'], text: ['n is the number of generals, f that of traitors among them, and m that of traitors which the protocol is run to stand. Most protocols need n > 3m.'], example: 'g-protocol oral 2' },
  { name: 'protocol', text: ['The rules by which generals agree. g-protocol lists them, and help tells more of each.'], example: 'g-protocol king' },
  { name: 'strategy', text: ['How a traitor betrays. g-strategies lists them, and help tells more of each.'], example: 'g-state 3 faulty liar' },
  {
    name: 'seed',
    aliases: ['chance'],
    text: ['A number that all chance follows from: who is elected, and what traitors say. The same seed and the same commands give the same output.'],
    example: 'g-seed 42',
  },
  { name: 'verdict', aliases: ['ballot'], text: ['What the quorum makes of an order. Each secondary casts a ballot for what it decided; traitors may lie there too. More than half decide.'], example: 'g-why' },
  { name: 'treason', aliases: ['lie'], text: ['One way in which all traitors might behave in one order. g-check tries them all.'], example: 'g-check' },
  { name: 'view', text: ['In PBFT, the time of one primary. Who suspects it asks for the next view; with enough who ask, the next general commands.'], paper: CASTRO_1999, example: 'g-protocol pbft' },
  { name: 'script', aliases: ['pipe', 'transcript'], text: ['Commands in a file, one a line; lines that begin with # are comments. From the shell, generals run <file> runs it. save writes one.'], example: 'save session.txt' },
  { name: 'keys', aliases: ['keyboard', 'history', 'tab'], text: ['Tab completes. Up and Down go through earlier lines, Ctrl-R searches them. Ctrl-C clears the line or ends a command, Ctrl-L clears the screen, Ctrl-D leaves.'] },
];

/** All that `help` explains beside commands. */
export const topics = (): readonly Topic[] => [...protocols(), ...strategies(), ...words];

export const topicKinds = (): Readonly<Record<'protocols' | 'strategies' | 'words', readonly string[]>> => ({ protocols: PROTOCOLS.map(({ name }) => name), strategies: STRATEGIES.map(({ name }) => name), words: words.map(({ name }) => name) });

/** A summary of several parts, each as a sentence. */
function inSentences(summary: string): string {
  const [first = '', ...others] = summary.split('; ');
  return [first, ...others.map((part) => part.charAt(0).toUpperCase() + part.slice(1))].map((part) => `${part}.`).join(' ');
}
