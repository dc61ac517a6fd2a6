import type { Check } from '../check';
import { closed } from './closed';
import { copies } from './copies';
import { edges } from './edges';
import { encryption } from './encryption';
import { identity } from './identity';
import { logs } from './logs';
import { maps } from './maps';
import { names } from './names';
import { ordering } from './ordering';
import { outputUris } from './outputs';
import { quotas } from './quotas';
import { region } from './region';
import { requests } from './requests';
import { runtimes } from './runtimes';
import { serving } from './serving';
import { stacks } from './stacks';
import { tags } from './tags';
import { written } from './written';

export const checks: readonly Check[] = [
  ...encryption,
  ...logs,
  ...tags,
  ...identity,
  ...names,
  ...maps,
  ...copies,
  ...runtimes,
  ...requests,
  ...quotas,
  ...closed,
  ...ordering,
  ...outputUris,
  ...stacks,
  ...edges,
  ...region,
  ...serving,
  ...written,
];
