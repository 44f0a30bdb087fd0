// `colloquy completion`: completion scripts for shells, generated from the help texts of the commands.

import { type Command, EXIT, misused, readArguments } from '../command.ts';
import type { CommandEntry } from '../commands.ts';
import { colouredHelp } from '../palette.ts';

const HELP = `Usage: colloquy completion bash|zsh|fish

Prints a script that completes commands, options and files. To install it:

  bash  source <(colloquy completion bash)                                   in ~/.bashrc
  zsh   source <(colloquy completion zsh)                                    in ~/.zshrc, after compinit
  fish  colloquy completion fish > ~/.config/fish/completions/colloquy.fish  once

Options:
  -h, --help  this text
`;

interface Word {
  readonly name: string;
  readonly summary: string;
  /** `--json` and its like. */
  readonly options: readonly string[];
}

/** The options a help describes: each begins a line. */
const optionsIn = (help: string): string[] =>
  Array.from(help.matchAll(/^ {2}(?:-\w, )?(--[a-z][a-z-]*)/gm), ([, option = '']) => option);

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const SCRIPTS: Readonly<Record<string, (commands: readonly Word[]) => string>> = {
  bash: (commands) => `_colloquy() {
  local word=\${COMP_WORDS[COMP_CWORD]} options=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${quoted(commands.map(({ name }) => name).join(' '))} -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]} in
${commands.map(({ name, options }) => `    ${name}) options=${quoted(options.join(' '))} ;;\n`).join('')}  esac
  case $word in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _colloquy colloquy
`,
  zsh: (commands) => `#compdef colloquy
_colloquy() {
  if (( CURRENT == 2 )); then
    local -a commands=(
${commands.map(({ name, summary }) => `      ${quoted(`${name}:${summary.replaceAll(':', '\\:')}`)}\n`).join('')}    )
    _describe command commands
    return
  fi
  if [[ \${words[CURRENT]} != -* ]]; then
    _files
    return
  fi
  case \${words[2]} in
${commands.map(({ name, options }) => `    ${name}) compadd -- ${options.join(' ')} ;;\n`).join('')}  esac
}
if [[ \${funcstack[1]} == _colloquy ]]; then _colloquy "$@"; else compdef _colloquy colloquy; fi
`,
  fish: (commands) =>
    commands
      .map(({ name, summary, options }) =>
        [
          `complete -c colloquy -n __fish_use_subcommand -f -a ${name} -d '${summary.replaceAll("'", "\\'")}'\n`,
          ...options.map(
            (option) => `complete -c colloquy -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}\n`,
          ),
        ].join(''),
      )
      .join(''),
};

/** The command, for all commands there are, itself included. */
export function completionOf(commands: ReadonlyMap<string, CommandEntry>): Command {
  return {
    help: HELP,
    run: async (args) => {
      const { values, positionals } = readArguments('completion', args, { help: { type: 'boolean', short: 'h' } }, 1);
      if (values.help) {
        process.stdout.write(colouredHelp(HELP));
        return EXIT.done;
      }
      const [shell = ''] = positionals;
      const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
      if (!script) throw misused(`which shell? One of ${Object.keys(SCRIPTS).join(', ')}`);
      const commandWords = await Promise.all(
        [...commands].map(async ([name, { summary, load }]) => {
          const { help } = await load();
          return { name, summary, options: optionsIn(help) };
        }),
      );
      process.stdout.write(script(commandWords));
      return EXIT.done;
    },
  };
}
