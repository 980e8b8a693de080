import { documentPlan, pipelineYaml, YamlError } from '@millrace/pipeline/yaml';
import { ZodError } from 'zod';
import { CliError, EXIT } from '../exit.js';
import { importMachine, type Unmapped } from './import.js';

/** A state machine as a pipeline in YAML that can be deployed once its stages are there. @throws {CliError} usage, for what is no state machine */
export function importedYaml(json: unknown, name: string): { yaml: string; unmapped: readonly Unmapped[] } {
  try {
    const { pipeline, unmapped } = importMachine(json, name);
    return { yaml: pipelineYaml(documentPlan(pipeline)), unmapped };
  } catch (cause) {
    if (cause instanceof ZodError)
      throw new CliError(
        EXIT.usage,
        `This is no state machine: /${cause.issues[0]?.path.join('/')} ${cause.issues[0]?.message}`,
        { cause },
      );
    if (cause instanceof YamlError)
      throw new CliError(EXIT.error, `The result is not a valid pipeline:\n${cause.message}`, { cause });
    throw cause;
  }
}
