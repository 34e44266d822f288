/**
 * Castro and Liskov's normal case and view changes, for one request, as far as a record can tell: up to the first timeout what a loyal replica
 * says is worked out to the message, and after that each thing said is to have its reason in what was heard. The commander is replica 0,
 * the client and the first primary; the others follow by id.
 */
import type { Recorded, Said, Word } from './record.ts';

/** What of a message is looked at. */
interface Message {
  readonly type: string;
  readonly body: { readonly view: number; readonly sequence: number; readonly digest: string; readonly replica: number; readonly prepared: readonly Certificate[]; readonly viewChanges: readonly ViewChange[]; readonly prePrepares: readonly Proposal[] };
  readonly signature: string;
  readonly batch: Batch;
  readonly commits: readonly { readonly body: Message['body'] }[];
}

interface Proposal {
  readonly body: { readonly view: number; readonly sequence: number; readonly digest: string };
}

interface Certificate {
  readonly prePrepare: Proposal;
}

interface ViewChange {
  readonly body: Pick<Message['body'], 'replica' | 'prepared'>;
  readonly signature: string;
}

interface Batch {
  readonly requests: readonly { readonly body: { readonly operation: string } }[];
}

type Told = Said<Message>;

/** No primary is given up before it. */
const PATIENT = 5;

