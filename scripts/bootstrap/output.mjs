/** Whether a line may be redrawn: on a terminal that somebody watches, not in CI or a pipe. */
export const isLive = (stream) => Boolean(stream.isTTY) && !process.env.CI && process.env.TERM !== 'dumb';

/** A part of the last line of a terminal, drawn anew as time passes; those that live at once stand side by side. */
export class LiveLine {
  static #parts = new Set();
  static #timer;
  #text;
  #stream;

  /** @param text what the part says at the moment */
  constructor(text, stream) {
    this.#text = text;
    this.#stream = stream;
    LiveLine.#parts.add(this);
    LiveLine.#timer ??= setInterval(() => this.#draw(), 200);
    this.#draw();
  }

  /** Takes the part away, and with it the whole line until it is drawn again: there is room for what stays. */
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

/** One line a step: on a terminal live, elsewhere (CI, a pipe) when it ends, because another may run beside it. */
export class StepLine {
  #name;
  #started = performance.now();
  #detail = '';
  #live;
  #stream;

  constructor(name, stream = process.stderr) {
    this.#name = name;
    this.#stream = stream;
    if (isLive(stream))
      this.#live = new LiveLine(() => `${name} ... ${since(this.#started)}  ${this.#detail}`.trimEnd(), stream);
  }

  /** Shown behind the running step, on a terminal only. */
  detail(text) {
    this.#detail = text.trim();
  }

  /** @param remark what a person should know of a step that has done less than it can */
  done(remark = 'ok') {
    this.#finish(remark);
  }

  failed() {
    this.#finish('failed');
  }

  #finish(word) {
    this.#live?.clear();
    this.#stream.write(`${this.#name} ... ${word} (${since(this.#started)})\n`);
  }
}

/** The seconds since a `performance.now()`, with their unit. */
export const since = (started) => `${((performance.now() - started) / 1000).toFixed(1)} s`;
