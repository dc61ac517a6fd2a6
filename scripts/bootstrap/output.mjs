/** Whether a line may be redrawn: on an interactive terminal, not in CI or a pipe. */
export const isLive = (stream) => Boolean(stream.isTTY) && !process.env.CI && process.env.TERM !== 'dumb';

/** A part of the last line of a terminal, redrawn as time passes; simultaneous parts stand side by side. */
export class LiveLine {
  static #parts = new Set();
  static #timer;
  #text;
  #stream;

  /** @param text current content of the part */
  constructor(text, stream) {
    this.#text = text;
    this.#stream = stream;
    LiveLine.#parts.add(this);
    LiveLine.#timer ??= setInterval(() => this.#draw(), 200);
    this.#draw();
  }

  /** Removes the part; the line stays empty until the next draw, so that permanent output can be printed. */
  clear() {
    LiveLine.#parts.delete(this);
    this.#stream.write('\r\x1b[K');
    if (LiveLine.#parts.size > 0) return;
    clearInterval(LiveLine.#timer);
    LiveLine.#timer = undefined;
  }

  #draw() {
    const text = [...LiveLine.#parts].map((part) => part.#text()).join('   ');
    this.#stream.write(`\r\x1b[K${text.slice(0, (this.#stream.columns ?? 80) - 1)}`);
  }
}

/** One line per step: live on a terminal; otherwise printed at the end, because steps may run in parallel. */
export function stepLine(name, stream) {
  const started = performance.now();
  let detail = '';
  const text = () => `${name} ... ${since(started)}  ${detail}`.trimEnd();
  const live = isLive(stream) ? new LiveLine(text, stream) : undefined;
  return {
    /** Text behind the running step, on a terminal only. */
    detail(now) {
      detail = now.trim();
    },
    /** @param word how the step ended, or a note for the user about a step that did less than it can */
    end(word) {
      live?.clear();
      stream.write(`${name} ... ${word} (${since(started)})\n`);
    },
  };
}

/** The seconds since a `performance.now()`, with their unit. */
export const since = (started) => `${((performance.now() - started) / 1000).toFixed(1)} s`;
