// Apache Kafka from plain jars, one KRaft node on loopback.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { choosePort, defaultDataDir, startServer } from './server.mjs';
import { need, needJava, run } from './tools.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const lib = join(here, 'lib');
/** The pom that `lib` was filled from: another version of Kafka is fetched again. */
const stamp = join(lib, 'pom.xml');

async function fetchJars(log) {
  const pom = readFileSync(join(here, 'pom.xml'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === pom) return;
  const mvn = need('mvn', { remedy: 'Maven fetches the jars of Kafka, once; on Debian: apt-get install maven.' });
  log('fetching Apache Kafka with Maven (once)');
  // Two that fetch at the same time must not see each other's half-filled folder.
  const coming = `${lib}.${process.pid}`;
  await run(mvn, [
    '-q',
    '-B',
    '-f',
    join(here, 'pom.xml'),
    'dependency:copy-dependencies',
    `-DoutputDirectory=${coming}`,
  ]);
  writeFileSync(join(coming, 'pom.xml'), pom);
  rmSync(lib, { recursive: true, force: true });
  renameSync(coming, lib);
}

/** The settings that no template can know: ports and folders. Later lines win, so the caller's come last. */
function properties({ port, controllerPort, dataDir, extra }) {
  const own = {
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'log.dirs': join(dataDir, 'data'),
    ...extra,
  };
  const lines = Object.entries(own).map(([key, value]) => `${key}=${value}`);
  return `${readFileSync(join(here, 'server.properties'), 'utf8')}\n${lines.join('\n')}\n`;
}

/** Runs one of Kafka's own command-line programs, by the class that it is; what it printed. */
export async function runKafkaTool(main, args) {
  const java = needJava();
  await fetchJars(() => {});
  const quick = ['-XX:TieredStopAtLevel=1', `-Dlog4j2.configurationFile=${join(here, 'log4j2.xml')}`];
  return run(java, [...quick, '-cp', join(lib, '*'), main, ...args]);
}

const STARTS = 3;
const API_VERSIONS_V0 = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff]);

/** Returns true when a broker on `port` answers an ApiVersions request without an error; it does so only once it serves. */
function answersApiVersions(port) {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (answer) => (socket.destroy(), resolve(answer));
    socket.setTimeout(2_000, () => end(false));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
    socket.once('connect', () => socket.write(API_VERSIONS_V0));
    let answer = Buffer.alloc(0);
    socket.on('data', (part) => {
      answer = Buffer.concat([answer, part]);
      if (answer.length >= 10) end(answer.readInt32BE(4) === 1 && answer.readInt16BE(8) === 0);
    });
  });
}

export async function startKafka({
  port: wanted,
  dataDir = defaultDataDir('kafka'),
  fresh = false,
  outlive = false,
  log = () => {},
  heapMb = 512,
  properties: extra,
} = {}) {
  const java = needJava();
  await fetchJars(log);
  const port = await choosePort(wanted, 9092);
  const controllerPort = await choosePort(0);
  if (fresh) rmSync(dataDir, { recursive: true, force: true });
  mkdirSync(dataDir, { recursive: true });
  const config = join(dataDir, 'server.properties');
  writeFileSync(config, properties({ port, controllerPort, dataDir, extra }));

  const jvm = ['-Djava.awt.headless=true', `-Dlog4j2.configurationFile=${join(here, 'log4j2.xml')}`];
  const classPath = ['-cp', join(lib, '*')];
  if (!existsSync(join(dataDir, 'data', 'meta.properties'))) {
    // A leading "-" would be taken for an option.
    const id = 'M' + randomBytes(16).toString('base64url').slice(1);
    await run(java, [
      '-XX:TieredStopAtLevel=1',
      ...jvm,
      ...classPath,
      'kafka.tools.StorageTool',
      'format',
      '-t',
      id,
      '-c',
      config,
    ]);
  }
  const server = await startServer({
    name: 'kafka',
    port,
    dataDir,
    outlive,
    process: {
      command: java,
      args: [
        `-Xms${Math.min(256, heapMb)}m`,
        `-Xmx${heapMb}m`,
        '-XX:+UseSerialGC',
        ...jvm,
        ...classPath,
        'kafka.Kafka',
        config,
      ],
      logFile: join(dataDir, 'server.log'),
      cwd: dataDir,
    },
    ready: () => answersApiVersions(port),
    // After a kill -9 the first start sometimes fails on what was left behind, and the next one does not.
    mayRetry: (_, failures) => failures < STARTS,
    log,
  });
  return Object.assign(server, { brokers: `127.0.0.1:${port}` });
}
