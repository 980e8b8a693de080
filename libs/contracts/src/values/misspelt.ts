import { distance } from './nearest-name.js';

/** Every environment variable that Millrace reads. docs/reference/settings.md has each of them; a test compares the two. */
export const SETTINGS: readonly string[] = [
  ...['KAFKA_BROKERS', 'KAFKA_CLIENT_ID', 'KAFKA_SSL', 'KAFKA_SSL_CA', 'KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME'],
  ...['KAFKA_SASL_PASSWORD', 'KAFKA_SESSION_TIMEOUT_MS', 'KAFKA_MAX_UNPACKED_BYTES', 'DATABASE_URL', 'MILLRACE_DATA'],
  ...['TOPIC_PREFIX', 'TOPIC_PARTITIONS', 'CREATE_TOPICS', 'PORT', 'HOST', 'PUBLIC_URL', 'MAX_PLAN_STEPS', 'DRAIN_MS'],
  ...['LOG_LEVEL', 'LOG_PRETTY', 'OTEL_EXPORTER_OTLP_ENDPOINT', 'PIPELINES', 'INTAKE_KEY_IS_IDEMPOTENT'],
  'OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT',
  ...['RETENTION', 'RETENTION_PER_SECOND', 'ARCHIVE_DIR', 'BLOBS', 'BLOB_KEY_FILE', 'BLOB_THRESHOLD'],
  ...['MAX_ANSWER_BYTES', 'MAX_MAP_ITEMS', 'MAX_BODY_BYTES', 'JAEGER_URL', 'STAGE_CONCURRENCY', 'MODEL_PROVIDER'],
  ...[
    'READ_ONLY',
    'SHOWN_TOPICS',
    'RECORD_CONTENT',
    'STEP_CACHE_OUTPUTS',
    'STEP_CACHE_BYTES',
    'STEP_CACHE_OUTPUT_BYTES',
    'WEBHOOK_EVENTS',
    'WEBHOOK_SECRET',
    'WEBHOOK_URL',
  ],
  ...[
    'MODEL_NAME',
    'MODEL_UNKNOWN_CALLS',
    'MODEL_URL',
    'MODEL_API_KEY',
    'MODEL_TIMEOUT_MS',
    'MODEL_FALLBACK',
    'CLASSIFY_EXAMPLES',
  ],
  ...[
    'MODEL_ROUTE',
    'MODEL_STREAMED',
    'MODEL_CHEAPER_NAME',
    'MODEL_CHEAPER_PROVIDER',
    'MODEL_CHEAPER_URL',
    'MODEL_CHEAPER_API_KEY',
  ],
  ...[
    'MODEL_PERSONAL_DATA',
    'CLASSIFY_CALIBRATION',
    'CLASSIFY_MODEL_ROUTE',
    'EXTRACT_MODEL_ROUTE',
    'DRAFT_MODEL_ROUTE',
    'COMPLY_MODEL_ROUTE',
  ],
  ...['CLASSIFY_MODEL', 'CLASSIFY_URGENCY', 'EXTRACT_TOPICS', 'RETRIEVE_ARTICLES', 'DRAFT_LETTER', 'DRAFT_SIGNATURE'],
  ...['DRAFT_DISCLAIMER', 'COMPLY_RULES', 'ROUTE_CONFIDENCE'],
  ...['SEND_FROM', 'SMTP_URL', 'OUTBOX_DIR', 'MILLRACE_URL', 'MILLRACE_PROFILE', 'MILLRACE_NODE', 'OTEL_SERVICE_NAME'],
  ...['OTEL_RESOURCE_ATTRIBUTES', 'OTEL_TRACES_SAMPLER', 'OTEL_TRACES_SAMPLER_ARG'],
  ...['HTTP_STAGES', 'HTTP_STAGE_HOSTS', 'CALLBACK_URL', 'CALLBACK_KEY'],
];

