import type { JSX } from 'preact';
import type { Camp, OrderView, Why } from '../news.ts';
import type { Choice, Place } from './store.ts';
import { describe, membersOf } from './field.tsx';
import { flightsIn, isCause, leaningOf, wordIn, type Flight } from './rounds.ts';

interface GeneralProps {
  readonly id: number;
  readonly camp: Camp;
  readonly order: OrderView | undefined;
  /** The last round that is over. */
  readonly round: number;
  /** Whether the order is the army’s own last one. */
  readonly isOwn: boolean;
  readonly why: Why | undefined;
  readonly strategies: readonly Choice[];
  readonly run: (line: string) => void;
  readonly askWhy: (id: number) => void;
  readonly onPick: (flight: Flight) => void;
}

/** More lines of an inbox are counted, and not written. */
const INBOX_MAX = 60;

/** All about one general: what it is, what may be done to it, what it heard, and why it decided so. */
export function GeneralPanel({ id, camp, order, round, isOwn, why, strategies, run, askWhy, onPick }: GeneralProps): JSX.Element {
  const now = isOwn ? camp.members.find((one) => one.id === id) : undefined;
  const then = order === undefined || round === 0 ? undefined : membersOf(order).find((one) => one.id === id);
  const member = then ?? now;
  if (member === undefined)
    return (
      <section class="panel">
        <h2>G{id}</h2>
        <p>There is no general G{id} any more.</p>
      </section>
    );
  const shown = then === undefined ? undefined : order;
  const leaning = shown === undefined || id === shown.trace.ordered.commander ? undefined : leaningOf(shown, member.id, round);
  const isOver = shown !== undefined && round > shown.rounds;
  return (
    <section class="panel" aria-label={`G${id}`} data-panel="general">
      <h2>
        G{id} <small>{describe(member)}</small>
      </h2>
      {now !== undefined && (
        <div class="deeds">
          <label>
            is{' '}
            <select
              value={now.state.type === 'faulty' ? now.state.strategy : 'loyal'}
              disabled={now.state.type === 'lost'}
              onChange={(event) =>
                run(`g-state ${id} ${event.currentTarget.value === 'loyal' ? 'non-faulty' : `faulty ${event.currentTarget.value}`}`)
              }
            >
              <option value="loyal">loyal</option>
              {strategies.map(({ name, summary }) => (
                <option key={name} value={name} title={summary}>
                  traitor: {name}
                </option>
              ))}
            </select>
          </label>
          <button type="button" disabled={now.role === 'primary' || now.state.type === 'lost'} onClick={() => run(`g-elect ${id}`)}>
            Elect
          </button>
          <button type="button" onClick={() => run(`g-kill ${id}`)}>
            Kill
          </button>
        </div>
      )}
      {now?.state.type === 'faulty' && <Dictation key={id} id={id} run={run} />}
      {leaning !== undefined && (
        <p>
          {isOver ? 'It decided' : 'If nothing more came, it would decide'} <Word word={leaning} />.
        </p>
      )}
      {shown !== undefined && isOwn && id !== shown.trace.ordered.commander && (
        <p>
          <button type="button" onClick={() => askWhy(id)} aria-expanded={why?.id === id}>
            Why does G{id} decide so?
          </button>
        </p>
      )}
      {shown !== undefined && why?.id === id && (
        <div class="why" data-panel="why">
          {why.sentences.map((sentence, index) => (
            <p key={index} class={sentence.startsWith(' ') ? 'indented' : ''}>
              {sentence.trim()}
            </p>
          ))}
          {why.evidence.length > 0 && <Tree lines={why.evidence} />}
        </div>
      )}
      {shown !== undefined && (
        <Inbox id={id} order={shown} round={Math.min(round, shown.rounds)} why={why?.id === id ? why : undefined} onPick={onPick} />
      )}
    </section>
  );
}

/** An order as a word, with its sign. */
export const Word = ({ word }: { readonly word: 'attack' | 'retreat' }): JSX.Element => <b class={`word ${word}`}>{word}</b>;

/** What a traitor is to say in the next order, word by word. */
function Dictation({ id, run }: { readonly id: number; readonly run: (line: string) => void }): JSX.Element {
  return (
    <form
      class="dictation"
      onSubmit={(event) => {
        event.preventDefault();
        const words = new FormData(event.currentTarget).get('words');
        if (typeof words === 'string' && words.trim() !== '') run(`choose ${id} ${words.trim()}`);
      }}
    >
      <label>
        says next <input name="words" placeholder="such as attack retreat silence" spellcheck={false} autocomplete="off" />
      </label>
      <button type="submit">Dictate</button>
    </form>
  );
}

