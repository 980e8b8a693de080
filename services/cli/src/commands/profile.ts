import type { Command } from 'commander';
import { withoutLogins } from '@millrace/contracts';
import { type CliContext, type CommonOptions, printing } from '../context.js';
import { CliError, EXIT } from '../exit.js';
import { type Column, listed } from '../output/output.js';
import { readProfiles, writeProfiles } from '../profiles.js';

interface Row {
  readonly name: string;
  readonly url: string;
  readonly used: boolean;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'PROFILE', of: ({ name }) => name },
  { title: 'USED', of: ({ used }) => (used ? '*' : '') },
  { title: 'URL', of: ({ url }) => url },
];

/** Adds the commands about the gateways that a person works with. */
export function profileCommands(program: Command, { terminal }: CliContext): void {
  const profile = program.command('profile').alias('profiles').description('name the gateways that you work with');
  const { env } = terminal;

  printing(profile.command('list'))
    .description('list the profiles; a login in a URL is not shown')
    .action(({ output }: CommonOptions) => {
      const { use, profiles } = readProfiles(env);
      const items = Object.entries(profiles)
        .map(([name, { url }]) => ({ name, url: withoutLogins(url), used: name === use }))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      terminal.out(listed({ items, columns: COLUMNS, name: ({ name }) => name }, output));
    });

  profile
    .command('set')
    .description('add a profile, or change its URL')
    .argument('<name>')
    .argument('<url>')
    .action((name: string, url: string) => {
      if (!URL.canParse(url) || !/^https?:/.test(url))
        throw new CliError(
          EXIT.usage,
          `"${withoutLogins(url)}" is no URL of a gateway; expected something like https://millrace.example.com.`,
        );
      const known = readProfiles(env);
      writeProfiles(env, { ...known, profiles: { ...known.profiles, [name]: { url } } });
      terminal.say(`Use it with: --profile ${name}, MILLRACE_PROFILE=${name}, or millrace profile use ${name}\n`);
    });

  const existing = (name: string) => {
    const known = readProfiles(env);
    if (!Object.hasOwn(known.profiles, name)) throw new CliError(EXIT.notFound, `There is no profile "${name}".`);
    return known;
  };

  profile
    .command('use')
    .description('use a profile where no other gateway is named, and none was started in the folder')
    .argument('<name>')
    .action((name: string) => writeProfiles(env, { ...existing(name), use: name }));

  profile
    .command('remove')
    .description('remove a profile')
    .argument('<name>')
    .action((name: string) => {
      const { use, profiles } = existing(name);
      const { [name]: _, ...others } = profiles;
      writeProfiles(env, { ...(use !== undefined && use !== name && { use }), profiles: others });
    });
}
