// Writes the page of the command line from its commands, those that run services included.
import { programOf } from '@millrace/cli';
import { devCommand } from '../../services/millrace/dist/dev-command.js';
import { startCommand } from '../../services/millrace/dist/start-command.js';

const nowhere = { env: {}, colours: false, cwd: '.', out: () => {}, say: () => {} };

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
const sentence = (text) =>
  text === '' ? '' : `${text[0].toUpperCase()}${text.slice(1)}${/[.:!?]$/.test(text) ? '' : '.'}`;

/** The words that stand under a command's own help. */
function afterHelp(command) {
  let help = '';
  command.configureOutput({ writeOut: (text) => (help += text), writeErr: () => {} });
  command.outputHelp();
  const plain = command.helpInformation();
  return help.startsWith(plain) ? help.slice(plain.length).trim() : '';
}

function section(command, path) {
  const names = [...path, command.name()];
  const own = command.commands.filter(({ _hidden: hidden, ...it }) => !hidden && it._name !== 'help');
  if (own.length > 0)
    return [`## ${names.join(' ')}`, '', described(command), '', ...own.flatMap((it) => section(it, names))];
  const options = command.options.filter(({ hidden }) => !hidden);
  const rows = options.map(({ flags, description, defaultValue, argChoices }) => {
    const choices = argChoices ? ` (${argChoices.join(', ')})` : '';
    const standard = defaultValue === undefined || Array.isArray(defaultValue) ? '' : ` Default: ${defaultValue}.`;
    return `| \`${flags.replaceAll('|', '\\|')}\` | ${cell(sentence(`${description}${choices}`))}${standard} |`;
  });
  const after = afterHelp(command);
  return [
    `${'#'.repeat(path.length > 1 ? 3 : 2)} ${names.join(' ')}`,
    '',
    '```sh',
    `${[...names, ...command.registeredArguments.map(argument)].join(' ')}${options.length > 0 ? ' [options]' : ''}`,
    '```',
    '',
    described(command),
    '',
    ...(rows.length > 0 ? ['| option | meaning |', '| --- | --- |', ...rows, ''] : []),
    ...(after === '' ? [] : [cell(after), '']),
  ];
}

const argument = (it) => {
  const name = `${it.name()}${it.variadic ? '...' : ''}`;
  return it.required ? `<${name}>` : `[${name}]`;
};

function described(command) {
  const alias = command.aliases().map((name) => `\`${name}\``);
  return `${cell(sentence(command.description()))}${alias.length > 0 ? ` Also: ${alias.join(', ')}.` : ''}`;
}

export function commandLinePage() {
  const program = programOf({ terminal: nowhere, end: () => {} }, [devCommand, startCommand]);
  return [
    '# Command line',
    '',
    '<!-- Written by npm run generate from the commands. -->',
    '',
    'In a project: `npx millrace …`. The commands that talk to a gateway find the one that was started in this folder; elsewhere, set `MILLRACE_URL` or `--url`.',
    '',
    cell(afterHelp(program)),
    '',
    ...program.commands.filter(({ _hidden: hidden }) => !hidden).flatMap((command) => section(command, ['millrace'])),
  ].join('\n');
}
