import { expect, test } from 'vitest';
import { rememberedModels, rememberOptions } from '#host/model/remembered-options.ts';
import { loadOptionsSchema } from '#shared/model/load.ts';

const options = loadOptionsSchema.parse({});

test('the settings would grow with every model that was ever tried, or forget one in use', () => {
  let remembered = rememberOptions({}, { path: '/daily.gguf', options });
  for (let n = 0; n < rememberedModels - 1; n++) {
    remembered = rememberOptions(remembered, { path: `/${n}.gguf`, options });
  }
  const threads = { ...options, threads: 3 };
  remembered = rememberOptions(remembered, { path: '/daily.gguf', options: threads });
  remembered = rememberOptions(remembered, { path: '/new.gguf', options });
  expect(Object.keys(remembered)).toHaveLength(rememberedModels);
  expect(remembered['/daily.gguf']).toEqual(threads);
  expect(remembered).toHaveProperty(['/new.gguf']);
  expect(remembered).not.toHaveProperty(['/0.gguf']);
});
