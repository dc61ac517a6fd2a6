import { env } from '../../lib/shared/names';

/**
 * The value of an environment variable that the stack sets together with the permission it stands for.
 * @throws Error naming the variable
 */
export function requireEnv(name: keyof typeof env): string {
  const value = process.env[env[name]];
  if (value === undefined || value === '')
    throw new Error(`environment variable ${env[name]} is not set: the construct that grants the resource sets it`);
  return value;
}
