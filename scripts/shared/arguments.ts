/** Shared parts of commands: arguments and exit. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Overlay, parseOverlay, profileNames } from '../../lib/config';
import { optInRooms } from '../../lib/rooms';

/** Options of the program, which every command has. */
export interface Where {
  kit: string;
  region?: string;
}

/** Reports an invalid argument in commander's way, with the argument's name. */
export const understood =
  <T>(parse: (text: string) => T) =>
  (text: string): T => {
    try {
      return parse(text);
    } catch (error) {
      throw new InvalidArgumentError((error as Error).message);
    }
  };

export const whole = understood((text) => {
  if (!/^\d+$/.test(text)) throw new Error('it must be a whole number');
  return Number(text);
});

const usd = understood((text) => {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new Error('it must be an amount in USD, e.g. 25 or 0.5');
  return Number(text);
});

const hours = understood((text) => {
  if (!/^[1-9]\d*h$/.test(text)) throw new Error('it must be whole hours, e.g. 8h');
  return Number(text.slice(0, -1));
});

/** Overrides of the profile, like `cdk deploy -c config=`. */
const overlay = understood((text) => parseOverlay(text, '--config'));

/** Words of a list, joined by commas. */
export const someOf = <T extends string>(words: readonly T[]) =>
  understood((text) => {
    const wrong = text.split(',').filter((word) => !(words as readonly string[]).includes(word));
    if (wrong.length > 0) throw new Error(`${wrong.join(', ')} is none of ${words.join(', ')}`);
    return text.split(',') as T[];
  });

/** Options of commands that take a configuration. */
export interface Shaped {
  profile: string;
  config: Overlay;
  /** Opt-in rooms. @default those of the configuration */
  with?: readonly string[];
}

export const option = {
  profile: () =>
    new Option('--profile <profile>', 'profile of the configuration').choices(profileNames).default('sandbox'),
  config: () =>
    new Option('--config <json>', 'overrides of the profile, like -c config=').argParser(overlay).default({}),
  with: () =>
    new Option(
      '--with <rooms>',
      `opt-in rooms beside the lifecycle, joined by commas: ${optInRooms.join(', ')}`,
    ).argParser(someOf(optInRooms)),
  json: () => new Option('--json', 'print one JSON document, and nothing else on standard output').default(false),
  yes: () => new Option('--yes', 'ask no question').default(false),
  life: () =>
    new Option('--for <hours>', 'take the endpoint away so many hours after its last release, e.g. 8h').argParser(
      hours,
    ),
  maxUsd: (of: string) => new Option('--max-usd <usd>', `refuse when ${of} costs more`).argParser(usd),
} as const;

/** Lets a command take a configuration. */
export const shaped = (command: Command): Command =>
  command.addOption(option.profile()).addOption(option.config()).addOption(option.with());

/** Example calls for `addHelpText`. */
export const examples = (...calls: string[]): ['after', string] => [
  'after',
  `\nExamples:\n${calls.map((call) => `  $ npm run kit -- ${call}`).join('\n')}`,
];

/** Remedy when no credentials are found. */
export const SIGN_IN =
  'set AWS_PROFILE (aws configure, aws sso login); without an account, npm run rehearse plays the whole kit on this machine';
