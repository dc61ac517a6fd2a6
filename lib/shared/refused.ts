/** Nothing was done, because it was asked for wrongly or not confirmed. Its message is all that a person needs: commands end with exit code 2. */
export class Refused extends Error {}
