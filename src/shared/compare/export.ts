import type { ExportFormat } from '../chat/conversation.ts';
import { type ExportedFile, fileStem } from '../export/exported-file.ts';
import type { ComparisonResult } from './comparison.ts';
import { comparisonCsv } from './comparison-csv.ts';
import { comparisonMarkdown } from './comparison-markdown.ts';

/** The JSON export's format; goes up when a reader of the old one would stumble. */
const exportVersion = 1;

/** A run as a file: everything (JSON), a table for a spreadsheet (CSV), or a report (Markdown). */
export function exportComparison(
  result: ComparisonResult,
  name: string,
  note: string,
  format: ExportFormat,
): ExportedFile {
  const stem = fileStem(name, 'comparison');
  if (format === 'json') {
    const { appVersion } = result.facts;
    const head = { format: 'headroom-comparison', version: exportVersion, appVersion };
    // On one line: with a line for each figure a long run would be twice the size.
    return {
      fileName: `${stem}.json`,
      text: `${JSON.stringify({ ...head, name, note, result })}\n`,
    };
  }
  if (format === 'csv') return { fileName: `${stem}.csv`, text: comparisonCsv(result) };
  return { fileName: `${stem}.md`, text: comparisonMarkdown(result, name, note) };
}