/** Settings of the pipelines that come with Millrace, and of its tests: known, and described elsewhere. */
const ALSO_KNOWN = ['AGENT_KNOWLEDGE', 'BOARD_DIR', 'INDEX_DIR', 'NOTICES_DIR', 'OFFICE_DIR', 'MILLRACE_SEED'];

const KNOWN = new Set([...SETTINGS, ...ALSO_KNOWN]);
const OWN = 'MILLRACE_';
/** Kubernetes gives every container the addresses of services, e.g. `MILLRACE_SERVICE_HOST` and `MILLRACE_PORT_8080_TCP`. */
const OF_KUBERNETES = /_SERVICE_(?:HOST|PORT)(?:_\w+)?$|_PORT_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?$/;
const PORT_OF_KUBERNETES = /^(?:tcp|udp|sctp):\/\//;

export interface Misspelt {
  readonly variable: string;
  /** Undefined: no setting has a name like it, but the variable begins with `MILLRACE_`. */
  readonly nearest: string | undefined;
}

/**
 * Finds variables that look like a misspelt setting, and so are ignored. A variable counts as misspelt where it differs
 * from a setting by few letters in each of its words, by case, by a missing underscore or a missing unit at its end; and
 * where it begins with `MILLRACE_`, which nobody else uses. `KAFKA_HOME` and the like differ by a whole word, and do not count.
 */
export function misspeltSettings(env: Readonly<Record<string, string | undefined>>): readonly Misspelt[] {
  return Object.entries(env).flatMap(([variable, value]) => {
    if (KNOWN.has(variable) || !value?.trim() || isOfKubernetes(variable, value)) return [];
    const nearest = nearestTo(variable.toUpperCase().replaceAll(/[-.]/g, '_'));
    return nearest !== undefined || variable.startsWith(OWN) ? [{ variable, nearest }] : [];
  });
}

/** Says what `misspeltSettings` found, in one line each. Values are not repeated. */
export function misspeltText(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return misspeltSettings(env).map(
    ({ variable, nearest }) =>
      `warning: ${variable} is not a setting of Millrace, and is ignored${nearest === undefined ? '.' : `: did you mean ${nearest}?`}`,
  );
}

const isOfKubernetes = (variable: string, value: string): boolean =>
  OF_KUBERNETES.test(variable) || (variable.endsWith('_PORT') && PORT_OF_KUBERNETES.test(value));

function nearestTo(variable: string): string | undefined {
  if (KNOWN.has(variable)) return variable;
  const withoutOwn = variable.startsWith(OWN) ? variable.slice(OWN.length) : '';
  if (KNOWN.has(withoutOwn)) return withoutOwn;
  return SETTINGS.map((name) => ({ name, far: distanceOfNames(variable, name) }))
    .filter(({ name, far }) => far <= Math.max(1, Math.floor(name.length / 5)))
    .sort((a, b) => a.far - b.far)[0]?.name;
}

/** The letters in which two names differ, or infinity where a word of one is another word in the other. */
function distanceOfNames(variable: string, setting: string): number {
  if (setting.replace(/_(?:MS|BYTES)$/, '') === variable) return 1;
  const words = variable.split('_');
  const wanted = setting.split('_');
  if (words.length !== wanted.length)
    return distance(words.join(''), wanted.join('')) === 0 ? 1 : Number.POSITIVE_INFINITY;
  const far = wanted.map((word, at) => ({ word, edits: distance(words[at] ?? '', word) }));
  if (far.some(({ word, edits }) => edits > Math.max(1, Math.floor((word.length + 1) / 4))))
    return Number.POSITIVE_INFINITY;
  if (wanted.length === 1 && setting.length < 6 && !isSlip(variable, setting)) return Number.POSITIVE_INFINITY;
  return far.reduce((sum, { edits }) => sum + edits, 0);
}

/** `PROT` and `PORTT` are slips of the hand; `POST` and `PORTS` are words of their own, and may be somebody else's. */
const isSlip = (text: string, word: string): boolean =>
  [...text].sort().join('') === [...word].sort().join('') || text.replaceAll(/(.)\1/g, '$1') === word;
