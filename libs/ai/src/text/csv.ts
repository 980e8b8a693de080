import { cut } from '@millrace/contracts';
import { ModelDataInvalid } from '../llm/errors.js';

/** One labelled example. */
export interface LabelledText {
  readonly text: string;
  readonly label: string;
}

/** Rows of an RFC 4180 table: quoted fields may hold commas, line breaks and doubled quotes. Blank lines are skipped. */
export function parseCsv(csv: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let quoted = false;
  let line = 1;
  let quoteOpenedOn = 0;
  const endField = () => {
    row.push(field);
    field = '';
  };
  const endRow = () => {
    endField();
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  };
  const start = csv.charCodeAt(0) === 0xfeff ? 1 : 0;
  for (let i = start; i < csv.length; i++) {
    const char = csv[i];
    if (char === '\n') line++;
    if (quoted) {
      if (char !== '"') field += char;
      else if (csv[i + 1] === '"') {
        field += '"';
        i++;
      } else quoted = false;
    } else if (char === '"' && field === '') {
      quoted = true;
      quoteOpenedOn = line;
    } else if (char === ',') endField();
    else if (char === '\n') endRow();
    else if (char !== '\r' || csv[i + 1] !== '\n') field += char;
  }
  if (quoted) throw new ModelDataInvalid(`The CSV's quoted field opened on line ${quoteOpenedOn} is never closed.`);
  if (field !== '' || row.length > 0) endRow();
  return rows;
}

const LABEL_COLUMNS = ['label', 'category', 'intent'];

/** Examples of a CSV with a header: a column `text` and a column `label` (or `category`, or `intent`); others are ignored. */
export function parseExamples(csv: string): LabelledText[] {
  const [header, ...rows] = parseCsv(csv);
  const names = (header ?? []).map((name) => name.trim().toLowerCase());
  const textAt = names.indexOf('text');
  const labelAt = names.findIndex((name) => LABEL_COLUMNS.includes(name));
  if (textAt < 0 || labelAt < 0) {
    throw new ModelDataInvalid(
      `The CSV's header is "${cut((header ?? []).join(','), 80)}": expected a column text and a column label (or category, or intent).`,
    );
  }
  return rows.map((row, index) => {
    const text = row[textAt]?.trim() ?? '';
    const label = row[labelAt]?.trim() ?? '';
    if (text === '' || label === '') {
      throw new ModelDataInvalid(`Row ${index + 1} after the CSV's header lacks a ${text === '' ? 'text' : 'label'}.`);
    }
    return { text, label };
  });
}
