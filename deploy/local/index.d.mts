/** A server of its own: a process that outlives nobody's test, on loopback only. `await using` stops it. */
export interface LocalServer extends AsyncDisposable {
  /** The process that serves now; another one after `restart()`. */
  readonly pid: number;
  readonly port: number;
  readonly dataDir: string;
  /** The file to which the server writes its output. */
  readonly logFile: string;
  /** Resolves once the process has ended by itself; it is killed when that takes too long. */
  stop(): Promise<void>;
  /** Ends the process as a crash would. Resolves once it is gone. */
  kill9(): Promise<void>;
  /** Ends the server if it runs, starts it again with the same port and data, and resolves once it answers. */
  restart(): Promise<void>;
}

export interface LocalServerOptions {
  /** Exactly this port, or any free one for 0. Without it: the usual port, or the next one that is free. */
  port?: number;
  /** Kept between starts. Without it: a folder under `.millrace/infra`. */
  dataDir?: string;
  /** Wipe what is there and begin anew. */
  fresh?: boolean;
  /** Leave the server running when this process ends; without it, an ending process takes it along. */
  outlive?: boolean;
  /** Hears about slow things, such as a first download. */
  log?: (line: string) => void;
}

export interface LocalKafka extends LocalServer {
  /** For `KAFKA_BROKERS`: `127.0.0.1:<port>`. */
  readonly brokers: string;
}

export interface KafkaOptions extends LocalServerOptions {
  /** The largest heap, in megabytes; 512 without it. */
  heapMb?: number;
  /** Lines for server.properties that add to the template or win over it. */
  properties?: Readonly<Record<string, string | number | boolean>>;
}

export interface LocalPostgres extends LocalServer {
  /** For `DATABASE_URL`: `postgres://millrace@127.0.0.1:<port>/millrace`. Anybody on this machine may connect. */
  readonly url: string;
}

export interface PostgresOptions extends LocalServerOptions {
  /** Settings for postgresql.conf. */
  settings?: Readonly<Record<string, string | number | boolean>>;
}

export interface LocalJaeger extends LocalServer {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`: where spans go, by OTLP over HTTP. */
  readonly url: string;
  /** The URL at which traces are read: `<queryUrl>/api/traces/<id>`. */
  readonly queryUrl: string;
}

export interface JaegerOptions extends LocalServerOptions {
  /** The port of the query API and the page; defaults to 16686 or the next free port. `port` is that of OTLP/HTTP. */
  queryPort?: number;
}

/** Apache Kafka, one KRaft node. Rejects with what to install when Java or Maven is missing. */
export function startKafka(options?: KafkaOptions): Promise<LocalKafka>;

/** Runs one of Kafka's own command-line programs, by the name of its class, and resolves with what it printed. */
export function runKafkaTool(main: string, args: readonly string[]): Promise<string>;

/** A PostgreSQL cluster of our own with an empty database `millrace`. Rejects with what to install when PostgreSQL is missing. */
export function startPostgres(options?: PostgresOptions): Promise<LocalPostgres>;

/** Jaeger's all-in-one, traces in memory only. Rejects when `buildJaeger` has not been run. */
export function startJaeger(options?: JaegerOptions): Promise<LocalJaeger>;

/** Builds Jaeger from its Go module, once, and resolves with the path of the binary. */
export function buildJaeger(options?: { log?: (line: string) => void }): Promise<string>;

/** A program that becomes a server: how it is run, and how one sees that it answers. */
export interface ServerProgram {
  /** For messages. */
  name: string;
  port: number;
  dataDir: string;
  process: {
    command: string;
    args: readonly string[];
    logFile: string;
    cwd: string;
    env?: Readonly<Record<string, string | undefined>>;
  };
  ready: () => Promise<boolean>;
  /** SIGTERM and 20 s without it. */
  stop?: { signal?: NodeJS.Signals; graceMs?: number };
  /** Given the end of the log of a start that failed, and how many have failed: whether it is started again. Never, without it. */
  mayRetry?: (said: string, failures: number) => boolean;
  /** Hears that a start has failed and is tried again. */
  log?: (line: string) => void;
}

/** Runs the program and resolves once it answers; rejects with the end of its log when it does not. */
export function startServer(program: ServerProgram): Promise<LocalServer>;

/** `wanted` exactly, or any free port for 0. */
export function choosePort(wanted: number): Promise<number>;

/** The full path of a program: on PATH, else in one of `folders`. */
export function find(program: string, folders?: readonly string[]): string | undefined;

export interface LocalS3 extends LocalServer {
  /** The endpoint: buckets are parts of its path. */
  readonly url: string;
}

/** The login of the S3 store. */
export const S3_LOGIN: { readonly accessKeyId: string; readonly secretAccessKey: string };

/** Builds the S3 store with Go, once; takes minutes. Returns its program. Rejects where there is no Go. */
export function buildS3(options?: { log?: (line: string) => void }): Promise<string>;

/** Starts an S3-compatible store (versitygw over a folder) that was built. */
export function startS3(options?: LocalServerOptions): Promise<LocalS3>;
