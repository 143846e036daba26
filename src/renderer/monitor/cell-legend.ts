/** What the cells hold, by name and colour, wherever that is shown; in the order of the gauge. */
export const shownCells = [
  { kind: 'system', name: 'System', colour: 'series-system' },
  { kind: 'history', name: 'History', colour: 'series-history' },
  { kind: 'reasoning', name: 'Reasoning', colour: 'series-restore' },
  { kind: 'prompt', name: 'This prompt', colour: 'series-prompt' },
  { kind: 'answer', name: 'This answer', colour: 'series-answer' },
  { kind: 'template', name: 'Template', colour: 'series-queue' },
] as const;
