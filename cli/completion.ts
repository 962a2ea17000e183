// `regions completion bash|zsh|fish`: a script that completes the command's own words, made from what it has.

import { Argument, Command } from 'commander';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** The words that may follow these, such as `backup`: subcommands and options. */
interface Words {
  readonly after: string;
  readonly words: readonly string[];
}

/** Makes the subcommand; it completes the program that it is added to. */
export function completionCommand(): Command {
  return new Command('completion')
    .description('print a script that completes `meridian regions ...` in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText(
      'after',
      `
In bash: source <(npx meridian regions completion bash)
In zsh, after compinit: source <(npx meridian regions completion zsh)
In fish: npx meridian regions completion fish | source`,
    )
    .action((shell: Shell, _options: object, command: Command) => {
      console.log(completionScript(shell, wordsOf(command.parent ?? command)));
    });
}

function wordsOf(command: Command, path: readonly string[] = []): Words[] {
  const names = command.commands.map((each) => each.name());
  const options = command.options.flatMap(({ long }) => long ?? []);
  const own = { after: path.join(' '), words: [...names, ...options, '--help'] };
  return [own, ...command.commands.flatMap((each) => wordsOf(each, [...path, each.name()]))];
}

/** bash's script serves zsh as well, whose bashcompinit understands it. */
function completionScript(shell: Shell, words: readonly Words[]): string {
  return shell === 'fish' ? fishScript(words) : bashScript(shell, words);
}

function bashScript(shell: 'bash' | 'zsh', words: readonly Words[]): string {
  const cases = words.map(({ after, words }) => `    "${after}") words="${words.join(' ')}" ;;`);
  return [
    ...(shell === 'zsh' ? ['autoload -Uz bashcompinit && bashcompinit'] : []),
    '_meridian() {',
    '  local words="" path="" word i',
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    COMPREPLY=($(compgen -W "regions" -- "\${COMP_WORDS[1]}"))`,
    '    return',
    '  fi',
    '  for ((i = 2; i < COMP_CWORD; i++)); do',
    `    word="\${COMP_WORDS[i]}"`,
    '    case "$path $word" in',
    ...words
      .filter(({ after }) => after !== '')
      .map(({ after }) => `      ${pattern(after)}) path="${after}" ;;`),
    '    esac',
    '  done',
    '  case "$path" in',
    ...cases,
    '  esac',
    `  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))`,
    '}',
    'complete -o default -F _meridian meridian',
  ].join('\n');
}

/** The path so far and the next word, as the shell compares them. */
function pattern(after: string): string {
  return `"${after.includes(' ') ? after : ` ${after}`}"`;
}

function fishScript(words: readonly Words[]): string {
  const lines = words.map(({ after, words }) => {
    const path = ['regions', ...(after === '' ? [] : after.split(' '))];
    const seen = path.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    return `complete -c meridian -f -n '${seen}' -a '${words.join(' ')}'`;
  });
  return ["complete -c meridian -f -n '__fish_use_subcommand' -a regions", ...lines].join('\n');
}
