import { join } from 'node:path';
import { type Env, readSettings } from '@millrace/runtime';
import type { StageGiven } from '@millrace/stage';
import { z } from 'zod';
import {
  BookInvoiceStage,
  FileInvoiceStage,
  PayInvoiceStage,
  ReadInvoiceStage,
  RefundInvoiceStage,
  UnbookInvoiceStage,
} from './invoice.stages.js';
import { FileOffice, Office } from './office.js';

const Settings = z.object({
  /** The folder of entries, payments and papers; defaults to `office` in MILLRACE_DATA. */
  OFFICE_DIR: z.string().optional(),
  MILLRACE_DATA: z.string().default('./.millrace'),
});

/** The stages of this pipeline. @throws {ConfigError} */
export function stages(env: Env): readonly StageGiven[] {
  const { OFFICE_DIR, MILLRACE_DATA } = readSettings(Settings, env, 'invoice-processing');
  const providers = [{ provide: Office, useValue: new FileOffice(OFFICE_DIR ?? join(MILLRACE_DATA, 'office')) }];
  const withOffice = [BookInvoiceStage, UnbookInvoiceStage, PayInvoiceStage, RefundInvoiceStage, FileInvoiceStage];
  return [ReadInvoiceStage, ...withOffice.map((stage) => ({ stage, providers }))];
}
