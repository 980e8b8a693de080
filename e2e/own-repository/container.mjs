// Tries a project's Dockerfile and compose file as far as a machine without Docker can: runs the commands of the Dockerfile in
// an empty folder, and reads the services of the compose file.
import assert from 'node:assert/strict';
import { cpSync, globSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** Makes the folder that the image of the Dockerfile has at `/app`. Returns its entry point and its environment. */
export async function imageOf(project, { folder, run }) {
  const ignored = linesOf(join(project, '.dockerignore'));
  const instructions = linesOf(join(project, 'Dockerfile'), { joined: true }).map((line) => {
    const [, name, rest] = /^([A-Z]+) (.*)$/.exec(line);
    return { name, rest };
  });
  const stages = instructions.filter(({ name }) => name === 'FROM');
  assert.equal(stages.length, 2, 'The Dockerfile has a stage that builds, and one that is kept');
  const last = instructions.indexOf(stages[1]);
  mkdirSync(folder);
  for (const { name, rest } of instructions.slice(0, last)) {
    if (name === 'COPY') copy(project, { folder, ignored, words: rest.split(' ') });
    else if (name === 'RUN') await run('sh', ['-c', rest], { cwd: folder });
    else assert.ok(['FROM', 'WORKDIR'].includes(name), `Nobody knows what ${name} does here`);
  }
  const kept = instructions.slice(last);
  const copied = kept.find(({ name }) => name === 'COPY');
  assert.match(
    copied.rest,
    /^--from=build --chown=node:node \/app \/app$/,
    'The kept stage has the folder of the other',
  );
  return {
    entry: JSON.parse(kept.find(({ name }) => name === 'ENTRYPOINT').rest),
    env: Object.fromEntries(
      kept.filter(({ name }) => name === 'ENV').flatMap(({ rest }) => rest.split(' ').map((one) => one.split('='))),
    ),
  };
}

function copy(project, { folder, ignored, words }) {
  const [from, to] = words;
  assert.equal(to, from === '.' ? '.' : './', `COPY goes to the folder of the application, not to ${to}`);
  const names =
    from === '.' ? readdirSync(project).filter((name) => !ignored.includes(name)) : globSync(from, { cwd: project });
  for (const name of names) cpSync(join(project, name), join(folder, name), { recursive: true });
}

/** Returns the arguments and the environment of each service that runs from the image. */
export function servicesOf(project) {
  const { services, volumes } = parse(readFileSync(join(project, 'compose.yml'), 'utf8'), { merge: true });
  for (const [name, service] of Object.entries(services)) {
    for (const needed of Object.keys(service.depends_on ?? {})) {
      assert.ok(services[needed], `${name} depends on ${needed}, which is no service`);
      assert.ok(services[needed].healthcheck, `${name} waits until ${needed} is healthy, and nothing says when it is`);
    }
    for (const volume of service.volumes ?? [])
      assert.ok(volume.split(':')[0] in volumes, `${name} uses the volume ${volume}, which is not declared`);
    for (const port of service.ports ?? []) assert.match(port, /^127\.0\.0\.1:/, `${name} is open to other machines`);
  }
  const own = Object.entries(services).filter(([, { build }]) => build !== undefined);
  assert.ok(
    own.every(([, { image }]) => image === own[0][1].image),
    'All services are one image',
  );
  return own.map(([name, { command, environment }]) => ({ name, args: command.split(' '), environment }));
}

function linesOf(file, { joined = false } = {}) {
  const text = readFileSync(file, 'utf8');
  const lines = (joined ? text.replaceAll(/\\\n\s*/g, '') : text).split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}