interface InboxProps {
  readonly id: number;
  readonly order: OrderView;
  readonly round: number;
  readonly why: Why | undefined;
  readonly onPick: (flight: Flight) => void;
}

function Inbox({ id, order, round, why, onPick }: InboxProps): JSX.Element {
  const rounds = Array.from({ length: round }, (_, index) =>
    flightsIn(order, index + 1).filter(({ to, text }) => to === id && text !== undefined),
  );
  const all = rounds.reduce((sum, inbox) => sum + inbox.length, 0);
  let left = INBOX_MAX;
  return (
    <div class="inbox" data-panel="inbox">
      <h3>Heard so far{all === 0 ? ': nothing' : ''}</h3>
      {rounds.map((inbox, index) => {
        const some = inbox.slice(0, Math.max(0, left));
        left -= some.length;
        return inbox.length === 0 ? null : (
          <div key={index}>
            <h4>Round {index + 1}</h4>
            <ul>
              {some.map((flight, place) => (
                <li key={place} class={isCause(why, flight) ? 'cause' : ''}>
                  <button type="button" class="plain" onClick={() => onPick(flight)}>
                    G{flight.from}: <Said text={flight.text!} />
                  </button>
                  {flight.honest !== undefined && (
                    <span class="lied">
                      {' '}
                      {flight.isForged ? 'forged; ' : ''}honest: {flight.honest}
                    </span>
                  )}
                </li>
              ))}
              {some.length < inbox.length && <li class="more">… and {inbox.length - some.length} more</li>}
            </ul>
          </div>
        );
      })}
      {all > 0 && order.legend !== undefined && <p class="note">{order.legend}</p>}
    </div>
  );
}

/** A message's text, its order with its colour. */
export function Said({ text }: { readonly text: string }): JSX.Element {
  const word = wordIn(text);
  if (word === undefined) return <>{text}</>;
  const at = text.indexOf(word);
  return (
    <>
      {text.slice(0, at)}
      <Word word={word} />
      {text.slice(at + word.length)}
    </>
  );
}

interface Branch {
  readonly text: string;
  readonly branches: Branch[];
}

/** Lines that make a tree by their indentation, to be folded level by level. */
export function Tree({ lines }: { readonly lines: readonly string[] }): JSX.Element {
  const top: Branch = { text: '', branches: [] };
  const open = [top];
  for (const line of lines) {
    const depth = Math.min(open.length - 1, Math.floor(/^ */.exec(line)![0].length / 2));
    const branch: Branch = { text: line.trim(), branches: [] };
    open[depth]!.branches.push(branch);
    open.splice(depth + 1, open.length, branch);
  }
  return (
    <div class="tree" data-panel="tree">
      {top.branches.map((branch, index) => (
        <Twig key={index} branch={branch} depth={0} />
      ))}
    </div>
  );
}

function Twig({ branch: { text, branches }, depth }: { readonly branch: Branch; readonly depth: number }): JSX.Element {
  if (branches.length === 0)
    return (
      <div class="leaf">
        <Said text={text} />
      </div>
    );
  return (
    <details open={depth === 0}>
      <summary>
        <Said text={text} />
      </summary>
      {branches.map((branch, index) => (
        <Twig key={index} branch={branch} depth={depth + 1} />
      ))}
    </details>
  );
}

interface MessagePanelProps {
  readonly place: Place;
  readonly order: OrderView;
  readonly fork: (word: 'attack' | 'retreat' | 'silence') => void;
  readonly close: () => void;
}

/** One message, and what would have been without it. */
export function MessagePanel({ place, order, fork, close }: MessagePanelProps): JSX.Element | null {
  const flight = flightsIn(order, place.round).find((one) => one.from === place.from && one.to === place.to && one.index === place.index);
  if (flight?.text === undefined) return null;
  const word = wordIn(flight.text);
  const isLoyal = !order.trace.ordered.traitors.some(({ id }) => id === flight.from);
  return (
    <section class="panel message-panel" aria-label="Message" data-panel="message">
      <h2>
        G{flight.from} → G{flight.to} <small>round {flight.round}</small>
      </h2>
      <p>
        <Said text={flight.text} />
        {flight.honest !== undefined && <span class="lied"> honest: {flight.honest}</span>}
      </p>
      <p>What if it had been something else?{isLoyal ? ` G${flight.from} counts as a traitor then.` : ''}</p>
      <div class="deeds">
        <button type="button" onClick={() => fork('silence')}>
          Drop it
        </button>
        {word !== 'attack' && (
          <button type="button" onClick={() => fork('attack')}>
            Say attack
          </button>
        )}
        {word !== 'retreat' && (
          <button type="button" onClick={() => fork('retreat')}>
            Say retreat
          </button>
        )}
        <button type="button" onClick={close}>
          Close
        </button>
      </div>
    </section>
  );
}
