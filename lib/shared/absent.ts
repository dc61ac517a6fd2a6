/** The services agree on neither the name nor the words of an error about something that is not there. */
const NAME = /NotFound|NoSuch/;
const WORDS = /not ?found|could not find|does ?not ?exist/i;

/** Whether a call failed because what it is about is not there, which is what a deletion is for. A denial names things that exist as well. */
export function isAbsent(error: unknown): boolean {
  const { name, message } = error as Error;
  return NAME.test(name) || (WORDS.test(message) && !/denied|authori[sz]ed/i.test(`${name} ${message}`));
}

/** What a call answers, or undefined where what it is about is not there. */
export async function unlessAbsent<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
