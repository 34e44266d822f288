import { expect } from 'chai';
import { nodeId } from '../../../src/core/node.ts';
import { byzantineQuorum } from '../../../src/core/quorum.ts';
import { readJson } from '../../../src/runtime/http/json.ts';
import type { Answer, Chunk, Message, Outcome, Proposal, Signed } from '../../../src/replicas/pbft/messages.ts';
import { parseMessage } from '../../../src/replicas/pbft/parse.ts';
import { KEY_LENGTH, VALUE_LENGTH } from '../../../src/replicas/pbft/operation.ts';
import { DEFAULTS, NUMBERS, OPERATION_LENGTH, PLACES, VIEWS } from '../../../src/replicas/pbft/settings.ts';
import { messageSizes } from '../../../src/replicas/pbft/sizes.ts';
import { ANSWERS_PAGE, KEYS_PAGE, MARK_LENGTH, MARKS_PAGE, PAGES, VALUES_PAGE } from '../../../src/replicas/pbft/pages.ts';
import { TAIL, TAIL_LENGTH } from '../../../src/replicas/pbft/store.ts';

const times = <Item>(count: number, make: (index: number) => Item): Item[] => Array.from({ length: count }, (_, index) => make(index));

/** The largest that loyal replicas and clients of an n could say, in as many bytes as JSON can make of it. */
function largestOf(n: number): Message[] {
  const quorum = byzantineQuorum(n);
  const [view, most] = [VIEWS - 1, PLACES - 1];
  const { batch: requests, checkpointEvery } = DEFAULTS;
  const window = 2 * checkpointEvery;
  const worst = (length: number): string => '\u001f'.repeat(length);
  const signed = <Body extends object>(body: Body): Signed<Body> => ({ body, signature: 'S'.repeat(86) });
  const digest = 'D'.repeat(43);
  const replica = nodeId(n - 1);
  const client = nodeId(n);
  const mark = 'm'.repeat(MARK_LENGTH);
  const key = '"'.repeat(KEY_LENGTH);
  const request = signed({ client, timestamp: NUMBERS - 1, mark, key, operation: worst(OPERATION_LENGTH) });
  const batch = { requests: times(requests, () => request) };
  const proposal: Proposal = { view, sequence: most, digest };
  const vote = signed({ ...proposal, replica });
  const votes = times(n, () => vote);
  const proof = times(n, () => signed({ sequence: most, digest, replica }));
  const prepared = { prePrepare: signed(proposal), prepares: times(quorum - 1, () => vote) };
  const viewChange = signed({ view, stable: most, proof, prepared: times(window, () => prepared), replica });
  const answer = [NUMBERS - 1, digest, worst(VALUE_LENGTH)] as const;
  const manifest = { sequence: most, position: most, chain: digest, tail: times(TAIL, () => worst(TAIL_LENGTH)), chunks: times(PAGES, () => digest) };
  const pages: readonly Chunk[] = [
    { type: 'values', entries: times(VALUES_PAGE, () => [worst(VALUE_LENGTH), worst(VALUE_LENGTH)] as const) },
    { type: 'answers', client, entries: times(ANSWERS_PAGE, () => answer) },
    { type: 'marks', client, first: most, entries: times(MARKS_PAGE, () => mark) },
    { type: 'answers', client, entries: times(ANSWERS_PAGE, () => [NUMBERS - 1, digest, { refused: 'conflict' }] as const) },
    { type: 'keys', home: replica, first: most, entries: times(KEYS_PAGE, () => [key, digest, worst(VALUE_LENGTH)] as const) },
  ];
  return [
    { type: 'request', ...request },
    { type: 'pre-prepare', ...signed(proposal), batch },
    { type: 'prepare', ...vote },
    { type: 'commit', ...vote },
    { type: 'certificate', phase: 'prepare', votes },
    { type: 'checkpoint', ...proof[0]! },
    { type: 'view-change', ...viewChange },
    { type: 'new-view', ...signed({ view, viewChanges: times(quorum, () => viewChange), prePrepares: times(window, () => signed(proposal)) }) },
    { type: 'reply', ...signed({ view, client, replica, answers: times(requests, () => answer) }) },
    { type: 'reply', ...signed({ view, client, replica, answers: times(requests, (index) => [NUMBERS - 1, digest, [{ stale: NUMBERS - 1 }, { refused: 'conflict' }, { forgotten: true }, null][index % 4]!] as Answer<Outcome>) }) },
    { type: 'status', view, isChanging: false, executed: most, stable: most },
    { type: 'committed', batch, commits: votes },
    { type: 'executed', sequence: most, batch },
    { type: 'state', manifest, proof },
    { type: 'fetch-chunk', sequence: most, index: PAGES - 1 },
    ...pages.map((chunk) => ({ type: 'chunk' as const, sequence: most, index: PAGES - 1, chunk })),
    { type: 'stable', proof },
    { type: 'fetch', digest },
    { type: 'batch', batch },
  ];
}

describe('how large a message of PBFT may be', () => {

  for (const n of [4, 7, 64]) {
    it(`among ${n} lets the largest of every type pass, and little more`, () => {
      const sizes = messageSizes(n, DEFAULTS);
      const largest = largestOf(n);
      expect([...new Set(largest.map(({ type }) => type))]).to.have.members(Object.keys(sizes));
      for (const message of largest) {
        const size = sizes[message.type];
        const bytes = Buffer.from(JSON.stringify(message));
        expect(bytes.length, message.type).to.be.at.most(size.bytes);
        // Of pages of a state some are smaller, as are answers that are none.
        if (message.type !== 'reply' && (message.type !== 'chunk' || message.chunk.type === 'keys')) expect(bytes.length, message.type).to.be.at.least(size.bytes * 0.6);
        // The new view of 64 is 80 MB: to make a message of it takes longer than it is worth here.
        const read = message.type === 'new-view' && n === 64 ? undefined : readJson(bytes, size);
        if (read === undefined) continue;
        expect(read, message.type).to.have.property('value');
        expect('value' in read && parseMessage(read.value)?.type, message.type).to.equal(message.type);
      }
    });
  }

  it('is a kilobyte for a vote or a status, and follows the batch for a proposal', () => {
    const { prepare, commit, status, fetch, 'pre-prepare': proposal } = messageSizes(4, DEFAULTS);
    for (const { bytes } of [prepare, commit, status, fetch]) expect(bytes).to.be.below(1024);
    expect(messageSizes(4, { ...DEFAULTS, batch: 1 })['pre-prepare'].bytes).to.be.below(proposal.bytes / 50);
  });
});
