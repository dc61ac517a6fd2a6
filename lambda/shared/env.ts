/**
 * The value of an environment variable, which the stack sets together with the matching permission.
 * @param name from the `env` of a room's contract
 * @throws Error naming the variable
 */
export function requireEnv(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '')
    throw new Error(`environment variable ${name} is not set: the construct that grants the resource sets it`);
  return value;
}
