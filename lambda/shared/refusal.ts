const MAX_VALUE_CHARACTERS = 100;

export const TOO_DEEP = 'a value that is nested too deeply';

/** A value as JSON. Deeply nested brackets can be parsed, but serializing them overflows the stack. */
export function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'nothing';
  } catch (error) {
    if (error instanceof RangeError) return TOO_DEEP;
    throw error;
  }
}

/** A field of a request that breaks a rule. Text of a person is described by its size and never repeated: pass `value` accordingly. */
export class Refusal extends Error {
  readonly value: string;

  constructor(
    readonly field: string,
    value: unknown,
    readonly rule: string,
  ) {
    const shown = jsonOf(value);
    const cut = shown.length > MAX_VALUE_CHARACTERS ? `${shown.slice(0, MAX_VALUE_CHARACTERS)}…` : shown;
    super(`${field} ${rule}; received ${cut}`);
    this.value = cut;
  }
}

/** @throws Refusal unless the body is an object with fields of `known` only */
export function fieldsOf<Field extends string>(
  body: unknown,
  known: readonly Field[],
): Partial<Record<Field, unknown>> {
  const fields = known.join(', ');
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new Refusal('body', typeof body, `must be a JSON object with fields of ${fields}`);
  const unknown = Object.keys(body).find((name) => !known.includes(name as Field));
  if (unknown !== undefined) throw new Refusal(unknown, 'a field of that name', `is not one of ${fields}`);
  return body;
}

/** @throws Refusal unless the value is one of `allowed` */
export function oneOf<T extends string>(field: string, value: unknown, allowed: readonly T[]): T {
  if (!allowed.includes(value as T)) throw new Refusal(field, value, `must be one of ${allowed.join(', ')}`);
  return value as T;
}

/** @throws Refusal unless the value is a list of one or more of `allowed` */
export function someOf<T extends string>(field: string, value: unknown, allowed: readonly T[]): readonly T[] {
  if (!Array.isArray(value) || value.length === 0)
    throw new Refusal(field, value, `must be a list of one or more of ${allowed.join(', ')}`);
  return allowed.filter((name) => value.map((each) => oneOf(field, each, allowed)).includes(name));
}

/**
 * A text from a person: not blank, and well-formed Unicode, because offsets are counted in code points.
 * @throws Refusal
 */
export function written(field: string, value: unknown): string {
  if (typeof value !== 'string') throw new Refusal(field, typeof value, 'must be a string');
  if (value.trim() === '') throw new Refusal(field, `${value.length} characters`, 'must not be blank');
  if (/\p{Surrogate}/u.test(value)) throw new Refusal(field, 'half of a surrogate pair', 'must be well-formed Unicode');
  return value;
}
