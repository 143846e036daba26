/**
 * First messages that the page offers where the built-in model is loaded. Each stands word for word in
 * that model's corpus (tools/demo-model/corpus), and its evaluation asks every one of them.
 */
export const builtInSuggestions = [
  'What is a KV cache?',
  'Why is the first token slow?',
  'How much context fits into my VRAM?',
  'Does a quantized cache hurt the answers?',
  'What do the colors of the cache gauge mean?',
  'Why does a long chat become slower?',
  'Tell me a long story and watch the cache fill.',
  'How do I open a model of my own?',
] as const;
