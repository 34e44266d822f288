import type { CompletionOptions } from './subcommands/completion.ts';
import type { Completes, Option } from './options.ts';
import { COMMON, type Runnable } from './subcommand.ts';

/** Prints the completions for a shell. @returns the exit status */
export async function completionCommand({ shell }: CompletionOptions, subcommands: readonly Runnable[]): Promise<number> {
  const nodes = await Promise.all(subcommands.map(nodeOf));
  process.stdout.write(SCRIPTS[shell](nodes));
  return 0;
}

/** A subcommand, as far as it can be completed, with all words that are to be found. */
interface Node {
  readonly name: string;
  readonly about: string;
  readonly options: readonly Completed[];
  readonly operands: Found;
}

interface Completed {
  readonly name: string;
  readonly short: string | undefined;
  readonly value: string | undefined;
  readonly about: string;
  readonly found: Found;
}

type Found = { readonly type: 'nothing' | 'files' | 'folders' } | { readonly type: 'words'; readonly words: readonly string[] };

async function nodeOf({ name, forms, options, operands }: Runnable): Promise<Node> {
  const completed = Object.entries({ ...options, ...COMMON }).map(async ([option, { short, value, about, completes }]: [string, Option<unknown>]): Promise<Completed> => ({
    name: option, short, value, about, found: await foundBy(completes),
  }));
  return { name, about: forms[0]?.[1] ?? '', options: await Promise.all(completed), operands: await foundBy(operands) };
}

const foundBy = async (completes: Completes): Promise<Found> => (completes.type === 'words' ? { type: 'words', words: await completes.words() } : completes);

const SCRIPTS: Readonly<Record<CompletionOptions['shell'], (nodes: readonly Node[]) => string>> = { bash: forBash, zsh: forZsh, fish: forFish };

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** How an option may be typed. */
const spellings = ({ name, short }: Completed): string[] => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])];

const namesOf = (nodes: readonly Node[]): string[] => nodes.map(({ name }) => name).filter((name) => name !== '');

/** For bash from 3.2 on. Where nothing is found, bash offers files and folders. */
function forBash(nodes: readonly Node[]): string {
  const found = (what: Found): string => (what.type === 'words' ? `compgen -W ${quoted(what.words.join(' '))} -- "$cur"` : ':');
  const values = nodes.flatMap(({ name, options }) =>
    options.filter(({ value }) => value !== undefined).map((option) => `    ${spellings(option).map((one) => quoted(`${name} ${one}`)).join('|')}) found=$(${found(option.found)}) ;;`));
  const words = nodes.map(({ name, options, operands }) => {
    const first = name === '' ? { type: 'words', words: namesOf(nodes) } as const : operands;
    return `      ${quoted(name)}) case $cur in -*) found=$(compgen -W ${quoted(options.map((option) => `--${option.name}`).join(' '))} -- "$cur") ;; *) found=$(${found(first)}) ;; esac ;;`;
  });
  return `# Completion of generals, for bash: generals completion bash
_generals() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} sub='' found='' IFS=$' \\t\\n'
  # --option=value is three words here.
  if [ "$cur" = '=' ]; then cur=''; elif [ "$prev" = '=' ]; then prev=\${COMP_WORDS[COMP_CWORD-2]}; fi
  if [ "$COMP_CWORD" -gt 1 ]; then
    case \${COMP_WORDS[1]} in ${namesOf(nodes).join('|')}) sub=\${COMP_WORDS[1]} ;; esac
  fi
  case "$sub $prev" in
${values.join('\n')}
    *) case $sub in
${words.join('\n')}
      esac ;;
  esac
  IFS=$'\\n'
  COMPREPLY=($found)
}
complete -o default -F _generals generals
`;
}

function forZsh(nodes: readonly Node[]): string {
  const safe = (text: string): string => text.replaceAll(/[[\]:\\]/g, String.raw`\$&`);
  const found = (what: Found): string => (what.type === 'words' ? `(${what.words.join(' ')})` : { nothing: '( )', files: '_files', folders: '_files -/' }[what.type]);
  const spec = (option: Completed): string[] => spellings(option).map((one) => quoted(`${one}[${safe(option.about)}]${option.value === undefined ? '' : `:${safe(option.value)}:${found(option.found)}`}`));
  const cases = nodes.filter(({ name }) => name !== '').map(({ name, options, operands }) =>
    `    ${name}) shift words; (( CURRENT-- )); _arguments ${[...options.flatMap(spec), ...(operands.type === 'nothing' ? [] : [quoted(`*:word:${found(operands)}`)])].join(' \\\n      ')} ;;`);
  const base = nodes.find(({ name }) => name === '')!;
  return `#compdef generals
# Completion of generals, for zsh: generals completion zsh
_generals() {
  local -a subcommands
  subcommands=(${nodes.filter(({ name }) => name !== '').map(({ name, about }) => `\n    ${quoted(`${name}:${safe(about)}`)}`).join('')}
  )
  local sub=''
  (( CURRENT > 2 )) && sub=\${words[2]}
  case $sub in
${cases.join('\n')}
    *) (( CURRENT == 2 )) && [[ $words[2] != -* ]] && _describe subcommand subcommands
      _arguments ${base.options.flatMap(spec).join(' \\\n      ')} ;;
  esac
}
if [ "$funcstack[1]" = _generals ]; then _generals "$@"; else compdef _generals generals; fi
`;
}

function forFish(nodes: readonly Node[]): string {
  const text = (words: string): string => `'${words.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
  const found = (what: Found): string => (what.type === 'words' ? `-x -a ${text(what.words.join(' '))}` : { nothing: '-x', files: '-r -F', folders: "-x -a '(__fish_complete_directories)'" }[what.type]);
  const names = namesOf(nodes).join(' ');
  const lines = nodes.flatMap(({ name, about, options, operands }) => {
    const when = name === '' ? `not __fish_seen_subcommand_from ${names}` : `__fish_seen_subcommand_from ${name}`;
    const own = options.map((option) => `complete -c generals -n ${text(when)} -l ${option.name}${option.short === undefined ? '' : ` -s ${option.short}`}${option.value === undefined ? '' : ` ${found(option.found)}`} -d ${text(option.about)}`);
    const behind = operands.type === 'nothing' ? [] : [`complete -c generals -n ${text(when)} ${operands.type === 'words' ? `-a ${text(operands.words.join(' '))}` : '-F'}`];
    return [...(name === '' ? [] : [`complete -c generals -n ${text(`not __fish_seen_subcommand_from ${names}`)} -a ${name} -d ${text(about)}`]), ...own, ...behind];
  });
  return `# Completion of generals, for fish: generals completion fish\ncomplete -c generals -f\n${lines.join('\n')}\n`;
}
