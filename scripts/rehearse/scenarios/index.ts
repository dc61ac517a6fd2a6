import type { Scenario } from '../scenario';
import { badRelease } from './bad-release';
import { bakedOff } from './bakeoff';
import { drift } from './drift';
import { failures } from './failures';
import { loop } from './loop';
import { operations } from './operations';
import { quiet } from './quiet';
import { rooms } from './rooms';
import { standard } from './standard';
import { storm } from './storm';
import { tuned } from './tuned';

/** `denied` is not listed: it plays one of these scenarios without a statement (../denied.ts). */
export const scenarios: Readonly<Record<string, Scenario>> = Object.fromEntries(
  [loop, drift, quiet, tuned, bakedOff, storm, badRelease, failures, operations, standard, rooms].map((each) => [
    each.name,
    each,
  ]),
);
