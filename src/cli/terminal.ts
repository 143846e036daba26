/** Standard output for results and standard error for what is said about them. */
export interface Terminal {
  /** The model's words: what could steer a terminal is taken out where there is one. */
  writeAnswer(text: string): void;
  /** The same on standard error. */
  writeThought(text: string): void;
  writeLine(text: string): void;
  note(text: string): void;
  /** One line that replaces itself; nothing where standard error is no terminal. Empty clears it. */
  showProgress(text: string): void;
  /** Aborted when whoever read standard output has gone, as `head` does. */
  readonly readerGone: AbortSignal;
}

export function openTerminal(): Terminal {
  const { stdout, stderr } = process;
  const readerGone = new AbortController();
  stdout.on('error', error => leave(error, () => readerGone.abort()));
  stderr.on('error', error => leave(error, () => {}));
  let progressShown = false;

  function showProgress(text: string): void {
    if (!stderr.isTTY || (text === '' && !progressShown)) return;
    progressShown = text !== '';
    stderr.write(`\r\x1b[2K${text}`);
  }

  return {
    writeAnswer: text => void stdout.write(stdout.isTTY ? withoutControls(text) : text),
    writeThought: text => void stderr.write(stderr.isTTY ? withoutControls(text) : text),
    writeLine: text => void stdout.write(`${text}\n`),
    note(text) {
      showProgress('');
      stderr.write(`${text}\n`);
    },
    showProgress,
    readerGone: readerGone.signal,
  };
}

/** A broken pipe is the reader's good right; any other error of a stream is a defect or a full disk. */
function leave(error: Error, then: () => void): void {
  if ('code' in error && error.code === 'EPIPE') then();
  else throw error;
}

/** Everything that a terminal may take for a command; tabs and line ends stay. */
function withoutControls(text: string): string {
  return text.replace(/\p{Cc}/gu, character => (/[\t\n]/.test(character) ? character : '\u{fffd}'));
}
