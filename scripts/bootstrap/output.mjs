/** Whether a line may be redrawn: on a terminal that somebody watches, not in CI or a pipe. */
export const isLive = (stream) => Boolean(stream.isTTY) && !process.env.CI && process.env.TERM !== 'dumb';

/** The last line of a terminal, drawn anew as time passes. */
export class LiveLine {
  #text;
  #stream;
  #timer;

  /** @param text what the line says at the moment */
  constructor(text, stream) {
    this.#text = text;
    this.#stream = stream;
    this.#draw();
    this.#timer = setInterval(() => this.#draw(), 200);
  }

  clear() {
    clearInterval(this.#timer);
    this.#stream.write('\r\x1b[K');
  }

  #draw() {
    this.#stream.write(`\r\x1b[K${this.#text().slice(0, (this.#stream.columns ?? 80) - 1)}`);
  }
}

/** One line a step: live on a terminal, plain where there is none (CI, a pipe). */
export class StepLine {
  #name;
  #started = performance.now();
  #detail = '';
  #live;
  #stream;

  constructor(name, stream = process.stderr) {
    this.#name = name;
    this.#stream = stream;
    if (isLive(stream)) this.#live = new LiveLine(() => `${name} ... ${since(this.#started)}  ${this.#detail}`, stream);
    else stream.write(`${name} ... `);
  }

  /** Shown behind the running step, on a terminal only. */
  detail(text) {
    this.#detail = text.trim();
  }

  done() {
    this.#finish('ok');
  }

  failed() {
    this.#finish('failed');
  }

  #finish(word) {
    this.#live?.clear();
    this.#stream.write(`${this.#live ? `${this.#name} ... ` : ''}${word} (${since(this.#started)})\n`);
  }
}

/** The seconds since a `performance.now()`, with their unit. */
export const since = (started) => `${((performance.now() - started) / 1000).toFixed(1)} s`;
