/** One line a step: live on a terminal, plain where there is none (CI, a pipe). */
export class StepLine {
  #name;
  #started = performance.now();
  #detail = '';
  #timer;
  #live;
  #stream;

  constructor(name, stream = process.stderr) {
    this.#name = name;
    this.#stream = stream;
    this.#live = Boolean(stream.isTTY) && !process.env.CI && process.env.TERM !== 'dumb';
    if (this.#live) {
      this.#draw();
      this.#timer = setInterval(() => this.#draw(), 200);
    } else {
      stream.write(`${name} ... `);
    }
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
    clearInterval(this.#timer);
    const seconds = `${this.#seconds()} s`;
    this.#stream.write(this.#live ? `\r\x1b[K${this.#name} ... ${word} (${seconds})\n` : `${word} (${seconds})\n`);
  }

  #draw() {
    const line = `${this.#name} ... ${this.#seconds()} s  ${this.#detail}`;
    this.#stream.write(`\r\x1b[K${line.slice(0, (this.#stream.columns ?? 80) - 1)}`);
  }

  #seconds() {
    return ((performance.now() - this.#started) / 1000).toFixed(1);
  }
}
