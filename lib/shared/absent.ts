/** Error names and messages of missing resources, which differ between services. */
const NAME = /NotFound|NoSuch/;
const WORDS = /not ?found|could not find|does ?not ?exist/i;
/** A denial may contain such words too, and a host whose name was not resolved has an error code like them. */
const OTHER = /denied|authori[sz]ed|ENOTFOUND/i;

/** Whether a call failed because its resource is missing. */
export function isAbsent(error: unknown): boolean {
  const { name, message } = error as Error;
  return NAME.test(name) || (WORDS.test(message) && !OTHER.test(`${name} ${message}`));
}

/** The answer of a call, or undefined when its resource is missing. */
export async function unlessAbsent<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
