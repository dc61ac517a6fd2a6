/** Nothing was done, because it was asked for wrongly or not confirmed. Its message is all that a person needs: commands end with exit code 2. */
export class Refused extends Error {}

/** Runs an app, and tells a refusal without its stack trace, which would bury the sentence that says what to change. */
export function tellingRefusals(app: () => void): void {
  try {
    app();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.error(error.message);
    // At its regular end the process would synthesize what was built before.
    process.exit(1);
  }
}
