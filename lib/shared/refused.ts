/** A refusal before anything was done: wrong usage or a missing confirmation. Commands print its message and exit with code 2. */
export class Refused extends Error {}

/** Runs an app, and prints a refusal without its stack trace. */
export function tellingRefusals(app: () => void): void {
  try {
    app();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.error(error.message);
    // At a regular exit the CDK would synthesize the constructs built so far.
    process.exit(1);
  }
}
