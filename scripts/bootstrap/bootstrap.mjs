// Sets up everything that `npm test` and `npm run rehearse` need, with Node alone. Idempotent; a second run only compares hashes. The
// version check precedes all other imports, because an old Node would fail with a syntax error in a newer module.
const OLDEST_NODE = 20;

export async function bootstrap() {
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
    console.error(
      `Node.js ${OLDEST_NODE} or newer is needed; this is ${process.version} (${process.execPath}).\n` +
        `Install a current release, for example with "nvm install 22", and run the command again.`,
    );
    process.exit(1);
  }
  if (process.env.KIT_BARE === '1') {
    const { makeBare } = await import('./bare.mjs');
    const { TOOLCHAIN } = await import('./paths.mjs');
    makeBare(process.env, TOOLCHAIN);
  }
  const { setUp } = await import('./setup.mjs');
  return setUp();
}

if (process.argv[1] && import.meta.url === new URL(`file://${process.argv[1]}`).href) {
  await bootstrap();
}
