import { describe, expect, test } from 'vitest';
import { exportConversation } from '#host/conversations/export.ts';
import type { Conversation, Message } from '#shared/chat/conversation.ts';
import { samplingSchema } from '#shared/chat/sampling.ts';
import { AppError } from '#shared/errors/app-error.ts';
import { turnFigures } from '../../host/fixtures/scripted-engine.ts';

const conversation: Conversation = {
  id: '5f0f9a0e-3c55-4c1e-9f43-3c5f4d3f7a10',
  title: 'KV cache: how big? / ../etc',
  systemPrompt: 'Be brief.',
  sampling: samplingSchema.parse({}),
  overflow: 'stop',
  createdAt: Date.UTC(2026, 0, 2, 3, 4, 5),
  updatedAt: 0,
};

const question: Message = {
  id: '5f0f9a0e-3c55-4c1e-9f43-3c5f4d3f7a11',
  conversationId: conversation.id,
  parentId: null,
  role: 'user',
  text: 'How big?',
  reasoning: '',
  status: 'done',
  error: null,
  figures: null,
  modelName: null,
  createdAt: 0,
};
const answer: Message = {
  ...question,
  role: 'assistant',
  text: 'Half a gigabyte.',
  reasoning: 'Count\nlayers.',
  figures: turnFigures('end-of-turn'),
  modelName: 'Tiny',
};

describe('an exported conversation', () => {
  test('a title with slashes would leave the folder that was chosen', () => {
    expect(exportConversation(conversation, [], 'json').fileName).toBe('KV-cache-how-big-etc.json');
    const unnamed = { ...conversation, title: '???' };
    expect(exportConversation(unnamed, [], 'markdown').fileName).toBe('conversation.md');
  });

  test('figures, thoughts or the reason of a failure would be missing from the text', () => {
    const error = new AppError('engine-crashed', 'The engine process has ended.').data;
    const failed: Message = { ...answer, text: 'Half a', status: 'failed', error, figures: null };
    const { text } = exportConversation(conversation, [question, answer, failed], 'markdown');
    expect(text).toBe(`# KV cache: how big? / ../etc

Started 2026-01-02T03:04:05.000Z

## System prompt

Be brief.

## You

How big?

## Tiny

> Count
> layers.

Half a gigabyte.

| Figure | Value |
| --- | --- |
| Ended by | end-of-turn |
| Time to first token | 4.0 ms |
| Prompt | 10 tokens |
| Reused | 4 tokens |
| Prefilled | 6 tokens |
| Prefill speed | 3,000 tokens/s |
| Generated | 3 tokens |
| Decode speed | 50.0 tokens/s |
| Cache | 13 of 256 tokens, not measured of not measured |

## Tiny

> Count
> layers.

Half a

*Failed: The engine process has ended.*
`);
  });

  test('a figure that was rounded for reading would be wrong in the JSON', () => {
    const { text } = exportConversation(conversation, [question, answer], 'json');
    expect(JSON.parse(text)).toEqual({
      format: 'headroom-conversation',
      version: 1,
      conversation,
      messages: [question, answer],
    });
  });

  test('figures in the wrong column, or a model whose name breaks the table', () => {
    const figures = { ...turnFigures('end-of-turn'), forecastMs: 12.5 };
    const odd = { ...answer, figures, modelName: '=A1, "the" model' };
    const { fileName, text } = exportConversation(conversation, [question, odd], 'csv');
    expect(fileName).toBe('KV-cache-how-big-etc.csv');
    const [head = '', line = '', end] = text.split('\r\n');
    expect(end).toBe('');
    expect(line).toMatch(/^1,1970-01-01T00:00:00.000Z,"'=A1, ""the"" model",end-of-turn,/);
    const names = head.split(',');
    const cells = line.replace(/"(?:[^"]|"")*"/, 'model').split(',');
    expect(cells).toHaveLength(names.length);
    expect(cells[names.indexOf('forecast_ms')]).toBe('12.5');
    expect(cells[names.indexOf('prompt_tokens')]).toBe(String(figures.promptTokens));
    // Not measured is empty and not zero.
    expect(cells[names.indexOf('cache_used_bytes')]).toBe('');
  });
});
