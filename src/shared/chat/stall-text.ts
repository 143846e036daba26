/** Why an answer may not move on, and what can be done about it. */
export const stallReasons =
  'The model may not fit into memory and be read from the disk again and again, or the engine may be stuck.';
export const stallRemedies =
  'You can wait: this note goes away as soon as it moves on. Stop ends the answer unless the engine is stuck. Restarting the engine always ends it: what is written is kept, and the model is loaded again.';

/** The same for ears, said once. */
export const stallAnnouncement =
  'The engine makes no progress. You can wait, stop the answer, or restart the engine with the button under it.';
