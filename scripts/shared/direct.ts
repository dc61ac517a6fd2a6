/** Environment variables that send a client to another address than the given one, or with other keys. */

/**
 * A profile goes before keys, and a service's own address before the common one. KIT_AWS makes scripts/local/guard.cjs leave an
 * environment as it is.
 */
const MISLEADING =
  /^(AWS_(PROFILE|DEFAULT_PROFILE|SESSION_TOKEN|IGNORE_CONFIGURED_ENDPOINT_URLS|ENDPOINT_URL\w*)|KIT_AWS)$/;

/** Python and the CDK CLI read the small letters first. */
const PROXY_EXCEPTIONS = ['no_proxy', 'NO_PROXY'];

/**
 * Directs the SDKs, the AWS CLI, boto3 and the CDK CLI to one address of this machine, and past no proxy, which knows no way back.
 * @param variables what they read: the address, the keys and the Region. @default none: the process finds its address by itself
 */
export function direct(env: NodeJS.ProcessEnv, variables: Readonly<Record<string, string | undefined>> = {}): void {
  for (const name of Object.keys(env)) if (MISLEADING.test(name)) delete env[name];
  Object.assign(env, variables);
  for (const name of PROXY_EXCEPTIONS)
    env[name] = [env[name] ?? '', '127.0.0.1'].filter((host) => host !== '').join(',');
}
