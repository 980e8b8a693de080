import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { CliError, EXIT } from '../exit.js';
import { unreadable } from '../input/values.js';
import { loadModels } from './train.js';

const MOST_ROWS = 200;

export function calibrateCommand(program: Command, { terminal }: CliContext): void {
  program
    .command('calibrate')
    .description('measure how often a language model is right that states a confidence, for CLASSIFY_CALIBRATION')
    .argument('<csv>', 'a table with the columns text and label')
    .requiredOption('-o, --output <file>', 'the file to write the calibration to')
    .option('--rows <number>', `ask for at most so many rows, spread over the table (default: ${MOST_ROWS})`)
    .action(async (csv: string, { output, rows }: { output: string; rows?: string }) => {
      const table = await readFile(resolve(terminal.cwd, csv), 'utf8').catch((cause: unknown) => {
        throw unreadable(csv, cause);
      });
      const models = await loadModels();
      const examples = examplesOf(models, table);
      const llm = modelOf(models, terminal.env);
      const asked = spread(examples, rowsOf(rows));
      const labels = [...new Set(examples.map(({ label }) => label))].filter((label) => label !== models.UNCLEAR);
      const classifier = new models.LlmClassifier(llm, labels);
      const judged = await models.judge(classifier, asked, { signal: terminal.signal }).catch((cause: unknown) => {
        if (!(cause instanceof models.ModelError)) throw cause;
        throw new CliError(EXIT.error, `${cause.code}: ${cause.message}`, { cause });
      });
      const calibration = models.fitCalibration(judged, llm.model);
      await writeFile(resolve(terminal.cwd, output), JSON.stringify(calibration));
      const right = judged.filter(({ correct }) => correct).length;
      const stated = judged.reduce((sum, { confidence }) => sum + confidence, 0);
      const percent = (sum: number) => `${((sum / judged.length) * 100).toFixed(1)} %`;
      terminal.say(
        `${judged.length} rows asked of ${llm.model}: ${percent(right)} right, at a stated confidence of ${percent(stated)} on average.\n`,
      );
      terminal.out(`${output}\n`);
    });
}

type Models = Awaited<ReturnType<typeof loadModels>>;

function examplesOf({ parseExamples, ModelDataInvalid, UNCLEAR }: Models, table: string) {
  try {
    return parseExamples(table).filter(({ label }) => label !== UNCLEAR);
  } catch (error) {
    if (error instanceof ModelDataInvalid) throw new CliError(EXIT.error, error.message, { cause: error });
    throw error;
  }
}

function modelOf({ Llm, llmSettings, ModelEnv }: Models, env: Readonly<Record<string, string | undefined>>) {
  const { data, error } = ModelEnv.safeParse(env);
  const problems = error?.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ');
  const settings = data && llmSettings(data);
  if (settings) return new Llm(settings);
  throw new CliError(
    EXIT.usage,
    problems ?? 'No model is set: set MODEL_PROVIDER, MODEL_NAME and MODEL_URL to the model to ask.',
  );
}

function rowsOf(text: string | undefined): number {
  if (text === undefined) return MOST_ROWS;
  const rows = Number(text);
  if (Number.isSafeInteger(rows) && rows > 0) return rows;
  throw new CliError(EXIT.usage, `--rows is "${text}": expected a number from 1, e.g. 200.`);
}

/** Tables are often sorted by label: rows are taken all over them. */
function spread<T>(rows: readonly T[], most: number): T[] {
  const step = Math.max(1, rows.length / most);
  return rows.filter((_, at) => Math.floor(at / step) !== Math.floor((at - 1) / step)).slice(0, most);
}
