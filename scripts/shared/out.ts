export interface Out {
  /** An event that stays on the screen. */
  line(text: string): void;
  /** The current step; the next call replaces it. */
  progress(text: string): void;
}

export function terminal(stream: NodeJS.WriteStream = process.stderr): Out {
  const clear = '\r\u001b[2K';
  return {
    line: (text) => void stream.write(`${stream.isTTY ? clear : ''}${text}\n`),
    // A log file would keep every state of the progress line.
    progress: (text) => void (stream.isTTY && stream.write(`${clear}${text.slice(0, (stream.columns ?? 80) - 1)}`)),
  };
}
