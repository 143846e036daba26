import type { Conversation, ExportFormat, Message } from '#shared/chat/conversation.ts';
import { type ExportedFile, fileStem } from '#shared/export/exported-file.ts';
import { markdownTable } from '#shared/export/markdown-table.ts';
import { formatBytes, formatDuration, formatRate, formatTokens } from '#shared/metrics/format.ts';
import type { TurnFigures } from '#shared/metrics/turn-figures.ts';
import { figuresCsv } from './figures-csv.ts';

/** The JSON export's format; goes up when a reader of the old one would stumble. */
const exportVersion = 1;

export function exportConversation(
  conversation: Conversation,
  messages: readonly Message[],
  format: ExportFormat,
): ExportedFile {
  const stem = fileStem(conversation.title, 'conversation');
  if (format === 'json') {
    const content = {
      format: 'headroom-conversation',
      version: exportVersion,
      conversation,
      messages,
    };
    return { fileName: `${stem}.json`, text: `${JSON.stringify(content, null, 2)}\n` };
  }
  if (format === 'csv') return { fileName: `${stem}.csv`, text: figuresCsv(messages) };
  return { fileName: `${stem}.md`, text: toMarkdown(conversation, messages) };
}

function toMarkdown(conversation: Conversation, messages: readonly Message[]): string {
  const parts = [`# ${conversation.title}`, `Started ${isoTime(conversation.createdAt)}`];
  if (conversation.systemPrompt !== '') {
    parts.push('## System prompt', conversation.systemPrompt);
  }
  for (const message of messages) {
    parts.push(message.role === 'user' ? '## You' : `## ${message.modelName ?? 'Model'}`);
    if (message.reasoning !== '') parts.push(quoted(message.reasoning));
    if (message.text !== '') parts.push(message.text);
    if (message.status === 'running') parts.push('*This answer is still being written.*');
    if (message.error !== null) parts.push(`*Failed: ${message.error.message}*`);
    if (message.figures !== null) parts.push(figuresTable(message.figures));
  }
  return `${parts.join('\n\n')}\n`;
}

function figuresTable(figures: TurnFigures): string {
  const rows: [string, string][] = [
    ['Ended by', figures.stopReason],
    ['Time to first token', formatDuration(figures.ttftMs)],
    ['Prompt', `${formatTokens(figures.promptTokens)} tokens`],
    ['Reused', `${formatTokens(figures.reusedTokens)} tokens`],
    ['Prefilled', `${formatTokens(figures.prefilledTokens)} tokens`],
    ['Prefill speed', formatRate(figures.prefillTokensPerSecond)],
    ['Generated', `${formatTokens(figures.generatedTokens)} tokens`],
    ['Decode speed', formatRate(figures.decodeTokensPerSecond)],
    [
      'Cache',
      `${formatTokens(figures.cacheUsedTokens)} of ${formatTokens(figures.cacheCapacityTokens)} tokens, ${formatBytes(figures.cacheUsedBytes)} of ${formatBytes(figures.cacheCapacityBytes)}`,
    ],
  ];
  return markdownTable(['Figure', 'Value'], rows);
}

function quoted(text: string): string {
  return text
    .split('\n')
    .map(line => `> ${line}`)
    .join('\n');
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}
