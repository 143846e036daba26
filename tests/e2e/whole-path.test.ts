import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Message } from '#shared/chat/conversation.ts';
import { formatDuration, formatRate, formatTokens } from '#shared/metrics/format.ts';
import { type TurnFigures, turnFiguresSchema } from '#shared/metrics/turn-figures.ts';
import { ensureModel } from '#tools/models/catalog.ts';
import { appUnderTest } from './app-under-test.ts';
import {
  answer,
  ask,
  changeSettings,
  drawnPixels,
  figuresOf,
  load,
  loadedModel,
  monitor,
  send,
  stopButton,
  untilAnswering,
  untilEnded,
} from './chat-page.ts';
import { runCommand } from './command-line-run.ts';

const shared = appUnderTest('sliding-window');

test('load, three turns with a stop in the second: charts move, and the page, the store and the command line tell the same figures', async () => {
  const page = await shared.open();
  const tiny = await ensureModel('tiny');
  await load(page, { path: tiny, context: 8192, typeK: 'q8_0', typeV: 'q8_0', threads: 1 });
  await loadedModel(page).getByText('8,192 tokens').waitFor();
  await loadedModel(page).getByText('K q8_0, V q8_0').waitFor();

  // The first turn, repeatable: the most probable tokens, 40 of them.
  await changeSettings(page, { temperature: 0, answerLimit: 40 });
  await ask(page, 'Tell me about the sea.', 0);
  const [first] = await shared.answers();
  await shownInMonitor('Cache fill', 'Used', `${formatTokens(used(first))} tokens`);
  const drawnAfterFirst = await drawnPixels(page);
  expect(drawnAfterFirst.length).toBeGreaterThan(0);

  // The second one has no limit and would go on until the context is full.
  await changeSettings(page, { answerLimit: null });
  await send(page, 'Tell me everything.');
  await untilAnswering(page, 1);
  await monitor(page)
    .getByRole('figure', { name: 'Tokens per second' })
    .filter({ hasText: /Decode\s*[\d.,]+ tokens\/s/ })
    .waitFor();
  expect(await drawnPixels(page)).not.toEqual(drawnAfterFirst);
  await stopButton(page).click();
  await untilEnded(page, 1);
  await answer(page, 1).getByText('You stopped this answer.').waitFor();
  const [, second] = await shared.answers();
  expect(figures(second)).toMatchObject({ stopReason: 'stopped', reusedTokens: used(first) });
  expect(used(second)).toBeLessThan(8192);

  // The third one goes on where the second one was stopped.
  await changeSettings(page, { answerLimit: 40 });
  await ask(page, 'And the harbour?', 2);
  const messages = await shared.answers();
  const [, , third] = messages;
  expect(figures(third)).toMatchObject({ stopReason: 'token-limit', generatedTokens: 40 });
  expect(figures(third).reusedTokens).toBeGreaterThanOrEqual(used(second) - 2);

  // Page against host.
  for (const [index, message] of messages.entries()) {
    expect(await figuresOf(answer(page, index))).toMatch(shownFigures(figures(message)));
  }
  await shownInMonitor('Time to first token', 'Turn 3:', formatDuration(figures(third).ttftMs));
  await shownInMonitor('Cache fill', 'Used', `${formatTokens(used(third))} tokens`);
  // Host against the file.
  const stored = storedAnswers();
  expect(stored).toEqual(messages.map(message => [message.text, message.figures]));

  // The same first turn on the command line.
  const outcome = await runCommand([
    ...['chat', tiny, '--json', '--context', '8192', '--type-k', 'q8_0', '--type-v', 'q8_0'],
    ...[
      '--threads',
      '1',
      '--temperature',
      '0',
      '--gen',
      '40',
      '--prompt',
      'Tell me about the sea.',
    ],
  ]);
  const [typed] = turnsSchema.parse(JSON.parse(outcome.stdout)).turns;
  expect(typed && { text: typed.text, ...withoutTimes(typed) }).toEqual({
    text: first?.text,
    ...withoutTimes(figures(first)),
  });

  /** The Monitor follows at its own pace. A figure's name and value are elements of their own. */
  async function shownInMonitor(figure: string, name: string, value: string): Promise<void> {
    await monitor(page)
      .getByRole('figure', { name: figure })
      .filter({ hasText: new RegExp(`${name}s*${value}`) })
      .waitFor();
  }

  function storedAnswers(): unknown[] {
    const file = readdirSync(shared.app.dataDirectory).find(name => name.endsWith('.db'));
    const database = new DatabaseSync(join(shared.app.dataDirectory, file ?? ''), {
      readOnly: true,
    });
    const rows = database
      .prepare("SELECT text, figures FROM messages WHERE role = 'assistant' ORDER BY seq")
      .all();
    database.close();
    return z
      .array(z.object({ text: z.string(), figures: z.string() }))
      .parse(rows)
      .map(row => [row.text, JSON.parse(row.figures)]);
  }
});

const turnsSchema = z.object({ turns: z.array(turnFiguresSchema.extend({ text: z.string() })) });

function figures(message: Message | undefined): TurnFigures {
  if (!message?.figures) throw new Error('An answer without figures.');
  return message.figures;
}

function used(message: Message | undefined): number {
  return figures(message).cacheUsedTokens;
}

/** The line under an answer, made from the figures by the definitions of the shared code. */
function shownFigures(of: TurnFigures): RegExp {
  const parts = [
    `TTFT ${formatDuration(of.ttftMs)}`,
    `New ${formatTokens(of.prefilledTokens)}`,
    `Reused ${formatTokens(of.reusedTokens)}`,
    `Answer ${formatTokens(of.generatedTokens)} tokens`,
    `Prefill ${formatRate(of.prefillTokensPerSecond).replace(' tokens/s', '')}`,
    `Decode ${formatRate(of.decodeTokensPerSecond)}`,
  ];
  return new RegExp(parts.map(part => part.replace(/\s/g, '')).join('(?!\\d).*'));
}

/** What must not differ from one run to the next. */
function withoutTimes(of: TurnFigures) {
  const { stopReason, promptTokens, reusedTokens, prefilledTokens, generatedTokens } = of;
  const { cacheUsedTokens, cacheCapacityTokens, cacheUsedBytes, cacheCapacityBytes } = of;
  return {
    ...{ stopReason, promptTokens, reusedTokens, prefilledTokens, generatedTokens },
    ...{ cacheUsedTokens, cacheCapacityTokens, cacheUsedBytes, cacheCapacityBytes },
  };
}