/** What loyal generals said or decided without the reasons that the paper asks for, or did not say though they had them. */
export function unfounded(record: Recorded, loyal: readonly number[]): string[] {
  const { members, commander, order } = record;
  const n = members.length;
  const cast = [commander, ...members.filter((id) => id !== commander)];
  const faults = Math.floor((n - 1) / 3);
  /** The fewest of which any two sets share more than can be traitors. */
  const quorum = members.findIndex((_, index) => 2 * (index + 1) - n > faults) + 1;
  const all = record.heard as readonly Told[];
  const batches = new Map(all.filter(({ message }) => message.type === 'pre-prepare').map(({ message }) => [message.body.digest, message.batch]));
  const orderIn = (batch: Batch | undefined): string => batch?.requests[0]?.body.operation ?? 'nothing';
  const primaryOf = (view: number): number => cast[view % n]!;
  return loyal.flatMap((self) => [...normal(self), ...reasons(self)]);

  /** View 0 before any timeout: pre-prepared, prepared, committed-local, and each said once, to all others, in the round in which it became so. */
  function normal(self: number): string[] {
    const expected: string[] = [];
    const tell = (round: number, what: string): void => void (n > 1 && expected.push(...members.filter((id) => id !== self).map((to) => `${what} to G${to} in round ${round}`)));
    const isPrimary = self === commander;
    const proposed = isPrimary ? all.find(({ from, message }) => from === self && message.type === 'pre-prepare')?.message.body.digest : undefined;
    let [accepted, isPrepared, committed]: [string | undefined, boolean, Word | undefined] = [proposed, false, undefined];
    const votes = { prepare: new Map<number, string>(), commit: new Map<number, string>() };
    if (isPrimary) tell(1, `pre-prepare ${order}`);
    for (let round = 1; round <= PATIENT; round += 1) {
      for (const { from, message } of all.filter((one) => one.to === self && one.round === round - 1)) {
        const { type, body } = message;
        if (type === 'pre-prepare' && from === commander && !isPrimary && accepted === undefined) {
          accepted = body.digest;
          votes.prepare.set(self, accepted);
          tell(round, `prepare ${orderIn(message.batch)}`);
        }
        if ((type === 'prepare' || type === 'commit') && body.view === 0 && !votes[type].has(from)) votes[type].set(from, body.digest);
      }
      const count = (phase: 'prepare' | 'commit'): number => [...votes[phase]].filter(([from, digest]) => digest === accepted && (phase === 'commit' || from !== commander)).length;
      if (accepted !== undefined && !isPrepared && count('prepare') >= quorum - 1) {
        isPrepared = true;
        votes.commit.set(self, accepted);
        tell(round, `commit ${orderIn(batches.get(accepted))}`);
      }
      if (isPrepared && count('commit') >= quorum) committed ??= (orderIn(batches.get(accepted!)) as Word);
    }
    const said = all.filter(({ from, round, message }) => from === self && round <= PATIENT && ['pre-prepare', 'prepare', 'commit'].includes(message.type))
      .map(({ round, to, message }) => `${message.type} ${orderIn(message.batch ?? batches.get(message.body.digest))} to G${to} in round ${round}`);
    const flaws = said.toSorted().join('; ') === expected.toSorted().join('; ') ? [] : [`G${self} said ${said.join('; ')}, and had to say ${expected.join('; ')}`];
    if (committed !== undefined && record.decided.get(self) !== committed) flaws.push(`G${self} decided ${record.decided.get(self) ?? 'nothing'}, though a quorum told it that ${committed} is committed`);
    return flaws;
  }

  function reasons(self: number): string[] {
    const heard = all.filter(({ to }) => to === self);
    const own = all.filter(({ from }) => from === self);
    const before = (round: number): Told[] => heard.filter((one) => one.round < round);
    const flaws: string[] = [];
    const voted = new Map<string, string>();
    for (const { round, message } of own) {
      const { type, body } = message;
      const what = `G${self} said ${type}${'view' in (body ?? {}) ? ` of view ${body.view}` : ''} in round ${round}`;
      if (type === 'pre-prepare' && primaryOf(body.view) !== self) flaws.push(`${what}, and is not its primary`);
      if (type === 'prepare' || type === 'commit') {
        const key = `${type} ${body.view} ${body.sequence}`;
        if ((voted.get(key) ?? body.digest) !== body.digest) flaws.push(`${what} for two batches`);
        voted.set(key, body.digest);
        if (type === 'prepare' && !before(round).some((one) => one.from === primaryOf(body.view) && isProposed(one.message, body))) flaws.push(`${what}, which its primary had not proposed`);
        if (type === 'commit' && preparesOf(before(round), own, round, body).size < quorum - 1) flaws.push(`${what}, without prepares of a quorum`);
      }
      if (type === 'view-change') {
        const commits = own.filter((one) => one.message.type === 'commit' && one.round < round && one.message.body.view < body.view);
        const last = commits.toSorted((a, b) => b.message.body.view - a.message.body.view)[0]?.message.body.digest;
        if (body.prepared[0]?.prePrepare.body.digest !== last) flaws.push(`${what}, and hid or made up what it had prepared`);
      }
      // Who missed it is told by anybody, as its primary signed it.
      const isPassedOn = before(round).some((one) => one.message.type === 'new-view' && one.message.signature === message.signature);
      if (type === 'new-view' && !isPassedOn) {
        if (primaryOf(body.view) !== self) flaws.push(`${what}, and is not its primary`);
        const from = new Set(body.viewChanges.map((one) => one.body.replica));
        const told = [...before(round), ...own].filter((one) => one.message.type === 'view-change').map((one) => one.message.signature);
        if (from.size < quorum || !body.viewChanges.every(({ signature, body: { replica } }) => cast[replica] === self || told.includes(signature))) flaws.push(`${what}, without view-changes of a quorum`);
        const prepared = body.viewChanges.flatMap((one) => one.body.prepared.map(({ prePrepare }) => prePrepare.body)).toSorted((a, b) => b.view - a.view)[0];
        if (prepared !== undefined && body.prePrepares[0]?.body.digest !== prepared.digest) flaws.push(`${what}, without what was prepared last`);
      }
    }
    const decision = record.decided.get(self);
    if (decision === undefined) return [...flaws, `G${self} decided nothing`];
    if (decision === 'retreat' || isCommitted(heard, own, decision)) return flaws;
    return [...flaws, `G${self} decided ${decision}, which nobody showed it to be committed`];
  }

  function isProposed(message: Message, { view, sequence, digest }: Message['body']): boolean {
    const proposals = message.type === 'pre-prepare' ? [message] : message.type === 'new-view' ? message.body.prePrepares : [];
    return proposals.some(({ body }) => body.view === view && body.sequence === sequence && body.digest === digest);
  }

  /** The replicas beside the primary that said to have accepted it, itself among them. */
  function preparesOf(heard: readonly Told[], own: readonly Told[], round: number, { view, digest }: Message['body']): Set<number> {
    const said = [...heard, ...own.filter((one) => one.round <= round)].filter(({ message }) => message.type === 'prepare' && message.body.view === view && message.body.digest === digest);
    return new Set(said.map(({ from }) => from).filter((id) => id !== primaryOf(view)));
  }

  /** Commits of a quorum in one view, or the word of one loyal replica at least. */
  function isCommitted(heard: readonly Told[], own: readonly Told[], decision: Word): boolean {
    const commits = new Map<string, Set<number>>();
    const count = (replica: number, { view, digest }: Message['body']): void => void commits.set(`${view} ${digest}`, (commits.get(`${view} ${digest}`) ?? new Set()).add(replica));
    for (const { from, message } of [...heard, ...own]) if (message.type === 'commit') count(from, message.body);
    for (const { message } of heard) if (message.type === 'committed') for (const { body } of message.commits) count(cast[body.replica]!, body);
    if ([...commits].some(([key, replicas]) => replicas.size >= quorum && orderIn(batches.get(key.slice(key.indexOf(' ') + 1))) === decision)) return true;
    const told = new Set(heard.filter(({ message }) => (message.type === 'executed' || message.type === 'committed') && orderIn(message.batch) === decision).map(({ from }) => from));
    return told.size > faults;
  }
}
