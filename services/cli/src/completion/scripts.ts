/** The shells that are completed. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const BASH = `# Completes millrace in bash: source <(millrace completion bash)
_millrace() {
  local line
  COMPREPLY=()
  while IFS=$'\\t' read -r line _; do COMPREPLY+=("$line"); done < <(millrace complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _millrace millrace
`;

const ZSH = `#compdef millrace
# Completes millrace in zsh: source <(millrace completion zsh)
_millrace() {
  local -a found
  local word about
  while IFS=$'\\t' read -r word about; do found+=("\${word//:/\\\\:}\${about:+:$about}"); done < <(millrace complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe 'millrace' found || _files
}
compdef _millrace millrace
`;

const FISH = `# Completes millrace in fish: millrace completion fish | source
function __millrace
  set -l words (commandline -opc) (commandline -ct)
  millrace complete -- $words[2..-1] 2>/dev/null
end
complete -c millrace -f -a '(__millrace)'
`;

/** The scripts that ask \`millrace complete\` for what may be typed next. */
export const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
